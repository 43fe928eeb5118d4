"""What a course says on its timetable, once a day at its hour (docs/course-rules.md, Reminders).

Reminders to students, the report to representatives, the digest to staff. The day up to which they were
written is a fact; after a standstill only the latest of what was missed is written, while it is still useful.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

from django.db import DatabaseError, transaction

from grading.actions.telling import running_courses
from grading.messages.reminder import MOVED, reminder_facts, reminder_holds
from grading.messages.reports import digest_facts, report_facts
from grading.models import Reminded, Submission
from grading.queries.deadlines import Column, Terms, course_deadlines
from grading.queries.waiting import staff_waits
from people.actions.apart import each_apart
from people.actions.outbox import write
from people.models import Message
from perks.queries.standing import group_standings, named_activities
from schedule.messages.exam_reminder import exam_reminder_facts
from schedule.models import Course, Enrolment, Exam, Role

logger = logging.getLogger(__name__)

WEEKDAYS = tuple(Course.Weekday)
"""In the order of ``date.weekday``."""


def sweep_reminders(now: datetime) -> None:
    """Write what the timetables of all running courses make due."""
    _revive(now)
    each_apart(running_courses(now), lambda course: remind(course, now))


def _revive(now: datetime) -> None:
    """Let reminders of today wait again that were dropped for a date which has come back since."""
    dropped = Message.objects.filter(
        kind="reminder",
        state=Message.State.DROPPED,
        reason=MOVED,
        created_at__gt=now - timedelta(days=1),
        useful_until__gte=now,
    )
    for message in dropped.order_by("pk"):
        if not reminder_holds(message.person_id, message.facts, now):
            Message.objects.filter(pk=message.pk, state=Message.State.DROPPED).update(
                state=Message.State.WAITING, reason="", settled_at=None, due_at=now
            )


def remind(course: Course, now: datetime) -> int:
    """Write what is due in a course today, if its hour has come and it was not done yet; how many are new."""
    local = now.astimezone(course.zone)
    today = local.date()
    if local.time() < course.remind_at:
        return 0
    with transaction.atomic():
        since = _take_day(course, today)
        if since is None:
            return 0
        days = [since + timedelta(days=count + 1) for count in range((today - since).days)]
        written = _remind_students(course, days, now)
        reports: list[Callable[[], int]] = [
            lambda: _remind_of_exam(course, days, now),
            lambda: _report(course, days, now),
            lambda: _digest(course, today, now),
        ]
        for also in reports:
            try:
                with transaction.atomic():
                    written += also()
            except DatabaseError:
                raise
            except Exception:
                # Whatever is wrong with a report keeps no student's reminder.
                logger.exception("A report of the course %s could not be written", course.slug)
    return written


def _take_day(course: Course, today: date) -> date | None:
    """Make today's round ours; the day of the round before, or None where today's is done or in hand."""
    row, is_new = Reminded.objects.select_for_update().get_or_create(
        course=course, defaults={"through_on": today}
    )
    if is_new:
        return today - timedelta(days=1)
    since = row.through_on
    mine = Reminded.objects.filter(course=course, through_on=since, through_on__lt=today).update(
        through_on=today
    )
    return since if mine else None


def _remind_students(course: Course, days: Iterable[date], now: datetime) -> int:
    if not course.remind_days:
        return 0
    deadlines = course_deadlines(course, now)
    handed_in = set(
        Submission.objects.filter(assignment__course=course).values_list("assignment_id", "student_id")
    )
    wanted, zone = set(days), course.zone
    due: dict[tuple[int, datetime, int], tuple[Column, Terms, list[int]]] = {}
    for student in deadlines.groups:
        for column in deadlines.columns:
            terms = deadlines.terms(column.id, student)
            if terms.due_at < now or (column.id, student) in handed_in:
                continue
            due_on = terms.due_at.astimezone(zone).date()
            before = min(
                (n for n in course.remind_days if due_on - timedelta(days=n) in wanted), default=None
            )
            if before is not None:
                key = (column.id, terms.due_at, before)
                due.setdefault(key, (column, terms, []))[2].append(student)
    written_on = now.astimezone(zone).date().isoformat()
    return sum(
        write(
            kind="reminder",
            to=students,
            key=f"{column.id}:{due_at.astimezone(UTC).isoformat()}:{before}",
            facts=reminder_facts(course, column, terms, written_on),
            zone=course.time_zone,
            now=now,
            scope=course.slug,
            useful_until=due_at,
        )
        for (_assignment, due_at, before), (column, terms, students) in due.items()
    )


def _remind_of_exam(course: Course, days: Iterable[date], now: datetime) -> int:
    exam = Exam.objects.filter(course=course, starts_at__gt=now).select_related("course").first()
    if exam is None or exam.starts_at is None:
        return 0
    wanted, held_on = set(days), exam.starts_at.astimezone(course.zone).date()
    before = min((n for n in course.remind_days if held_on - timedelta(days=n) in wanted), default=None)
    if before is None:
        return 0
    students = Enrolment.objects.students().filter(course=course, person__is_active=True)
    return write(
        kind="exam-reminder",
        to=list(students.values_list("person_id", flat=True)),
        key=f"{exam.pk}:{exam.starts_at.astimezone(UTC).isoformat()}:{before}",
        facts=exam_reminder_facts(exam, now.astimezone(course.zone).date().isoformat()),
        zone=course.time_zone,
        now=now,
        scope=course.slug,
        useful_until=exam.starts_at,
    )


def _report(course: Course, days: Iterable[date], now: datetime) -> int:
    """To each representative, on the course's day of the week and so many days before the target."""
    activities = named_activities(course)
    target_at = activities[0].target_at if activities else None
    if target_at is None or target_at < now:
        return 0
    target_on = target_at.astimezone(course.zone).date()
    before = {target_on - timedelta(days=count) for count in course.report_days}
    if not any(WEEKDAYS[day.weekday()] == course.report_weekday or day in before for day in days):
        return 0
    speakers: Mapping[int, list[int]] = defaultdict(list)
    roles = Enrolment.objects.students().filter(course=course, role=Role.REPRESENTATIVE)
    for group_id, person_id in roles.values_list("group_id", "person_id"):
        speakers[group_id or 0].append(person_id)
    titles = {one.rule.number: one.title for one in activities}
    numbers = {column.id: column.number for column in course_deadlines(course, now, students=[]).columns}
    today = now.astimezone(course.zone).date().isoformat()
    return sum(
        write(
            kind="perk-report",
            to=speakers[standing.group_id],
            key=f"{standing.group_id}:{today}",
            facts=report_facts(course, standing, titles, numbers, target_at),
            zone=course.time_zone,
            now=now,
            scope=course.slug,
            useful_until=min(target_at, now + timedelta(days=1)),
        )
        for standing in group_standings(course, now, groups=list(speakers))
        if not standing.earned
    )


def _digest(course: Course, today: date, now: datetime) -> int:
    waits = staff_waits(course)
    if not waits.anything:
        return 0
    staff = Enrolment.objects.staff().filter(course=course, person__is_active=True)
    return write(
        kind="staff-digest",
        to=list(staff.values_list("person_id", flat=True)),
        key=f"{course.pk}:{today.isoformat()}",
        facts=digest_facts(course, waits),
        zone=course.time_zone,
        now=now,
        scope=course.slug,
    )
