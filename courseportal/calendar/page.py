"""The page that gives a person the addresses of their calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from courseportal.calendar.addresses import course_address, language_of, personal_address
from courseportal.calendar.feeds import taking_part
from people.models import FeedSecret, User
from schedule.models import Course


@dataclass(frozen=True, slots=True)
class CalendarAddress:
    """Where a calendar is read; ``course`` is None for the person's own."""

    url: str
    course: Course | None = None

    @property
    def program_url(self) -> str:
        """The address in the form that opens a calendar program on this device."""
        return "webcal" + self.url.removeprefix("https").removeprefix("http")


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """All that the page shows. ``language`` is that of the events, ``chosen`` whether preferences set it.

    ``studies`` is false for somebody who has no deadlines. ``is_local`` says that the portal is only on this
    device, so that no other can read the calendar.
    """

    own: CalendarAddress
    courses: tuple[CalendarAddress, ...]
    made_at: datetime
    language: str
    chosen: bool
    studies: bool
    is_local: bool


def calendar_page(feed: FeedSecret, person: User, now: datetime) -> CalendarPage:
    """The addresses of a person's calendars, in one statement."""
    own = CalendarAddress(personal_address(feed))
    courses, studies = taking_part(person, now)
    return CalendarPage(
        own=own,
        courses=tuple(CalendarAddress(course_address(feed, course), course) for course in courses),
        made_at=feed.made_at,
        language=language_of(feed),
        chosen=bool(person.language),
        studies=bool(studies),
        is_local=_is_local(urlsplit(own.url).hostname or ""),
    )


def _is_local(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
