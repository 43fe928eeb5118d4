"""The control room of effective rest: how far a group is, what is missing, what it asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.safestring import SafeString

from courseportal.perk_request import RequestSection, request_section
from people.models import User
from perks.drawing import TrackDrawing, draw_track
from perks.models import Activity, Checkpoint, Track
from perks.queries.fitting import Timeline, TimePoint, same_time
from perks.queries.gallery import Tile, latest_tiles
from perks.queries.groups import group_for
from perks.queries.standing import move_rule
from perks.queries.strip import ActivityBar
from perks.queries.worth import GroupProofs, Worth, group_proofs
from perks.rules import ActivityStanding, CountPeople, MoveRule, ProofFacts, ProofState, is_earned
from schedule.markdown import render_markdown
from schedule.models import Course, StudyGroup

TILES = 6
"""Proofs in the gallery's corner of the page."""


@dataclass(frozen=True, slots=True)
class Face:
    """A person in a row of initials; one who only stands on proofs that wait is ``waiting``."""

    name: str
    initials: str
    waiting: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A checkpoint: whether a proof that counts covers it, whether one waits, how many were there.

    ``point`` is its proof on the ruler of an activity at the same time: one that counts, else the last.
    """

    number: int
    title: str
    covered: bool
    waiting: bool
    people: int
    point: TimePoint | None


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """One activity of the control room.

    ``outside`` counts the proofs that are approved and outside the window that holds; ``timeline`` has them
    on a ruler; ``track`` is the latest one, with its ``drawing``.
    """

    bar: ActivityBar
    description: SafeString
    faces: tuple[Face, ...]
    places: tuple[Place, ...]
    outside: int
    takes_tracks: bool
    timeline: Timeline | None
    track: Track | None
    drawing: TrackDrawing | None

    @property
    def standing(self) -> ActivityStanding:
        """How far the group is with it."""
        return self.bar.standing

    @property
    def number(self) -> int:
        """The activity's number in the course."""
        return self.standing.rule.number

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
    tiles: tuple[Tile, ...]
    proofs: int
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


def perk_page(course: Course, reader: User, now: datetime, *, group: str = "") -> PerkPage:
    """The control room, in a fixed number of statements. Raises NoGroup."""
    opened = group_for(course, reader, group)
    found = opened.group
    every, rule = group_proofs(course, found.pk), move_rule(course)
    return PerkPage(
        course=course,
        now=now,
        group=found,
        groups=opened.groups,
        rule=rule,
        activities=_lines(course, every, _names(found.pk), _tracks(found.pk)),
        request=request_section(
            found,
            reader,
            now,
            rule=rule,
            earned=is_earned(every.standings.values()),
            is_staff=opened.is_staff and not opened.is_own,
        ),
        tiles=latest_tiles(every, reader, TILES),
        proofs=len(every.facts),
        is_staff=opened.is_staff,
    )


def _names(group_id: int) -> dict[int, Face]:
    """Everybody on a proof of the group, by id, in order of name."""
    people = User.objects.filter(participations__proof__group=group_id).distinct().order_by("name", "pk")
    return {one.pk: Face(str(one), one.initials, waiting=False) for one in people}


def _tracks(group_id: int) -> dict[int, Track]:
    """By number of the activity: the latest track of the group that was not rejected."""
    rows = (
        Track.objects.filter(proof__group=group_id, removed_at=None)
        .exclude(proof__state=ProofState.REJECTED)
        .select_related("proof__activity", "proof__posted_by")
        .order_by("started_at", "pk")
    )
    return {row.proof.activity.number: row for row in rows}


def _lines(
    course: Course, every: GroupProofs, names: Mapping[int, Face], tracks: Mapping[int, Track]
) -> tuple[ActivityLine, ...]:
    rows = Activity.objects.filter(course=course).order_by("number").prefetch_related("checkpoints")
    return tuple(
        _line(row, every, names, tracks.get(row.number))
        for row in rows
        if row.number in every.standings  # not one that was added a moment after the proofs were read
    )


def _line(row: Activity, every: GroupProofs, names: Mapping[int, Face], track: Track | None) -> ActivityLine:
    standing = every.standings[row.number]
    proofs = [fact for fact in every.facts.values() if every.activities[fact.id] == row.number]
    waiting = [fact for fact in proofs if every.worth(fact.id) is Worth.WAITING]
    may_count = frozenset[int]().union(*(one.people for one in waiting)) - standing.people
    faces = [face for pk, face in names.items() if pk in standing.people]
    faces += [replace(face, waiting=True) for pk, face in names.items() if pk in may_count]
    counted = [one for one in proofs if one.id in standing.counted]
    timeline = same_time(proofs, standing, every.target_at)
    points = _points(timeline)
    return ActivityLine(
        bar=ActivityBar(row.title, standing, len(may_count)),
        description=render_markdown(row.description),
        faces=tuple(faces),
        places=tuple(
            _place(one, standing, counted, waiting, points.get(one.number))
            for one in sorted(row.checkpoints.all(), key=lambda one: one.number)
        ),
        outside=sum(every.worth(one.id) is Worth.OUTSIDE for one in proofs),
        takes_tracks=row.takes_tracks,
        timeline=timeline,
        track=track,
        drawing=draw_track(track.lines) if track else None,
    )


def _points(timeline: Timeline | None) -> dict[int | None, TimePoint]:
    points = timeline.points if timeline else ()
    return {one.number: one for one in sorted(points, key=lambda one: one.is_counted)}


def _place(
    row: Checkpoint,
    standing: ActivityStanding,
    counted: Sequence[ProofFacts],
    waiting: Sequence[ProofFacts],
    point: TimePoint | None,
) -> Place:
    there = (proof.people for proof in counted if proof.checkpoint == row.number)
    return Place(
        number=row.number,
        title=row.title,
        covered=row.number in standing.covered,
        waiting=any(proof.checkpoint == row.number for proof in waiting),
        people=len(frozenset[int]().union(*there)),
        point=point,
    )
