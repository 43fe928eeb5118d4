"""Pictures in students' files, decoded and made anew: only colours come through."""

from __future__ import annotations

import base64
import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

MOST_PIXELS: Final = 12_000_000
LONGEST_SIDE: Final = 1100  # a page has no room for more
FORMATS: Final = ("PNG", "JPEG", "WEBP")


_DAMAGE: Final = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)


class NotAPicture(Exception):
    """It cannot be decoded, is of another kind, or has too many pixels."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture made anew: its ``data:`` address, and how many pixels had to be decoded for it."""

    address: str
    pixels: int


def remade(content: bytes, *, most_pixels: int = MOST_PIXELS) -> Picture:
    """A picture made anew, upright and at most as large as a page shows it. Raises NotAPicture.

    Its size is looked at before anything is decoded: a small file can claim any number of pixels. Of more
    than ``most_pixels`` nothing is decoded.
    """
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as picture:
            pixels = picture.width * picture.height
            if pixels > most_pixels:
                raise NotAPicture
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            is_photo = picture.format == "JPEG"
            upright = ImageOps.exif_transpose(picture)  # what says which side is up is not kept
            shown = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except _DAMAGE:
        raise NotAPicture from None
    shown.info = {}  # Pillow would write the comment and the colour profile of the old file into the new one
    out = BytesIO()
    shown.save(out, "JPEG" if is_photo else "PNG", quality=85)
    kind = "jpeg" if is_photo else "png"
    data = base64.b64encode(out.getvalue()).decode("ascii")
    return Picture(f"data:image/{kind};base64,{data}", pixels)
