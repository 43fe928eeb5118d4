"""Scores, moved deadlines and personal dates: docs/course-rules.md, one example after another."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from grading.rules import (
    FREE,
    Graded,
    Mark,
    Regime,
    Source,
    Step,
    assignment_score,
    best_of,
    days_late,
    mark,
    moved,
)
from tests.grading.autumn_2025 import DUE, MOSCOW, MOVED, ONE_A_DAY, ORDINARY, TARGET, at, prices, score_of

SECOND = timedelta(seconds=1)
REFUSED = None


# Worked examples -------------------------------------------------------------------------------------

WORKED_EXAMPLES = [
    # handed in, score, days late, ordinary, moved and earned, moved and not earned
    ("09-30 23:59:59", 1000, 0, 1000, 1000, 1000),
    ("10-01 00:00:00", 1000, 1, 900, 1000, 900),
    ("10-01 23:59:59", 1000, 1, 900, 1000, 900),
    ("10-02 00:00:00", 1000, 2, 800, 1000, 800),
    ("10-14 12:00:00", 700, 14, 0, 700, 0),
    ("12-14 23:59:59", 1000, 75, 0, 1000, 0),
    ("12-15 00:00:00", 1000, 76, 0, REFUSED, 0),
]


@pytest.mark.parametrize(("handed_in", "score", "late", "ordinary", "earned", "not_earned"), WORKED_EXAMPLES)
def test_worked_example(
    handed_in: str, score: int, late: int, ordinary: int, earned: int | None, not_earned: int
) -> None:
    moment = at(handed_in)
    assert days_late(moment, DUE, MOSCOW) == late
    assert score_of(moment, score, ORDINARY) == ordinary
    assert score_of(moment, score, MOVED) == earned
    # A move that is not earned adds no regime: the ordinary terms hold as if nobody had asked.
    assert score_of(moment, score, ORDINARY) == not_earned


@pytest.mark.parametrize(("handed_in", "score", "late", "ordinary", "earned", "not_earned"), WORKED_EXAMPLES)
def test_worked_example_as_a_mark_with_its_sum(
    handed_in: str, score: int, late: int, ordinary: int, earned: int | None, not_earned: int
) -> None:
    work = Graded(at(handed_in), score)
    assert mark(work, prices(ORDINARY)) == Mark(score, score - ordinary, 0, ordinary, late)
    under_the_move = mark(work, prices(MOVED))
    assert (under_the_move.result, under_the_move.penalty) == (earned, 0)
    assert under_the_move.counts is (earned is not REFUSED)


def test_no_price_stands_where_work_is_refused() -> None:
    assert prices(MOVED).penalty_at(TARGET) == 0
    assert prices(MOVED).penalty_at(TARGET + SECOND) is REFUSED
    assert prices(MOVED).step_at(TARGET + SECOND) is None
    assert MOVED.penalty_at(TARGET + SECOND) is REFUSED


# What counts for an assignment -----------------------------------------------------------------------


def test_the_best_penalised_score_counts() -> None:
    on_time, better_but_late = Graded(DUE, 600), Graded(at("10-02 10:00:00"), 1000)
    assert assignment_score([on_time, better_but_late], prices(ORDINARY)) == 800
    much_too_late = Graded(at("10-08 10:00:00"), 1000)
    assert assignment_score([on_time, much_too_late], prices(ORDINARY)) == 600


def test_work_waiting_for_review_adds_nothing_yet() -> None:
    # Work without points is not among the graded: nothing is there to count.
    assert assignment_score([], prices(ORDINARY)) is None
    assert best_of([], prices(ORDINARY)) is None


def test_zero_points_are_a_score() -> None:
    assert score_of(DUE, 0, ORDINARY) == 0


def test_ties_go_to_the_earliest() -> None:
    early, late = Graded(at("09-29 12:00:00"), 800), Graded(at("10-02 12:00:00"), 1000)
    assert best_of([late, early], prices(ORDINARY)) is early
    assert best_of([early, late], prices(ORDINARY)) is early
    assert best_of([early, Graded(DUE, 801)], prices(ORDINARY)) == Graded(DUE, 801)


def test_ties_go_to_the_earliest_instant_not_the_earliest_wall_clock() -> None:
    # 01:40 before clocks went back and 01:20 after: the second came forty minutes later.
    earlier = Graded(datetime(2014, 10, 26, 1, 40, tzinfo=MOSCOW), 700)
    later = Graded(datetime(2014, 10, 26, 1, 20, fold=1, tzinfo=MOSCOW), 700)
    assert best_of([later, earlier], prices(ORDINARY)) is earlier


def test_work_after_a_hard_date_gives_no_score_rather_than_zero() -> None:
    too_late = Graded(TARGET + SECOND, 1000)
    assert assignment_score([too_late], prices(MOVED)) is None
    assert best_of([too_late], prices(MOVED)) is None
    assert mark(too_late, prices(MOVED)) == Mark(1000, 0, 0, None, 1)
    assert not mark(too_late, prices(MOVED)).counts


def test_work_after_a_hard_date_leaves_earlier_work_its_score() -> None:
    works = [Graded(TARGET, 300), Graded(TARGET + SECOND, 1000)]
    assert assignment_score(works, prices(MOVED)) == 300
    assert best_of(works, prices(MOVED)) == works[0]


def test_the_price_before_handing_in_is_the_price_charged() -> None:
    for hours in range(0, 24 * 14, 7):
        moment = DUE + timedelta(hours=hours)
        announced = prices(ORDINARY).penalty_at(moment)
        assert mark(Graded(moment, 1000), prices(ORDINARY)).penalty == announced


# Moving deadlines ------------------------------------------------------------------------------------


def test_a_move_is_hard_and_free_and_tells_where_it_comes_from() -> None:
    assert MOVED.is_hard
    assert MOVED.source is Source.GROUP_MOVE
    assert not ORDINARY.is_hard
    assert ORDINARY.source is Source.COURSE
    assert prices(MOVED).steps == (Step(TARGET, 0, 0),)
    assert (prices(MOVED).due_at, prices(MOVED).closes_at) == (TARGET, TARGET)


def test_a_move_gives_back_what_lateness_took_before_it() -> None:
    handed_in_before_the_move = Graded(at("10-05 12:00:00"), 900)
    assert mark(handed_in_before_the_move, prices(ORDINARY)).result == 400
    assert mark(handed_in_before_the_move, prices(MOVED)).result == 900


# Personal dates --------------------------------------------------------------------------------------

PERSONAL_SOFT = Regime(at("10-05 23:59:59"), MOSCOW, ONE_A_DAY, source=Source.PERSONAL)
PERSONAL_HARD = moved(at("12-20 23:59:59"), MOSCOW)
PERSONAL_FREE = Regime(at("10-05 23:59:59"), MOSCOW, FREE, source=Source.PERSONAL)


@pytest.mark.parametrize(
    ("regimes", "handed_in", "penalty", "late"),
    [
        ((ORDINARY, PERSONAL_SOFT), "10-05 23:59:59", 0, 0),
        ((ORDINARY, PERSONAL_SOFT), "10-06 00:00:00", 100, 1),
        # A hard personal date closes nothing: the course's own terms still take the work, at their price.
        ((ORDINARY, moved(at("10-05 23:59:59"), MOSCOW)), "10-05 23:59:59", 0, 0),
        ((ORDINARY, moved(at("10-05 23:59:59"), MOSCOW)), "10-06 00:00:00", 600, 6),
        # A personal date after the group's hard one opens the assignment again for this person.
        ((MOVED, PERSONAL_HARD), "12-15 00:00:00", 0, 0),
        ((MOVED, PERSONAL_HARD), "12-21 00:00:00", None, 1),
        # One before it changes nothing until the move ends, and afterwards sets the price.
        ((MOVED, PERSONAL_SOFT), "12-14 23:59:59", 0, 0),
        ((MOVED, PERSONAL_SOFT), "12-15 00:00:00", 1000, 71),
        # Without a penalty work is late and costs nothing.
        ((ORDINARY, PERSONAL_FREE), "10-09 00:00:00", 0, 4),
        ((ORDINARY, PERSONAL_FREE), "10-05 00:00:00", 0, 0),
    ],
)
def test_the_best_of_a_persons_regimes_holds(
    regimes: tuple[Regime, ...], handed_in: str, penalty: int | None, late: int
) -> None:
    for order in (regimes, regimes[::-1]):
        assert prices(*order).penalty_at(at(handed_in)) == penalty
        assert prices(*order).days_late_at(at(handed_in)) == late
        result = None if penalty is None else 1000 - penalty
        assert mark(Graded(at(handed_in), 1000), prices(*order)) == Mark(1000, penalty or 0, 0, result, late)


def test_of_two_free_regimes_the_one_that_is_less_late_is_told() -> None:
    lenient = Regime(DUE, MOSCOW, FREE)
    for order in ((lenient, PERSONAL_FREE), (PERSONAL_FREE, lenient)):
        assert prices(*order).days_late_at(at("10-03 12:00:00")) == 0


def test_the_date_shown_is_the_latest_that_costs_nothing() -> None:
    assert prices(ORDINARY, PERSONAL_SOFT).due_at == PERSONAL_SOFT.due_at
    assert prices(MOVED, PERSONAL_SOFT).due_at == TARGET
    assert prices(ORDINARY, PERSONAL_FREE).due_at is None
    assert prices(MOVED, PERSONAL_HARD).closes_at == PERSONAL_HARD.due_at
    assert prices(ORDINARY, PERSONAL_HARD).closes_at is None
