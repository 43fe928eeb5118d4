"""What local dates and times mean as instants, what a class is called; neither a clock nor a database.

Source: docs/course-rules.md, Time.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

END_OF_DAY = time(23, 59, 59)
YEARS = range(2000, 2101)
"""The years of courses: a date typed outside them is a slip, and after the last day of all no day follows."""


def utc(moment: datetime) -> datetime:
    """The same instant in UTC. ValueError for a naive moment: the server's zone would be guessed."""
    # Python compares two moments of one zone by their wall clocks, which a clock change repeats.
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(UTC)


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which clocks in ``zone`` show the naive ``local`` time, in UTC.

    Of the two instants of an ambiguous time the later, and a time that a clock change skips is moved on
    by as much as the clocks were: both in the student's favour (docs/course-rules.md, Time). ValueError
    for a time that already has a zone.
    """
    if local.tzinfo is not None:
        raise ValueError(f"{local} is an instant already")
    return max(local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def span(starts: datetime, ends: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants from and to which clocks in ``zone`` show these naive local times, the second the later.

    Where skipped time leaves nothing in between, it lasts as long as the local times say.
    """
    starts_at, ends_at = instant(starts, zone), instant(ends, zone)
    return starts_at, ends_at if ends_at > starts_at else starts_at + (ends - starts)


def end_of_last_minute(local: datetime) -> datetime:
    """23:59:59 where a local time is 23:59:00, for so people write the end of a day; else the time itself."""
    return local.replace(second=59) if local.time() == time(23, 59) else local


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """23:59:59 of ``day`` in ``zone``: the instant that a deadline given as a date means."""
    return instant(datetime.combine(day, END_OF_DAY), zone)


def is_whole_day(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> bool:
    """Whether a class stands for a whole day of the course: its hours are not known yet."""
    first, last = starts_at.astimezone(zone), ends_at.astimezone(zone)
    return first.date() == last.date() and first.time() == time.min and last.time() == END_OF_DAY


def usual_class_key(day: date, kind: str, which: int = 1) -> str:
    """The key of a class that is given none: "2025-09-09-lecture", with "-2" for that day's second."""
    return f"{day.isoformat()}-{kind}" + (f"-{which}" if which > 1 else "")
