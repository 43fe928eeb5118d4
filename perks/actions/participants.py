"""Who is on a proof: named by whoever handed it in, corrected by staff, and "I am not in this photo".

Source: docs/course-rules.md, Effective rest.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from people.audit import audited
from people.models import User
from perks.actions.afterwards import group_changed
from perks.actions.decide import NotAllowed, decidable
from perks.actions.locking import locked_group
from perks.actions.telling import tell_people
from perks.models import Participation, Proof
from perks.queries.members import members_at
from perks.queries.worth import group_proofs
from perks.rules import PartState


def add_participant(*, proof_id: int, person_id: int, by: User, now: datetime) -> Participation:
    """Name one more member on a proof, as staff. Whoever is on it already stays as they are.

    Raises NotAllowed for whoever was no member of the group at the moment that the proof shows, or where
    ``by`` may not decide.
    """
    with audited(by=by), transaction.atomic():
        proof = decidable(proof_id, by)
        part = proof.parts.filter(person_id=person_id).first()
        if part is not None:
            return part
        if person_id not in {member.person_id for member in members_at(proof.group, proof.taken_at)}:
            raise NotAllowed(_("This person was not in the group at the moment that the proof shows."))
        part = Participation.objects.create(proof=proof, person_id=person_id, changed_by=by, changed_at=now)
        _changed(proof, now)
        tell_people([(proof, part, "")], course=proof.activity.course, by=by, now=now)
    return part


def strike(*, proof_id: int, person_id: int, by: User, now: datetime) -> Participation:
    """Let a person no longer count on a proof, as staff. Raises NotAllowed, Participation.DoesNotExist."""
    return _turn(proof_id, person_id, by, now, PartState.STRUCK)


def keep(*, proof_id: int, person_id: int, by: User, now: datetime) -> Participation:
    """Let a person count whom they, or staff, had struck off or disputed. Raises as ``strike``."""
    return _turn(proof_id, person_id, by, now, PartState.NAMED)


def not_in_photo(*, proof_id: int, by: User, now: datetime) -> PartState:
    """A person says that they are not on a proof that names them; what that makes of it.

    It no longer counts them (STRUCK), at once, while its activity is not complete. Where it counts in a
    complete activity that would undo something: then staff decide (DISPUTED), and until then it counts.
    Saying so twice changes nothing. Raises Participation.DoesNotExist for somebody it does not name.
    """
    with audited(by=by), transaction.atomic():
        locked_group(Proof.objects.values_list("group_id", flat=True).get(pk=proof_id))
        proof = Proof.objects.select_related("activity__course", "group").get(pk=proof_id)
        part = proof.parts.get(person=by)
        if part.state == PartState.NAMED:
            every = group_proofs(proof.activity.course, proof.group_id)
            state = PartState.DISPUTED if every.is_needed(proof.pk) else PartState.STRUCK
            _set(part, state, by, now)
            _changed(proof, now)
    return PartState(part.state)


def in_photo_after_all(*, proof_id: int, by: User, now: datetime) -> PartState:
    """Take back one's own "I am not in this photo", while nobody else has decided about it.

    Raises NotAllowed once staff have, Participation.DoesNotExist for somebody it does not name.
    """
    with audited(by=by), transaction.atomic():
        locked_group(Proof.objects.values_list("group_id", flat=True).get(pk=proof_id))
        proof = Proof.objects.select_related("group").get(pk=proof_id)
        part = proof.parts.get(person=by)
        if part.state != PartState.NAMED:
            if part.changed_by_id != by.pk:
                raise NotAllowed(_("Staff have decided about this; ask them."))
            _set(part, PartState.NAMED, by, now)
            _changed(proof, now)
    return PartState(part.state)


def _turn(proof_id: int, person_id: int, by: User, now: datetime, state: PartState) -> Participation:
    with audited(by=by), transaction.atomic():
        proof = decidable(proof_id, by)
        part = proof.parts.get(person_id=person_id)
        if part.state != state:
            before = part.state
            _set(part, state, by, now)
            _changed(proof, now)
            tell_people([(proof, part, before)], course=proof.activity.course, by=by, now=now)
    return part


def _set(part: Participation, state: PartState, by: User, now: datetime) -> None:
    part.state, part.changed_by, part.changed_at = state, by, now
    part.save(update_fields=["state", "changed_by", "changed_at"])


def _changed(proof: Proof, now: datetime) -> None:
    """Whoever decides about the proof decides about who is on it."""
    proof.version += 1
    proof.save(update_fields=["version"])
    group_changed(proof.group, now)
