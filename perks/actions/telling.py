"""What became of proofs is told to those whom it concerns, in the transaction that makes it so.

Whoever did it is not told: they know.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from people.actions.retelling import Change, tell_changes
from people.kinds import Facts
from people.models import User
from perks.messages.proof import decision_facts, person_facts, photo_facts
from perks.models import Participation, Photo, Proof
from perks.queries.worth import group_proofs
from perks.rules import PartState, ProofState
from schedule.models import Course

Decided = tuple[str, str]
"""The state of a proof and the reason of its rejection."""


def tell_decisions(
    decided: Sequence[tuple[Proof, Decided]], *, course: Course, by: User | None, now: datetime
) -> int:
    """Tell of decisions, given with each what stood before: whoever handed it in, and whom it counts."""
    people = _people([proof for proof, _before in decided])
    # A rejected one counts for nothing; of an approved one the rules say whether it does.
    approved = {proof.group_id for proof, _before in decided if proof.state == ProofState.APPROVED}
    groups = {group: group_proofs(course, group) for group in approved}
    return _tell(
        [
            Change(
                decision_facts(proof, before, groups.get(proof.group_id)),
                f"{proof.pk}:{proof.version}:decision",
                people[proof.pk] - ({by.pk} if by else set()),
            )
            for proof, before in decided
        ],
        course,
        now,
    )


def tell_people(
    turned: Sequence[tuple[Proof, Participation, str]], *, course: Course, by: User | None, now: datetime
) -> int:
    """Tell people that a proof counts them, or no longer, given how it named each before ("": not at all)."""
    return _tell(
        [
            Change(
                person_facts(proof, part, before),
                f"{proof.pk}:{proof.version}:person:{part.person_id}",
                {part.person_id} - ({by.pk} if by else set()),
            )
            for proof, part, before in turned
        ],
        course,
        now,
    )


def tell_of_photo(photo: Photo, *, asked_by: int | None, by: User, now: datetime) -> int:
    """Tell whoever asked that a photo be taken down what staff made of it."""
    proof = Proof.objects.select_related("activity__course", "checkpoint").get(pk=photo.proof_id)
    to = {asked_by} - {None, by.pk}
    facts, key = photo_facts(proof, photo), f"{proof.pk}:photo:{photo.pk}:{now.isoformat()}"
    return _tell([Change(facts, key, {pk for pk in to if pk})], proof.activity.course, now)


def _tell(changes: Sequence[Change], course: Course, now: datetime) -> int:
    return tell_changes(
        kind="proof",
        changes=changes,
        subject=_subject,
        scope=course.slug,
        zone=course.time_zone,
        now=now,
    )


def _subject(facts: Facts) -> tuple[object, ...]:
    return facts["proof"], facts["topic"], facts.get("photo")


def _people(proofs: Collection[Proof]) -> Mapping[int, set[int]]:
    """By proof: who handed it in, and whom it names and has not struck off; in one statement."""
    people: dict[int, set[int]] = defaultdict(set)
    for proof in proofs:
        if proof.posted_by_id:
            people[proof.pk].add(proof.posted_by_id)
    parts = Participation.objects.filter(proof__in=[proof.pk for proof in proofs])
    for proof_id, person_id in parts.exclude(state=PartState.STRUCK).values_list("proof_id", "person_id"):
        people[proof_id].add(person_id)
    return people
