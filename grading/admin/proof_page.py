"""All that the page of one proof shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from grading.admin.proof_words import apart_text, is_far_apart
from people.history import in_words
from people.models import AuditEntry
from perks.models import Participation, Photo, Proof, Track
from perks.queries.evidence import PhotoEvidence, Twin, photo_evidence, track_metres
from perks.queries.fitting import activity_view
from perks.queries.members import Member, members_at
from perks.rules import PROOF_STEPS, PartState, ProofState
from perks.tracks import draw_track
from schedule.wording import length_text

LONGEST_HISTORY = 100


@dataclass(frozen=True, slots=True)
class ShownPhoto:
    """A photo with its evidence in words."""

    photo: Photo
    time: str
    is_far_apart: bool
    place: str
    twins: tuple[Twin, ...]


def proof_context(proof: Proof, rows: Sequence[Model | None], since: int | None) -> dict[str, Any]:
    """The proof for its template. ``since`` is the last change that was seen: later ones are told apart."""
    course = proof.activity.course
    entries = list(AuditEntry.objects.of(*rows).select_related("person")[:LONGEST_HISTORY])
    newer = [entry for entry in entries if since is not None and entry.pk > since]
    allowed = PROOF_STEPS[ProofState(proof.state)]
    parts = list(proof.parts.select_related("person", "changed_by").order_by("person__name", "person__email"))
    track = Track.objects.filter(proof=proof).first()
    return {
        "proof": proof,
        "course": course,
        "zone": course.zone,
        "photos": [_shown(one, proof) for one in photo_evidence(proof)],
        "track": track,
        "track_drawing": draw_track(track.lines) if track and track.lines else None,
        "track_place": _from_place(track_metres(track, proof.checkpoint) if track else None, proof),
        "activity": activity_view(proof),
        "parts": parts,
        "named": sum(part.state != PartState.STRUCK for part in parts),
        "addable": _addable(proof, parts),
        "may": {step.value for step in allowed},
        "changes": in_words(entries, course.zone),
        "seen": entries[0].pk if entries else 0,
        "is_conflict": since is not None,
        "newer": in_words(newer, course.zone),
    }


def _shown(one: PhotoEvidence, proof: Proof) -> ShownPhoto:
    return ShownPhoto(
        one.photo,
        "" if one.apart is None else apart_text(one.apart),
        one.apart is not None and is_far_apart(one.apart),
        _from_place(one.metres, proof),
        one.twins,
    )


def _from_place(metres: int | None, proof: Proof) -> str:
    if metres is None:
        return ""
    return _("%(much)s from %(place)s") % {"much": length_text(metres), "place": proof.checkpoint}


def _addable(proof: Proof, parts: Sequence[Participation]) -> list[Member]:
    """Who was in the group at that moment and is not on the proof."""
    named = {part.person_id for part in parts}
    return [one for one in members_at(proof.group, proof.taken_at) if one.person_id not in named]
