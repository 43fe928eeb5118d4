"""Clock changes by a rule such as "MSK-3" or "CET-1CEST,M3.5.0,M10.5.0/3", in integers alone.

This is the footer of a compiled zone file (POSIX TZ, RFC 8536 section 3.3): what holds after its last listed
clock change.
"""

from __future__ import annotations

import re

DAY = 86_400
_RULE = re.compile(
    r"(?:<[^>]+>|[A-Za-z]+)(?P<standard>[-+]?[\d:]+)"
    r"(?:(?:<[^>]+>|[A-Za-z]+)(?P<summer>[-+]?[\d:]+)?,(?P<begins>[^,]+),(?P<ends>[^,]+))?"
)


def changes_of_year(rule: str, year: int) -> list[tuple[int, int]]:
    """The clock changes of a year in order: the moment, in seconds since 1970, and the offset from then on.

    A rule without summer time has one, long before any year, to the offset that always holds.
    """
    if not rule:
        return []
    found = _RULE.fullmatch(rule)
    if found is None:
        raise ValueError(f"{rule!r} is not a rule of a time zone")
    standard = -_seconds(found["standard"])
    if found["begins"] is None:
        return [(-(2**61), standard)]
    summer = -_seconds(found["summer"]) if found["summer"] else standard + 3600
    return sorted(
        [
            (_wall_clock(found["begins"], year) - standard, summer),
            (_wall_clock(found["ends"], year) - summer, standard),
        ]
    )


def _seconds(text: str) -> int:
    """Seconds of "3", "-4:30" or "+1:00:00"."""
    hours, minutes, seconds = ([int(part) for part in text.lstrip("+-").split(":")] + [0, 0])[:3]
    return (-1 if text.startswith("-") else 1) * (hours * 3600 + minutes * 60 + seconds)


def _wall_clock(text: str, year: int) -> int:
    """The wall clock at which clocks change that year: "M3.5.0/2", "J60", "59/-1"; at 02:00 unless told."""
    day, _slash, time = text.partition("/")
    if day.startswith("M"):
        month, week, weekday = map(int, day[1:].split("."))
        first = days_to(year, month, 1)
        days = first + (weekday - _weekday(first)) % 7 + (week - 1) * 7
        following = days_to(year + month // 12, month % 12 + 1, 1)
        days -= 7 if days >= following else 0  # week 5 is the last one, be it the fourth
    elif day.startswith("J"):
        number = int(day[1:])  # 29 February has none
        leap = days_to(year, 3, 1) - days_to(year, 2, 1) == 29
        days = days_to(year, 1, 1) + number - 1 + (1 if leap and number >= 60 else 0)
    else:
        days = days_to(year, 1, 1) + int(day)
    return days * DAY + _seconds(time or "2")


def _weekday(days: int) -> int:
    """0 for Sunday; 1 January 1970 was a Thursday."""
    return (days + 4) % 7


def days_to(year: int, month: int, day: int) -> int:
    """Days from 1 January 1970 to this one, by the Gregorian calendar."""
    # March is the first month of the count, so that a leap day is the last of its year.
    years, months = (year, month - 3) if month > 2 else (year - 1, month + 9)
    in_year = (153 * months + 2) // 5 + day - 1
    return years * 365 + years // 4 - years // 100 + years // 400 + in_year - 719_468
