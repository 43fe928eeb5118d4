"""Pictures in students' files, decoded and made anew: only colours come through."""

from __future__ import annotations

import base64
import struct
import zlib
from io import BytesIO
from typing import Final

from PIL import Image

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


def remade(content: bytes) -> str:
    """A picture made anew as a ``data:`` address, at most as large as a page shows it. Raises NotAPicture.

    Its size is looked at before anything is decoded: a small file can claim any number of pixels.
    """
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise NotAPicture
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            is_photo = picture.format == "JPEG"
            shown = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    except _DAMAGE:
        raise NotAPicture from None
    out = BytesIO()
    shown.save(out, "JPEG" if is_photo else "PNG", quality=85)
    kind = "jpeg" if is_photo else "png"
    return f"data:image/{kind};base64,{base64.b64encode(out.getvalue()).decode('ascii')}"
