"""Geometry of the ruler of an activity at the same time: the window, and each proof at its moment.

As the other rulers (``courseportal.rulers``): positions are text in per cent, heights are pixels.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from courseportal.rulers import MARK_GAP, MARK_STEP, anchor_at, as_percent, hundredths_of_percent

AROUND = 5
"""The ruler shows so many thirds of the window's half on either side, more where a proof lies near it."""
FARTHEST = 4
"""Proofs more than so many halves of the window away are on another day's ruler: they are only listed."""


class Point(Protocol):
    """A proof as the ruler needs it."""

    @property
    def number(self) -> int | None: ...
    @property
    def at(self) -> datetime: ...
    @property
    def is_counted(self) -> bool: ...
    @property
    def is_this(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class PlacedPoint:
    """A proof on the ruler; ``y`` is where its mark stands, higher where two would overlap."""

    label: str
    x: str
    y: int
    is_counted: bool
    is_this: bool


@dataclass(frozen=True, slots=True)
class TimeRuler:
    """The window from ``starts_x`` on, ``width`` wide, its middle at ``middle_x``, and the points."""

    height: int
    axis_y: int
    starts_x: str
    width: str
    middle_x: str
    ends_x: str
    middle_anchor: str
    points: tuple[PlacedPoint, ...]


def time_ruler(points: Iterable[Point], *, middle: datetime, within: timedelta) -> TimeRuler:
    """The window of ``within`` on either side of ``middle``, and the points that lie in it or near it."""
    half = max(1, round(within / timedelta(seconds=1)))
    near = [
        (point, round((point.at - middle) / timedelta(seconds=1)))
        for point in points
        if abs(point.at - middle) <= FARTHEST * within
    ]
    reach = half * AROUND // 3
    left = min([-reach, *(offset - half // 3 for _point, offset in near)])
    right = max([reach, *(offset + half // 3 for _point, offset in near)])

    def place(offset: int) -> int:
        return hundredths_of_percent(offset - left, right - left)

    levels: list[int] = []
    placed = []
    for point, offset in sorted(near, key=lambda one: one[1]):
        x = place(offset)
        level = next((n for n, last in enumerate(levels) if x - last >= MARK_GAP), len(levels))
        levels[level : level + 1] = [x]
        placed.append((point, x, level))
    axis_y = 36 + MARK_STEP * max((level for _point, _x, level in placed), default=0)
    return TimeRuler(
        height=axis_y + 28,
        axis_y=axis_y,
        starts_x=as_percent(place(-half)),
        width=as_percent(place(half) - place(-half)),
        middle_x=as_percent(place(0)),
        ends_x=as_percent(place(half)),
        middle_anchor=anchor_at(place(0)),
        points=tuple(
            PlacedPoint(
                str(point.number or "·"),
                as_percent(x),
                axis_y - 11 - level * MARK_STEP,
                point.is_counted,
                point.is_this,
            )
            for point, x, level in placed
        ),
    )
