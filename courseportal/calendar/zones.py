"""Time zones as calendar programs read them: VTIMEZONE with every clock change of the years it is for.

icalendar makes them, too, but misses short changes (Morocco's month of another time) and dates those of
spring an hour late: docs/decisions/calendar-feeds.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """The instants between two, in UTC and whole seconds, at which clocks or their name change.

    No zone has ever changed its clocks twice within a day.
    """
    at = first
    while at < last:
        following = min(at + DAY, last)
        if _shown(at, zone) != _shown(following, zone):
            yield _change(zone, at, following)
        at = following


def _shown(at: datetime, zone: ZoneInfo) -> tuple[timedelta | None, str | None]:
    local = at.astimezone(zone)
    return local.utcoffset(), local.tzname()


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second on which clocks show what they show at ``after``, which differs from ``before``."""
    while after - before > SECOND:
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if _shown(middle, zone) == _shown(before, zone):
            before = middle
        else:
            after = middle
    return after


@lru_cache(maxsize=64)
def time_zone(zone: ZoneInfo, first_year: int, last_year: int) -> Timezone:
    """The zone from the beginning of the first of these years to the end of the last; not to be changed."""
    first, last = (
        datetime(first_year, 1, 1, tzinfo=UTC) - DAY,
        datetime(last_year + 1, 1, 1, tzinfo=UTC) + DAY,
    )
    component = Timezone()
    component.add("tzid", zone.key)
    for at in (first, *changes(zone, first, last)):
        component.add_component(_observance(zone, at, at if at == first else at - SECOND))
    return component


def _observance(zone: ZoneInfo, at: datetime, before: datetime) -> TimezoneStandard | TimezoneDaylight:
    """What clocks show from ``at`` on. Its beginning is told in the time that they showed before."""
    local, earlier = at.astimezone(zone), before.astimezone(zone)
    old = earlier.utcoffset() or timedelta()
    observance = TimezoneDaylight() if local.dst() else TimezoneStandard()
    observance.add("dtstart", (at + old).replace(tzinfo=None))
    observance.add("tzoffsetfrom", old)
    observance.add("tzoffsetto", local.utcoffset() or timedelta())
    observance.add("tzname", local.tzname() or zone.key)
    return observance
