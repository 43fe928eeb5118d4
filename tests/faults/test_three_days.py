"""Three days in which nothing sweeps: what is still of use goes then, once, and staff are told of the rest.

Told by time travel over an ordinary week, the year's end, and both nights in which clocks change.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail

from people.actions.sweep import sweep
from people.models import Message
from schedule.models import Course, Role
from tests.factories import make_assignment, make_class, make_course, make_enrolment

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]


class Days:
    """Moments of a course by its wall clock, counted from the day on which the timetable stopped."""

    def __init__(self, zone: str, stopped_on: date) -> None:
        self.zone, self.stopped_on = ZoneInfo(zone), stopped_on

    def at(self, day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
        on = self.stopped_on + timedelta(days=day)
        return datetime(on.year, on.month, on.day, hour, minute, second, tzinfo=self.zone)

    def sweep(self, day: int, hour: int, minute: int = 0) -> None:
        moment = self.at(day, hour, minute)
        with time_machine.travel(moment, tick=False):
            sweep(clock=lambda: moment)


@pytest.fixture(
    params=[
        pytest.param(("Europe/Berlin", date(2025, 10, 25)), id="clocks go back"),
        pytest.param(("Europe/Berlin", date(2026, 3, 27)), id="clocks go forward", marks=pytest.mark.trust),
        pytest.param(("Europe/Moscow", date(2025, 12, 30)), id="the year's end", marks=pytest.mark.trust),
        pytest.param(("Europe/Moscow", date(2025, 9, 29)), id="any week", marks=pytest.mark.trust),
    ]
)
def days(request: pytest.FixtureRequest) -> Days:
    return Days(*request.param)


@pytest.fixture
def course(days: Days) -> Course:
    """Deadlines on the days 1, 3, 4 and 12, classes on the days 2 and 5; a student and a lecturer."""
    course = make_course(
        time_zone=days.zone.key,
        starts_on=days.stopped_on - timedelta(days=60),
        ends_on=days.stopped_on + timedelta(days=90),
    )
    make_enrolment(course=course)
    make_enrolment(course=course, role=Role.LECTURER)
    for day in (1, 3, 4, 12):
        due_at = days.at(day, 23, 59, 59)
        make_assignment(course=course, number=day, issued_on=days.at(-20, 12).date(), due_at=due_at)
    for day in (2, 5):
        starts_at = days.at(day, 10, 30)
        make_class(course=course, key=f"day-{day}", starts_at=starts_at, ends_at=starts_at.replace(hour=12))
    return course


def subjects(course: Course) -> Counter[str]:
    """Of all mails since the last look, the subject without the course's name, up to what is told of when."""
    found = Counter(
        str(letter.subject).removeprefix(f"{course.short_title}: ").split(", ")[0] for letter in mail.outbox
    )
    mail.outbox.clear()
    return found


def test_what_is_still_of_use_goes_once_and_staff_are_told(days: Days, course: Course) -> None:
    days.sweep(0, 11)
    assert subjects(course) == {
        "tomorrow is the deadline of assignment 1": 1,
        "3 days until the deadline of assignment 3": 1,
    }
    # Then nothing sweeps. The pages work meanwhile: a date moves by a day, both classes change their room.
    course.assignments.filter(number=12).update(due_at=days.at(13, 23, 59, 59))
    course.classes.update(room="607")

    for hour, minute in ((12, 0), (12, 0), (12, 1), (13, 0), (13, 55)):
        days.sweep(3, hour, minute)

    outage = next(letter for letter in mail.outbox if "sent nothing" in str(letter.subject))
    told = subjects(course)
    assert told.pop(str(outage.subject).split(", ")[0]) == 1, "the lecturer, once"
    assert "1\N{NO-BREAK SPACE}reminder was not sent" in outage.body, "of assignment 1, on its day"
    # Its deadline and the first class are over; of assignment 4 two days were missed, and the latest is told.
    room = next(subject for subject in told if subject.startswith("room known"))
    assert told == {
        "today is the deadline of assignment 3": 1,
        "tomorrow is the deadline of assignment 4": 1,
        "deadline of assignment 12: " + f"{days.at(12, 0):%d %b}".lstrip("0"): 1,
        room: 2,
    }
    assert not Message.objects.unsettled().exists()
