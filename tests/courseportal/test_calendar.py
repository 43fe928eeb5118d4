"""The calendar feeds: what stands in them, and what changes when something is moved."""

from __future__ import annotations

from datetime import datetime

import pytest
import vobject
from icalendar import Calendar, Event

from courseportal.calendar.feeds import personal_feed
from courseportal.calendar.writing import ics
from people.models import User
from schedule.models import Assignment, Course, Material
from tests.factories import (
    make_assignment,
    make_class,
    moscow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

NOW = moscow(2025, 9, 20, 12)
DUE = moscow(2025, 9, 30, 23, 59, 59)


def calendar_of(person: User, now: datetime = NOW) -> Calendar:
    """A person's calendar as a strict reader has it, checked by a second one."""
    body = ics(personal_feed(person, now))
    vobject.readOne(body.decode()).validate(raiseException=True)
    (calendar,) = Calendar.from_ical(body, multiple=True)
    assert isinstance(calendar, Calendar)
    assert calendar.errors == []
    return calendar


def events(calendar: Calendar) -> dict[str, Event]:
    """By UID without the host."""
    found = {}
    for event in calendar.walk("VEVENT"):
        assert isinstance(event, Event)
        assert event.errors == []
        found[str(event["UID"]).split("@", maxsplit=1)[0]] = event
    return found


def plain(event: Event) -> dict[str, str]:
    """Its properties as they are written."""
    return {name: value.to_ical().decode() for name, value in event.items()}


def changed(before: Event, after: Event) -> set[str]:
    """The properties that differ."""
    old, new = plain(before), plain(after)
    return {name for name in old | new if old.get(name) != new.get(name)}


def deadline(assignment: Assignment, person: User) -> str:
    return f"deadline-{assignment.pk}-{person.pk}"


def test_a_class_has_its_hours_room_materials_and_page(course: Course, student: User) -> None:
    meeting = make_class(
        course=course, number="03", title="GPUs", room="P-13", starts_at=moscow(2025, 9, 9, 10, 30)
    )
    Material.objects.create(
        class_meeting=meeting, position=1, title="Slides", url="https://example.org/s.pdf"
    )

    event = events(calendar_of(student))[f"class-{meeting.pk}"]

    assert event["SUMMARY"] == f"Lecture 03: GPUs · {course.short_title}"
    assert event["LOCATION"] == "P-13"
    assert (event.start, event.end) == (meeting.starts_at, meeting.ends_at)
    assert event["DTSTART"].params["TZID"] == "Europe/Moscow"
    assert "– Slides: https://example.org/s.pdf" in str(event["DESCRIPTION"])
    assert str(event["URL"]).endswith(f"/courses/{course.slug}/schedule/#w2")
    assert (event["STATUS"], event["TRANSP"]) == ("CONFIRMED", "OPAQUE")


def test_a_deadline_ends_when_it_is_due_and_says_what_lateness_costs(course: Course, student: User) -> None:
    assignment = make_assignment(course=course, title="CUDA")

    event = events(calendar_of(student))[deadline(assignment, student)]

    assert event["SUMMARY"] == f"№\N{NO-BREAK SPACE}1 is due: CUDA · {course.short_title}"
    assert event.end == DUE
    assert event.start == moscow(2025, 9, 30, 23, 30)
    assert event["TRANSP"] == "TRANSPARENT"
    text = str(event["DESCRIPTION"]).replace("\N{NO-BREAK SPACE}", " ")
    assert "Deadline: 30 September 2025, 23:59:59 MSK." in text
    assert "This is the course’s date." in text
    assert "Each started day after it costs 1 point, 10 points at most." in text
