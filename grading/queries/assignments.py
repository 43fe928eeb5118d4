"""The list of a course's assignments, as one person sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from grading.queries.deadlines import Terms, course_deadlines, is_issued
from grading.queries.gradebook import Work, graded_of, may_add, works_of
from grading.queries.work import (
    ForReader,
    PriceStep,
    WorkState,
    assignments_for,
    price_steps,
    work_state,
)
from grading.rules import assignment_score
from people.models import User
from perks.queries.standing import Move
from schedule.models import Course


@dataclass(frozen=True, slots=True)
class AssignmentLine:
    """An assignment in the list. Points and prices are hundredths.

    ``terms`` has the date that holds for the reader (``due_at``), where it comes from (``source``), whether
    it is hard, and ``dates``, all that were set. ``steps`` is the price list from now on, the first line
    today's, empty where nothing is taken. ``score`` is the best penalised score, None where nothing graded
    counts; ``may_add`` is the most that work without points may still add to it. ``if_earned`` is what the
    score becomes with the perk, the same score where no request of the group is provisional. ``needs_you``
    marks the one assignment that is the next to hand in.
    """

    number: int
    title: str
    issued_on: date
    max_score: int
    terms: Terms
    steps: tuple[PriceStep, ...]
    state: WorkState
    attempts: int
    waiting: int
    score: int | None
    may_add: int
    is_passed: bool
    needs_you: bool
    if_earned: int | None

    @property
    def price_now(self) -> int | None:
        """What handing in at this moment costs; None where nothing is taken."""
        return self.steps[0].penalty if self.steps else None

    @property
    def price_next(self) -> int | None:
        """The price that comes after today's; None where it stays as it is."""
        return next((step.penalty for step in self.steps if step.penalty != self.price_now), None)

    @property
    def comes_back(self) -> bool:
        """Whether what lateness costs now is given back once the perk is earned."""
        return bool(self.steps) and self.steps[0].comes_back

    @property
    def may_move_at(self) -> datetime | None:
        """The date that holds once the perk is earned; None where no other date would."""
        earned = self.terms.if_earned
        return earned.due_at if earned and earned.due_at != self.terms.due_at else None

    @property
    def is_worthwhile(self) -> bool:
        """Whether work that is handed in late now may still bring points."""
        return self.state is WorkState.LATE and (self.price_now != self.max_score or self.comes_back)


@dataclass(frozen=True, slots=True)
class AssignmentsPage:
    """All assignments of a course for one reader. ``is_student`` is false for staff, who hand nothing in.

    ``group_id`` is the group that the reader is in now, ``move`` that group's standing request.
    """

    course: Course
    now: datetime
    is_student: bool
    lines: tuple[AssignmentLine, ...]
    group_id: int | None = None
    move: Move | None = None


def assignments_page(course: Course, person: User, now: datetime) -> AssignmentsPage:
    """The list of assignments with the person's own dates and work.

    In seven statements, two more where the group asks to move deadlines.
    """
    deadlines = course_deadlines(course, now, students=[person.pk])
    works = works_of(course, {person.pk})
    lines: list[AssignmentLine] = []
    given = [one for one in assignments_for(course, person) if deadlines.knows(one.assignment.pk)]
    for one in given:
        terms, own = (
            deadlines.terms(one.assignment.pk, person.pk),
            works.get((person.pk, one.assignment.pk), ()),
        )
        lines.append(_line(one, terms, own, now))
    is_student = any(one.studies for one in given)
    return AssignmentsPage(
        course,
        now,
        is_student,
        _with_next(lines) if is_student else tuple(lines),
        deadlines.groups.get(person.pk),
        deadlines.move_of(person.pk),
    )


def _line(one: ForReader, terms: Terms, works: Sequence[Work], now: datetime) -> AssignmentLine:
    graded = graded_of(works)
    score = assignment_score(graded, terms.prices)
    waiting = len(works) - len(graded)
    assignment = one.assignment
    issued = is_issued(assignment.issued_on, assignment.course.zone, now)
    return AssignmentLine(
        number=assignment.number,
        title=assignment.title,
        issued_on=assignment.issued_on,
        max_score=assignment.max_score,
        terms=terms,
        steps=price_steps(terms, now),
        state=work_state(issued=issued, terms=terms, handed_in=len(works), waiting=waiting, now=now),
        attempts=len(works),
        waiting=waiting,
        score=score,
        may_add=may_add(works, terms.prices, assignment.max_score),
        is_passed=one.is_passed(score),
        needs_you=False,
        if_earned=assignment_score(graded, terms.if_earned.prices) if terms.if_earned else score,
    )


def _with_next(lines: list[AssignmentLine]) -> tuple[AssignmentLine, ...]:
    """The lines, the one to hand in next marked: on time and due first, else late and due last."""
    open_lines = [line for line in lines if line.state is WorkState.OPEN]
    late = [line for line in lines if line.is_worthwhile]
    coming = min(open_lines, key=lambda line: line.terms.due_at, default=None)
    chosen = coming or max(late, key=lambda line: line.terms.due_at, default=None)
    return tuple(replace(line, needs_you=True) if line is chosen else line for line in lines)
