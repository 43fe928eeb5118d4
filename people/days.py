"""Days and zones in words, where Django's own formats do not know enough Russian; numbers and their words.

A short month stands in lower case ("19 ноя") and May keeps its ending after a day ("9 мая", but "май" alone).
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

from django.utils.translation import get_language, pgettext

NBSP: Final = "\N{NO-BREAK SPACE}"
LOOSE: Final = re.compile(r"(?<=\d) (?=[^\W\d_]|%)|(?<=№) (?=\d)")


def tied(text: str) -> str:
    """The text, each number on one line with the word after it: "3 декабря", "−0.5 points", "№ 5"."""
    return LOOSE.sub(NBSP, text)


def _is_russian() -> bool:
    return (get_language() or "").startswith("ru")


def short_month() -> str:
    """Django's letter for a short month that stands alone: "Nov", "ноя"."""
    return "b" if _is_russian() else "M"


def short_month_of_day(day: date) -> str:
    """Django's letter for the short month after the number of a day: "9 May", "9 мая", "19 ноя"."""
    return "E" if _is_russian() and day.month == 5 else short_month()


def zone_name(at: datetime) -> str:
    """The zone's abbreviation at that moment, as "MSK"; empty for a naive moment.

    Zones without one, such as Vladivostok's, are named by how far they are from UTC: "UTC+10".
    """
    name = at.tzname() or ""
    if name[:1] in ("+", "-"):  # "+0545", "-03"
        hours, minutes = name[1:3].lstrip("0") or "0", name[3:]
        sign = "\N{MINUS SIGN}" if name[0] == "-" else "+"
        return f"UTC{sign}{hours}:{minutes}" if minutes else f"UTC{sign}{hours}"
    return pgettext("time zone", "MSK") if name == "MSK" else name
