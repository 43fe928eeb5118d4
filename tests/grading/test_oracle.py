"""The rules against an oracle in integers, and the oracle against what is known of clocks.

`make test` runs 20,000 cases; ORACLE_CASES and ORACLE_SEED set another number and another seed.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from grading import rules
from tests.grading.oracle import DAY, cases, differences, zone
from tests.grading.posix_tz import changes_of_year, days_to

CASES = int(os.environ.get("ORACLE_CASES", "20000"))
SEED = int(os.environ.get("ORACLE_SEED") or random.SystemRandom().randrange(2**32))


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(f"{text}+00:00").timestamp())


# The rules -------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_rules_agree_with_the_oracle_in_every_zone() -> None:
    found = list(differences(CASES, SEED))
    assert not found, f"{len(found)} of {CASES} cases differ, seed {SEED}; the first: {found[:3]}"


def test_every_zone_has_its_turn_and_a_seed_its_cases() -> None:
    zones = available_timezones()
    assert {case.zone for case in cases(len(zones), 1)} == zones
    assert list(cases(50, 1)) == list(cases(50, 1)) != list(cases(50, 2))


def _earlier_instant(local: datetime, there: ZoneInfo) -> datetime:
    return min(local.replace(tzinfo=there, fold=fold).astimezone(UTC) for fold in (0, 1))


def _days_of_24_hours(due_at: datetime, days: int, there: ZoneInfo) -> datetime:
    return due_at + timedelta(days=days)


def _late_at_the_deadline(submitted_at: datetime, due_at: datetime, there: ZoneInfo) -> int:
    return (submitted_at - due_at) // timedelta(days=1) + 1 if submitted_at >= due_at else 0


@pytest.mark.parametrize(
    ("name", "faulty"),
    [
        ("instant", _earlier_instant),
        ("days_after", _days_of_24_hours),
        ("days_late", _late_at_the_deadline),
    ],
)
def test_a_fault_that_is_planted_is_found(
    monkeypatch: pytest.MonkeyPatch, name: str, faulty: Callable[..., object]
) -> None:
    monkeypatch.setattr(rules, name, faulty)
    rules.tariff.cache_clear()
    try:
        assert any(differences(2000, seed=1))
    finally:
        rules.tariff.cache_clear()


# The oracle ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "wall", "moment"),
    [
        ("UTC", "2025-09-30 23:59:59", "2025-09-30 23:59:59"),
        ("Europe/Moscow", "2025-09-30 23:59:59", "2025-09-30 20:59:59"),
        ("Europe/Moscow", "2014-10-26 01:30:00", "2014-10-25 22:30:00"),
        ("Europe/Moscow", "2011-03-27 02:30:00", "2011-03-26 23:30:00"),
        ("America/New_York", "2060-11-07 01:30:00", "2060-11-07 06:30:00"),
        ("America/New_York", "2060-03-14 02:30:00", "2060-03-14 07:30:00"),
        ("Pacific/Apia", "2011-12-30 12:00:00", "2011-12-30 22:00:00"),
        ("Europe/Dublin", "2050-07-01 00:00:00", "2050-06-30 23:00:00"),
        ("Asia/Kathmandu", "2025-01-01 00:00:00", "2024-12-31 18:15:00"),
    ],
)
def test_the_oracle_knows_clocks(name: str, wall: str, moment: str) -> None:
    assert zone(name).instant(seconds(wall)) == seconds(moment)


def test_the_oracle_counts_started_days() -> None:
    due = seconds("2025-09-30 20:59:59")
    moscow = zone("Europe/Moscow")
    edges = {-1: 0, 0: 0, 1: 1, DAY: 1, DAY + 1: 2, 75 * DAY: 75, 75 * DAY + 1: 76}
    assert {after: moscow.days_late(due + after, due) for after in edges} == edges


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("", []),
        ("MSK-3", [(-(2**61), 10_800)]),
        ("<-0330>3:30", [(-(2**61), -12_600)]),
        (
            "CET-1CEST,M3.5.0,M10.5.0/3",
            [(seconds("2025-03-30 01:00:00"), 7200), (seconds("2025-10-26 01:00:00"), 3600)],
        ),
        (
            "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
            [(seconds("2025-03-30 01:00:00"), -3600), (seconds("2025-10-26 01:00:00"), -7200)],
        ),
        (
            "IST-1GMT0,M10.5.0,M3.5.0/1",
            [(seconds("2025-03-30 01:00:00"), 3600), (seconds("2025-10-26 01:00:00"), 0)],
        ),
        (
            "AAA3BBB,J60/0,300/0",
            [(seconds("2025-03-01 03:00:00"), -7200), (seconds("2025-10-28 02:00:00"), -10_800)],
        ),
    ],
)
def test_a_rule_of_clock_changes_is_read(rule: str, changes: list[tuple[int, int]]) -> None:
    assert changes_of_year(rule, 2025) == changes


def test_days_are_numbered_as_the_calendar_numbers_them() -> None:
    for year in (1840, 1900, 1970, 2000, 2024, 2025, 2100):
        for month, day in ((1, 1), (2, 28), (3, 1), (12, 31)):
            assert days_to(year, month, day) == (date(year, month, day) - date(1970, 1, 1)).days


def test_what_is_no_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="not a rule"):
        changes_of_year("every Sunday", 2025)
