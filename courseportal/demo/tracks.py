"""The GPS tracks of made-up runs that write letters over Moscow, as a watch exports them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Final

METRES_A_DEGREE: Final = 111_195
"""Of latitude; of longitude the cosine of the latitude as much."""
STEP_SECONDS: Final = 5
METRES_A_SECOND: Final = 2.9
NOISE_METRES: Final = 1.2

# fmt: off
LETTERS: Final = (
    (0, 0), (0, 220), (75, 95), (150, 220), (150, 0),
    (220, 0), (220, 220), (295, 95), (370, 220), (370, 0),
    (440, 0), (440, 220), (590, 220), (590, 0),
)
# fmt: on
"""ММП in one line, in metres to the east and to the north of its lower left corner."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run that writes ММП: when it starts, the lower left corner in degrees, and a seed."""

    started_at: datetime
    latitude: float
    longitude: float
    seed: str


def track_of(run: Run) -> bytes:
    """The bytes of a GPX file with a point every few seconds."""
    chance = Random(run.seed)  # noqa: S311 - a story, no secret
    east = METRES_A_DEGREE * math.cos(math.radians(run.latitude))
    points = []
    for number, (x, y) in enumerate(_steps()):
        at = (run.started_at + timedelta(seconds=number * STEP_SECONDS)).astimezone(UTC)
        latitude = run.latitude + (y + chance.gauss(0, NOISE_METRES)) / METRES_A_DEGREE
        longitude = run.longitude + (x + chance.gauss(0, NOISE_METRES)) / east
        points.append(
            f'<trkpt lat="{latitude:.6f}" lon="{longitude:.6f}"><time>{at:%Y-%m-%dT%H:%M:%SZ}</time></trkpt>'
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx version="1.1" creator="demo" xmlns="http://www.topografix.com/GPX/1/1">\n'
        f"<trk><name>ММП</name><trkseg>\n{chr(10).join(points)}\n</trkseg></trk>\n</gpx>\n"
    ).encode()


def _steps() -> list[tuple[float, float]]:
    """Where a runner is after each step, at an even pace along the letters."""
    stride, left_over = STEP_SECONDS * METRES_A_SECOND, 0.0
    found: list[tuple[float, float]] = []
    for (x, y), (next_x, next_y) in pairwise(LETTERS):
        length = math.hypot(next_x - x, next_y - y)
        along = left_over
        while along < length:
            found.append((x + (next_x - x) * along / length, y + (next_y - y) * along / length))
            along += stride
        left_over = along - length
    found.append(LETTERS[-1])
    return found
