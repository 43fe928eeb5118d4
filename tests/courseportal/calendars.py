"""Calendars as programs read them, for tests."""

from __future__ import annotations

from datetime import datetime

import vobject
from icalendar import Calendar, Event

from courseportal.calendar.feeds import personal_feed
from courseportal.calendar.writing import ics
from people.models import User
from schedule.models import Assignment

REVISION = {"SEQUENCE"}
"""What every change moves besides. Of LAST-MODIFIED nothing is said here: within one test the clock of a
transaction on PostgreSQL stands."""


def calendar_of(person: User, now: datetime) -> dict[str, Event]:
    """The events of a person's calendar by UID without the host."""
    return events(read(ics(personal_feed(person, now))))


def read(body: bytes) -> Calendar:
    """The calendar as a strict reader has it, found valid by a second one."""
    vobject.readOne(body.decode()).validate(raiseException=True)
    (calendar,) = Calendar.from_ical(body, multiple=True)
    assert isinstance(calendar, Calendar)
    assert [part.errors for part in calendar.walk() if part.errors] == []
    return calendar


def events(calendar: Calendar) -> dict[str, Event]:
    """Its events by UID without the host."""
    found: dict[str, Event] = {}
    for event in calendar.walk("VEVENT"):
        assert isinstance(event, Event)
        name = str(event["UID"]).split("@", maxsplit=1)[0]
        assert name not in found
        found[name] = event
    return found


def text(event: Event) -> str:
    """What its description says, with ordinary blanks."""
    return str(event["DESCRIPTION"]).replace("\N{NO-BREAK SPACE}", " ")


def sequence(event: Event) -> int:
    """The number of its revision."""
    return int(event["SEQUENCE"].to_ical())


def modified_at(event: Event) -> datetime:
    """When it was last changed; its stamp says the same."""
    found: datetime = event.decoded("LAST-MODIFIED")
    assert found == event.decoded("DTSTAMP")
    return found


def changed(before: Event, after: Event) -> set[str]:
    """The properties that are written differently."""
    old, new = (
        {name: (value.to_ical(), dict(value.params)) for name, value in event.items()}
        for event in (before, after)
    )
    differing = {name for name in old | new if old.get(name) != new.get(name)}
    return differing - {"LAST-MODIFIED", "DTSTAMP"}


def deadline(assignment: Assignment, person: User) -> str:
    """The UID of a person's deadline, without the host."""
    return f"deadline-{assignment.pk}-{person.pk}"
