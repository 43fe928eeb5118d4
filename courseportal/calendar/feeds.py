"""Whole calendars: one person's, and one course's classes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from courseportal.calendar.classes import class_events
from courseportal.calendar.deadline_changes import Studies
from courseportal.calendar.deadlines import deadline_events
from courseportal.calendar.events import CalendarEvent, Feed
from people.models import User
from schedule.models import STUDENT_ROLES, Course, Enrolment
from schedule.models.courses import validate_zone


class NoZone(Exception):
    """A course's time zone is none that the zone database has, so none of its hours can be told.

    Only a table written by hand can hold one. Nothing is told then: programs keep what they have.
    """


KEPT: Final = timedelta(days=366)
"""How long a course stays in a person's calendar after its last day."""


def personal_feed(person: User, now: datetime) -> Feed:
    """The classes and exams of a person's courses, and the deadlines that hold for them, in the language set.

    In six statements, one with no course; where they study four and four a course, three more for each
    whose group asked to move deadlines. Raises NoZone.
    """
    courses, studies = taking_part(person, now)
    _check_zones(courses)
    events = class_events(courses) if courses else []
    events += deadline_events(person, studies, now) if studies else []
    names = ", ".join(dict.fromkeys(course.short_title for course in courses))
    return Feed(
        name=_("%(courses)s: classes and deadlines") % {"courses": names} if names else _("Course portal"),
        description=_("Classes, exams, and the deadlines that hold for you."),
        zone=courses[0].zone if courses else ZoneInfo("UTC"),
        events=_in_order(events),
    )


def course_feed(course: Course) -> Feed:
    """The classes and the exam of a course, without anybody's deadlines, in five statements; or NoZone."""
    _check_zones([course])
    return Feed(
        name=_("%(course)s: classes") % {"course": course.short_title},
        description=course.title,
        zone=course.zone,
        events=_in_order(class_events([course])),
    )


def taking_part(person: User, now: datetime) -> tuple[list[Course], list[Studies]]:
    """The courses that are in a person's calendar, the newest first, and those of them that they study.

    In one statement.
    """
    parts = _parts(person, now)
    studies = [found for enrolments in parts if (found := _studies(enrolments)) is not None]
    return [enrolments[0].course for enrolments in parts], studies


def _parts(person: User, now: datetime) -> list[list[Enrolment]]:
    """The person's enrolments in each course in which they take part now, those that have ended last."""
    by_course: defaultdict[int, list[Enrolment]] = defaultdict(list)
    rows = Enrolment.objects.of(person).filter(course__ends_on__gt=now.date() - KEPT)
    for one in rows.select_related("course").order_by("-course__starts_on", "course", "pk"):
        by_course[one.course_id].append(one)
    return [
        sorted(each, key=lambda one: one.left_at is not None)
        for each in by_course.values()
        if any(one.left_at is None for one in each)
    ]


def _check_zones(courses: Iterable[Course]) -> None:
    for course in courses:
        try:
            validate_zone(course.time_zone)
        except ValidationError as error:
            raise NoZone(f"course {course.slug} has the time zone {course.time_zone!r}") from error


def _studies(enrolments: Sequence[Enrolment]) -> Studies | None:
    for one in enrolments:
        if one.left_at is None and one.role in STUDENT_ROLES and one.group_id is not None:
            return Studies(one.course, one.group_id, tuple(each.pk for each in enrolments))
    return None


def _in_order(events: Iterable[CalendarEvent]) -> tuple[CalendarEvent, ...]:
    """By their beginning, whole days first, then by name, so that a file is the same each time."""

    def begins(event: CalendarEvent) -> tuple[datetime, str]:
        return _first_moment(event.starts, event.zone), event.uid

    return tuple(sorted(events, key=begins))


def _first_moment(starts: datetime | date, zone: ZoneInfo) -> datetime:
    if isinstance(starts, datetime):
        return starts.astimezone(UTC)
    return datetime.combine(starts, time.min, zone).astimezone(UTC)
