"""How a photo is read: looked at before it is decoded, made anew upright and small, what it says kept apart.

Nothing of the file that was sent goes on: two JPEGs are drawn from its colours alone. Decision and figures:
docs/decisions/photos-are-made-anew.md.
"""

from __future__ import annotations

import hashlib
import re
import struct
import threading
import warnings
import zlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from PIL import Image, ImageCms, UnidentifiedImageError

from perks.looks import alike, look_of
from perks.photo_facts import exif_of, place_of, taken_at, turned
from perks.photo_parts import TooManyParts, comes_row_by_row
from schedule.wording import size_text

__all__ = ["LARGE", "MOST_BYTES", "PHOTOS_A_PROOF", "SMALL", "BadPhoto", "ReadPhoto", "alike", "read_photo"]

PHOTOS_A_PROOF: Final = 10
MOST_BYTES: Final = 25 * 1024 * 1024
"""Of one photo as it is sent: a phone's 108 megapixels have about 20 MB."""
MOST_PIXELS: Final = 120_000_000
"""Of a JPEG that can be decoded at a fraction of its size, row by row, as cameras write them."""
MOST_PIXELS_AT_ONCE: Final = 25_000_000
"""Of everything that must be decoded in full: PNG, WebP, and JPEGs in several passes."""
LARGE: Final = 2048
"""The longest side of the picture that opens, in pixels."""
SMALL: Final = 480
"""The longest side of the picture in a list."""

_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_BEGINNINGS: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_HEIC: Final = re.compile(rb".{4}ftyp(?:hei[cmsx]|hev[cmsx]|mif1|msf1)", re.DOTALL)
_DAMAGE: Final = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    TypeError,
    LookupError,
    ArithmeticError,
    struct.error,
    zlib.error,
)
_MOST_PROFILE: Final = 4 * 1024 * 1024

_one_at_a_time: Final = threading.Lock()
"""Threads of a web server that decode large pictures side by side would take its memory together."""

# Between one and two times its limit Pillow only warns; here every size is checked before decoding.
warnings.simplefilter("ignore", Image.DecompressionBombWarning)


class BadPhoto(Exception):
    """A photo that is not taken. Its text says why and what helps, in the language of the page."""


@dataclass(frozen=True, slots=True)
class ReadPhoto:
    """A photo made anew, and what the sent file said of itself.

    ``large`` and ``small`` are JPEGs in sRGB, upright, without any metadata; ``width`` and ``height`` are
    those of ``large``, in pixels. ``sha256`` is of the bytes that were sent, in hex; ``look`` is for
    ``alike``. ``taken_at`` is aware, in UTC; ``latitude`` and ``longitude`` are degrees with six places, both
    or neither.
    """

    large: bytes
    small: bytes
    width: int
    height: int
    sha256: str
    look: str
    taken_at: datetime | None
    latitude: Decimal | None
    longitude: Decimal | None


def read_photo(content: bytes, *, zone: ZoneInfo) -> ReadPhoto:
    """Read a JPEG, PNG or WebP; of a moving picture the first frame. Raises BadPhoto.

    A time in the file without an offset is one of ``zone``. A 12-megapixel photo takes about a third of a
    second, and a larger JPEG no more memory than that.
    """
    if problem := _problem_of_bytes(content):
        raise BadPhoto(problem)
    most = MOST_PIXELS_AT_ONCE
    try:
        if comes_row_by_row(content):
            most = MOST_PIXELS
        with _one_at_a_time, Image.open(BytesIO(content), formats=_FORMATS) as picture:
            if picture.width * picture.height > most:
                raise BadPhoto(_too_large(picture.width * picture.height, most))
            return _made(picture, content, zone)
    except UnidentifiedImageError:
        raise BadPhoto(_damaged() if content.startswith(_BEGINNINGS) else _not_a_picture()) from None
    except Image.DecompressionBombError:
        raise BadPhoto(_too_large(None, most)) from None
    except (*_DAMAGE, TooManyParts):
        raise BadPhoto(_damaged()) from None


