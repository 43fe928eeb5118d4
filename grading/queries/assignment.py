"""The page of one assignment, as one person sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from grading.queries.attempts import Attempt, attempts_of
from grading.queries.deadlines import Terms, course_deadlines, is_issued
from grading.queries.work import (
    HandIn,
    PriceStep,
    WorkState,
    assignments_for,
    hand_in_state,
    price_steps,
    work_state,
)
from people.models import User
from schedule.markdown import render_markdown
from schedule.models import Assignment, Course
from schedule.queries import full_address


@dataclass(frozen=True, slots=True)
class AssignmentPage:
    """One assignment for one reader. Points and prices are hundredths.

    ``assignment`` is the row: number, title, max_score, the limits (``suffixes``, ``max_files``,
    ``max_bytes`` together, ``takes_files``, ``takes_link``). ``statement`` is safe HTML, empty before the
    assignment is given out. ``statement_url`` is a full address, or empty. ``terms`` has the date that holds
    (``due_at``, ``source``, ``is_hard``, ``closes_at``) and ``dates``: every date that was set, with
    ``at``, ``source``, ``state`` (holds, overtaken, provisional), ``is_hard``. ``steps`` is the price list
    from now on, the first line today's; empty where nothing is taken. ``attempts`` are the reader's own,
    the latest first. ``score`` is the best penalised score, None where nothing graded counts. ``hand_in``
    says whether the form is shown.
    """

    course: Course
    now: datetime
    assignment: Assignment
    assignments_in_all: int
    pass_score: int | None
    statement: SafeString
    statement_url: str
    terms: Terms
    steps: tuple[PriceStep, ...]
    state: WorkState
    hand_in: HandIn
    attempts: tuple[Attempt, ...]
    score: int | None
    is_passed: bool

    @property
    def price_now(self) -> int | None:
        """What handing in at this moment costs; None where nothing is taken."""
        return self.steps[0].penalty if self.steps else None

    @property
    def next_number(self) -> int:
        """The number that the next attempt gets."""
        return len(self.attempts) + 1

    @property
    def is_open(self) -> bool:
        """Whether the reader may hand in now."""
        return self.hand_in is HandIn.OPEN

    @property
    def best(self) -> Attempt | None:
        """The attempt whose result is the assignment's score."""
        return next((attempt for attempt in self.attempts if attempt.counts), None)

    @property
    def best_if_earned(self) -> Attempt | None:
        """The attempt whose result becomes the score once the perk is earned, while that may still be."""
        return next((attempt for attempt in self.attempts if attempt.counts_if_earned), None)

    @property
    def pointed_to(self) -> Attempt | None:
        """The attempt that the TA looks at."""
        return next((attempt for attempt in self.attempts if attempt.is_pointed_to), None)

    @property
    def has_futures(self) -> bool:
        """Whether the group's request for this assignment is provisional, and the reader studies here."""
        return self.terms.if_earned is not None and self.hand_in is not HandIn.NOT_A_STUDENT

    @property
    def accept(self) -> str:
        """The kinds of file that are taken, for a file field: ".ipynb,.pdf"."""
        return ",".join(self.assignment.suffixes)

    @property
    def known_files(self) -> dict[str, int]:
        """SHA-256 of each file handed in before -> its attempt's number, to warn before it is sent again."""
        return {file.sha256: one.number for one in self.attempts for file in one.files}


def assignment_page(course: Course, number: int, person: User, now: datetime) -> AssignmentPage:
    """The page of one assignment with the person's own dates and attempts.

    In eight statements, two more where the group asks to move deadlines.

    Raises Assignment.DoesNotExist for a number that the course does not have.
    """
    given = assignments_for(course, person)
    one = next((one for one in given if one.assignment.number == number), None)
    if one is None:
        raise Assignment.DoesNotExist
    assignment, studies = one.assignment, one.studies
    terms = course_deadlines(course, now, students=[person.pk]).terms(assignment.pk, person.pk)
    attempts = attempts_of(person.pk, assignment.pk, terms)
    issued = is_issued(assignment.issued_on, course.zone, now)
    waiting = sum(attempt.is_waiting for attempt in attempts)
    score = next((attempt.mark.result for attempt in attempts if attempt.counts and attempt.mark), None)
    shown = issued or not studies
    return AssignmentPage(
        course=course,
        now=now,
        assignment=assignment,
        assignments_in_all=len(given),
        pass_score=one.pass_score,
        statement=render_markdown(assignment.statement) if shown else SafeString(""),
        statement_url=_statement_url(course, assignment) if shown else "",
        terms=terms,
        steps=price_steps(terms, now),
        state=work_state(issued=issued, terms=terms, handed_in=len(attempts), waiting=waiting, now=now),
        hand_in=hand_in_state(studies=studies, issued=issued, terms=terms, now=now),
        attempts=attempts[::-1],
        score=score,
        is_passed=one.is_passed(score),
    )


def _statement_url(course: Course, assignment: Assignment) -> str:
    return full_address(course, assignment.statement_url) if assignment.statement_url else ""
