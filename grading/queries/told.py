"""What letters say of results: the sum of a work, the end of a course, by the gradebook's own code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from grading.models import GradeRow, Submission
from grading.queries.attempts import IfEarned, counting_place, graded_work, if_earned
from grading.queries.deadlines import CourseDeadlines, Terms, course_deadlines
from grading.queries.gradebook import gradebook
from grading.queries.scheme import SchemeMissing
from grading.rules import Graded, Mark, mark
from schedule.models import Course


@dataclass(frozen=True, slots=True)
class ToldResult:
    """A graded work at a moment. Points are hundredths.

    ``number`` is that of the attempt. ``mark`` is its sum, None without points; ``if_earned`` the sum with
    the perk, None unless the group's request for the assignment is provisional. ``counting`` is the number of
    the attempt that gives the assignment its score, None where none does, and ``score`` is that score.
    """

    number: int
    mark: Mark | None
    if_earned: Mark | None
    counting: int | None
    score: int | None


def told_results(course: Course, ids: Collection[int], now: datetime) -> dict[int, ToldResult]:
    """By submission: what is told of it at ``now``; in a fixed number of statements."""
    asked = list(
        Submission.objects.filter(pk__in=ids, assignment__course=course).values_list(
            "pk", "student_id", "assignment_id"
        )
    )
    students = {student for _pk, student, _assignment in asked}
    deadlines = course_deadlines(course, now, students=students)
    attempts: dict[tuple[int, int], list[Submission]] = defaultdict(list)
    rows = Submission.objects.filter(
        student__in=students, assignment__in={assignment for _pk, _student, assignment in asked}
    )
    for row in rows.in_order().select_related("review"):
        attempts[row.student_id, row.assignment_id].append(row)
    return {
        pk: _told(pk, attempts[student, assignment], deadlines.terms(assignment, student))
        for pk, student, assignment in asked
    }


def _told(pk: int, attempts: Sequence[Submission], terms: Terms) -> ToldResult:
    place = next(place for place, one in enumerate(attempts) if one.pk == pk)
    work = graded_work(attempts[place])
    counting = counting_place(attempts, terms)
    best = graded_work(attempts[counting]) if counting is not None else None
    return ToldResult(
        number=place + 1,
        mark=_mark(work, terms),
        if_earned=_mark(work, terms.if_earned) if terms.if_earned else None,
        counting=None if counting is None else counting + 1,
        score=mark(best, terms.prices).result if best else None,
    )


def _mark(work: Graded | None, terms: Terms) -> Mark | None:
    return None if work is None else mark(work, terms.prices)


@dataclass(frozen=True, slots=True)
class ToldAttempt:
    """An attempt on the terms that hold. Points and prices are hundredths.

    ``price`` is what its lateness costs, None where it came too late to count; ``mark`` is None without
    points. ``if_earned`` and ``would_not_count`` as ``Attempt`` has them.
    """

    number: int
    submitted_at: datetime
    days_late: int
    price: int | None
    mark: Mark | None
    if_earned: IfEarned | None
    would_not_count: bool


def told_attempts(
    students: Collection[int], deadlines: CourseDeadlines
) -> dict[tuple[int, int], list[ToldAttempt]]:
    """By student and assignment (ids): all attempts in order, on the terms given; in one statement."""
    found: dict[tuple[int, int], list[ToldAttempt]] = defaultdict(list)
    rows = Submission.objects.filter(student__in=students, assignment__in=deadlines.of_course)
    for row in rows.in_order().select_related("review"):
        terms = deadlines.terms(row.assignment_id, row.student_id)
        attempts = found[row.student_id, row.assignment_id]
        attempts.append(
            ToldAttempt(
                number=len(attempts) + 1,
                submitted_at=row.submitted_at,
                days_late=terms.prices.days_late_at(row.submitted_at),
                price=terms.prices.penalty_at(row.submitted_at),
                mark=_mark(graded_work(row), terms),
                if_earned=if_earned(row, terms),
                would_not_count=terms.would_not_count(row.submitted_at),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class ToldEnd:
    """How a course ended for a student: the codes of the grades before and after the exam, and the pass.

    ``titles`` are the course's own words for the grades that it calls otherwise than usual.
    """

    accumulated: str
    final: str | None
    passed: bool | None
    titles: Mapping[str, str]


def told_ends(course: Course, students: Collection[int], now: datetime) -> dict[int, ToldEnd]:
    """By student who is in the course now: how it ended; nobody in a course without a grade scale."""
    try:
        book = gradebook(course, now, students=students)
    except SchemeMissing:
        return {}
    own = dict(GradeRow.objects.filter(scheme__course=course).exclude(title="").values_list("code", "title"))
    return {
        row.student_id: ToldEnd(
            row.standing.accumulated.code,
            row.final.grade.code if row.final.grade else None,
            row.final.passed,
            own,
        )
        for row in book.rows
    }
