"""A course with its groups, work and marks in plain Python: what every page has to say about each student.

Written from the rules as docs/course-rules.md words them. Moments are whole seconds after the oracle's zero,
points are hundredths.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tests.grading.oracle import EPOCH as UNIX
from tests.grading.oracle import zone
from tests.perks import oracle
from tests.perks.plain import Course, Group

DAY = 86_400
ZERO = int((oracle.EPOCH - UNIX).total_seconds())
MOSCOW = zone("Europe/Moscow")
GRADES = (("excellent", 4800, 5), ("good", 3600, 4), ("satisfactory", 3000, 3), ("unsatisfactory", 0, 0))

Future = Literal["now", "if earned"]
Result = tuple[tuple[int | None, ...], int, int, str]
"""Scores by assignment, their sum, how many are passed, the accumulated grade."""


@dataclass
class Stay:
    """Somebody's time in a group: from one second on, until and without another."""

    person: int
    group: int
    joined: int | None
    left: int | None = None

    def holds_at(self, moment: int) -> bool:
        return (self.joined is None or self.joined <= moment) and (self.left is None or moment < self.left)


@dataclass
class Work:
    """What somebody handed in, and the points and the bonus it was given; None while it waits."""

    person: int
    number: int
    at: int
    points: int | None = None
    bonus: int = 0


@dataclass(frozen=True)
class Personal:
    """A date of somebody's own."""

    due: int
    is_hard: bool
    is_penalised: bool


@dataclass
class Book:
    """All facts of a course."""

    course: Course
    due: dict[int, int]
    groups: list[Group]
    stays: list[Stay] = field(default_factory=list)
    works: list[Work] = field(default_factory=list)
    personal: dict[tuple[int, int], Personal] = field(default_factory=dict)

    def members(self, group: int, moment: int) -> list[int]:
        """Who is in a group at a moment."""
        return sorted({one.person for one in self.stays if one.group == group and one.holds_at(moment)})

    def group_of(self, person: int) -> int | None:
        """The group somebody is in now."""
        return next((one.group for one in self.stays if one.person == person and one.left is None), None)

    def asks(self, person: int, number: int) -> bool:
        """Whether the request of somebody's group names the assignment."""
        place = self.group_of(person)
        return place is not None and number in (self.groups[place].asked or ())

    def state(self, person: int, now: int) -> str:
        """What the request of somebody's group means."""
        place = self.group_of(person)
        return "none" if place is None else self.course.state(self.groups[place], now)

    # Terms -------------------------------------------------------------------------------------------

    def has_moved(self, person: int, number: int, now: int, future: Future = "now") -> bool:
        """Whether somebody's deadline has moved, or would have."""
        states = {"active"} if future == "now" else {"active", "provisional"}
        return self.asks(person, number) and self.state(person, now) in states

    def price(self, person: int, number: int, at: int, now: int, future: Future = "now") -> int | None:
        """What work of a moment costs somebody; None where it is not taken."""
        offers: list[int | None] = []
        if self.has_moved(person, number, now, future):
            offers.append(0 if at <= self.course.target else None)
        else:
            offers.append(100 * _days_late(at, self.due[number]))
        if own := self.personal.get((person, number)):
            late = _days_late(at, own.due)
            offers.append(None if late and own.is_hard else 100 * late * own.is_penalised)
        taken = [offer for offer in offers if offer is not None]
        return min(taken) if taken else None

    def shown_due(self, person: int, number: int, now: int) -> int:
        """The latest moment that costs nothing."""
        of_group = self.course.target if self.has_moved(person, number, now) else self.due[number]
        own = self.personal.get((person, number))
        return max(of_group, own.due) if own else of_group

    # Results -----------------------------------------------------------------------------------------

    def result(self, person: int, now: int, future: Future = "now") -> Result:
        """Somebody's scores and what they make."""
        scores = tuple(self._score(person, number, now, future) for number in sorted(self.due))
        counted = [score for score in scores if score is not None]
        total, passed = sum(counted), sum(score >= 400 for score in counted)
        grade = next(name for name, least, works in GRADES if total >= least and passed >= works)
        return scores, total, passed, grade

    def if_earned(self, person: int, now: int) -> Result | None:
        """What these become with the perk, while it may still come."""
        return self.result(person, now, "if earned") if self.state(person, now) == "provisional" else None

    def _score(self, person: int, number: int, now: int, future: Future) -> int | None:
        results = [
            max(0, work.points - price) + work.bonus
            for work in self.works
            if (work.person, work.number) == (person, number)
            and work.points is not None
            and (price := self.price(person, number, work.at, now, future)) is not None
        ]
        return max(results, default=None)


def _days_late(at: int, due: int) -> int:
    return MOSCOW.days_late(ZERO + at, ZERO + due)
