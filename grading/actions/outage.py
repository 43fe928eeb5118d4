"""Telling staff, once, that the outbox stood still, and what of it came too late.

The last sweep is a fact. The first one after a standstill finds how long ago that was, and keeps it until
staff are told, should that fail; its moment is the once-only key, so that two sweeps at once, or one that was
killed, tell no second time. A course that makes no sense is told of as one whose reminders nobody can count.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Final

from django.db import DatabaseError, transaction
from django.db.models import Min

from grading.actions.telling import running_courses
from grading.models import Standstill, Submission
from grading.queries.deadlines import course_deadlines
from people.actions.apart import each_apart
from people.actions.outbox import write
from people.kinds import Facts
from people.letters import known_zone
from people.models import Message, User
from people.queries.outbox import last_sweep
from schedule.messages.parts import about
from schedule.models import Course, Enrolment, Role
from schedule.rules import instant

logger = logging.getLogger(__name__)

STOOD_STILL: Final = timedelta(hours=1)
"""What is longer than this is an outage."""


def sweep_outage(now: datetime) -> None:
    """Write to the lecturers of running courses and to superusers, if the last sweep is too long ago."""
    since = last_sweep()
    if since is not None and now - since > STOOD_STILL:
        Standstill.objects.get_or_create(last_swept_at=since, defaults={"found_at": now})
    each_apart(Standstill.objects.filter(told_at=None), lambda one: _tell(one, now))


def _tell(one: Standstill, now: datetime) -> None:
    with transaction.atomic():
        tell_outage(one.last_swept_at, one.found_at, now=now)
        Standstill.objects.filter(pk=one.pk).update(told_at=now)


def tell_outage(since: datetime, until: datetime, *, now: datetime) -> int:
    """Tell of a standstill between two moments, each of their own courses; how many messages are new."""
    courses = [course for course in running_courses(until) if _has_begun(course, until)]
    facts = {course.pk: about(course) | {"late": _counted(course, since, until)} for course in courses}
    of_person = _readers(courses)
    zones = [course.time_zone for course in courses if facts[course.pk]["late"] is not None]

    def facts_of(person: int) -> Facts:
        mine = [facts[course.pk] for course in courses if course.pk in of_person[person]]
        return {"since": since.isoformat(), "until": until.isoformat(), "courses": mine}

    with transaction.atomic():
        return write(
            kind="outage",
            to=list(of_person),
            key=since.isoformat(),
            facts=facts_of,
            zone=zones[-1] if zones else "UTC",
            now=now,
        )


def _has_begun(course: Course, at: datetime) -> bool:
    """Whether a course has begun by then; by UTC where its zone is unknown."""
    return course.starts_on <= at.astimezone(known_zone(course.time_zone) or UTC).date()


def _counted(course: Course, since: datetime, until: datetime) -> int | None:
    """How many reminders came too late; None where a course makes no sense, which keeps no other's count."""
    try:
        with transaction.atomic():
            return too_late(course, since, until)
    except DatabaseError:
        raise
    except Exception:
        logger.exception("What came too late in the course %s cannot be counted", course.slug)
        return None


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
            issued_at = instant(datetime.combine(column.issued_on, time.min), zone)
            for days in course.remind_days:
                round_on = due_on - timedelta(days=days)
                round_at = instant(datetime.combine(round_on, course.remind_at), zone)
                count += max(since, issued_at) < round_at <= due_at and round_at < done_at
    return count
