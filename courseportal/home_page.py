"""Today: the next class, the assignments and what they cost now, where the reader stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from courseportal.rulers import TermMark, Threshold
from courseportal.schedule_page import may_move_on, term_marks
from grading.models import Submission
from grading.queries.assignments import AssignmentLine, AssignmentsPage, assignments_page
from grading.queries.marking import QueueState, in_state
from grading.queries.scheme import Scheme, SchemeMissing, grading_scheme
from grading.rules import Grade, Standing, standing
from people.models import User
from perks.queries.strip import PerkStrip, perk_strip
from schedule.access import teaches
from schedule.models import Announcement, Course
from schedule.queries import ClassEntry, coming_classes, news, week_number


@dataclass(frozen=True, slots=True)
class StandingNow:
    """Where a student stands. Points are hundredths.

    ``waiting`` is the most that work without points may still add; ``next_grade`` is the grade above the
    student's own and ``next_title`` its word, None and empty at the top. ``if_earned`` is where the student
    stands with the perk, None unless that differs.
    """

    standing: Standing
    max_total: int
    waiting: int
    assignments: int
    thresholds: tuple[Threshold, ...]
    title: str
    next_grade: Grade | None
    next_title: str
    if_earned: Standing | None

    @property
    def total_if_earned(self) -> int | None:
        """What the total becomes with the perk; None unless anything differs."""
        return self.if_earned.total if self.if_earned else None

    @property
    def points_missing(self) -> int:
        """What the total lacks to the next grade."""
        return max(0, self.next_grade.min_total - self.standing.total) if self.next_grade else 0

    @property
    def passed_missing(self) -> int:
        """How many more assignments must be passed for the next grade."""
        return max(0, self.next_grade.min_passed - self.standing.passed) if self.next_grade else 0


@dataclass(frozen=True, slots=True)
class HomePage:
    """All that the first page shows. ``standing`` is None for staff and before there is a grade scale.

    ``perk`` is how far the reader's group is, None for staff and in a course without activities.
    ``classes`` are the next one that takes place, after those before it that are cancelled.
    ``works_waiting`` counts the works without points in a course that the reader teaches, None elsewhere.
    """

    course: Course
    now: datetime
    today: date
    week: int
    weeks: int
    classes: tuple[ClassEntry, ...]
    work: AssignmentsPage
    marks: tuple[TermMark, ...]
    standing: StandingNow | None
    works_waiting: int | None
    perk: PerkStrip | None
    news: tuple[Announcement, ...] = ()

    @property
    def next_class(self) -> ClassEntry | None:
        """The class that is going on or comes next; None where none takes place any more."""
        return next((one for one in self.classes if not one.is_cancelled), None)

    @property
    def cancelled(self) -> list[ClassEntry]:
        """The classes before it that do not take place."""
        return [one for one in self.classes if one.is_cancelled]

    @property
    def target_on(self) -> date | None:
        """The day to which deadlines move once the reader's group has earned the perk."""
        return may_move_on(self.work)

    @property
    def is_in_term(self) -> bool:
        """Whether today is between the course's first and last day."""
        return self.course.starts_on <= self.today <= self.course.ends_on


def home_page(course: Course, reader: User, now: datetime) -> HomePage:
    """The first page of a reader of that course, in at most fourteen statements, two more where the
    group asks to move deadlines."""
    today = now.astimezone(course.zone).date()
    work = assignments_page(course, reader, now)
    return HomePage(
        course=course,
        now=now,
        today=today,
        week=week_number(course, today),
        weeks=week_number(course, course.ends_on),
        classes=coming_classes(course, now),
        work=work,
        marks=term_marks(work),
        standing=_standing(course, work.lines) if work.is_student else None,
        works_waiting=None if work.is_student else _works_waiting(course, reader),
        perk=perk_strip(course, work.group_id) if work.group_id else None,
        news=tuple(news(course, reader, now)),
    )


def _works_waiting(course: Course, reader: User) -> int | None:
    if not teaches(reader, course):
        return None
    works = Submission.objects.gradable_by(reader).filter(assignment__course=course)
    return in_state(works, QueueState.WAITING).count()


def _standing(course: Course, lines: Sequence[AssignmentLine]) -> StandingNow | None:
    try:
        scheme = grading_scheme(course)
    except SchemeMissing:
        return None
    stands = standing([line.score for line in lines], scheme.scale)
    earned = standing([line.if_earned for line in lines], scheme.scale)
    above = _grade_above(scheme, stands)
    return StandingNow(
        standing=stands,
        max_total=sum(line.max_score for line in lines),
        waiting=sum(line.may_add for line in lines),
        assignments=len(lines),
        thresholds=tuple(
            Threshold(grade.min_total, scheme.titles[grade.code])
            for grade in scheme.scale.grades
            if grade.min_total
        ),
        title=scheme.titles[stands.accumulated.code],
        next_grade=above,
        next_title=scheme.titles[above.code] if above else "",
        if_earned=earned if earned != stands else None,
    )


def _grade_above(scheme: Scheme, stands: Standing) -> Grade | None:
    place = scheme.scale.rank(stands.accumulated.code)
    return scheme.scale.grades[place - 1] if place else None
