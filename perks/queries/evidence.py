"""What staff look at before they decide on a proof: shown, never judged; nothing is rejected by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeAlias

from django.db.models import Q

from perks.models import Checkpoint, Photo, Proof, Track
from perks.photos import alike
from perks.rules import ProofState
from perks.tracks import distance_m
from schedule.models import Course

Degrees: TypeAlias = Decimal | float


@dataclass(frozen=True, slots=True)
class Twin:
    """A photo of another proof that is the same, byte for byte, or looks the same.

    ``has_picture`` is false once it was removed. ``is_earlier``: its proof was handed in first.
    """

    photo_id: int
    has_picture: bool
    proof_id: int
    group: str
    what: str
    state: ProofState
    posted_at: datetime
    is_same_file: bool
    is_earlier: bool

    @property
    def state_title(self) -> str:
        """What became of the other proof, in words."""
        return str(Proof.State(self.state).label)


@dataclass(frozen=True, slots=True)
class PhotoEvidence:
    """A photo with what its file said of itself.

    ``apart`` is the time in the file less the moment that was said; ``metres`` the distance from the
    checkpoint. Each is None where the file says nothing, or the checkpoint has no coordinates.
    """

    photo: Photo
    apart: timedelta | None
    metres: int | None
    twins: tuple[Twin, ...]


def photo_evidence(proof: Proof) -> tuple[PhotoEvidence, ...]:
    """The photos of a proof in their order, in two statements."""
    photos = list(proof.photos.select_related("hidden_by").order_by("position"))
    others = _photos_of_course(proof.activity.course) if photos else ()
    return tuple(
        PhotoEvidence(
            photo,
            None if photo.shows_at is None else photo.shows_at - proof.taken_at,
            _metres(photo.latitude, photo.longitude, proof.checkpoint),
            tuple(_twin(other, photo, proof) for other in others if _is_twin(photo, other)),
        )
        for photo in photos
    )


def track_metres(track: Track, checkpoint: Checkpoint | None) -> int | None:
    """How far from the checkpoint a track begins; None where one of them says nothing of its place."""
    start = next((line[0] for line in track.lines if line), None)
    return None if start is None else _metres(start[0], start[1], checkpoint)


def looks_used(proofs: Iterable[Proof]) -> frozenset[int]:
    """Of these proofs, the ids of those with a photo that was handed in before.

    That is, that is the same as or looks like one of an earlier proof in the course which was not rejected.
    In two statements. Give proofs with their activity.
    """
    given = {proof.pk: proof for proof in proofs}
    courses = {proof.activity.course_id for proof in given.values()}
    if not courses:
        return frozenset()
    standing = Photo.objects.filter(proof__activity__course__in=courses).exclude(
        ~Q(proof__in=given) & Q(proof__state=ProofState.REJECTED)
    )
    by_course: dict[int, list[Photo]] = defaultdict(list)
    for photo in standing.select_related("proof__activity").only(
        "sha256", "look", "proof__posted_at", "proof__state", "proof__activity__course"
    ):
        by_course[photo.proof.activity.course_id].append(photo)
    return frozenset(
        photo.proof_id
        for photos in by_course.values()
        for photo in photos
        if photo.proof_id in given and any(_was_used(photo, other) for other in photos)
    )


def _was_used(photo: Photo, other: Photo) -> bool:
    return (
        other.proof.state != ProofState.REJECTED
        and _is_earlier(other.proof, photo.proof)
        and _is_twin(photo, other)
    )


def _photos_of_course(course: Course) -> list[Photo]:
    photos = Photo.objects.filter(proof__activity__course=course)
    return list(
        photos.select_related("proof__group", "proof__activity", "proof__checkpoint").order_by(
            "proof__posted_at", "proof", "position"
        )
    )


def _is_twin(photo: Photo, other: Photo) -> bool:
    """Whether another proof's photo is this one again, by its bytes or by its look."""
    if photo.proof_id == other.proof_id:
        return False
    return photo.sha256 == other.sha256 or bool(photo.look and other.look and alike(photo.look, other.look))


def _is_earlier(one: Proof, other: Proof) -> bool:
    return (one.posted_at, one.pk) < (other.posted_at, other.pk)


def _twin(other: Photo, photo: Photo, proof: Proof) -> Twin:
    return Twin(
        photo_id=other.pk,
        has_picture=other.removed_at is None,
        proof_id=other.proof_id,
        group=other.proof.group.name,
        what=str(other.proof),
        state=ProofState(other.proof.state),
        posted_at=other.proof.posted_at,
        is_same_file=other.sha256 == photo.sha256,
        is_earlier=_is_earlier(other.proof, proof),
    )


def _metres(latitude: Degrees | None, longitude: Degrees | None, checkpoint: Checkpoint | None) -> int | None:
    if checkpoint is None or checkpoint.latitude is None or checkpoint.longitude is None:
        return None
    if latitude is None or longitude is None:
        return None
    return distance_m(
        float(latitude), float(longitude), float(checkpoint.latitude), float(checkpoint.longitude)
    )