def _made(picture: Image.Image, content: bytes, zone: ZoneInfo) -> ReadPhoto:
    exif = exif_of(picture)
    large = _reduced(picture)
    if (turn := turned(exif)) is not None:
        large = large.transpose(turn)
    small = _within(large, SMALL)
    latitude, longitude = place_of(exif) or (None, None)
    return ReadPhoto(
        large=_as_jpeg(large, quality=84),
        small=_as_jpeg(small, quality=78),
        width=large.width,
        height=large.height,
        sha256=hashlib.sha256(content).hexdigest(),
        look=look_of(small),
        taken_at=taken_at(exif, zone),
        latitude=latitude,
        longitude=longitude,
    )


def _reduced(picture: Image.Image) -> Image.Image:
    """The picture in sRGB on white, its longest side at most LARGE, and nothing else of the file."""
    profile = picture.info.get("icc_profile")
    picture.draft(
        None, _size_within(picture, LARGE)
    )  # a JPEG at a half, a quarter, an eighth if that is enough
    shown = _in_srgb(_within(_flat(picture), LARGE), profile)
    shown.info = {}  # Pillow would write the comment of the old file into the new one
    return shown


def _within(picture: Image.Image, longest: int) -> Image.Image:
    """A picture of its own, its longest side at most so long."""
    # Hamming's window shrinks as sharply as a bicubic one in half the time.
    return picture.resize(_size_within(picture, longest), Image.Resampling.HAMMING)


def _size_within(picture: Image.Image, longest: int) -> tuple[int, int]:
    scale = min(1, longest / max(picture.size))
    return max(1, round(picture.width * scale)), max(1, round(picture.height * scale))


def _flat(picture: Image.Image) -> Image.Image:
    """The decoded picture as CMYK, greys or RGB, what is transparent on white."""
    if picture.mode.startswith("I"):  # 16 bits of grey
        return picture.point(lambda value: value * (1 / 256)).convert("L")
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        flat = Image.new("RGB", layer.size, "white")
        flat.paste(layer, mask=layer)
        return flat
    return picture if picture.mode in ("CMYK", "L", "RGB") else picture.convert("RGB")


def _in_srgb(picture: Image.Image, profile: object) -> Image.Image:
    """The colours as they look right without a profile; a profile that is rubbish is left out."""
    if isinstance(profile, bytes) and len(profile) <= _MOST_PROFILE:
        try:
            own = ImageCms.ImageCmsProfile(BytesIO(profile))
            if own.profile.xcolor_space.strip() == picture.mode and not _is_srgb(own):
                made = ImageCms.profileToProfile(
                    picture, own, ImageCms.createProfile("sRGB"), outputMode="RGB"
                )
                return made or picture.convert("RGB")
        except (*_DAMAGE, ImageCms.PyCMSError):
            pass
    return picture.convert("RGB")


def _is_srgb(profile: ImageCms.ImageCmsProfile) -> bool:
    return "sRGB" in (profile.profile.profile_description or "")


def _as_jpeg(picture: Image.Image, *, quality: int) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _problem_of_bytes(content: bytes) -> str | None:
    """What can be said before a decoder sees the file."""
    if not content:
        return _("This file is empty. Choose the photo again.")
    if len(content) > MOST_BYTES:
        return _("This photo has %(size)s of %(most)s. Send it smaller, or a screenshot of it.") % {
            "size": size_text(len(content), up=True),
            "most": size_text(MOST_BYTES),
        }
    if _HEIC.match(content):
        return _(
            "This is a HEIC photo, which browsers do not show. Set the camera to “Most Compatible”, or send "
            "the photo as JPEG or a screenshot of it."
        )
    return None


def _not_a_picture() -> str:
    return _(
        "This is not a JPEG, PNG or WebP picture, whatever its name says. Send the photo as JPEG or a "
        "screenshot of it."
    )


def _too_large(pixels: int | None, most: int) -> str:
    if pixels is None:
        return _(
            "This picture has more than %(most)d million pixels. Send it smaller, or a screenshot of it."
        ) % {"most": most // 1_000_000}
    return _(
        "This picture has %(pixels)d million pixels, and at most %(most)d million are read. Send it "
        "smaller, or a screenshot of it."
    ) % {"pixels": -(-pixels // 1_000_000), "most": most // 1_000_000}


def _damaged() -> str:
    return _(
        "This photo is damaged or did not arrive in full. Send it again; if that does not help, send a "
        "screenshot of it."
    )
