"""The control room of effective rest: how far a group is, what is missing, what it asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.safestring import SafeString

from courseportal.perk_request import RequestSection, request_section
from people.models import User
from perks.drawing import TrackDrawing, draw_track
from perks.models import Activity, Photo, Proof, Track
from perks.queries.standing import activity_rules, move_rule, proof_facts
from perks.rules import (
    ActivityStanding,
    CountPeople,
    MoveRule,
    ProofFacts,
    ProofState,
    activity_standing,
    counted_proofs,
    is_earned,
)
from schedule.access import student_enrolment, teaches
from schedule.markdown import render_markdown
from schedule.models import Course, StudyGroup


@dataclass(frozen=True, slots=True)
class Face:
    """A person in a row of initials; one who only stands on proofs that wait is ``waiting``."""

    name: str
    initials: str
    waiting: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A checkpoint: whether a proof that counts covers it, whether one waits, how many were there."""

    number: int
    title: str
    covered: bool
    waiting: bool
    people: int


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """One activity of the control room.

    ``outside`` counts the proofs that are approved and outside the window that holds; ``track`` is the latest
    one, with its ``drawing``.
    """

    title: str
    description: SafeString
    standing: ActivityStanding
    faces: tuple[Face, ...]
    places: tuple[Place, ...]
    outside: int
    takes_tracks: bool
    track: Track | None
    drawing: TrackDrawing | None

    @property
    def number(self) -> int:
        """The activity's number in the course."""
        return self.standing.rule.number

    @property
    def waiting(self) -> int:
        """People who would count if the proofs that wait were approved."""
        return sum(face.waiting for face in self.faces)

    @property
    def people_missing(self) -> int:
        """How many more people are asked for."""
        return max(0, self.standing.required - self.standing.participants)

    @property
    def cells(self) -> tuple[str, ...]:
        """The bar, a cell for each person asked for: "on" for who counts, "wait" for whose proof waits."""
        counted = min(self.standing.participants, self.standing.required)
        waiting = min(self.waiting, self.standing.required - counted)
        return ("on",) * counted + ("wait",) * waiting + ("",) * (self.standing.required - counted - waiting)

    @property
    def missing_places(self) -> tuple[str, ...]:
        """The places that no proof covers yet."""
        return tuple(place.title for place in self.places if not place.covered)

    @property
    def is_window(self) -> bool:
        """Whether everything has to happen at the same time."""
        return self.standing.rule.within is not None

    @property
    def counts(self) -> CountPeople:
        """Whose participation counts."""
        return self.standing.rule.count_people


@dataclass(frozen=True, slots=True)
class ProofTile:
    """A proof in the gallery's corner of the page."""

    proof: Proof
    photo: Photo | None


@dataclass(frozen=True, slots=True)
class PerkPage:
    """The control room of one group, for a reader of that group or for staff.

    ``rule`` is None in a course where nothing can be moved. ``groups`` are those that the reader may look at.
    """

    course: Course
    now: datetime
    group: StudyGroup
    groups: tuple[StudyGroup, ...]
    rule: MoveRule | None
    activities: tuple[ActivityLine, ...]
    request: RequestSection
    tiles: tuple[ProofTile, ...]
    proofs: int
    may_add: bool
    is_staff: bool

    @property
    def earned(self) -> bool:
        """Whether the perk is earned."""
        return is_earned([one.standing for one in self.activities])

    @property
    def done(self) -> int:
        """How many activities are complete."""
        return sum(one.standing.complete for one in self.activities)

    @property
    def pending(self) -> int:
        """How many proofs wait for a check."""
        return sum(one.standing.pending for one in self.activities)

    @property
    def today(self) -> date:
        """The day by the course's clock."""
        return self.now.astimezone(self.course.zone).date()

    @property
    def target_on(self) -> date | None:
        """The day of the target."""
        return self.rule.target_at.astimezone(self.course.zone).date() if self.rule else None

    @property
    def is_past(self) -> bool:
        """Whether the target has passed."""
        return self.rule is not None and not self.rule.is_open(self.now)


class NoGroup(Exception):
    """There is no group whose control room the reader may see."""


def group_for(
    course: Course, reader: User, name: str = ""
) -> tuple[StudyGroup, tuple[StudyGroup, ...], bool]:
    """The group whose perk a reader looks at, those to choose from, and whether the reader is staff.

    Students see their own group; staff the one they name, else the first. Raises NoGroup.
    """
    if teaches(reader, course):
        groups = tuple(sorted(StudyGroup.objects.filter(course=course), key=lambda one: one.name))
        found = next((one for one in groups if one.name == name), None if name else next(iter(groups), None))
        is_staff = True
    else:
        enrolment = student_enrolment(reader, course)
        found = enrolment.group if enrolment else None
        groups, is_staff = ((found,) if found else ()), False
        if name and found and name != found.name:
            found = None
    if found is None:
        raise NoGroup
    found.course = course
    return found, groups, is_staff


