"""What a calendar feed is made of, before it is written as .ics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo


class Status(StrEnum):
    """What calendar programs are told of an event, in the words of RFC 5545."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Revision:
    """The last change of what an event shows: its number, which only grows, and its moment."""

    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One event. ``starts`` and ``ends`` are both aware moments, or both days, the last one included.

    ``ends`` is None where only the beginning is known. ``uid`` stays with the event when it is moved;
    ``zone`` is the course's, in which moments are written; ``is_busy`` whether it takes up its time.
    """

    uid: str
    title: str
    description: str
    starts: datetime | date
    ends: datetime | date | None
    zone: ZoneInfo
    url: str
    category: str
    revision: Revision
    place: str = ""
    status: Status = Status.CONFIRMED
    is_busy: bool = True


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar: what programs call it, the zone it is shown in, and its events in order of time."""

    name: str
    description: str
    zone: ZoneInfo
    events: tuple[CalendarEvent, ...]
