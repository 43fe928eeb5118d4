"""Lines on the globe: how far, how long, and the same with fewer points. Latitude first, in degrees."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, TypeAlias

Point: TypeAlias = tuple[float, float]

_EARTH_M: Final = 6_371_008.8
"""The mean radius; the globe's flattening makes a half per cent at most."""


def distance_m(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> int:
    """Whole metres between two places, along the globe."""
    return round(
        _metres((float(latitude), float(longitude)), (float(other_latitude), float(other_longitude)))
    )


def length_m(lines: Sequence[Sequence[Point]]) -> int:
    """Whole metres along all lines; what lies between two lines does not count."""
    return round(sum(_metres(one, other) for line in lines for one, other in pairwise(line)))


def flattened(lines: Sequence[Sequence[Point]]) -> list[list[Point]]:
    """The lines on a plane: metres to the east and to the south, as a page has them, from some corner.

    True to scale at the middle latitude, and over a city everywhere.
    """
    latitudes = [latitude for line in lines for latitude, _longitude in line]
    degree = math.radians(1) * _EARTH_M
    shrunk = degree * max(0.01, math.cos(math.radians((min(latitudes) + max(latitudes)) / 2)))
    return [[(longitude * shrunk, -latitude * degree) for latitude, longitude in line] for line in lines]


def thinned(lines: Sequence[Sequence[Point]], most: int) -> list[list[Point]]:
    """The lines with at most so many points in all: what makes the least triangle with its neighbours goes.

    Visvalingam's way: corners stay, and no line takes longer than its points times their logarithm. Ends
    always stay, so that of more than half as many lines as points the shortest are left out.
    """
    lines = _longest(lines, most // 2)
    flat = flattened(lines)
    before = [[place - 1 for place in range(len(line))] for line in flat]
    after = [[place + 1 for place in range(len(line))] for line in flat]
    area = [[0.0] * len(line) for line in flat]
    heap: list[tuple[float, int, int]] = []

    def weigh(which: int, place: int, at_least: float) -> None:
        line, left, right = flat[which], before[which][place], after[which][place]
        if left < 0 or right >= len(line):
            area[which][place] = math.inf  # an end
            return
        area[which][place] = max(at_least, _triangle(line[left], line[place], line[right]))
        heapq.heappush(heap, (area[which][place], which, place))

    for which, line in enumerate(flat):
        for place in range(len(line)):
            weigh(which, place, 0)
    left_over = sum(map(len, flat)) - most
    while left_over > 0 and heap:
        size, which, place = heapq.heappop(heap)
        if size != area[which][place]:
            continue  # weighed again since
        left, right = before[which][place], after[which][place]
        after[which][left], before[which][right] = right, left
        area[which][place] = -1
        weigh(which, left, size)
        weigh(which, right, size)
        left_over -= 1
    return [
        [point for point, size in zip(line, sizes, strict=True) if size >= 0]
        for line, sizes in zip(lines, area, strict=True)
    ]


def _longest(lines: Sequence[Sequence[Point]], most: int) -> Sequence[Sequence[Point]]:
    """As many lines, in their order, the shortest left out."""
    if len(lines) <= most:
        return lines
    ranked = sorted(range(len(lines)), key=lambda which: length_m([lines[which]]), reverse=True)
    return [lines[which] for which in sorted(ranked[:most])]


def _metres(one: Point, other: Point) -> float:
    latitude, other_latitude = math.radians(one[0]), math.radians(other[0])
    half = math.sin((other_latitude - latitude) / 2) ** 2
    half += math.cos(latitude) * math.cos(other_latitude) * math.sin(math.radians(other[1] - one[1]) / 2) ** 2
    return 2 * _EARTH_M * math.asin(math.sqrt(min(1.0, half)))


def _triangle(one: Point, two: Point, three: Point) -> float:
    return abs((two[0] - one[0]) * (three[1] - one[1]) - (three[0] - one[0]) * (two[1] - one[1])) / 2
