"""What work is worth, given the dates that hold: the course's arithmetic, without a clock or a database.

Source: docs/course-rules.md. Every amount of points is an integer number of hundredths of a point
(``950`` is 9.50), every moment is an aware ``datetime``; nothing here reads the clock, and no number of
any particular course is written here: policies and scales are given in.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from schedule.rules import YEARS, utc
from schedule.rules import end_of_day as end_of_day  # noqa: PLC0414 - part of these rules too
from schedule.rules import instant as instant  # noqa: PLC0414

Hundredths = int
"""Points in hundredths: 950 is 9.50 points."""


# Time ------------------------------------------------------------------------------------------------


def days_after(due_at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The instant ``days`` days after ``due_at``, counted on the wall clock of ``zone``."""
    due_at = utc(due_at)
    if days == 0:
        return due_at
    wall = due_at.astimezone(zone).replace(tzinfo=None)
    return instant(wall + timedelta(days=days), zone)


def days_late(submitted_at: datetime, due_at: datetime, zone: ZoneInfo) -> int:
    """How many days late: the smallest whole ``n >= 0`` with ``submitted_at <= due_at + n days``.

    Exactly at the deadline is on time; every started day after it counts (docs/course-rules.md, Time).
    """
    submitted_at, due_at = utc(submitted_at), utc(due_at)
    if submitted_at <= due_at:
        return 0
    between = submitted_at.astimezone(zone).date() - due_at.astimezone(zone).date()
    # The calendar's answer is at most two too many, for no clock was ever moved by more than a day.
    days = max(1, between.days - 2)
    while submitted_at > days_after(due_at, days, zone):
        days += 1
    return days


# Late penalty ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LatePolicy:
    """What lateness costs: an amount for each started day, or a table by day after which work is closed.

    ``by_day[n - 1]`` is the whole penalty for work ``n`` days late; past the table's end nothing is
    accepted. Without a table each day costs ``per_day`` and lateness alone closes nothing.
    """

    per_day: Hundredths = 0
    by_day: tuple[Hundredths, ...] = ()

    def __post_init__(self) -> None:
        if self.per_day < 0:
            raise ValueError("the penalty for a day is not negative")
        if self.by_day and self.per_day:
            raise ValueError("a penalty is an amount for each day or a table by day, not both")
        if any(later < earlier for earlier, later in zip((0, *self.by_day), self.by_day, strict=False)):
            raise ValueError("a table of penalties by day never falls")

    def penalty(self, days: int) -> Hundredths | None:
        """The penalty for work ``days`` days late, or None where such work is no longer accepted."""
        if days == 0:
            return 0
        if not self.by_day:
            return self.per_day * days
        return self.by_day[days - 1] if days <= len(self.by_day) else None


FREE = LatePolicy()
"""Lateness costs nothing."""


class Source(StrEnum):
    """Where a date comes from."""

    COURSE = "course"
    GROUP_MOVE = "group_move"
    PERSONAL = "personal"


@dataclass(frozen=True, slots=True)
class Regime:
    """One set of terms under which work may be handed in.

    ``due_at`` is the last instant that costs nothing. ``closes_at``, where set, is the last instant at
    which work is accepted at all; a *hard* date has ``closes_at == due_at``.
    """

    due_at: datetime
    zone: ZoneInfo
    late: LatePolicy = FREE
    closes_at: datetime | None = None
    source: Source = Source.COURSE

    def __post_init__(self) -> None:
        object.__setattr__(self, "due_at", utc(self.due_at))
        if self.closes_at is not None:
            object.__setattr__(self, "closes_at", utc(self.closes_at))
            if self.closes_at < self.due_at:
                raise ValueError("work cannot close before it is due")

    @property
    def is_hard(self) -> bool:
        """Whether nothing is accepted after the deadline itself."""
        return self.closes_at == self.due_at

    def penalty_at(self, submitted_at: datetime) -> Hundredths | None:
        """The penalty for work handed in at that instant, or None where it is not accepted."""
        if self.closes_at is not None and utc(submitted_at) > self.closes_at:
            return None
        return self.late.penalty(days_late(submitted_at, self.due_at, self.zone))


