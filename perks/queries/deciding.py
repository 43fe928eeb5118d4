"""The proofs that staff go through: which of them wait for what, and what a list says of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Exists, OuterRef, QuerySet

from perks.models import ExtensionRule, Participation, Photo, Proof, Track
from perks.queries.evidence import looks_used
from perks.rules import PartState, ProofState


class Deciding(StrEnum):
    """Which proofs a list shows."""

    WAITING = "waiting"
    """Nobody has looked at them yet."""
    SETTLE = "settle"
    """Somebody says "not me", or asked to take a photo down: staff have the last word."""
    APPROVED = "approved"
    REJECTED = "rejected"
    ALL = "all"


def in_state(proofs: QuerySet[Proof], state: Deciding) -> QuerySet[Proof]:
    """Those of the proofs that are in this state."""
    match state:
        case Deciding.WAITING:
            return proofs.filter(state=ProofState.PENDING)
        case Deciding.SETTLE:
            disputed = Participation.objects.filter(proof=OuterRef("pk"), state=PartState.DISPUTED)
            hidden = Photo.objects.there().filter(proof=OuterRef("pk"), hidden_at__isnull=False)
            return proofs.filter(Exists(disputed) | Exists(hidden))
        case Deciding.APPROVED:
            return proofs.filter(state=ProofState.APPROVED)
        case Deciding.REJECTED:
            return proofs.filter(state=ProofState.REJECTED)
        case Deciding.ALL:
            return proofs


@dataclass(frozen=True, slots=True)
class ProofLine:
    """What a list says of a proof beside its own facts.

    ``people`` are those who count on it; ``photo_id`` is its first picture that is still there.
    ``in_question`` counts who says "not me", ``taken_down`` the photos that somebody asked to take down.
    """

    people: int
    in_question: int
    photo_id: int | None
    has_track: bool
    taken_down: int
    is_after_target: bool
    looks_used: bool


def proof_lines(proofs: Collection[Proof]) -> dict[int, ProofLine]:
    """A line for each proof, by its id, in five statements. Give proofs with their activity."""
    ids = [proof.pk for proof in proofs]
    people, photos = _people(ids), _photos(ids)
    tracks = set(
        Track.objects.filter(proof__in=ids, removed_at__isnull=True).values_list("proof_id", flat=True)
    )
    targets = _targets({proof.activity.course_id for proof in proofs})
    used = looks_used(proofs)
    return {
        proof.pk: ProofLine(
            people=people[proof.pk][0],
            in_question=people[proof.pk][1],
            photo_id=next((pk for pk, _hidden in photos[proof.pk]), None),
            has_track=proof.pk in tracks,
            taken_down=sum(hidden for _pk, hidden in photos[proof.pk]),
            is_after_target=_is_after(proof.posted_at, targets.get(proof.activity.course_id)),
            looks_used=proof.pk in used,
        )
        for proof in proofs
    }


def _people(proofs: Collection[int]) -> dict[int, tuple[int, int]]:
    """By proof: who counts on it, and how many of them say "not me"."""
    found: dict[int, list[str]] = defaultdict(list)
    parts = Participation.objects.filter(proof__in=proofs).exclude(state=PartState.STRUCK)
    for proof_id, state in parts.order_by().values_list("proof_id", "state"):
        found[proof_id].append(state)
    return {pk: (len(found[pk]), found[pk].count(PartState.DISPUTED)) for pk in proofs}


def _photos(proofs: Collection[int]) -> dict[int, list[tuple[int, bool]]]:
    """By proof: its photos that are still there, in order, and whether each is taken down."""
    found: dict[int, list[tuple[int, bool]]] = {pk: [] for pk in proofs}
    photos = Photo.objects.there().filter(proof__in=proofs).order_by("proof", "position")
    for pk, proof_id, hidden_at in photos.values_list("pk", "proof_id", "hidden_at"):
        found[proof_id].append((pk, hidden_at is not None))
    return found


def _is_after(moment: datetime, target_at: datetime | None) -> bool:
    return target_at is not None and moment > target_at


def _targets(courses: Collection[int]) -> dict[int, datetime]:
    rules = ExtensionRule.objects.filter(course__in=courses)
    return dict(rules.values_list("course_id", "target_at"))
