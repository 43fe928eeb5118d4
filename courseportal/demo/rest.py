"""Effective rest as it has happened by a moment: what groups prove, what TAs make of it, what they ask for.

Values only, the same each time for the same seed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from courseportal.course_file import CourseDefinition
from courseportal.demo.people import Cohort, Group, email_of
from courseportal.demo.pictures import Shot
from courseportal.demo.rest_stories import PENDING, Asked, Scene, Stories
from courseportal.demo.tracks import Run
from schedule.rules import instant

FAR: Final = Decimal("0.36")
"""Degrees of latitude: 40 km."""

PLACES: Final[Mapping[str, tuple[str, str]]] = {
    "theatre": ("55.760200", "37.618600"),
    "museum": ("55.741400", "37.620700"),
    "cinema": ("55.766600", "37.601500"),
    "volleyball": ("55.703400", "37.527800"),
    "football": ("55.715700", "37.551300"),
    "hall": ("55.701600", "37.530900"),
}
"""Where pictures are taken that show no checkpoint of a course."""

CORNERS: Final = (
    (55.7098, 37.5446),
    (55.7296, 37.6010),
    (55.7947, 37.6754),
    (55.7721, 37.7546),
    (55.8297, 37.6312),
)
"""Five points of Moscow with room for letters: where the first of them begins."""


@dataclass(frozen=True, slots=True)
class Proven:
    """A proof; ``people`` are addresses, the first has posted it. TAs are counted from 0.

    ``decided_at`` is None while nobody has looked.
    """

    group: str
    activity: int
    checkpoint: int | None
    taken_at: datetime
    posted_at: datetime
    people: tuple[str, ...]
    note: str
    state: str
    reason: str
    decided_at: datetime | None
    assistant: int
    shot: Shot | None
    run: Run | None


@dataclass(frozen=True, slots=True)
class Request:
    """A group's request, filed by its representative; one that was replaced has an end."""

    group: str
    by: str
    assignments: tuple[int, ...]
    filed_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Rest:
    """All that a course's groups have done, and what they asked for."""

    proofs: tuple[Proven, ...] = ()
    requests: tuple[Request, ...] = ()


def rest_by(
    now: datetime, definition: CourseDefinition, cohort: Cohort, stories: Stories, *, told_from: datetime
) -> Rest:
    """What the groups of a cohort have done by ``now``, as stories have it that are told from a moment.

    Nothing for a course that asks for other activities than the stories tell of.
    """
    if definition.extension is None or not _fits(definition, stories):
        return Rest()
    proofs: list[Proven] = []
    requests: list[Request] = []
    for group in cohort.groups:
        if group.name not in stories:
            continue
        teller = _Teller(definition, group, told_from)
        proofs += [teller.proven(scene, now) for scene in stories[group.name].scenes]
        requests += teller.requests(stories[group.name].requests, now)
    done = [one for one in proofs if one.posted_at <= now]
    done.sort(key=lambda one: (one.posted_at, one.group, one.activity, one.checkpoint or 0))
    return Rest(tuple(done), tuple(requests))


def _fits(definition: CourseDefinition, stories: Stories) -> bool:
    there: set[tuple[int, int | None]] = set()
    for activity in definition.activities:
        there |= {(activity.number, place.number) for place in activity.checkpoints}
        there |= set() if activity.checkpoints else {(activity.number, None)}
    told = {(scene.activity, scene.checkpoint) for story in stories.values() for scene in story.scenes}
    return told <= there


class _Teller:
    """Tells what one group does."""

    def __init__(self, definition: CourseDefinition, group: Group, told_from: datetime) -> None:
        self.group, self.zone, self.slug = group, definition.course.zone, definition.course.slug
        self.last_on = told_from.astimezone(self.zone).date()
        self.emails = {each.name.split()[0]: email_of(each.name) for each in group.students}
        self.places = {
            (activity.number, place.number): (place.latitude, place.longitude)
            for activity in definition.activities
            for place in activity.checkpoints
            if place.latitude is not None and place.longitude is not None
        }

    def proven(self, scene: Scene, now: datetime) -> Proven:
        """A proof, posted soon after it was taken and decided on the evening of the next day.

        By ``now``: a decision of the future is not there.
        """
        chance = Random(f"{self.slug}/{self.group.name}/{scene}")  # noqa: S311 - a story, no secret
        taken_at = self._at(scene.days, time.fromisoformat(scene.at)) + timedelta(
            seconds=chance.randrange(60)
        )
        posted_at = taken_at + timedelta(days=scene.posted_days_later, seconds=chance.randrange(1200, 7200))
        decided_at = self._at(
            scene.days - scene.posted_days_later - 1, time(17 + chance.randrange(5), chance.randrange(60))
        )
        waits = scene.state == PENDING or decided_at > now
        return Proven(
            self.group.name,
            scene.activity,
            scene.checkpoint,
            taken_at,
            posted_at,
            tuple(self.emails[name] for name in scene.people.split()),
            scene.note,
            PENDING if waits else scene.state,
            "" if waits else scene.reason,
            None if waits else decided_at,
            chance.randrange(2),
            self._shot(scene, taken_at, chance),
            self._run(scene, taken_at),
        )

    def requests(self, told: tuple[Asked, ...], now: datetime) -> Iterator[Request]:
        """What the group asks for by ``now``, one after another."""
        filed = [self._at(asked.days, time(21, 14)) for asked in told]
        for place, asked in enumerate(told):
            ended_at = filed[place + 1] if place + 1 < len(told) and filed[place + 1] <= now else None
            if filed[place] <= now:
                yield Request(
                    self.group.name,
                    email_of(self.group.representative),
                    asked.assignments,
                    filed[place],
                    ended_at,
                )

    def _at(self, days: int, clock: time) -> datetime:
        day: date = self.last_on - timedelta(days=days)
        return instant(datetime.combine(day, clock), self.zone)

    def _shot(self, scene: Scene, taken_at: datetime, chance: Random) -> Shot | None:
        if not scene.picture:
            return None
        place = self._place(scene, chance)
        people = scene.on_it or len(scene.people.split())
        return Shot(scene.picture, people, taken_at.astimezone(self.zone), place, scene.is_sent_on)

    def _place(self, scene: Scene, chance: Random) -> tuple[Decimal, Decimal] | None:
        """Some steps from the checkpoint, or from where the picture is taken; 40 km off if told."""
        known = self.places.get((scene.activity, scene.checkpoint or 0))
        if known is None and scene.picture in PLACES:
            latitude, longitude = PLACES[scene.picture]
            known = Decimal(latitude), Decimal(longitude)
        if known is None:
            return None
        aside = Decimal(chance.randrange(-400, 400)).scaleb(-6)
        return known[0] + aside + (FAR if scene.is_far else 0), known[1] + aside

    def _run(self, scene: Scene, taken_at: datetime) -> Run | None:
        if scene.picture or scene.checkpoint is None:
            return None
        latitude, longitude = CORNERS[(scene.checkpoint - 1) % len(CORNERS)]
        return Run(taken_at, latitude, longitude, f"{self.slug}/{self.group.name}/{scene.checkpoint}")
