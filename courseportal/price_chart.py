"""Geometry of the price chart: days side by side, each as high as what handing in costs then.

Pure, as ``courseportal.rulers``: places in per cent, heights in pixels, costs in hundredths of a point.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from courseportal.rulers import anchor_at, as_percent

COLUMN_HEIGHT = 60


@dataclass(frozen=True)
class DayPrice:
    """What handing in on this day costs, in hundredths of a point; None where nothing is taken."""

    on: date
    cost: int | None


@dataclass(frozen=True)
class PriceColumn:
    """One day of the price chart: ``kind`` is past, today, ahead or closed."""

    on: date
    cost: int
    kind: str
    x: str
    y: int
    height: int
    priced: bool


@dataclass(frozen=True)
class PriceChart:
    """Days side by side, each as high as its price; ``due_x`` is where free ends."""

    height: int
    axis_y: int
    width: str
    columns: tuple[PriceColumn, ...]
    due_x: str | None
    due_anchor: str


def chart_days(*, due_on: date, today: date, count: int = 13) -> tuple[date, ...]:
    """The days a price chart shows: from the day before the deadline, or around today once that is past."""
    start = due_on - timedelta(days=1)
    if today < start:
        start = max(today, due_on - timedelta(days=count // 2))
    elif (today - start).days > count * 2 // 3:
        start = today - timedelta(days=count // 2)
    return tuple(start + timedelta(days=number) for number in range(count))


def price_chart(*, prices: Sequence[DayPrice], today: date, due_on: date) -> PriceChart:
    """Consecutive days and their prices as columns; the price is written over today's and the last one."""
    count = max(1, len(prices))
    axis_y = 84
    highest = max((day.cost or 0 for day in prices), default=0)
    last = max((number for number, day in enumerate(prices) if day.cost is not None), default=-1)
    columns = []
    for number, day in enumerate(prices):
        cost = day.cost or 0
        height = (cost * COLUMN_HEIGHT * 2 + highest) // (2 * highest) if highest else 0
        kind = "today" if day.on == today else ("past" if day.on < today else "ahead")
        columns.append(
            PriceColumn(
                on=day.on,
                cost=cost,
                kind=kind if day.cost is not None else "closed",
                x=as_percent(number * 10_000 // count),
                y=axis_y - height,
                height=height,
                priced=cost > 0 and (kind == "today" or number == last),
            )
        )
    after_due = (due_on - prices[0].on).days + 1 if prices else -1
    place = after_due * 10_000 // count
    return PriceChart(
        height=112,
        axis_y=axis_y,
        width=as_percent(10_000 // count),
        columns=tuple(columns),
        due_x=as_percent(place) if 0 < after_due <= count else None,
        due_anchor=anchor_at(place),
    )
