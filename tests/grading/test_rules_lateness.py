"""Time and late penalties: docs/course-rules.md, one example after another."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from grading.rules import (
    Graded,
    LatePolicy,
    Mark,
    Regime,
    Step,
    days_after,
    days_late,
    end_of_day,
    mark,
    penalised,
    tariff,
)
from tests.grading.autumn_2025 import DUE, MOSCOW, MOVED, ONE_A_DAY, ORDINARY, at, prices, score_of

SECOND = timedelta(seconds=1)
REFUSED = None
APIA = ZoneInfo("Pacific/Apia")


# Time ------------------------------------------------------------------------------------------------


def test_a_deadline_given_as_a_date_ends_with_that_day() -> None:
    assert end_of_day(date(2025, 9, 30), MOSCOW) == DUE == datetime(2025, 9, 30, 20, 59, 59, tzinfo=UTC)
    assert days_late(at("09-30 23:59:30"), end_of_day(date(2025, 9, 30), MOSCOW), MOSCOW) == 0


@pytest.mark.parametrize(
    ("after", "late"),
    [
        (timedelta(seconds=-1), 0),
        (timedelta(0), 0),
        (timedelta(microseconds=1), 1),
        (timedelta(seconds=1), 1),
        (timedelta(days=1), 1),
        (timedelta(days=1, seconds=1), 2),
        (timedelta(days=2), 2),
        (timedelta(days=40), 40),
        (timedelta(days=40, seconds=1), 41),
        (timedelta(days=-400), 0),
    ],
)
def test_every_started_day_counts_and_a_deadline_includes_its_second(after: timedelta, late: int) -> None:
    assert days_late(DUE + after, DUE, MOSCOW) == late


def test_a_date_means_the_courses_zone_whatever_the_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    due = end_of_day(date(2025, 9, 30), MOSCOW)
    for zone in ("America/Los_Angeles", "Asia/Tokyo", "UTC"):
        with monkeypatch.context() as server:
            server.setenv("TZ", zone)
            time.tzset()
            assert end_of_day(date(2025, 9, 30), MOSCOW) == due
            assert days_late(datetime(2025, 9, 30, 21, 0, 0, tzinfo=UTC), due, MOSCOW) == 1
    time.tzset()


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = DUE.replace(tzinfo=None)
    refused: list[Callable[[], object]] = [
        lambda: days_late(naive, DUE, MOSCOW),
        lambda: days_late(DUE, naive, MOSCOW),
        lambda: days_after(naive, 0, MOSCOW),
        lambda: Regime(naive, MOSCOW),
        lambda: Regime(DUE, MOSCOW, closes_at=naive),
        lambda: prices(ORDINARY).penalty_at(naive),
        lambda: MOVED.penalty_at(naive),
    ]
    for call in refused:
        with pytest.raises(ValueError, match="has no time zone"):
            call()


def test_days_are_added_on_the_wall_clock() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    due = end_of_day(date(2025, 10, 25), berlin)
    # The 26th of October has 25 hours there.
    assert days_after(due, 1, berlin) - due == timedelta(hours=25)
    assert days_late(due + timedelta(hours=25), due, berlin) == 1
    assert days_late(due + timedelta(hours=25, seconds=1), due, berlin) == 2
    assert days_after(due, 0, berlin) == due


def test_a_day_that_was_left_out_keeps_its_number() -> None:
    due = end_of_day(date(2011, 12, 29), APIA)
    end_of_31st = end_of_day(date(2011, 12, 31), APIA)
    assert end_of_31st - due == timedelta(days=1)
    assert days_late(end_of_31st, due, APIA) == 1
    # The first of January is the third day after the deadline by the calendar.
    assert days_late(end_of_31st + SECOND, due, APIA) == 3


# Late penalty ----------------------------------------------------------------------------------------


def test_a_late_score_never_falls_below_zero() -> None:
    assert penalised(1000, 100) == 900
    assert penalised(100, 100) == 0
    assert penalised(99, 100) == 0
    assert penalised(0, 7600) == 0


def test_bonus_points_are_never_penalised() -> None:
    assert penalised(1000, 300, 150) == 850
    assert penalised(200, 300, 150) == 150
    late_by_a_month = Graded(at("10-30 12:00:00"), 900, 150)
    assert mark(late_by_a_month, prices(ORDINARY)) == Mark(900, 900, 150, 150, 30)


def test_lateness_alone_never_closes_an_assignment() -> None:
    assert prices(ORDINARY).closes_at is None
    assert score_of(DUE + timedelta(days=3650), 1000, ORDINARY) == 0


def test_a_price_that_would_grow_for_centuries_is_listed_while_courses_last() -> None:
    slow = Regime(DUE, MOSCOW, LatePolicy(per_day=1))
    listed = tariff((slow,), 10_000_000)
    last = datetime(2100, 12, 31, 12, tzinfo=UTC)
    assert listed.penalty_at(last) == slow.penalty_at(last) == days_late(last, DUE, MOSCOW)
    assert listed.closes_at is None
    assert len(listed.steps) < 28_000


def test_the_courses_closing_date_closes_everything() -> None:
    closed = Regime(DUE, MOSCOW, ONE_A_DAY, closes_at=at("12-31 23:59:59"))
    assert not closed.is_hard
    assert score_of(at("12-31 23:59:59"), 1000, closed) == 0
    assert score_of(at("12-31 23:59:59") + SECOND, 1000, closed) is REFUSED
    assert prices(closed).closes_at == at("12-31 23:59:59")


@pytest.mark.parametrize(
    ("days", "penalty"),
    [(0, 0), (1, 100), (2, 200), (3, 400), (4, 700), (5, 1000), (6, 1300), (7, 1600), (8, None), (90, None)],
)
def test_a_table_by_day_then_closed(days: int, penalty: int | None) -> None:
    table = LatePolicy(by_day=(100, 200, 400, 700, 1000, 1300, 1600))
    regime = Regime(DUE, MOSCOW, table)
    assert table.penalty(days) == penalty
    assert regime.penalty_at(DUE + timedelta(days=days)) == penalty
    of_twenty = tariff((regime,), 2000)
    assert of_twenty.penalty_at(DUE + timedelta(days=days)) == penalty
    assert of_twenty.closes_at == DUE + timedelta(days=7)
    assert of_twenty.penalty_at(DUE + timedelta(days=7, seconds=1)) is REFUSED


@pytest.mark.parametrize(
    ("per_day", "days", "penalty"),
    [(300, 1, 300), (300, 3, 900), (300, 4, 1200), (25, 1, 25), (25, 3, 75), (25, 40, 1000), (0, 400, 0)],
)
def test_other_amounts_a_day_and_fractions(per_day: int, days: int, penalty: int) -> None:
    regime = Regime(DUE, MOSCOW, LatePolicy(per_day))
    moment = DUE + timedelta(days=days)
    assert regime.penalty_at(moment) == penalty
    assert prices(regime).penalty_at(moment) == min(penalty, 1000)
    assert score_of(moment, 1000, regime) == max(0, 1000 - penalty)


def test_a_soft_due_date_followed_by_a_hard_one() -> None:
    hard = at("10-03 12:00:00")
    regime = Regime(DUE, MOSCOW, ONE_A_DAY, closes_at=hard)
    assert prices(regime).steps == (
        Step(DUE, 0, 0),
        Step(DUE + timedelta(days=1), 100, 1),
        Step(DUE + timedelta(days=2), 200, 2),
        Step(hard, 300, 3),
    )
    assert score_of(hard, 1000, regime) == 700
    assert score_of(hard + SECOND, 1000, regime) is REFUSED


def test_a_table_that_outlives_the_hard_date_ends_with_it() -> None:
    regime = Regime(DUE, MOSCOW, LatePolicy(by_day=(100, 200, 400)), closes_at=DUE + timedelta(days=2))
    assert prices(regime).closes_at == DUE + timedelta(days=2)
    assert regime.penalty_at(DUE + timedelta(days=2)) == 200
    assert regime.penalty_at(DUE + timedelta(days=2, seconds=1)) is REFUSED


def test_the_price_list_of_the_real_course() -> None:
    steps = prices(ORDINARY).steps
    assert [step.penalty for step in steps] == list(range(0, 1001, 100))
    assert [step.days_late for step in steps] == list(range(11))
    assert steps[0].until == DUE == prices(ORDINARY).due_at
    assert steps[9].until == DUE + timedelta(days=9)
    assert steps[10].until is None


def test_a_day_that_was_left_out_has_no_line_of_its_own() -> None:
    due = end_of_day(date(2011, 12, 29), APIA)
    steps = prices(Regime(due, APIA, ONE_A_DAY)).steps
    assert steps[1:3] == (
        Step(due + timedelta(days=1), 100, 1),
        Step(due + timedelta(days=2), 300, 3),
    )


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: LatePolicy(per_day=-1), "not negative"),
        (lambda: LatePolicy(per_day=100, by_day=(100,)), "not both"),
        (lambda: LatePolicy(by_day=(100, 50)), "never falls"),
        (lambda: LatePolicy(by_day=(-1, 50)), "never falls"),
        (lambda: Regime(DUE, MOSCOW, closes_at=DUE - SECOND), "close before it is due"),
        (lambda: tariff((), 1000), "at least one regime"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: object, message: str) -> None:
    assert callable(wrong)
    with pytest.raises(ValueError, match=message):
        wrong()
