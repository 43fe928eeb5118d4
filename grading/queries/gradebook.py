"""The gradebook: every student of a course with scores, total, grade, exam and pass.

One student's page and the whole course go through the same rules here, over plain tuples.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from grading.models import ExamResult, Submission
from grading.queries.deadlines import Column, CourseDeadlines, course_deadlines
from grading.queries.scheme import Scheme, grading_scheme
from grading.rules import Final, Graded, Outcome, Standing, Tariff, assignment_score, final, standing
from schedule.models import Course, Enrolment


@dataclass(frozen=True, slots=True)
class Result:
    """Penalised scores in the order of the columns, None where nothing graded counts, and what they make."""

    scores: tuple[int | None, ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class Row:
    """One student: penalised scores in the order of the columns, None where nothing graded counts.

    ``waiting`` says for each column whether work is there that no TA has given points yet. While the
    request of the student's group is provisional, ``if_earned`` is what these become with the perk.
    """

    student_id: int
    email: str
    name: str
    group: str
    scores: tuple[int | None, ...]
    waiting: tuple[bool, ...]
    standing: Standing
    final: Final
    if_earned: Result | None = None


@dataclass(frozen=True, slots=True)
class Gradebook:
    """A course's students by group, name and e-mail, over its assignments in order of number."""

    course: Course
    scheme: Scheme
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def max_total(self) -> int:
        """The most that all assignments together can give, in hundredths, without bonus."""
        return sum(column.max_score for column in self.columns)


Work = tuple[datetime, int | None, int | None]
"""When it was handed in, its points, its bonus; None where it has no review."""

Works = Mapping[tuple[int, int], Sequence[Work]]
"""By student and assignment: every attempt."""


def gradebook(
    course: Course,
    now: datetime,
    *,
    students: Collection[int] | None = None,
    deadlines: CourseDeadlines | None = None,
    works: Works | None = None,
) -> Gradebook:
    """The gradebook at ``now`` of a course, or of some of its students by their ids.

    Takes eight statements whatever the number of students, two more where a group has asked to move
    deadlines; none of those of ``deadlines`` where they are given, one fewer where ``works`` are.
    Raises SchemeMissing for a course without a grade scale.
    """
    scheme = grading_scheme(course)
    people = _students(course, students)
    deadlines = deadlines or course_deadlines(
        course, now, students=students, groups={one.id: one.group_id for one in people}
    )
    earned, columns = deadlines.if_earned(), deadlines.columns
    works = works_of(course, students) if works is None else works
    outcomes = _outcomes(course, students)
    rows = []
    for student_id, email, name, group, _group_id in people:
        attempts = [works.get((student_id, column.id), ()) for column in columns]
        graded = [graded_of(each) for each in attempts]
        waiting = tuple(len(done) < len(each) for done, each in zip(graded, attempts, strict=True))
        result = result_of(student_id, columns, graded, deadlines, scheme)
        move = deadlines.move_of(student_id)
        is_open = move is not None and move.is_provisional
        other = result_of(student_id, columns, graded, earned, scheme) if is_open else None
        end = final(result.standing.accumulated, outcomes.get(student_id, ()), scheme.scale, scheme.pass_rule)
        rows.append(Row(student_id, email, name, group, result.scores, waiting, result.standing, end, other))
    return Gradebook(course, scheme, columns, tuple(rows))


def result_of(
    student_id: int,
    columns: Sequence[Column],
    graded: Sequence[Sequence[Graded]],
    deadlines: CourseDeadlines,
    scheme: Scheme,
) -> Result:
    """What a student's graded work, by column, makes on the terms of these deadlines."""
    scores = tuple(
        assignment_score(works, deadlines.terms(column.id, student_id).prices)
        for column, works in zip(columns, graded, strict=True)
    )
    return Result(scores, standing(scores, scheme.scale))


class _Student(NamedTuple):
    id: int
    email: str
    name: str
    group: str
    group_id: int


def _students(course: Course, students: Collection[int] | None) -> list[_Student]:
    enrolments = Enrolment.objects.students().filter(course=course)
    if students is not None:
        enrolments = enrolments.filter(person_id__in=students)
    rows = enrolments.order_by().values_list(
        "person_id", "person__email", "person__name", "group__name", "group_id"
    )
    # Sorted here, so that the order is the same whatever collation the database has.
    return sorted(map(_Student._make, rows), key=lambda one: (one.group, one.name, one.email))


def graded_of(attempts: Iterable[Work]) -> list[Graded]:
    """Those of the attempts that have points, as values for the rules."""
    return [Graded(at, score, bonus or 0) for at, score, bonus in attempts if score is not None]


def may_add(attempts: Iterable[Work], prices: Tariff, max_score: int) -> int:
    """The most that attempts without points may still add to the assignment's score, in hundredths.

    That is what full points for them would bring, less what their lateness costs.
    """
    attempts = list(attempts)
    waiting = [Graded(at, max_score, bonus or 0) for at, score, bonus in attempts if score is None]
    most = assignment_score(waiting, prices) or 0
    return max(0, most - (assignment_score(graded_of(attempts), prices) or 0))


def works_of(course: Course, students: Collection[int] | None) -> Works:
    """Every submission of a course, or of some of its students, in one statement."""
    submissions = Submission.objects.filter(assignment__course=course)
    if students is not None:
        submissions = submissions.filter(student_id__in=students)
    works: dict[tuple[int, int], list[Work]] = defaultdict(list)
    for student_id, assignment_id, at, score, bonus in submissions.order_by().values_list(
        "student_id", "assignment_id", "submitted_at", "review__score", "review__bonus"
    ):
        works[student_id, assignment_id].append((at, score, bonus))
    return works


def _outcomes(course: Course, students: Collection[int] | None) -> dict[int, list[Outcome]]:
    """The outcomes of each student's exam, in order of time."""
    results = ExamResult.objects.filter(course=course)
    if students is not None:
        results = results.filter(student_id__in=students)
    outcomes: dict[int, list[Outcome]] = defaultdict(list)
    for student_id, outcome in results.order_by("recorded_at", "pk").values_list("student_id", "outcome"):
        outcomes[student_id].append(Outcome(outcome))
    return outcomes
