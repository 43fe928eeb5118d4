"""What a course says on its timetable, once a day at its hour (docs/course-rules.md, Reminders).

Reminders to students, the report to representatives, the digest to staff. The day up to which they were
written is a fact; after a standstill only the latest of what was missed is written, while it is still useful,
at whatever hour the portal is back.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import Q

from grading.actions.telling import running_courses
from grading.messages.reminder import MOVED, NOT_ISSUED, reminder_facts, reminder_holds
from grading.messages.reports import digest_facts, report_facts
from grading.models import Reminded, Submission
from grading.queries.deadlines import Column, Terms, course_deadlines
from grading.queries.waiting import staff_waits
from people.actions.apart import each_apart
from people.actions.outbox import write
from people.kinds import Facts
from people.models import Message
from perks.queries.standing import group_standings, named_activities
from schedule.messages.exam_reminder import exam_reminder_facts, exam_reminder_holds
from schedule.messages.parts import CHANGED, moment
from schedule.models import Course, Enrolment, Exam, Role
from schedule.rules import instant

logger = logging.getLogger(__name__)

WEEKDAYS = tuple(Course.Weekday)
"""In the order of ``date.weekday``."""

MAY_HOLD_AGAIN: Mapping[str, tuple[Collection[str], Callable[[int | None, Facts, datetime], str]]] = {
    "reminder": ((MOVED, NOT_ISSUED), reminder_holds),
    "exam-reminder": ((CHANGED,), exam_reminder_holds),
}
"""By kind: why a reminder was dropped that may come true again, and how to tell that it has."""


def sweep_reminders(now: datetime) -> None:
    """Write what the timetables of all running courses make due."""
    dropped = _dropped(now)
    each_apart(running_courses(now), lambda course: _look_at(course, dropped[course.slug], now))


def _look_at(course: Course, dropped: Collection[Message], now: datetime) -> None:
    try:
        remind(course, now)
    finally:
        each_apart(_may_hold(course, dropped, now), lambda message: _revive(message, now))


def _dropped(now: datetime) -> Mapping[str, list[Message]]:
    """By course: reminders of today that were dropped for what may be otherwise by now."""
    why = Q()
    for kind, (reasons, _holds) in MAY_HOLD_AGAIN.items():
        why |= Q(kind=kind, reason__in=reasons)
    rows = Message.objects.filter(
        why, state=Message.State.DROPPED, created_at__gt=now - timedelta(days=1), useful_until__gte=now
    )
    found: Mapping[str, list[Message]] = defaultdict(list)
    for message in rows.order_by("pk"):
        found[message.scope].append(message)
    return found


def _may_hold(course: Course, dropped: Collection[Message], now: datetime) -> list[Message]:
    """Without the reminders whose date is another still, asked for all of them at once.

    When a date moves on a day of reminders, a whole course has them, and each would be looked at each minute.
    """
    reminders = [message for message in dropped if message.kind == "reminder"]
    if not reminders:
        return list(dropped)
    deadlines = course_deadlines(course, now, students={message.person_id or 0 for message in reminders})

    def is_elsewhere(message: Message) -> bool:
        if message.kind != "reminder":
            return False
        assignment, person = message.facts["assignment"], message.person_id or 0
        due_at = deadlines.terms(assignment, person).due_at if deadlines.knows(assignment) else None
        return due_at != moment(message.facts["due_at"])

    return [message for message in dropped if not is_elsewhere(message)]


def _revive(message: Message, now: datetime) -> None:
    """Let a reminder wait again if it has come true again, for example because a date has moved back."""
    _reasons, holds = MAY_HOLD_AGAIN[message.kind]
    if not holds(message.person_id, message.facts, now):
        Message.objects.filter(pk=message.pk, state=Message.State.DROPPED).update(
            state=Message.State.WAITING, reason="", settled_at=None, due_at=now
        )


def remind(course: Course, now: datetime) -> int:
    """Write what the days up to now make due in a course and was not written yet; how many are new.

    Today's round is done from the course's hour on, one of a day that was missed at any hour.
    """
    local = now.astimezone(course.zone)
    has_come = local.time() >= course.remind_at
    through = local.date() if has_come else local.date() - timedelta(days=1)
    with transaction.atomic():
        since = _take_day(course, through, local.date())
        if since is None:
            return 0
        days = [since + timedelta(days=count + 1) for count in range((through - since).days)]
        written = _remind_students(course, days, now)
        reports: list[Callable[[], int]] = [
            lambda: _remind_of_exam(course, days, now),
            lambda: _report(course, days, now),
            lambda: _digest(course, through, now) if has_come else 0,
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


def _take_day(course: Course, through: date, today: date) -> date | None:
    """Make the rounds up to a day ours; the day of the last before, or None where they are done or in hand.

    A course that is seen for the first time has missed nothing. What was written up to a day to come was
    written by a wrong clock, and keeps today's round from nobody: what it wrote has its once-only keys.
    """
    row, is_new = Reminded.objects.select_for_update().get_or_create(
        course=course, defaults={"through_on": through}
    )
    if is_new:
        return through - timedelta(days=1) if through == today else None
    since = row.through_on if row.through_on <= today else today - timedelta(days=1)
    if since >= through:
        return None
    mine = Reminded.objects.filter(course=course, through_on=row.through_on).update(through_on=through)
    return since if mine else None


def _days_before(course: Course, at: datetime, days: Collection[date], now: datetime) -> int | None:
    """So many days before a moment to come a round was among these days; the latest, None where none was.

    None, too, where a later round is due today before that moment: it says the same.
    """
    on = at.astimezone(course.zone).date()
    rounds: dict[date, int] = {on - timedelta(days=count): count for count in course.remind_days}
    latest = max((day for day in rounds if day in days), default=None)
    if latest is None:
        return None
    today = now.astimezone(course.zone).date()
    comes_at = instant(datetime.combine(today, course.remind_at), course.zone)
    if latest < today and today in rounds and now < comes_at <= at:
        return None
    return rounds[latest]


def _remind_students(course: Course, days: Collection[date], now: datetime) -> int:
    if not course.remind_days:
        return 0
    deadlines = course_deadlines(course, now)
    handed_in = set(
        Submission.objects.filter(assignment__course=course).values_list("assignment_id", "student_id")
    )
    zone, issued = course.zone, deadlines.issued(now)
    due: dict[tuple[int, datetime, int], tuple[Column, Terms, list[int]]] = {}
    for student in deadlines.groups:
        for column in deadlines.columns:
            terms = deadlines.terms(column.id, student)
            if terms.due_at < now or column.id not in issued or (column.id, student) in handed_in:
                continue
            before = _days_before(course, terms.due_at, days, now)
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


def _remind_of_exam(course: Course, days: Collection[date], now: datetime) -> int:
    exam = Exam.objects.filter(course=course, starts_at__gt=now).select_related("course").first()
    if exam is None or exam.starts_at is None:
        return 0
    before = _days_before(course, exam.starts_at, days, now)
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


def _report(course: Course, days: Collection[date], now: datetime) -> int:
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
