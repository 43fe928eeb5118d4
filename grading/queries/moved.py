"""What moved dates make of the work that is handed in, and of who has handed in nothing.

Worked out of the deadlines before and after, by the engine and the gradebook that everybody reads
(docs/course-rules.md, Late penalty, Personal dates).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from grading.queries.deadlines import Column, CourseDeadlines
from grading.queries.told import ToldAttempt, told_attempts
from grading.queries.undoing import ResultChange, result_changes
from people.models import User
from schedule.models import Course


@dataclass(frozen=True, slots=True)
class LaterWork:
    """A work that becomes late, or later, or comes too late to count; ``number`` is that of the attempt.

    ``price`` is what its lateness costs afterwards, in hundredths, None where it would not count.
    """

    name: str
    number: int
    submitted_at: datetime
    days_before: int
    days_after: int
    price: int | None


@dataclass(frozen=True, slots=True)
class PassedDate:
    """An assignment: its works that become late, and the students whose date was to come and is past.

    ``idle`` of the ``people`` have handed in nothing.
    """

    number: int
    title: str
    works: tuple[LaterWork, ...]
    people: int
    idle: int


@dataclass(frozen=True, slots=True)
class MovedDates:
    """What a change of dates does to students; ``told`` is how many hear of it: of a date that is another,
    or of other rules after it.
    """

    assignments: tuple[PassedDate, ...]
    results: tuple[ResultChange, ...]
    told: int

    @property
    def takes_back(self) -> bool:
        """Whether a work becomes late, or a date passes at once."""
        return bool(self.assignments)

    @property
    def works(self) -> int:
        """How many works become late, or later."""
        return sum(len(one.works) for one in self.assignments)

    @property
    def points(self) -> int:
        """How many points, in hundredths, all together gain (or, below zero, lose)."""
        return sum(one.total_after - one.total_before for one in self.results)


def moved_dates(
    course: Course, before: CourseDeadlines, after: CourseDeadlines, now: datetime
) -> MovedDates | None:
    """What becomes of the students who are there before and after; None where nothing is another."""
    if before == after:
        return None
    people = User.objects.filter(pk__in=before.groups.keys() & after.groups.keys(), is_active=True)
    names = {person.pk: str(person) for person in people}
    columns = [column for column in before.columns if after.knows(column.id)]
    works = told_attempts(names, before), told_attempts(names, after)
    passed = []
    for column in columns:
        later = []
        for student, name in names.items():
            pairs = zip(*(each.get((student, column.id), ()) for each in works), strict=True)
            later += [_later(name, was, becomes) for was, becomes in pairs if _is_worse(was, becomes)]
        gone = _passing(column, names, before, after, now)
        if later or gone:
            idle = sum((student, column.id) not in works[0] for student in gone)
            later.sort(key=lambda one: (one.name, one.number))
            passed.append(PassedDate(column.number, column.title, tuple(later), len(gone), idle))
    return MovedDates(
        tuple(passed),
        result_changes(course, before, after, list(names), now),
        sum(any(_is_told(column, student, before, after, now) for column in columns) for student in names),
    )


def _is_worse(was: ToldAttempt, becomes: ToldAttempt) -> bool:
    if was.price is None:
        return False
    if becomes.price is None:
        return True
    return (becomes.price, becomes.days_late) > (was.price, was.days_late)


def _later(name: str, was: ToldAttempt, becomes: ToldAttempt) -> LaterWork:
    return LaterWork(name, was.number, was.submitted_at, was.days_late, becomes.days_late, becomes.price)


def _is_told(
    column: Column, student: int, before: CourseDeadlines, after: CourseDeadlines, now: datetime
) -> bool:
    was, becomes = before.terms(column.id, student), after.terms(column.id, student)
    if (was.due_at, was.day_late, was.closes_at) == (becomes.due_at, becomes.day_late, becomes.closes_at):
        return False
    return any(one.is_theirs(column.id, student, one.issued(now)) for one in (before, after))


def _passing(
    column: Column,
    students: Collection[int],
    before: CourseDeadlines,
    after: CourseDeadlines,
    now: datetime,
) -> list[int]:
    """Whose date was to come and is past at once."""
    return [
        student
        for student in students
        if after.terms(column.id, student).due_at < now <= before.terms(column.id, student).due_at
    ]
