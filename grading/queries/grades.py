"""My grades: every number of the course's rule for one student, and the rule itself laid open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from grading.models import ExamResult
from grading.queries.deadlines import CourseDeadlines, course_deadlines
from grading.queries.gradebook import Gradebook, Works, gradebook, graded_of, may_add, works_of
from grading.rules import Final, Mark, PassBasis, Standing, best_of, mark
from people.models import User
from schedule.models import Course


@dataclass(frozen=True, slots=True)
class GradeLine:
    """An assignment in the sum.

    ``mark`` has the three numbers of the attempt that counts, in hundredths; None where nothing graded
    counts. ``waiting`` says that work is there which has no points yet, ``may_add`` how many
    it may still add. ``if_earned`` is the result with the perk, the same result where no request of the
    group is provisional.
    """

    number: int
    title: str
    max_score: int
    mark: Mark | None
    is_passed: bool
    waiting: bool
    may_add: int
    if_earned: int | None

    @property
    def result(self) -> int | None:
        """The penalised score as things stand; None where nothing counts."""
        return self.mark.result if self.mark else None

    @property
    def differs(self) -> bool:
        """Whether the perk, once earned, makes another result of it."""
        return self.if_earned != self.result


@dataclass(frozen=True, slots=True)
class ScaleLine:
    """A row of the grade scale with its two thresholds and whether each holds for the student.

    ``is_reached``: both hold. ``is_mine``: the first row from the top that is reached, the grade given.
    """

    code: str
    title: str
    min_total: int
    min_passed: int
    total_holds: bool
    passed_holds: bool
    is_mine: bool

    @property
    def is_reached(self) -> bool:
        """Whether both thresholds hold."""
        return self.total_holds and self.passed_holds


@dataclass(frozen=True, slots=True)
class GradesPage:
    """Where a student stands. Points are hundredths.

    ``total`` is B, the sum of penalised scores, of ``max_total``; ``passed`` how many assignments have at
    least ``pass_score``; ``passed_numbers`` which. ``final.outcome`` None means the exam is pending,
    ``final.grade`` None that there is no final grade (pending, or absent). The ``*_title`` are words for
    grades and outcomes in the reader's language, empty where there is none. The pass is given from
    ``pass_from_title`` on, read from the final grade, or from the accumulated where
    ``pass_reads_accumulated``. While the request of the student's group is provisional, ``if_earned`` is
    where the student stands with the perk, and ``earned_title`` the word for that grade.
    """

    course: Course
    lines: tuple[GradeLine, ...]
    total: int
    max_total: int
    passed: int
    pass_score: int
    scale: tuple[ScaleLine, ...]
    accumulated_title: str
    final: Final
    outcome_title: str
    final_title: str
    pass_from_title: str
    pass_reads_accumulated: bool
    if_earned: Standing | None = None
    earned_title: str = ""

    @property
    def passed_numbers(self) -> tuple[int, ...]:
        """Which assignments count as passed."""
        return tuple(line.number for line in self.lines if line.is_passed)

    @property
    def next_grade(self) -> ScaleLine | None:
        """The grade above the student's own, None at the top."""
        better = [line for line in self.scale if not line.is_reached]
        return better[-1] if better else None


def grades_page(course: Course, student: User, now: datetime) -> GradesPage | None:
    """The student's grades; None for somebody who is no student of the course.

    In ten statements, two more where the group asks to move deadlines.

    The verdicts are the gradebook's. Raises SchemeMissing for a course without a grade scale.
    """
    deadlines = course_deadlines(course, now, students=[student.pk])
    works = works_of(course, {student.pk})
    book = gradebook(course, now, students={student.pk}, deadlines=deadlines, works=works)
    if not book.rows:
        return None
    row, scheme = book.rows[0], book.scheme
    stands, end = row.standing, row.final
    return GradesPage(
        course=course,
        lines=_lines(book, works, deadlines),
        total=stands.total,
        max_total=book.max_total,
        passed=stands.passed,
        pass_score=scheme.scale.pass_score,
        scale=_scale(book),
        accumulated_title=scheme.titles[stands.accumulated.code],
        final=end,
        outcome_title=str(ExamResult.Outcome(end.outcome).label) if end.outcome else "",
        final_title=scheme.titles[end.grade.code] if end.grade else "",
        pass_from_title=scheme.titles.get(scheme.pass_rule.from_grade, scheme.pass_rule.from_grade),
        pass_reads_accumulated=scheme.pass_rule.basis is PassBasis.ACCUMULATED,
        if_earned=row.if_earned.standing if row.if_earned else None,
        earned_title=scheme.titles[row.if_earned.standing.accumulated.code] if row.if_earned else "",
    )


def _lines(book: Gradebook, works: Works, deadlines: CourseDeadlines) -> tuple[GradeLine, ...]:
    row, scale = book.rows[0], book.scheme.scale
    lines = []
    earned = row.if_earned.scores if row.if_earned else row.scores
    for column, score, waiting, then in zip(book.columns, row.scores, row.waiting, earned, strict=True):
        attempts = works.get((row.student_id, column.id), ())
        prices = deadlines.terms(column.id, row.student_id).prices
        best = best_of(graded_of(attempts), prices)
        lines.append(
            GradeLine(
                number=column.number,
                title=column.title,
                max_score=column.max_score,
                mark=mark(best, prices) if best else None,
                is_passed=scale.is_passed(score),
                waiting=waiting,
                may_add=may_add(attempts, prices, column.max_score),
                if_earned=then,
            )
        )
    return tuple(lines)


def _scale(book: Gradebook) -> tuple[ScaleLine, ...]:
    stands = book.rows[0].standing
    return tuple(
        ScaleLine(
            grade.code,
            book.scheme.titles[grade.code],
            grade.min_total,
            grade.min_passed,
            stands.total >= grade.min_total,
            stands.passed >= grade.min_passed,
            grade.code == stands.accumulated.code,
        )
        for grade in book.scheme.scale.grades
    )
