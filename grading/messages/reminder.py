"""A deadline comes near and nothing is handed in (docs/course-rules.md, Reminders)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grading.messages.moved_dates import lateness_text
from grading.models import Submission
from grading.queries.deadlines import Column, Terms, course_deadlines
from people.kinds import Facts, Letter
from schedule.messages.parts import LEFT, PAST, about, moment, shown, under
from schedule.models import Course, Enrolment

HANDED_IN, MOVED, NOT_ISSUED = "handed_in", "moved", "not_issued"


def reminder_facts(course: Course, column: Column, terms: Terms, written_on: str) -> Facts:
    """What a reminder says: the assignment, the date that holds, what lateness costs, what the perk makes."""
    due_at = terms.due_at
    return about(course) | {
        "assignment": column.id,
        "number": column.number,
        "title": column.title,
        "due_at": due_at.isoformat(),
        "hard": terms.is_hard,
        "day_late": terms.day_late,
        "if_earned": terms.if_earned.due_at.isoformat() if terms.if_earned else None,
        "written_on": written_on,
    }


def reminder_holds(person_id: int | None, facts: Facts, now: datetime) -> str:
    """Empty while the date is to come and holds for the student, who has the task and handed in nothing."""
    due_at = moment(facts["due_at"])
    if now > due_at:
        return PAST
    if person_id is None:
        return LEFT
    if Submission.objects.filter(student=person_id, assignment=facts["assignment"]).exists():
        return HANDED_IN
    course = Course.objects.filter(slug=facts["course"]).first()
    if course is None or not Enrolment.objects.students().filter(course=course, person=person_id).exists():
        return LEFT
    deadlines = course_deadlines(course, now, students=[person_id])
    assignment = facts["assignment"]
    if not deadlines.knows(assignment) or deadlines.terms(assignment, person_id).due_at != due_at:
        return MOVED
    return "" if assignment in deadlines.issued(now) else NOT_ISSUED


def reminder_now(person_id: int | None, facts: Facts, now: datetime) -> Facts:
    """The reminder as it is true now: "tomorrow" is today after midnight; what lateness costs, what the group
    asks for, may be another since it was written.
    """
    course = Course.objects.filter(slug=facts["course"]).first()
    if course is None or person_id is None:
        return facts
    today = now.astimezone(course.zone).date().isoformat()
    deadlines = course_deadlines(course, now, students=[person_id])
    column = next((one for one in deadlines.columns if one.id == facts["assignment"]), None)
    return reminder_facts(course, column, deadlines.terms(column.id, person_id), today) if column else facts


def write_reminder(several: Sequence[Facts], zone: ZoneInfo) -> Letter:
    """How long is left, until when exactly, and what lateness costs."""
    facts = several[-1]
    due_at = moment(facts["due_at"]).astimezone(zone)
    days = (due_at.date() - datetime.fromisoformat(facts["written_on"]).date()).days
    told = {
        "number": facts["number"],
        "title": facts["title"],
        "when": shown(facts["due_at"], zone, "short"),
        "days": days,
    }
    rows = [
        (_("Assignment"), _("№ %(number)d. %(title)s") % told),
        (_("Deadline"), shown(facts["due_at"], zone)),
        (_("After it"), lateness_text(facts["day_late"])),
    ]
    if facts["if_earned"]:
        rows.append((_("If the perk is earned"), shown(facts["if_earned"], zone)))
    return Letter(
        subject=under(facts, _subject(days) % told),
        lead=_("You have not handed anything in yet."),
        rows=tuple(rows),
        link=reverse("grading:assignment", args=[facts["course"], facts["number"]]),
        link_label=_("Open the assignment"),
    )


def _subject(days: int) -> str:
    if days <= 0:
        return _("today is the deadline of assignment %(number)s, %(when)s")
    if days == 1:
        return _("tomorrow is the deadline of assignment %(number)s, %(when)s")
    return ngettext(
        "%(days)s day until the deadline of assignment %(number)s, %(when)s",
        "%(days)s days until the deadline of assignment %(number)s, %(when)s",
        days,
    )
