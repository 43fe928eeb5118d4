"""Telling staff, once, that the outbox stood still, and what of it came too late.

The last sweep is a fact. The first one after a standstill finds how long ago that was; its moment is the
once-only key, so that two sweeps at once, or one that was killed, tell no second time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Min

from grading.actions.telling import running_courses
from grading.models import Submission
from grading.queries.deadlines import course_deadlines
from people.actions.outbox import write
from people.kinds import Facts
from people.models import Message, User
from people.queries.outbox import last_sweep
from schedule.messages.parts import about
from schedule.models import Course, Enrolment, Role
from schedule.rules import instant

STOOD_STILL: Final = timedelta(hours=1)
"""What is longer than this is an outage."""


def sweep_outage(now: datetime) -> None:
    """Write to the lecturers of running courses and to superusers, if the last sweep is too long ago."""
    since = last_sweep()
    if since is not None and now - since > STOOD_STILL:
        tell_outage(since, now)


def tell_outage(since: datetime, now: datetime) -> int:
    """Tell of a standstill from ``since`` until ``now``, each of their own courses; how many are new."""
    courses = [
        course for course in running_courses(now) if course.starts_on <= now.astimezone(course.zone).date()
    ]
    facts = {course.pk: about(course) | {"late": too_late(course, since, now)} for course in courses}
    of_person = _readers(courses)

    def facts_of(person: int) -> Facts:
        mine = [facts[course.pk] for course in courses if course.pk in of_person[person]]
        return {"since": since.isoformat(), "until": now.isoformat(), "courses": mine}

    with transaction.atomic():
        return write(
            kind="outage",
            to=list(of_person),
            key=since.isoformat(),
            facts=facts_of,
            zone=courses[-1].time_zone if courses else "UTC",
            now=now,
        )


def _readers(courses: Iterable[Course]) -> dict[int, set[int]]:
    """Who is told, and of which courses: lecturers of theirs, superusers of all."""
    found: dict[int, set[int]] = {}
    roles = Enrolment.objects.staff().filter(course__in=courses, role=Role.LECTURER, person__is_active=True)
    for person, course in roles.values_list("person_id", "course_id"):
        found.setdefault(person, set()).add(course)
    everything = {course.pk for course in courses}
    superusers = User.objects.filter(is_superuser=True, is_active=True).values_list("pk", flat=True)
    return found | dict.fromkeys(superusers, everything)


def too_late(course: Course, since: datetime, now: datetime) -> int:
    """How many reminders of a course nobody gets any more, because their deadlines passed in the standstill.

    Those that were never written, their round having fallen into it, and those that were and did not go.
    """
    written = Message.objects.unsettled().filter(
        kind="reminder", scope=course.slug, useful_until__gte=since, useful_until__lt=now
    )
    return written.count() + _never_written(course, since, now)


def _never_written(course: Course, since: datetime, now: datetime) -> int:
    if not course.remind_days:
        return 0
    deadlines, zone = course_deadlines(course, now), course.zone
    works = Submission.objects.filter(assignment__course=course).order_by()
    first_at = {
        (assignment, student): at
        for assignment, student, at in works.values_list("assignment_id", "student_id").annotate(
            Min("submitted_at")
        )
    }
    count = 0
    for student in deadlines.groups:
        for column in deadlines.columns:
            due_at = deadlines.terms(column.id, student).due_at
            if not since <= due_at < now:
                continue
            done_at = first_at.get((column.id, student), now)
            due_on = due_at.astimezone(zone).date()
            for days in course.remind_days:
                round_on = due_on - timedelta(days=days)
                round_at = instant(datetime.combine(round_on, course.remind_at), zone)
                count += since < round_at <= due_at and round_at < done_at
    return count
