"""Points at the edges: text that people type or read, to and from integers of hundredths of a point."""

from __future__ import annotations

import re

_POINTS = re.compile(
    r"(?P<sign>[-+\u2212]?)(?P<whole>[0-9]{1,3} [0-9]{3}|[0-9]{1,6})(?:[.,](?P<part>[0-9]{1,2})0*)?"
)
_BLANKS = dict.fromkeys(map(ord, "\u00a0\u202f\u2009"), " ")


def parse_points(text: str) -> int:
    """Hundredths for points as people type them: "9", "9.5", "9,50", "1 000".

    ValueError, in words, for anything else, for more than two decimal places too: no rounding is guessed,
    and "9 5" is not read as 95.
    """
    found = _POINTS.fullmatch(text.translate(_BLANKS).strip())
    if found is None:
        raise ValueError(f"{text!r} is not a number of points with at most two decimal places")
    whole = int(found["whole"].replace(" ", ""))
    hundredths = whole * 100 + int((found["part"] or "").ljust(2, "0"))
    return -hundredths if found["sign"] in ("-", "\u2212") else hundredths


def plain_points(hundredths: int) -> str:
    """Points as programs read them: two places and a point, "9.00", "-0.25"."""
    whole, part = divmod(abs(hundredths), 100)
    return f"{'-' if hundredths < 0 else ''}{whole}.{part:02d}"


def short_points(hundredths: int) -> str:
    """Points as short as they are exact, "9", "9.5", "0.25"."""
    return plain_points(hundredths).rstrip("0").rstrip(".")