def moved(target_at: datetime, zone: ZoneInfo) -> Regime:
    """The terms of a group's active move: due at the target, hard, and without a penalty."""
    return Regime(target_at, zone, FREE, closes_at=target_at, source=Source.GROUP_MOVE)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a price list: up to and including ``until`` lateness costs ``penalty``.

    ``until`` is None on a last line that holds for ever. ``days_late`` is that of the line's first day.
    """

    until: datetime | None
    penalty: Hundredths
    days_late: int


@dataclass(frozen=True, slots=True)
class Tariff:
    """The price list of an assignment: what handing in costs, for every instant. Made by ``tariff``.

    It joins one or several regimes: an instant has the lowest price that any of them gives, and is closed
    only where all are. ``steps`` are in order of time, adjacent lines differ in price; after the last
    line's ``until`` nothing is accepted. A penalty stops growing at ``max_score``: no score falls below 0.
    """

    regimes: tuple[Regime, ...]
    max_score: Hundredths
    steps: tuple[Step, ...]
    _untils: tuple[datetime, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        untils = tuple(step.until for step in self.steps if step.until is not None)
        object.__setattr__(self, "_untils", untils)

    @property
    def closes_at(self) -> datetime | None:
        """The last instant at which work is accepted; None where lateness never closes it."""
        return self.steps[-1].until

    @property
    def due_at(self) -> datetime | None:
        """The last instant that costs nothing; None where it never costs anything."""
        return self.steps[0].until

    def step_at(self, moment: datetime) -> Step | None:
        """The line that holds at ``moment``, or None where work is no longer accepted."""
        place = bisect_left(self._untils, utc(moment))
        return self.steps[place] if place < len(self.steps) else None

    def penalty_at(self, moment: datetime) -> Hundredths | None:
        """The price of handing in at ``moment``, or None where work is no longer accepted."""
        step = self.step_at(moment)
        return None if step is None else step.penalty

    def days_late_at(self, moment: datetime) -> int:
        """How many days late work handed in at ``moment`` is, by the regime that gives it its price.

        Where no regime accepts it, by the one under which it is least late.
        """
        lateness = [
            (regime.penalty_at(moment), days_late(moment, regime.due_at, regime.zone))
            for regime in self.regimes
        ]
        accepted = [(price, days) for price, days in lateness if price is not None]
        return min(accepted)[1] if accepted else min(days for _, days in lateness)


def _steps_of(regime: Regime, max_score: Hundredths) -> list[Step]:
    """The price list of one regime, with a line for each day until the price no longer grows.

    A price so small that it would grow for centuries is listed as far as the years of courses go.
    """
    steps: list[Step] = []
    days = 0
    while (penalty := regime.late.penalty(days)) is not None:
        until = days_after(regime.due_at, days, regime.zone)
        grows_no_more = not regime.late.by_day and (
            penalty >= max_score or regime.late.per_day == 0 or until.year > YEARS[-1]
        )
        if regime.closes_at is not None and (until >= regime.closes_at or grows_no_more):
            return [*steps, Step(regime.closes_at, min(penalty, max_score), days)]
        if grows_no_more:
            return [*steps, Step(None, min(penalty, max_score), days)]
        steps.append(Step(until, min(penalty, max_score), days))
        days += 1
    return steps


@lru_cache(maxsize=4096)
def tariff(regimes: tuple[Regime, ...], max_score: Hundredths) -> Tariff:
    """The price list that holds under ``regimes``: at each instant the best that any of them gives."""
    if not regimes:
        raise ValueError("a price list needs at least one regime")
    alone = [Tariff((regime,), max_score, tuple(_steps_of(regime, max_score))) for regime in regimes]
    ends = sorted({step.until for each in alone for step in each.steps if step.until is not None})
    merged: list[Step] = []
    for end in ends:
        offers = [step for each in alone if (step := each.step_at(end)) is not None]
        _append(merged, Step(end, *min((offer.penalty, offer.days_late) for offer in offers)))
    forever = [each.steps[-1] for each in alone if each.closes_at is None]
    if forever:
        _append(merged, Step(None, *min((offer.penalty, offer.days_late) for offer in forever)))
    return Tariff(regimes, max_score, tuple(merged))


def _append(steps: list[Step], step: Step) -> None:
    """Add a line, or lengthen the last one where the price stays the same."""
    if steps and steps[-1].penalty == step.penalty:
        steps[-1] = Step(step.until, step.penalty, steps[-1].days_late)
    else:
        steps.append(step)


# What counts for an assignment -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Graded:
    """A submission that a TA has given points: when it was handed in, its points, and its bonus."""

    submitted_at: datetime
    score: Hundredths
    bonus: Hundredths = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """The sum of one graded submission: ``score - penalty``, not below 0, plus ``bonus``, is ``result``.

    ``penalty`` is what is really taken off, never more than the score. ``result`` is None for work that
    came after the last date on which it is accepted: it does not count, which is not the same as 0.
    """

    score: Hundredths
    penalty: Hundredths
    bonus: Hundredths
    result: Hundredths | None
    days_late: int

    @property
    def counts(self) -> bool:
        """Whether the work was accepted on some terms."""
        return self.result is not None


def penalised(score: Hundredths, penalty: Hundredths, bonus: Hundredths = 0) -> Hundredths:
    """The score after a late penalty: never below 0 for lateness, and bonus points are never penalised."""
    return max(0, score - penalty) + bonus


def result_of(work: Graded, prices: Tariff) -> Hundredths | None:
    """What one graded submission gives at these prices; None where it came too late to count."""
    price = prices.penalty_at(work.submitted_at)
    return None if price is None else penalised(work.score, price, work.bonus)


def mark(work: Graded, prices: Tariff) -> Mark:
    """What one graded submission is worth, with every number of its sum."""
    taken = min(prices.penalty_at(work.submitted_at) or 0, work.score)
    late = prices.days_late_at(work.submitted_at)
    return Mark(work.score, taken, work.bonus, result_of(work, prices), late)


def assignment_score(works: Iterable[Graded], prices: Tariff) -> Hundredths | None:
    """The assignment's score: the best penalised score among the graded work that counts.

    None where nothing graded counts: work waiting for review adds nothing, work after the last date
    does not count (docs/course-rules.md, What counts for an assignment).
    """
    results = (result_of(work, prices) for work in works)
    return max((result for result in results if result is not None), default=None)


def best_of(works: Iterable[Graded], prices: Tariff) -> Graded | None:
    """The work that gives the assignment its score; ties go to the earliest. None where nothing counts."""
    offers = [(result, work) for work in works if (result := result_of(work, prices)) is not None]
    best = min(offers, key=lambda offer: (-offer[0], utc(offer[1].submitted_at)), default=None)
    return None if best is None else best[1]


# Accumulated grade -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Grade:
    """One row of a grade scale: the grade's code and the two thresholds that give it."""

    code: str
    min_total: Hundredths
    min_passed: int


