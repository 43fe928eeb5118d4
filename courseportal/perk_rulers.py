"""Geometry of the control room's rulers: the days to the target, and who crosses a grade's line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from courseportal.rulers import Threshold, anchor_at, as_percent, hundredths_of_percent

ROW = 28


@dataclass(frozen=True)
class Countdown:
    """The days from the first to the target: what has gone by, today, and what is left."""

    days_left: int
    elapsed: str
    ticks: tuple[tuple[str, bool], ...]
    left_x: str
    today_anchor: str
    today_shown: bool


def countdown(*, starts_on: date, today: date, target_on: date) -> Countdown:
    """Ticks are days, long ones are Mondays; of a term longer than nine weeks only Mondays are drawn."""
    days = max(1, (target_on - starts_on).days)
    gone = min(max(0, (today - starts_on).days), days)
    now = hundredths_of_percent(gone, days)
    every = [starts_on + timedelta(days=number) for number in range(days + 1)]
    shown = every if days <= 63 else [day for day in every if day.weekday() == 0]
    return Countdown(
        days_left=max(0, (target_on - today).days),
        elapsed=as_percent(now),
        ticks=tuple(
            (as_percent(hundredths_of_percent((day - starts_on).days, days)), day.weekday() == 0)
            for day in shown
        ),
        left_x=as_percent((now + 10_000) // 2),
        today_anchor=anchor_at(now),
        today_shown=starts_on <= today <= target_on and 800 < now < 9_000,
    )


@dataclass(frozen=True)
class Crossing:
    """A person whose total goes from one number of points to another."""

    name: str
    before: int
    after: int


@dataclass(frozen=True)
class PlacedCrossing:
    """A line of the chart, with its places."""

    name: str
    before: int
    after: int
    before_x: str
    after_x: str
    y: int


@dataclass(frozen=True)
class CrossingChart:
    """Rows of two points each, over the lines of the grades."""

    height: int
    lines: tuple[tuple[str, str, int, int], ...]
    """Of each grade: its place, its word, its points, and the height of these; next ones stand apart."""
    rows: tuple[PlacedCrossing, ...]


NAMES, RIGHT = 2_400, 900
"""Room for names and for the last number, in hundredths of a per cent of the chart's width."""


def crossing_chart(*, people: Sequence[Crossing], thresholds: Sequence[Threshold]) -> CrossingChart:
    """The scale goes from a little below the lowest to a little above the highest number shown."""
    values = [value for one in people for value in (one.before, one.after)]
    low, high = min(values, default=0), max(values, default=1)
    shown = sorted(
        (one for one in thresholds if low - 600 <= one.points <= high + 600), key=lambda one: one.points
    )
    low, high = min([low, *(one.points for one in shown)]), max([high, *(one.points for one in shown)])
    low, high = low - 300, high + 100

    def place(points: int) -> str:
        span = 10_000 - NAMES - RIGHT
        return as_percent(NAMES + hundredths_of_percent(points - low, high - low) * span // 10_000)

    return CrossingChart(
        height=36 + ROW * len(people) + 6,
        lines=tuple(
            (place(one.points), one.label, one.points, 13 + 16 * (number % 2))
            for number, one in enumerate(shown)
        ),
        rows=tuple(
            PlacedCrossing(
                one.name, one.before, one.after, place(one.before), place(one.after), 54 + ROW * number
            )
            for number, one in enumerate(people)
        ),
    )
