"""What the page shows by which a proof is handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from people.models import User
from perks.models import Activity, Checkpoint, ExtensionRule, Participation, Photo, Proof
from perks.queries.groups import OpenGroup, group_for
from perks.queries.keeping import kept_until
from perks.queries.members import Member, members_at, past_members
from perks.queries.standing import activity_rules, proof_facts
from perks.rules import ActivityStanding, PartState, activity_standing
from schedule.models import Course
from schedule.rules import utc


@dataclass(frozen=True, slots=True)
class ActivityChoice:
    """An activity, and how far the group is with it."""

    activity: Activity
    standing: ActivityStanding


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    """A place of the chosen activity; ``covered`` where a proof that counts has it already."""

    checkpoint: Checkpoint
    covered: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody to tick: whether the activity counts them already, whether they have left the group."""

    member: Member
    initials: str
    is_reader: bool
    counts: bool
    left: bool


@dataclass(frozen=True, slots=True)
class AddPage:
    """The page by which a group's proof is handed in; ``chosen`` is None until an activity is.

    ``ticked`` are the people to tick at first, ``place_id`` the place. ``kept_until`` is the last day on
    which photos are kept. ``used`` has the SHA-256 of photos that the group has handed in already, each with
    the name of its proof.
    """

    course: Course
    now: datetime
    open: OpenGroup
    choices: tuple[ActivityChoice, ...]
    chosen: ActivityChoice | None
    places: tuple[PlaceChoice, ...]
    candidates: tuple[Candidate, ...]
    ticked: frozenset[int]
    target_at: datetime | None
    kept_until: date
    used: dict[str, str]
    proofs: int

    @property
    def is_late(self) -> bool:
        """Whether the target has passed, so that what is handed in now cannot count."""
        return self.target_at is not None and utc(self.now) > utc(self.target_at)


class NoActivity(Exception):
    """The course has no activity of that number."""


def add_page(
    course: Course,
    reader: User,
    now: datetime,
    *,
    group: str = "",
    number: int | None = None,
    like: int | None = None,
) -> AddPage:
    """The page for an activity by its number, in a fixed number of statements.

    Without a number the only activity is chosen, of several none. ``like`` is the id of a proof of the group
    whose people are ticked; else the reader is. Raises NoGroup, NoActivity.
    """
    opened = group_for(course, reader, group)
    rule = ExtensionRule.objects.filter(course=course).first()
    target_at = rule.target_at if rule else None
    choices = _choices(course, opened, target_at)
    chosen = choices[0] if len(choices) == 1 else None
    if number is not None:
        chosen = next((one for one in choices if one.activity.number == number), None)
        if chosen is None:
            raise NoActivity
    candidates = _candidates(opened, reader, now, chosen) if chosen else ()
    return AddPage(
        course=course,
        now=now,
        open=opened,
        choices=choices,
        chosen=chosen,
        places=_places(chosen) if chosen else (),
        candidates=candidates,
        ticked=_people_on(like, opened)
        or frozenset(one.member.person_id for one in candidates if one.is_reader and not one.left),
        target_at=target_at,
        kept_until=kept_until(course, rule),
        used=_used(opened) if chosen else {},
        proofs=Proof.objects.filter(group=opened.group).count(),
    )


def _choices(course: Course, opened: OpenGroup, target_at: datetime | None) -> tuple[ActivityChoice, ...]:
    facts = proof_facts(course, [opened.group.pk])
    rows = Activity.objects.filter(course=course).prefetch_related("checkpoints")
    activities = {row.number: row for row in rows}
    for row in activities.values():
        row.course = course
    return tuple(
        ActivityChoice(
            activities[asked.number],
            activity_standing(asked, facts.get((opened.group.pk, asked.number), ()), target_at),
        )
        for asked in activity_rules(course)
    )


def _places(chosen: ActivityChoice) -> tuple[PlaceChoice, ...]:
    """Those that no proof covers yet first."""
    places = [
        PlaceChoice(place, place.number in chosen.standing.covered)
        for place in chosen.activity.checkpoints.all()
    ]
    return tuple(sorted(places, key=lambda one: (one.covered, one.checkpoint.number)))


def _candidates(
    opened: OpenGroup, reader: User, now: datetime, chosen: ActivityChoice
) -> tuple[Candidate, ...]:
    """The reader first, then the group by name, then those who have left it."""
    present, past = members_at(opened.group, now), past_members(opened.group, now)
    counted = chosen.standing.people
    found = [
        Candidate(
            one,
            User(name=one.name, email=one.email).initials,
            one.person_id == reader.pk,
            one.person_id in counted,
            left=place >= len(present),
        )
        for place, one in enumerate([*present, *past])
    ]
    return tuple(sorted(found, key=lambda one: not one.is_reader or one.left))


def _people_on(like: int | None, opened: OpenGroup) -> frozenset[int]:
    """The people of a proof of the group; none where it is no such proof."""
    if like is None:
        return frozenset()
    parts = Participation.objects.filter(proof=like, proof__group=opened.group)
    return frozenset(parts.exclude(state=PartState.STRUCK).values_list("person_id", flat=True))


def _used(opened: OpenGroup) -> dict[str, str]:
    photos = Photo.objects.filter(proof__group=opened.group).select_related(
        "proof__activity", "proof__checkpoint"
    )
    return {photo.sha256: str(photo.proof) for photo in photos.order_by("-pk")[:200]}
