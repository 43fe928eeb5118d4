"""The real course of autumn 2025 as values for the tests of its rules; no database."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from grading.rules import (
    Grade,
    Graded,
    GradeScale,
    LatePolicy,
    PassRule,
    Regime,
    Tariff,
    assignment_score,
    moved,
    tariff,
)

MOSCOW = ZoneInfo("Europe/Moscow")
TEN_POINTS = 1000


def at(text: str) -> datetime:
    """The instant of a Moscow wall clock, "10-01 00:00:00" (of 2025, UTC+3 all year)."""
    return datetime.fromisoformat(f"2025-{text}+03:00")


DUE = at("09-30 23:59:59")
TARGET = at("12-14 23:59:59")

ONE_A_DAY = LatePolicy(per_day=100)
ORDINARY = Regime(DUE, MOSCOW, ONE_A_DAY)
MOVED = moved(TARGET, MOSCOW)

SCALE = GradeScale(
    (
        Grade("excellent", 4800, 5),
        Grade("good", 3600, 4),
        Grade("satisfactory", 3000, 3),
        Grade("unsatisfactory", 0, 0),
    ),
    pass_score=400,
)
PASS_RULE = PassRule("good")


def prices(*regimes: Regime) -> Tariff:
    """The price list of an assignment of ten points."""
    return tariff(regimes, TEN_POINTS)


def score_of(handed_in: datetime, score: int, *regimes: Regime) -> int | None:
    """The score of an assignment for which one graded work was handed in."""
    return assignment_score([Graded(handed_in, score)], prices(*regimes))
