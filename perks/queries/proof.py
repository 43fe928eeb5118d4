"""One proof: what it shows, who is on it, what its reader may do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from people.models import User
from perks.models import Participation, Photo, Proof, Track
from perks.queries.worth import Worth, group_proofs
from perks.rules import PartState
from perks.tracks import TrackDrawing, draw_track
from schedule.access import student_enrolment, teaches
from schedule.models import Course


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody named on a proof."""

    name: str
    initials: str
    state: PartState
    is_reader: bool

    @property
    def counts(self) -> bool:
        """Whether the proof counts them."""
        return self.state is not PartState.STRUCK


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo of a proof. ``shown`` is false where the reader does not see it: taken down, or removed."""

    photo: Photo
    shown: bool


@dataclass(frozen=True, slots=True)
class ProofPage:
    """The page of a proof.

    ``mine`` is how the proof names the reader, None where it does not; ``needed`` whether the proof counts in
    an activity that is complete, so that staff decide about "I am not in this photo".
    """

    course: Course
    proof: Proof
    worth: Worth
    needed: bool
    target_at: datetime | None
    shots: tuple[Shot, ...]
    track: Track | None
    drawing: TrackDrawing | None
    people: tuple[PersonLine, ...]
    mine: PartState | None
    said_so: bool
    is_member: bool
    is_staff: bool

    @property
    def counted(self) -> int:
        """How many people the proof counts."""
        return sum(person.counts for person in self.people)

    @property
    def may_take_down(self) -> bool:
        """Whether the reader may have its photos taken down: whoever it names, and staff."""
        return self.mine is not None or self.is_staff

    @property
    def may_undo(self) -> bool:
        """Whether the reader may take their own "I am not in this photo" back."""
        return self.said_so and self.mine is not PartState.NAMED

    @property
    def group_named(self) -> str | None:
        """The group as the address of another page has to name it: not for its own members."""
        return None if self.is_member else self.proof.group.name

    @property
    def may_add(self) -> bool:
        """Whether the reader may hand in a proof for this group."""
        return self.is_member or self.is_staff


def proof_page(course: Course, pk: int, reader: User) -> ProofPage:
    """The page of a proof, in a fixed number of statements.

    Raises Proof.DoesNotExist where the course has no such proof that the reader may see.
    """
    rows = Proof.objects.visible_to(reader).filter(activity__course=course)
    proof = rows.select_related("group", "activity", "checkpoint", "track", "posted_by", "decided_by").get(
        pk=pk
    )
    every = group_proofs(course, proof.group_id)
    parts = list(proof.parts.select_related("person").order_by("person__name", "person_id"))
    mine = next((part for part in parts if part.person_id == reader.pk), None)
    is_staff = teaches(reader, course)
    enrolment = student_enrolment(reader, course)
    track: Track | None = getattr(proof, "track", None)
    return ProofPage(
        course=course,
        proof=proof,
        worth=every.worth(proof.pk),
        needed=every.is_needed(proof.pk),
        target_at=every.target_at,
        shots=_shots(proof, is_staff=is_staff),
        track=track,
        drawing=draw_track(track.lines) if track else None,
        people=tuple(_line(part, reader) for part in parts),
        mine=PartState(mine.state) if mine else None,
        said_so=mine is not None and mine.changed_by_id == reader.pk,
        is_member=enrolment is not None and enrolment.group_id == proof.group_id,
        is_staff=is_staff,
    )


def _shots(proof: Proof, *, is_staff: bool) -> tuple[Shot, ...]:
    """Its photos in order; of those taken down only that there was one, except for staff."""
    return tuple(
        Shot(photo, shown=photo.removed_at is None and (is_staff or photo.hidden_at is None))
        for photo in proof.photos.order_by("position")
    )


def _line(part: Participation, reader: User) -> PersonLine:
    person = part.person
    return PersonLine(str(person), person.initials, PartState(part.state), person.pk == reader.pk)
