"""The schedule page: the term's programme together with the deadlines that hold for the reader."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from courseportal.rulers import TermMark
from grading.queries.assignments import AssignmentLine, AssignmentsPage, assignments_page
from grading.queries.work import WorkState
from people.models import User
from schedule.models import Course, Exam
from schedule.queries import ClassEntry, Programme, Week, monday, programme, week_number


@dataclass(frozen=True, slots=True)
class MayBeDue:
    """An assignment at the moment to which its deadline moves once the group has earned the perk."""

    number: int
    title: str
    may_be_at: datetime


Line = ClassEntry | AssignmentLine | MayBeDue


@dataclass(frozen=True, slots=True)
class WeekPage:
    """A week with its lines in order of time; ``place`` is past, this or coming.

    A line is a class, or an assignment at the moment of the deadline that holds for the reader, or once
    more, in pencil, at the one that may come to hold.
    """

    week: Week
    place: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class SchedulePage:
    """All that the schedule page shows. ``week_now`` is None outside the term."""

    course: Course
    today: date
    now: datetime
    week_now: Week | None
    week_count: int
    weeks: tuple[WeekPage, ...]
    marks: tuple[TermMark, ...]
    target_on: date | None
    exam: Exam | None
    studies: bool

    @property
    def first_coming(self) -> int | None:
        """The number of the week to open at: this one, else the next; None when the term is over."""
        return next((page.week.number for page in self.weeks if page.place != "past"), None)


def schedule_page(course: Course, reader: User, now: datetime) -> SchedulePage:
    """The schedule with the deadlines that hold for the reader, in eight statements."""
    term = programme(course)
    work = assignments_page(course, reader, now)
    today = now.astimezone(course.zone).date()
    return SchedulePage(
        course=course,
        today=today,
        now=now,
        week_now=term.week_of(today),
        week_count=len(term.weeks),
        weeks=tuple(_weeks(term, work.lines, today)),
        marks=term_marks(work),
        target_on=may_move_on(work),
        exam=term.exam,
        studies=work.is_student,
    )


_MARKS = {
    WorkState.LATE: "late",
    WorkState.OPEN: "open",
    WorkState.AHEAD: "waiting",
    WorkState.CLOSED: "waiting",
}


def term_marks(work: AssignmentsPage) -> tuple[TermMark, ...]:
    """The deadlines as marks of the term ruler; whatever is handed in is done.

    For somebody who hands nothing in a deadline is past or ahead, never late.
    """
    return tuple(_mark(line, work) for line in work.lines)


def may_move_on(work: AssignmentsPage) -> date | None:
    """The day to which deadlines move once the reader's group has earned the perk; None where none may."""
    return next(
        (line.may_move_at.astimezone(work.course.zone).date() for line in work.lines if line.may_move_at),
        None,
    )


def _mark(line: AssignmentLine, work: AssignmentsPage) -> TermMark:
    on = line.terms.due_at.astimezone(work.course.zone).date()
    if work.is_student:
        state = _MARKS.get(line.state, "done")
    else:
        state = "done" if line.terms.due_at < work.now else "open"
    return TermMark(str(line.number), on, state)


def _moment(line: Line) -> datetime:
    if isinstance(line, ClassEntry):
        return line.starts_at
    return line.may_be_at if isinstance(line, MayBeDue) else line.terms.due_at


def _deadlines(work: Sequence[AssignmentLine]) -> Iterator[AssignmentLine | MayBeDue]:
    for line in work:
        yield line
        if line.may_move_at:
            yield MayBeDue(line.number, line.title, line.may_move_at)


def _weeks(term: Programme, work: Sequence[AssignmentLine], today: date) -> Iterator[WeekPage]:
    """The weeks of the term, and those before and after it in which a deadline falls."""
    zone, course = term.course.zone, term.course
    by_number = {week.number: week for week in term.weeks}
    dues: defaultdict[int, list[AssignmentLine | MayBeDue]] = defaultdict(list)
    for line in _deadlines(work):
        due_on = _moment(line).astimezone(zone).date()
        number = week_number(course, due_on)
        by_number.setdefault(number, Week(number, monday(due_on), ()))
        dues[number].append(line)
    for number, week in sorted(by_number.items()):
        place = "past" if week.last_on < today else "this" if week.first_on <= today else "coming"
        yield WeekPage(week, place, tuple(sorted([*week.classes, *dues[number]], key=_moment)))
