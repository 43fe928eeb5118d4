"""A track drawn as a picture: plain geometry for an SVG, true to scale, north up, without any map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from perks.geometry import Point, flattened
from schedule.wording import length_text

_LEAST_M: Final = 20.0
"""A picture shows at least so many metres: who stood still is a dot, not noise."""
_BARS: Final = tuple(step * 10**power for power in range(8) for step in (1, 2, 5))


@dataclass(frozen=True, slots=True)
class TrackDrawing:
    """What an SVG of ``width`` by ``height`` needs, all of it text that may stand in attributes as it is.

    ``paths`` are the ``d`` of one path a line; ``start`` and ``end`` are x and y; ``scale`` is the length of
    the bar in pixels, and ``scale_text`` how far that is: "200 m".
    """

    width: int
    height: int
    paths: tuple[str, ...]
    start: tuple[str, str]
    end: tuple[str, str]
    scale: str
    scale_text: str


def draw_track(
    lines: Sequence[Sequence[Sequence[float]]], *, width: int = 360, height: int = 240, padding: int = 28
) -> TrackDrawing | None:
    """Draw lines of ``[latitude, longitude]``, as large as fits inside the padding; None for no lines."""
    points: list[list[Point]] = [[(point[0], point[1]) for point in line] for line in lines if line]
    if not points:
        return None
    flat = flattened(points)
    xs = [x for line in flat for x, _y in line]
    ys = [y for line in flat for _x, y in line]
    east, south = max(max(xs) - min(xs), _LEAST_M), max(max(ys) - min(ys), _LEAST_M)
    scale = min((width - 2 * padding) / east, (height - 2 * padding) / south)
    left = width / 2 - scale * (min(xs) + max(xs)) / 2
    top = height / 2 - scale * (min(ys) + max(ys)) / 2
    spots = [[(f"{left + scale * x:.1f}", f"{top + scale * y:.1f}") for x, y in line] for line in flat]
    bar = max((length for length in _BARS if length * scale <= width / 4), default=_BARS[0])
    return TrackDrawing(
        width=width,
        height=height,
        paths=tuple("M" + "L".join(f"{x} {y}" for x, y in line) for line in spots),
        start=spots[0][0],
        end=spots[-1][-1],
        scale=f"{bar * scale:.1f}",
        scale_text=length_text(bar),
    )