def perk_page(course: Course, reader: User, now: datetime, *, group: str = "") -> PerkPage:
    """The control room, in a fixed number of statements. Raises NoGroup."""
    found, groups, is_staff = group_for(course, reader, group)
    rule = move_rule(course)
    target_at = rule.target_at if rule else None
    facts = proof_facts(course, [found.pk])
    asked_for = activity_rules(course)
    of_activity = {one.number: facts.get((found.pk, one.number), ()) for one in asked_for}
    standings = [activity_standing(one, of_activity[one.number], target_at) for one in asked_for]
    lines = _lines(
        course,
        standings,
        of_activity,
        _names(found.pk),
        target_at=target_at,
        tracks=_tracks(found.pk),
    )
    tiles = _tiles(found, reader)
    return PerkPage(
        course=course,
        now=now,
        group=found,
        groups=groups,
        rule=rule,
        activities=lines,
        request=request_section(
            found, reader, now, rule=rule, earned=is_earned(standings), is_staff=is_staff
        ),
        tiles=tiles,
        proofs=sum(len(each) for each in facts.values()),
        may_add=is_staff or any(one.pk == found.pk for one in groups),
        is_staff=is_staff,
    )


def _names(group_id: int) -> dict[int, Face]:
    """Everybody on a proof of the group, by id."""
    people = User.objects.filter(participations__proof__group=group_id).distinct().order_by("name", "pk")
    return {one.pk: Face(str(one), one.initials, waiting=False) for one in people}


def _lines(
    course: Course,
    standings: Sequence[ActivityStanding],
    proofs: Mapping[int, Collection[ProofFacts]],
    names: Mapping[int, Face],
    *,
    target_at: datetime | None,
    tracks: Mapping[int, Track],
) -> tuple[ActivityLine, ...]:
    rows = {one.number: one for one in Activity.objects.filter(course=course).prefetch_related("checkpoints")}
    return tuple(
        _line(
            rows[one.rule.number],
            one,
            proofs[one.rule.number],
            names,
            target_at=target_at,
            track=tracks.get(one.rule.number),
        )
        for one in standings
        if one.rule.number in rows  # not one that was removed a moment after the rules were read
    )


def _tracks(group_id: int) -> dict[int, Track]:
    """By number of the activity: the latest track of the group that was not rejected."""
    rows = (
        Track.objects.filter(proof__group=group_id, removed_at=None)
        .exclude(proof__state=ProofState.REJECTED)
        .select_related("proof__activity", "proof__posted_by")
        .order_by("started_at", "pk")
    )
    return {row.proof.activity.number: row for row in rows}


def _line(
    row: Activity,
    standing: ActivityStanding,
    proofs: Collection[ProofFacts],
    names: Mapping[int, Face],
    *,
    target_at: datetime | None,
    track: Track | None,
) -> ActivityLine:
    waiting = [
        one
        for one in proofs
        if one.state is ProofState.PENDING and (target_at is None or one.posted_at <= target_at)
    ]
    may_count = frozenset[int]().union(*(one.people for one in waiting)) - standing.people
    faces = [names[pk] for pk in names if pk in standing.people]
    faces += [Face(one.name, one.initials, waiting=True) for pk, one in names.items() if pk in may_count]
    counted = [one for one in proofs if one.id in standing.counted]
    return ActivityLine(
        title=row.title,
        description=render_markdown(row.description),
        standing=standing,
        faces=tuple(faces),
        places=tuple(
            Place(
                one.number,
                one.title,
                one.number in standing.covered,
                any(proof.checkpoint == one.number for proof in waiting),
                len(
                    frozenset[int]().union(
                        *(proof.people for proof in counted if proof.checkpoint == one.number)
                    )
                ),
            )
            for one in sorted(row.checkpoints.all(), key=lambda one: one.number)
        ),
        outside=len(counted_proofs(proofs, standing.rule, target_at)) - len(standing.counted),
        takes_tracks=row.takes_tracks,
        track=track,
        drawing=draw_track(track.lines) if track else None,
    )


def _tiles(group: StudyGroup, reader: User) -> tuple[ProofTile, ...]:
    """The latest six proofs of the group, each with its first picture that the reader may see."""
    proofs = list(
        Proof.objects.filter(group=group)
        .select_related("activity", "checkpoint", "track")
        .order_by("-posted_at", "-pk")[:6]
    )
    first: dict[int, Photo] = {}
    for photo in Photo.objects.visible_to(reader).filter(proof__in=proofs).order_by("position"):
        first.setdefault(photo.proof_id, photo)
    return tuple(ProofTile(one, first.get(one.pk)) for one in proofs)
