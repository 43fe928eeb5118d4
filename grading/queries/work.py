"""How far one person has come with an assignment, what handing in costs from now on, whether it may."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Exists, F
from django.utils.translation import gettext as _

from grading.queries.deadlines import Terms
from people.models import User
from schedule.models import Assignment, Course, Enrolment


class WorkState(StrEnum):
    """How far one student has come with one assignment."""

    AHEAD = "ahead"
    """Not given out yet."""
    OPEN = "open"
    """Nothing handed in, and it costs nothing to do so."""
    LATE = "late"
    """Nothing handed in, the deadline has passed, work is still taken at a price."""
    CLOSED = "closed"
    """Nothing handed in, and nothing is taken any more."""
    WAITING = "waiting"
    """Handed in, no points yet."""
    NEW_VERSION = "new_version"
    """It has points, and a newer attempt waits for review."""
    GRADED = "graded"
    """It has points, and nothing waits."""

    @property
    def words(self) -> str:
        """The state in a few words."""
        titles = {
            WorkState.AHEAD: _("not given out yet"),
            WorkState.OPEN: _("not handed in"),
            WorkState.LATE: _("late, not handed in"),
            WorkState.CLOSED: _("closed, not handed in"),
            WorkState.WAITING: _("waits for review"),
            WorkState.NEW_VERSION: _("new version, not yet graded"),
            WorkState.GRADED: _("graded"),
        }
        return titles[self]


@dataclass(frozen=True, slots=True)
class PriceStep:
    """A line of the price list: up to and including ``until`` handing in costs ``penalty`` hundredths.

    ``until`` is None on a last line that holds for ever. ``comes_back``: the group's request is provisional,
    and what lateness takes is given back once the perk is earned. ``would_not_count``: work is taken at this
    price, but came after the date to which the group would have moved the deadline, so that it does not count
    if the perk is earned.
    """

    until: datetime | None
    penalty: int
    comes_back: bool = False
    would_not_count: bool = False

    @property
    def epoch(self) -> int | None:
        """``until`` in whole seconds since 1970, for the page's clock."""
        return None if self.until is None else int(self.until.timestamp())


def price_steps(terms: Terms, now: datetime) -> tuple[PriceStep, ...]:
    """The price list from ``now`` on; empty where work is no longer taken. The first line is today's.

    While the group's request is not active, a line also ends at the moment to which it would move the
    deadline, where the price stays the same too: from there on work would not count if the perk is earned.
    """
    cuts = _cuts(terms)
    steps: list[PriceStep] = []
    ended = now - timedelta(seconds=1)
    for step in terms.prices.steps:
        ends = [cut for cut in cuts if step.until is None or cut < step.until]
        for until in (*ends, step.until):
            if until is not None and until <= ended:
                continue
            line = _priced(terms, until, until or ended + timedelta(seconds=1), step.penalty)
            if steps and replace(steps[-1], until=until) == line:
                steps.pop()
            steps.append(line)
            ended = until or ended
    return tuple(steps)


def _cuts(terms: Terms) -> list[datetime]:
    """Where it may change, while a request is not active, whether work counts if the perk is earned."""
    if terms.move is None or terms.move.is_active:
        return []
    closes = {regime.closes_at for regime in terms.regimes if regime.closes_at is not None}
    return sorted({terms.move.target_at, *closes})


def _priced(terms: Terms, until: datetime | None, within: datetime, penalty: int) -> PriceStep:
    """A line of the price list; ``within`` is a moment in it."""
    earned = terms.if_earned.prices.penalty_at(within) if terms.if_earned else None
    comes_back = earned is not None and earned < penalty
    return PriceStep(until, penalty, comes_back, terms.would_not_count(within))


def work_state(*, issued: bool, terms: Terms, handed_in: int, waiting: int, now: datetime) -> WorkState:
    """The state of a student's work, given the number of attempts and of those without points."""
    if handed_in:
        if not waiting:
            return WorkState.GRADED
        return WorkState.WAITING if waiting == handed_in else WorkState.NEW_VERSION
    if not issued:
        return WorkState.AHEAD
    penalty = terms.prices.penalty_at(now)
    if penalty is None:
        return WorkState.CLOSED
    return WorkState.OPEN if now <= terms.due_at else WorkState.LATE


@dataclass(frozen=True, slots=True)
class ForReader:
    """An assignment, the points from which it counts as passed, whether the reader studies in its course.

    ``pass_score`` is in hundredths, None for a course without a grading scheme.
    """

    assignment: Assignment
    pass_score: int | None
    studies: bool

    def is_passed(self, score: int | None) -> bool:
        """Whether the assignment counts as passed with that penalised score."""
        return score is not None and self.pass_score is not None and score >= self.pass_score


class HandIn(StrEnum):
    """Whether the reader may hand in now, and why not."""

    OPEN = "open"
    NOT_A_STUDENT = "not_a_student"
    NOT_ISSUED = "not_issued"
    CLOSED = "closed"


def hand_in_state(*, studies: bool, issued: bool, terms: Terms, now: datetime) -> HandIn:
    """Whether somebody may hand in at ``now``, and the first reason why not."""
    if not studies:
        return HandIn.NOT_A_STUDENT
    if not issued:
        return HandIn.NOT_ISSUED
    return HandIn.CLOSED if terms.prices.penalty_at(now) is None else HandIn.OPEN


def assignments_for(course: Course, person: User) -> list[ForReader]:
    """A course's assignments by number, in one statement, with what every line needs to know beside them."""
    enrolled = Enrolment.objects.of(person).students().filter(course=course)
    rows = (
        Assignment.objects.filter(course=course)
        .annotate(pass_score=F("course__grading_scheme__pass_score"), studies=Exists(enrolled))
        .order_by("number")
    )
    for row in rows:
        row.course = course
    return [ForReader(row, row.pass_score, row.studies) for row in rows]  # type: ignore[attr-defined]
