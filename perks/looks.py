"""What a picture looks like, in 256 bits: the same picture sent again is found, however it was saved.

A difference hash: the picture in 9 x 9 greys, and for each of 64 neighbours to the right and 64 below
whether it grows clearly darker, clearly brighter, or neither. "Neither" is what the usual hash of one bit a
neighbour lacks: a dark or empty photo is full of it, and would else look like every other dark photo.
"""

from __future__ import annotations

from typing import Final

from PIL import Image

LOOK_LENGTH: Final = 64
"""Hexadecimal digits of a look."""

_CELLS: Final = 9
_CLEARLY: Final = 2
"""Greys of 255 by which neighbours must differ; noise and JPEG move an average of a cell by less."""
_ENOUGH: Final = 24
"""So many of its 128 differences must be clear before a picture can be told from another."""
_ALIKE_ONE_IN: Final = 4
_BITS: Final = 128


def look_of(picture: Image.Image) -> str:
    """The look of an upright picture: 64 hexadecimal digits, half for "darker", half for "brighter"."""
    grey = picture.convert("L").resize((_CELLS, _CELLS), Image.Resampling.BOX).tobytes()
    places = [row * _CELLS + column for row in range(_CELLS - 1) for column in range(_CELLS - 1)]
    steps = [grey[at] - grey[at + 1] for at in places] + [grey[at] - grey[at + _CELLS] for at in places]
    darker = sum(1 << bit for bit, step in enumerate(steps) if step > _CLEARLY)
    brighter = sum(1 << bit for bit, step in enumerate(steps) if step < -_CLEARLY)
    return f"{darker:032x}{brighter:032x}"


def alike(one: str, other: str) -> bool:
    """Whether two looks are of one picture: re-encoded, resized, brightened, or trimmed by a hundredth.

    Never for a picture with too little in it (a lens cap, a night sky), which is known by its bytes alone.
    How often it is right: docs/decisions/a-look-in-256-bits.md.
    """
    darker, brighter = _halves(one)
    other_darker, other_brighter = _halves(other)
    clear, other_clear = darker | brighter, other_darker | other_brighter
    if min(clear.bit_count(), other_clear.bit_count()) < _ENOUGH:
        return False
    # "Darker" against "brighter" counts twice, against "neither" once.
    apart = (darker ^ other_darker).bit_count() + (brighter ^ other_brighter).bit_count()
    return apart * _ALIKE_ONE_IN <= (clear | other_clear).bit_count()


def _halves(look: str) -> tuple[int, int]:
    return divmod(int(look, 16), 1 << _BITS)
