"""A feed as the text of an .ics file (RFC 5545, RFC 7986)."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vDuration, vText

from courseportal.calendar.events import CalendarEvent, Feed, Status
from courseportal.calendar.zones import time_zone

REFRESH: Final = timedelta(hours=1)
"""How often programs are asked to look again. Most keep a rhythm of their own, some of a day."""

PRODUCT: Final = "-//courseportal//calendar//EN"

_TURNING: Final = dict.fromkeys(
    map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)
"""Marks that turn the direction of what comes after them, in programs that put titles together."""


def plain(text: str) -> str:
    """One line of text: no line breaks, no control characters, nothing that turns the reading direction."""
    spaced = "".join(" " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char for char in text)
    return re.sub(" {2,}", " ", spaced.translate(_TURNING)).strip(" ")


def plain_lines(text: str) -> str:
    """The same for several lines."""
    return "\n".join(plain(line) for line in text.splitlines()).strip("\n")


def ics(feed: Feed) -> bytes:
    """The feed as a file. The same feed gives the same bytes: nothing in it comes from the clock."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, vText(plain(feed.name)))  # of an X- property icalendar escapes no plain text
    for name in ("description", "x-wr-caldesc"):
        calendar.add(name, vText(plain_lines(feed.description)))
    calendar.add("x-wr-timezone", vText(feed.zone.key))
    calendar.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    years = [one.starts.year for one in feed.events]
    for zone in sorted({feed.zone, *(one.zone for one in feed.events)}, key=lambda one: one.key):
        first, last = (min(years), max(years)) if years else (2000, 2000)
        calendar.add_component(time_zone(zone, first - 1, last + 1))
    for event in feed.events:
        calendar.add_component(_component(event))
    return bytes(calendar.to_ical())


def _component(event: CalendarEvent) -> Event:
    component = Event()
    component.add("uid", event.uid)
    # Without METHOD the stamp is the moment of the last change (RFC 5545, 3.8.7.2), so bytes stay the same.
    for name in ("dtstamp", "last-modified"):
        component.add(name, event.revision.at.astimezone(UTC).replace(microsecond=0))
    component.add("sequence", event.revision.number)
    for name, moment in _times(event):
        component.add(name, moment)
    component.add("summary", plain(event.title))
    component.add("description", plain_lines(event.description))
    if event.place:
        component.add("location", plain(event.place))
    component.add("url", event.url)
    component.add("categories", [plain(event.category)])
    component.add("status", event.status.value)
    busy = event.is_busy and event.status is not Status.CANCELLED
    component.add("transp", "OPAQUE" if busy else "TRANSPARENT")
    return component


def _times(event: CalendarEvent) -> list[tuple[str, datetime | date]]:
    """The beginning and the end as they are written; an end in whole days is the day after the last."""
    starts, ends = event.starts, event.ends
    if not isinstance(starts, datetime):
        last = starts if ends is None or isinstance(ends, datetime) else ends
        return [("dtstart", starts), ("dtend", last + timedelta(days=1))]
    moments = [starts] if ends is None else [starts, ends]
    moments = [_cut(moment) for moment in moments if isinstance(moment, datetime)]
    # What the clocks show twice would be read as the first of the two, so it is told in UTC.
    zone = UTC if any(_is_shown_twice(moment, event.zone) for moment in moments) else event.zone
    return list(zip(("dtstart", "dtend"), (moment.astimezone(zone) for moment in moments), strict=False))


def _cut(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _is_shown_twice(moment: datetime, zone: ZoneInfo) -> bool:
    local = moment.astimezone(zone)
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
