"""What TAs grade from: the queue of works, and one work with all that belongs to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import count

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from grading.models import Submission
from grading.queries.attempts import Attempt, IfEarned, attempts_of, graded_work, if_earned
from grading.queries.deadlines import Terms, course_deadlines
from grading.rules import Mark, Tariff, mark
from schedule.models import STUDENT_ROLES, Course, Enrolment


class QueueState(StrEnum):
    """Which works a queue shows."""

    WAITING = "waiting"
    """No points yet, and it is the attempt to look at."""
    SET_ASIDE = "set_aside"
    """No points yet, but its student handed in or pointed to another attempt since."""
    GRADED = "graded"
    ALL = "all"


def in_state(works: QuerySet[Submission], state: QueueState) -> QuerySet[Submission]:
    """Those of the works that are in this state."""
    ungraded = Q(review__isnull=True) | Q(review__score__isnull=True)
    match state:
        case QueueState.WAITING:
            return works.filter(ungraded, pk=_attempt_to_look_at())
        case QueueState.SET_ASIDE:
            return works.filter(ungraded).exclude(pk=_attempt_to_look_at())
        case QueueState.GRADED:
            return works.filter(review__score__isnull=False)
        case QueueState.ALL:
            return works


def _attempt_to_look_at() -> Subquery:
    """The attempt of the same student at the same assignment that was touched last.

    The same rule as grading.queries.attempts.pointed_place, in SQL.
    """
    touched = Greatest(F("submitted_at"), Coalesce(F("chosen_at"), F("submitted_at")))
    attempts = Submission.objects.filter(assignment=OuterRef("assignment"), student=OuterRef("student"))
    return Subquery(attempts.order_by(touched.desc(), "-submitted_at", "-pk").values("pk")[:1])


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One work in a queue. ``number`` is its place among ``attempts`` of that student at that assignment.

    ``price`` is what lateness cost in hundredths, None where the work came too late to count; ``mark`` is
    None while it has no points; ``group`` is the student's present one, empty for who has left.
    ``if_earned`` and ``would_not_count`` say what the perk would make of it, as for an Attempt.
    """

    number: int
    attempts: int
    group: str
    days_late: int
    price: int | None
    mark: Mark | None
    if_earned: IfEarned | None
    would_not_count: bool


def queue_lines(works: Sequence[Submission], now: datetime) -> dict[int, QueueLine]:
    """A line for each work, by its id: two statements, and five or seven for each course among them.

    Give works with their assignment, its course and their review.
    """
    courses = {work.assignment.course for work in works}
    deadlines = {
        course.pk: course_deadlines(course, now, students={work.student_id for work in works})
        for course in courses
    }
    numbers, attempts = _numbers(works)
    groups = _groups(works)
    lines = {}
    for work in works:
        terms = deadlines[work.assignment.course_id].terms(work.assignment_id, work.student_id)
        prices = terms.prices
        lines[work.pk] = QueueLine(
            number=numbers[work.pk],
            attempts=attempts[work.assignment_id, work.student_id],
            group=groups.get((work.assignment.course_id, work.student_id), ""),
            days_late=prices.days_late_at(work.submitted_at),
            price=prices.penalty_at(work.submitted_at),
            mark=mark_of(work, prices),
            if_earned=if_earned(work, terms),
            would_not_count=terms.would_not_count(work.submitted_at),
        )
    return lines


def mark_of(work: Submission, prices: Tariff) -> Mark | None:
    """What a work is worth, with every number of its sum; None while it has no points."""
    graded = graded_work(work)
    return None if graded is None else mark(graded, prices)


def _numbers(works: Sequence[Submission]) -> tuple[dict[int, int], dict[tuple[int, int], int]]:
    """The number of each attempt, and how many there are of a student at an assignment."""
    rows = (
        Submission.objects.filter(
            assignment__in={work.assignment_id for work in works},
            student__in={work.student_id for work in works},
        )
        .in_order()
        .values_list("pk", "assignment_id", "student_id")
    )
    counters: dict[tuple[int, int], count[int]] = defaultdict(lambda: count(1))
    numbers: dict[int, int] = {}
    attempts: dict[tuple[int, int], int] = {}
    for pk, assignment_id, student_id in rows:
        key = (assignment_id, student_id)
        attempts[key] = numbers[pk] = next(counters[key])
    return numbers, attempts


def _groups(works: Sequence[Submission]) -> dict[tuple[int, int], str]:
    rows = (
        Enrolment.objects.students()
        .filter(
            course__in={work.assignment.course_id for work in works},
            person__in={work.student_id for work in works},
        )
        .order_by()
        .values_list("course_id", "person_id", "group__name")
    )
    return {(course_id, person_id): name for course_id, person_id, name in rows}


@dataclass(frozen=True, slots=True)
class WorkPage:
    """One work as its TA sees it: ``attempt`` is the work itself, ``others`` are the other attempts."""

    course: Course
    group: str
    terms: Terms
    attempt: Attempt
    others: tuple[Attempt, ...]

    @property
    def price(self) -> int | None:
        """What lateness takes, in hundredths; None where the work came too late to count."""
        return self.attempt.price


def work_page(work: Submission, now: datetime) -> WorkPage:
    """All that the page of one work shows, in eight statements, two more
    where the group asks to move deadlines. Give the work with its assignment's course."""
    course = work.assignment.course
    deadlines = course_deadlines(course, now, students=[work.student_id])
    terms = deadlines.terms(work.assignment_id, work.student_id)
    attempts = attempts_of(work.student_id, work.assignment_id, terms)
    groups = Enrolment.objects.filter(
        course=course, person=work.student_id, role__in=STUDENT_ROLES, left_at__isnull=True
    ).values_list("group__name", flat=True)
    return WorkPage(
        course=course,
        group=groups.first() or "",
        terms=terms,
        attempt=next(attempt for attempt in attempts if attempt.id == work.pk),
        others=tuple(attempt for attempt in attempts if attempt.id != work.pk),
    )
