"""The photos of made-up effective rest: flat little scenes drawn by code, with what phones write into files.

Each picture is named and the same every time. People stand in front of it, as many as are on the proof.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from random import Random
from typing import Final

from PIL import Image, ImageDraw
from PIL.ExifTags import GPS, IFD, Base

SIZE: Final = (1200, 900)
UNIT: Final = 10
"""Pixels of a step: scenes are thought out on 120 x 90."""

INK, PAPER, WELL, EDGE = "#1a1b1f", "#faf8f3", "#f1eee6", "#8a8880"
BLUE, SOFT, RED, GREEN, GOLD = "#2440b3", "#e7ebf9", "#a03218", "#1a6541", "#b98a2e"

Pen = ImageDraw.ImageDraw
Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo: which picture, how many people are on it, when and where the phone says it was taken.

    One that was sent on by a messenger says neither, and is smaller.
    """

    picture: str
    people: int
    taken_at: datetime
    place: tuple[Decimal, Decimal] | None
    is_sent_on: bool = False


def photo_of(shot: Shot) -> bytes:
    """The bytes of a JPEG."""
    picture = Image.new("RGB", SIZE, WELL)
    pen = ImageDraw.Draw(picture)
    PICTURES[shot.picture](pen)
    if shot.picture != "hall":
        _people(pen, shot.people, Random(shot.picture))  # noqa: S311 - a picture, no secret
    out = BytesIO()
    if shot.is_sent_on:
        picture.resize((1024, 768), Image.Resampling.LANCZOS).save(out, "JPEG", quality=70)
    else:
        picture.save(out, "JPEG", quality=88, exif=_exif(shot))
    return out.getvalue()


def _exif(shot: Shot) -> Image.Exif:
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Model] = "Demo", "Phone"
    taken = exif.get_ifd(IFD.Exif)
    taken[Base.DateTimeOriginal] = shot.taken_at.strftime("%Y:%m:%d %H:%M:%S")
    offset = shot.taken_at.strftime("%z")
    taken[Base.OffsetTimeOriginal] = f"{offset[:3]}:{offset[3:]}"
    if shot.place:
        place = exif.get_ifd(IFD.GPSInfo)
        latitude, longitude = shot.place
        place[GPS.GPSLatitudeRef], place[GPS.GPSLongitudeRef] = "N", "E"
        place[GPS.GPSLatitude], place[GPS.GPSLongitude] = _degrees(latitude), _degrees(longitude)
    return exif


