"""Days and zones in words, where Django's own formats do not know enough Russian.

A short month stands in lower case ("19 ноя") and May keeps its ending after a day ("9 мая", but "май" alone).
"""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import get_language, pgettext


def _is_russian() -> bool:
    return (get_language() or "").startswith("ru")


def short_month() -> str:
    """Django's letter for a short month that stands alone: "Nov", "ноя"."""
    return "b" if _is_russian() else "M"


def short_month_of_day(day: date) -> str:
    """Django's letter for the short month after the number of a day: "9 May", "9 мая", "19 ноя"."""
    return "E" if _is_russian() and day.month == 5 else short_month()


def zone_name(at: datetime) -> str:
    """The zone's abbreviation at that moment, as "MSK"; empty for a naive moment."""
    name = at.tzname() or ""
    return pgettext("time zone", "MSK") if name == "MSK" else name
