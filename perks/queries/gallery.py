"""A group's proofs as a gallery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from people.models import User
from perks.models import Activity, Photo, Proof, Track
from perks.queries.groups import OpenGroup, group_for
from perks.queries.worth import GroupProofs, Worth, group_proofs
from perks.rules import ProofState
from perks.tracks import TrackDrawing, draw_track
from schedule.models import Course

A_PAGE: Final = 60
"""Proofs on one page of the gallery."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A proof in the gallery: what it is worth, how many people it counts, its first picture that the reader
    may see, how many there are, and its track where there is no picture."""

    proof: Proof
    worth: Worth
    people: int
    photo: Photo | None
    photos: int
    drawing: TrackDrawing | None


@dataclass(frozen=True, slots=True)
class Sieve:
    """What the gallery shows of all proofs; None and 0 stand for all of them."""

    activity: int | None = None
    state: ProofState | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class GalleryPage:
    """The gallery of one group. ``waiting`` counts all its proofs that nobody has looked at yet."""

    course: Course
    open: OpenGroup
    sieve: Sieve
    activities: tuple[Activity, ...]
    tiles: tuple[Tile, ...]
    proofs: int
    waiting: int
    found: int

    @property
    def newer(self) -> int | None:
        """The number of the page before this one."""
        return self.sieve.page - 1 if self.sieve.page > 1 else None

    @property
    def older(self) -> int | None:
        """The number of the page after this one."""
        return self.sieve.page + 1 if self.found > self.sieve.page * A_PAGE else None


def gallery_page(course: Course, reader: User, sieve: Sieve, *, group: str = "") -> GalleryPage:
    """The proofs of a group, the last handed in first, in a fixed number of statements. Raises NoGroup."""
    opened = group_for(course, reader, group)
    every = group_proofs(course, opened.group.pk)
    shown = [
        fact
        for fact in every.facts.values()
        if sieve.activity in (None, every.activities[fact.id]) and sieve.state in (None, fact.state)
    ]
    shown.sort(key=lambda fact: (fact.posted_at, fact.id), reverse=True)
    ids = [fact.id for fact in shown[(sieve.page - 1) * A_PAGE : sieve.page * A_PAGE]]
    return GalleryPage(
        course=course,
        open=opened,
        sieve=sieve,
        activities=tuple(Activity.objects.filter(course=course).order_by("number")),
        tiles=_shown(ids, reader, every),
        proofs=len(every.facts),
        waiting=sum(fact.state is ProofState.PENDING for fact in every.facts.values()),
        found=len(shown),
    )


def latest_tiles(every: GroupProofs, reader: User, most: int) -> tuple[Tile, ...]:
    """The last proofs of a group that were handed in, at most so many; in two statements."""
    facts = sorted(every.facts.values(), key=lambda fact: (fact.posted_at, fact.id), reverse=True)
    return _shown([fact.id for fact in facts[:most]], reader, every)


def _shown(ids: list[int], reader: User, every: GroupProofs) -> tuple[Tile, ...]:
    rows = Proof.objects.visible_to(reader).filter(pk__in=ids)
    proofs = rows.select_related("activity", "checkpoint", "track").order_by("-posted_at", "-pk")
    return _tiles(list(proofs), reader, every)


def _tiles(proofs: list[Proof], reader: User, every: GroupProofs) -> tuple[Tile, ...]:
    photos: dict[int, list[Photo]] = {proof.pk: [] for proof in proofs}
    for photo in Photo.objects.visible_to(reader).filter(proof__in=list(photos)).order_by("position"):
        photos[photo.proof_id].append(photo)
    return tuple(_tile(proof, photos[proof.pk], every) for proof in proofs)


def _tile(proof: Proof, photos: list[Photo], every: GroupProofs) -> Tile:
    track: Track | None = None if photos else getattr(proof, "track", None)
    return Tile(
        proof,
        every.worth(proof.pk),
        len(every.facts[proof.pk].people),
        photos[0] if photos else None,
        len(photos),
        draw_track(track.lines, width=120, height=90, padding=14) if track else None,
    )
