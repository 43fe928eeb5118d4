"""The schedule page: the term's programme together with the deadlines that hold for the reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from courseportal.rulers import TermMark
from grading.models import Submission
from grading.queries.deadlines import CourseDeadlines, course_deadlines
from people.models import User
from schedule.models import Assignment, Course, Exam
from schedule.queries import ClassEntry, Programme, Week, programme


class WorkState(StrEnum):
    """What is so about somebody's work on an assignment."""

    HANDED_IN = "handed_in"
    LATE = "late"
    OPEN = "open"
    CLOSED = "closed"
    NOT_ISSUED = "not_issued"


@dataclass(frozen=True, slots=True)
class DueEntry:
    """A deadline as it stands in the schedule.

    ``price`` is what handing in costs now in hundredths, None where nothing is taken any more;
    ``price_until`` is the last moment of that price and ``next_price`` the one after it, None for no change.
    """

    number: int
    title: str
    at: datetime
    state: WorkState
    price: int | None
    price_until: datetime | None
    next_price: int | None


@dataclass(frozen=True, slots=True)
class WeekPage:
    """A week with its lines in order of time; ``place`` is past, this or coming."""

    week: Week
    place: str
    lines: tuple[ClassEntry | DueEntry, ...]


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
    next_class: ClassEntry | None
    exam: Exam | None

    @property
    def first_coming(self) -> int | None:
        """The number of the week to open at: this one, else the next; None when the term is over."""
        return next((page.week.number for page in self.weeks if page.place != "past"), None)


def schedule_page(course: Course, reader: User, now: datetime) -> SchedulePage:
    """The schedule with the deadlines that hold for the reader, in eight statements."""
    term = programme(course)
    today = now.astimezone(course.zone).date()
    due = due_entries(course, reader, now)
    return SchedulePage(
        course=course,
        today=today,
        now=now,
        week_now=term.week_of(today),
        week_count=len(term.weeks),
        weeks=tuple(_weeks(term, due, today)),
        marks=term_marks(due, course),
        next_class=term.next_class(now),
        exam=term.exam,
    )


def due_entries(
    course: Course, reader: User, now: datetime, deadlines: CourseDeadlines | None = None
) -> tuple[DueEntry, ...]:
    """The deadlines of a course for one person, in order of number."""
    deadlines = deadlines or course_deadlines(course)
    today = now.astimezone(course.zone).date()
    handed_in = set(
        Submission.objects.filter(assignment__course=course, student=reader)
        .order_by()
        .values_list("assignment_id", flat=True)
    )
    rows = Assignment.objects.filter(course=course).order_by("number")
    return tuple(
        _due_entry(row, deadlines, reader, now, handed_in=row[0] in handed_in, issued=row[3] <= today)
        for row in rows.values_list("pk", "number", "title", "issued_on")
    )


def _due_entry(
    row: tuple[int, int, str, date],
    deadlines: CourseDeadlines,
    reader: User,
    now: datetime,
    *,
    handed_in: bool,
    issued: bool,
) -> DueEntry:
    pk, number, title, _issued_on = row
    terms = deadlines.terms(pk, reader.pk)
    step = terms.prices.step_at(now)
    following = terms.prices.step_at(step.until + timedelta(seconds=1)) if step and step.until else None
    if handed_in:
        state = WorkState.HANDED_IN
    elif not issued:
        state = WorkState.NOT_ISSUED
    elif step is None:
        state = WorkState.CLOSED
    else:
        state = WorkState.LATE if now > terms.due_at else WorkState.OPEN
    return DueEntry(
        number,
        title,
        terms.due_at,
        state,
        step.penalty if step else None,
        step.until if step else None,
        following.penalty if following else None,
    )


def term_marks(due: tuple[DueEntry, ...], course: Course) -> tuple[TermMark, ...]:
    """The deadlines as marks of the term ruler."""
    names = {WorkState.HANDED_IN: "done", WorkState.LATE: "late", WorkState.OPEN: "open"}
    return tuple(
        TermMark(
            str(entry.number), entry.at.astimezone(course.zone).date(), names.get(entry.state, "waiting")
        )
        for entry in due
    )


def _weeks(term: Programme, due: tuple[DueEntry, ...], today: date) -> Iterator[WeekPage]:
    zone = term.course.zone
    for week in term.weeks:
        dues = [entry for entry in due if week.first_on <= entry.at.astimezone(zone).date() <= week.last_on]
        lines: list[ClassEntry | DueEntry] = [*week.classes, *dues]
        lines.sort(key=lambda line: line.at if isinstance(line, DueEntry) else line.starts_at)
        place = "past" if week.last_on < today else "this" if week.first_on <= today else "coming"
        yield WeekPage(week, place, tuple(lines))