def _degrees(value: Decimal) -> tuple[float, float, float]:
    minutes, degrees = value % 1 * 60, value // 1
    return float(degrees), float(minutes // 1), float(round(minutes % 1 * 60, 3))


def _people(pen: Pen, number: int, chance: Random) -> None:
    """People in a row along the lower edge, the colours of their coats by chance."""
    step = min(11.0, 104 / max(number, 1))
    left = 60 - step * (number - 1) / 2
    for place in range(number):
        x, tall = left + step * place, chance.uniform(0, 5)
        coat = chance.choice((INK, BLUE, RED, GREEN, GOLD, EDGE))
        _disc(pen, x, 66 - tall, 3.9, PAPER)  # a light edge tells them from what is behind
        _disc(pen, x, 66 - tall, 3.4, GOLD if coat == INK else INK)
        body = _box(x - 4.4, 70 - tall, x + 4.4, 96)
        pen.rounded_rectangle(body, radius=3 * UNIT, fill=coat, outline=PAPER, width=UNIT // 2)


def _box(*sides: float) -> tuple[float, ...]:
    """Left, top, right, bottom in pixels."""
    return tuple(side * UNIT for side in sides)


def _rect(pen: Pen, *sides: float, fill: str) -> None:
    pen.rectangle(_box(*sides), fill=fill)


def _disc(pen: Pen, x: float, y: float, radius: float, fill: str) -> None:
    pen.ellipse(_box(x - radius, y - radius, x + radius, y + radius), fill=fill)


def _shape(pen: Pen, points: Points, fill: str) -> None:
    pen.polygon([(x * UNIT, y * UNIT) for x, y in points], fill=fill)


def _line(pen: Pen, points: Points, fill: str, width: float) -> None:
    pen.line([(x * UNIT, y * UNIT) for x, y in points], fill=fill, width=round(width * UNIT), joint="curve")


def _theatre(pen: Pen) -> None:
    _rect(pen, 0, 0, 120, 90, fill=SOFT)
    for side, edge in ((0, 30), (120, 90)):
        _shape(pen, [(side, 0), (edge, 0), ((side + edge) / 2, 58), (side, 74)], RED)
    for fold in (6, 14, 22, 98, 106, 114):
        _line(pen, [(fold, 0), (fold + (4 if fold > 60 else -4), 62)], INK, 0.8)
    _rect(pen, 0, 0, 120, 8, fill=RED)
    _disc(pen, 60, 30, 14, GOLD)
    _rect(pen, 0, 76, 120, 90, fill=INK)


def _museum(pen: Pen) -> None:
    _rect(pen, 0, 0, 120, 90, fill=PAPER)
    for place, colour in enumerate((BLUE, GOLD, RED, GREEN)):
        _rect(pen, 6 + place * 28, 12 + place % 2 * 8, 28 + place * 28, 44 - place % 3 * 6, fill=INK)
        _rect(pen, 8 + place * 28, 14 + place % 2 * 8, 26 + place * 28, 42 - place % 3 * 6, fill=colour)
    _disc(pen, 17, 26, 5, GOLD)
    _shape(pen, [(92, 38), (100, 24), (110, 38)], PAPER)
    _rect(pen, 0, 72, 120, 90, fill=EDGE)


def _garden(pen: Pen) -> None:
    _rect(pen, 0, 0, 120, 90, fill=SOFT)
    _rect(pen, 0, 60, 120, 90, fill=GREEN)
    for x, y, size in ((18, 40, 16), (40, 50, 12), (98, 34, 18)):
        _rect(pen, x - 1.5, y, x + 1.5, 66, fill=INK)
        _disc(pen, x, y, size, GREEN)
    _shape(pen, [(54, 62), (54, 40), (66, 30), (78, 40), (78, 62)], PAPER)
    for x in (60, 66, 72):
        _line(pen, [(x, 34), (x, 62)], EDGE, 0.7)


def _tower(pen: Pen) -> None:
    _rect(pen, 0, 0, 120, 90, fill=BLUE)
    _shape(pen, [(46, 90), (57, 40), (58, 4), (60, 0), (62, 4), (63, 40), (74, 90)], PAPER)
    _rect(pen, 53, 30, 67, 38, fill=PAPER)
    _rect(pen, 55, 20, 65, 24, fill=RED)
    _disc(pen, 98, 16, 8, GOLD)
    _rect(pen, 0, 78, 120, 90, fill=INK)


def _palace(pen: Pen) -> None:
    _rect(pen, 0, 0, 120, 90, fill=SOFT)
    _rect(pen, 14, 38, 106, 80, fill=RED)
    for left in (14, 52, 90):
        _rect(pen, left, 26, left + 16, 80, fill=RED)
        _shape(pen, [(left - 2, 26), (left + 8, 8), (left + 18, 26)], INK)
    for x in range(18, 104, 9):
        _rect(pen, x, 46, x + 4, 58, fill=PAPER)
    _rect(pen, 0, 76, 120, 90, fill=GREEN)


def _store(pen: Pen) -> None:
    _rect(pen, 0, 0, 120, 90, fill=PAPER)
    _rect(pen, 4, 14, 116, 80, fill=GOLD)
    for x in (12, 40, 68, 96):
        pen.rounded_rectangle(_box(x, 24, x + 14, 66), radius=7 * UNIT, fill=INK)
    _disc(pen, 60, 12, 11, INK)
    _disc(pen, 60, 12, 9, PAPER)
    _line(pen, [(60, 12), (60, 5)], INK, 1.2)
    _line(pen, [(60, 12), (65, 15)], RED, 1.2)
    _rect(pen, 0, 74, 120, 90, fill=EDGE)


def _faculty(pen: Pen) -> None:
    _rect(pen, 0, 0, 120, 90, fill=WELL)
    _rect(pen, 0, 22, 78, 82, fill=BLUE)
    _rect(pen, 78, 6, 120, 82, fill=INK)
    for y in (28, 38, 48):
        for x in (6, 20, 34, 48, 62):
            _rect(pen, x, y, x + 8, y + 5, fill=SOFT)
    for y in (12, 24, 36, 48):
        _rect(pen, 84, y, 114, y + 3, fill=GOLD)
    _rect(pen, 0, 78, 120, 90, fill=EDGE)


def _volleyball(pen: Pen) -> None:
    _rect(pen, 0, 0, 120, 90, fill=WELL)
    _rect(pen, 0, 52, 120, 90, fill=GREEN)
    for y in (18, 26, 34):
        _line(pen, [(8, y), (112, y - 4)], EDGE, 0.6)
    _rect(pen, 6, 12, 9, 70, fill=INK)
    _rect(pen, 111, 8, 114, 70, fill=INK)
    _disc(pen, 84, 22, 9, RED)
    _line(pen, [(76, 20), (92, 25)], PAPER, 0.8)


def _football(pen: Pen) -> None:
    _rect(pen, 0, 0, 120, 90, fill=GREEN)
    for x in range(0, 120, 40):
        _rect(pen, x, 0, x + 20, 90, fill="#22744e")
    _line(pen, [(24, 62), (24, 16), (96, 16), (96, 62)], PAPER, 1.8)
    for x in range(30, 96, 8):
        _line(pen, [(x, 17), (x, 60)], SOFT, 0.3)
    _disc(pen, 40, 50, 7, PAPER)
    _disc(pen, 40, 50, 3, INK)


def _hall(pen: Pen) -> None:
    """A sports hall with the lights off: nobody can be told."""
    _rect(pen, 0, 0, 120, 90, fill=INK)
    _shape(pen, [(0, 60), (120, 48), (120, 90), (0, 90)], "#26262c")
    _rect(pen, 84, 10, 112, 26, fill="#3a3a40")
    _disc(pen, 34, 56, 20, "#2c2c32")
    _disc(pen, 70, 60, 16, "#303036")


def _cinema(pen: Pen) -> None:
    _rect(pen, 0, 0, 120, 90, fill=INK)
    _rect(pen, 16, 8, 104, 48, fill=SOFT)
    _shape(pen, [(16, 48), (44, 24), (60, 40), (82, 18), (104, 48)], BLUE)
    _disc(pen, 32, 20, 6, RED)
    for x in range(4, 120, 14):
        pen.rounded_rectangle(_box(x, 58, x + 11, 80), radius=2 * UNIT, fill=RED)


def _greenhouse(pen: Pen) -> None:
    _rect(pen, 0, 0, 120, 90, fill=PAPER)
    pen.pieslice(_box(10, 10, 110, 118), 180, 360, fill=SOFT)
    for x in (30, 50, 70, 90):
        _line(pen, [(60, 10), (x + (x - 60) * 0.6, 66)], EDGE, 0.8)
    for x, top in ((38, 34), (80, 28)):
        for tip in (-16, -8, 8, 16):
            _line(pen, [(x, 66), (x, top), (x + tip, top + 12)], GREEN, 1.8)
    _rect(pen, 0, 66, 120, 90, fill=GOLD)


def _mast(pen: Pen) -> None:
    """A radio mast in the fields: a tower, but not the one."""
    _rect(pen, 0, 0, 120, 90, fill=SOFT)
    _shape(pen, [(0, 70), (40, 58), (80, 66), (120, 54), (120, 90), (0, 90)], GOLD)
    for foot, top in ((26, 34), (42, 34)):
        _line(pen, [(foot, 72), (top, 10)], INK, 1.4)
    for y, half in ((58, 5.6), (44, 4.2), (30, 2.6)):
        _line(pen, [(34 - half, y), (34 + half, y)], RED, 1.4)
    _line(pen, [(34, 12), (100, 60)], EDGE, 0.5)
    _rect(pen, 82, 48, 104, 62, fill=RED)
    _shape(pen, [(80, 48), (93, 38), (106, 48)], INK)


PICTURES: Final[dict[str, Callable[[Pen], None]]] = {
    "theatre": _theatre,
    "museum": _museum,
    "garden": _garden,
    "tower": _tower,
    "palace": _palace,
    "store": _store,
    "faculty": _faculty,
    "volleyball": _volleyball,
    "football": _football,
    "hall": _hall,
    "cinema": _cinema,
    "greenhouse": _greenhouse,
    "mast": _mast,
}
