"""What a photo's file says of itself: when and where it was taken, which side is up.

Cameras write it by the rules, editors and strangers write anything. What cannot be true is not there.
"""

from __future__ import annotations

import re
import struct
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from numbers import Rational
from typing import Any, Final
from zoneinfo import ZoneInfo

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from schedule.rules import YEARS, instant, utc

_WRITTEN_TIME: Final = re.compile(
    r"([0-9]{4})[:-]([0-9]{2})[:-]([0-9]{2})[ T]([0-9]{2}):([0-9]{2}):([0-9]{2})"
)
_WRITTEN_OFFSET: Final = re.compile(r"([+-])([0-9]{2}):([0-9]{2})")
_FARTHEST_OFFSET: Final = timedelta(hours=14)
_MILLIONTHS: Final = 1_000_000
_RUBBISH: Final = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    struct.error,
)
"""What Pillow raises over a block of metadata that breaks its own rules."""


def exif_of(picture: Image.Image) -> dict[int, dict[int, Any]]:
    """The picture's metadata: its first block under 0, time and place under their numbers; {} for rubbish."""
    found: dict[int, dict[int, Any]] = {}
    try:
        exif = picture.getexif()
        found[0] = dict(exif)
        for block in (IFD.Exif, IFD.GPSInfo):
            found[block] = dict(exif.get_ifd(block))
    except _RUBBISH:
        pass  # what was read before the rubbish stands
    return found


def turned(exif: dict[int, dict[int, Any]]) -> Image.Transpose | None:
    """How the picture has to be turned to stand upright."""
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    orientation = exif.get(0, {}).get(Base.Orientation)
    return turns.get(orientation) if isinstance(orientation, int) else None


def taken_at(exif: dict[int, dict[int, Any]], zone: ZoneInfo) -> datetime | None:
    """When the photo was taken, in UTC and whole seconds; by the clocks of ``zone`` where none is named.

    None where nothing is said, or no date: 0000:00:00, the 31st of February, a year of no course.
    """
    block = exif.get(IFD.Exif, {})
    written = _WRITTEN_TIME.match(_text(block.get(Base.DateTimeOriginal)))
    if written is None or int(written[1]) not in YEARS:
        return None
    try:
        local = datetime(*(int(part) for part in written.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return None
    offset = _offset(_text(block.get(Base.OffsetTimeOriginal)))
    return instant(local, zone) if offset is None else utc(local.replace(tzinfo=timezone(offset)))


def place_of(exif: dict[int, dict[int, Any]]) -> tuple[Decimal, Decimal] | None:
    """Latitude and longitude in degrees, six places, north and east above zero; None where they say nothing.

    The point 0, 0 in the sea is what cameras write that do not know where they are.
    """
    block = exif.get(IFD.GPSInfo, {})
    latitude = _degrees(block, GPS.GPSLatitude, GPS.GPSLatitudeRef, "NS", 90)
    longitude = _degrees(block, GPS.GPSLongitude, GPS.GPSLongitudeRef, "EW", 180)
    if latitude is None or longitude is None or not (latitude or longitude):
        return None
    return latitude, longitude


def _degrees(block: dict[int, Any], tag: int, ref_tag: int, sides: str, most: int) -> Decimal | None:
    """Degrees, minutes and seconds as degrees, below zero on the second of the two sides."""
    value, side = block.get(tag), _text(block.get(ref_tag)).upper()
    if not isinstance(value, tuple) or not 1 <= len(value) <= 3 or side not in tuple(sides):
        return None
    degrees = Fraction(0)
    for place, part in enumerate(value):
        if not isinstance(part, Rational) or part.denominator == 0:  # 0/0 is how "unknown" is written
            return None
        size = Fraction(int(part.numerator), int(part.denominator))
        if not 0 <= size <= (most, 60, 60)[place]:
            return None
        degrees += size / 60**place
    if degrees > most:
        return None
    millionths = round(degrees * _MILLIONTHS)
    return Decimal(millionths if side == sides[0] else -millionths).scaleb(-6)


def _offset(text: str) -> timedelta | None:
    written = _WRITTEN_OFFSET.fullmatch(text)
    if written is None:
        return None
    size = timedelta(hours=int(written[2]), minutes=int(written[3]))
    if size > _FARTHEST_OFFSET:
        return None
    return -size if written[1] == "-" else size


def _text(value: object) -> str:
    """A text field, its end marks and blanks gone; empty for whatever else stands there."""
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return value.strip("\0 ") if isinstance(value, str) else ""
