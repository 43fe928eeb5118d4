"""The deadline engine: which date holds for a person on an assignment, on what terms, and why.

Every page, mail, calendar, export and command asks here; nothing else decides a date
(docs/course-rules.md, Time, Late penalty, Moving deadlines, Personal dates).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from grading.models import LatePenalty
from grading.rules import FREE, LatePolicy, Regime, Source, Tariff, tariff
from schedule.models import Assignment, Course


class DateState(StrEnum):
    """What a date that somebody set means now."""

    HOLDS = "holds"
    OVERTAKEN = "overtaken"
    PROVISIONAL = "provisional"


@dataclass(frozen=True, slots=True)
class SetDate:
    """A date that was set for an assignment, where it comes from, and whether it holds for the person."""

    at: datetime
    source: Source
    state: DateState
    is_hard: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms on which one person may hand in one assignment.

    ``regimes`` are all that apply to the person, ``prices`` is the price list they make together, and
    ``dates`` are all dates that were ever set, in the order in which they were, each with its source.
    """

    regimes: tuple[Regime, ...]
    prices: Tariff
    dates: tuple[SetDate, ...]

    @property
    def due_at(self) -> datetime:
        """The latest moment that costs nothing: the date shown as the deadline."""
        return max(regime.due_at for regime in self.regimes)

    @property
    def source(self) -> Source:
        """Where the date shown comes from."""
        return max(self.regimes, key=lambda regime: regime.due_at).source

    @property
    def closes_at(self) -> datetime | None:
        """The last moment at which work is accepted; None where lateness never closes the assignment."""
        return self.prices.closes_at

    @property
    def is_hard(self) -> bool:
        """Whether nothing is accepted after the deadline itself."""
        return self.closes_at == self.due_at


@dataclass(frozen=True, slots=True)
class CourseDeadlines:
    """The terms of everyone in one course, read once."""

    zone: ZoneInfo
    of_course: Mapping[int, Terms]
    """By assignment id: what holds for whoever has nothing of their own."""

    def knows(self, assignment_id: int) -> bool:
        """False for an assignment that was made after these were read: pages leave it to the next reading."""
        return assignment_id in self.of_course

    def terms(self, assignment_id: int, student_id: int) -> Terms:
        """What holds for this person on this assignment. KeyError for an assignment of another course."""
        return self.of_course[assignment_id]


def course_deadlines(course: Course) -> CourseDeadlines:
    """The deadlines of a course, in two statements however many people it has."""
    zone = course.zone
    policies = {
        penalty.assignment_id: penalty.policy for penalty in LatePenalty.objects.filter(course=course)
    }
    rows = Assignment.objects.filter(course=course).values_list("pk", "due_at", "closes_at", "max_score")
    of_course = {}
    for pk, due_at, closes_at, max_score in rows:
        policy = policies.get(pk, policies.get(None, FREE))
        regime = course_regime(due_at, closes_at, course.closes_at, policy, zone)
        date = SetDate(due_at, Source.COURSE, DateState.HOLDS, regime.is_hard)
        of_course[pk] = Terms((regime,), tariff((regime,), max_score), (date,))
    return CourseDeadlines(zone, of_course)


def course_regime(
    due_at: datetime,
    closes_at: datetime | None,
    course_closes_at: datetime | None,
    policy: LatePolicy,
    zone: ZoneInfo,
) -> Regime:
    """The course's own terms: closes at its hard date or with the course, whichever is first."""
    ends = [moment for moment in (closes_at, course_closes_at) if moment is not None]
    closes = max(due_at, min(ends)) if ends else None
    return Regime(due_at, zone, policy, closes)