@dataclass(frozen=True, slots=True)
class GradeScale:
    """An ordered list of grades, best first. The last one is given where no other row holds."""

    grades: tuple[Grade, ...]
    pass_score: Hundredths
    """An assignment counts as passed from this penalised score on."""

    def __post_init__(self) -> None:
        if not self.grades:
            raise ValueError("a grade scale has at least one grade")
        codes = [grade.code for grade in self.grades]
        if len(set(codes)) != len(codes):
            raise ValueError("a grade stands once in its scale")
        for better, worse in zip(self.grades, self.grades[1:], strict=False):
            if worse.min_total > better.min_total or worse.min_passed > better.min_passed:
                raise ValueError(f"the thresholds of {worse.code!r} are above those of {better.code!r}")
        if self.lowest.min_total or self.lowest.min_passed:
            raise ValueError("the last grade of a scale needs nothing")

    @property
    def lowest(self) -> Grade:
        """The grade that needs nothing."""
        return self.grades[-1]

    def rank(self, code: str) -> int:
        """The place of a grade in the scale, 0 for the best. ValueError for a grade it does not have."""
        for place, grade in enumerate(self.grades):
            if grade.code == code:
                return place
        raise ValueError(f"no grade {code!r} in this scale")

    def is_passed(self, score: Hundredths | None) -> bool:
        """Whether an assignment with that penalised score counts as passed."""
        return score is not None and score >= self.pass_score

    def accumulated(self, total: Hundredths, passed: int) -> Grade:
        """The grade for a total and a number of passed assignments: the first row, from the top, that holds.

        Equality goes to the student.
        """
        for grade in self.grades[:-1]:
            if total >= grade.min_total and passed >= grade.min_passed:
                return grade
        return self.lowest

    def shifted(self, code: str, steps: int) -> Grade:
        """The grade ``steps`` places up (positive) or down, not past the ends of the scale."""
        place = self.rank(code) - steps
        return self.grades[min(max(place, 0), len(self.grades) - 1)]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a student stands: the sum of penalised scores, how many assignments are passed, the grade."""

    total: Hundredths
    passed: int
    accumulated: Grade


def standing(scores: Iterable[Hundredths | None], scale: GradeScale) -> Standing:
    """The accumulated grade for the penalised scores of all assignments (None where nothing counts)."""
    counted = [score for score in scores if score is not None]
    total = sum(counted)
    passed = sum(map(scale.is_passed, counted))
    return Standing(total, passed, scale.accumulated(total, passed))


# Exam and pass ---------------------------------------------------------------------------------------


class Outcome(StrEnum):
    """What an exam makes of the accumulated grade."""

    CONFIRM = "confirm"
    LOWER = "lower"
    RAISE = "raise"
    FAIL = "fail"
    ABSENT = "absent"


class PassBasis(StrEnum):
    """Which grade the pass is read from."""

    FINAL = "final"
    ACCUMULATED = "accumulated"


_STEPS = {Outcome.CONFIRM: 0, Outcome.LOWER: -1, Outcome.RAISE: 1}


@dataclass(frozen=True, slots=True)
class Final:
    """The end of the course for one student.

    ``outcome`` None means the exam is pending; ``grade`` is None while it is pending and for a student
    who was absent; ``passed`` is None where ``grade`` is.
    """

    outcome: Outcome | None
    grade: Grade | None
    passed: bool | None


@dataclass(frozen=True, slots=True)
class PassRule:
    """The pass is given from the grade ``from_grade`` on, read from the final or the accumulated grade."""

    from_grade: str
    basis: PassBasis = PassBasis.FINAL


def final(accumulated: Grade, outcomes: Sequence[Outcome], scale: GradeScale, rule: PassRule) -> Final:
    """The final grade and the pass, given all outcomes of the exam in order of time.

    The last outcome counts (a retake is a further outcome). No outcome yet: pending, never guessed.
    """
    if not outcomes:
        return Final(None, None, None)
    last = outcomes[-1]
    if last is Outcome.ABSENT:
        return Final(last, None, None)
    grade = scale.lowest if last is Outcome.FAIL else scale.shifted(accumulated.code, _STEPS[last])
    judged = grade if rule.basis is PassBasis.FINAL else accumulated
    return Final(last, grade, scale.rank(judged.code) <= scale.rank(rule.from_grade))
