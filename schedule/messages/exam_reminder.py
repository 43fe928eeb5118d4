"""The exam comes near (docs/course-rules.md, Reminders)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.kinds import Facts, Letter
from schedule.audience import takes_part
from schedule.messages.parts import CHANGED, LEFT, PAST, about, moment, shown, under
from schedule.models import Exam


def exam_reminder_facts(exam: Exam, written_on: str) -> Facts:
    """What a reminder of an exam says that has a time: when, where, how."""
    return about(exam.course) | {
        "exam": exam.pk,
        "starts_at": exam.starts_at.isoformat() if exam.starts_at else "",
        "room": exam.room,
        "written_on": written_on,
    }


def exam_reminder_holds(person_id: int | None, facts: Facts, now: datetime) -> str:
    """Empty while the exam is still to come, at that time; the room may be another by now."""
    exam = Exam.objects.filter(pk=facts["exam"]).first()
    at = exam.starts_at if exam else None
    if at is None or at != moment(facts["starts_at"]):
        return CHANGED
    if now >= at:
        return PAST
    return "" if takes_part(person_id, facts["course"]) else LEFT


def exam_reminder_now(person_id: int | None, facts: Facts, now: datetime) -> Facts:
    """The reminder as it is true now: where the exam is, and how many days are left."""
    exam = Exam.objects.filter(pk=facts["exam"]).select_related("course").first()
    if exam is None:
        return facts
    return exam_reminder_facts(exam, now.astimezone(exam.course.zone).date().isoformat())


def write_exam_reminder(several: Sequence[Facts], zone: ZoneInfo) -> Letter:
    """How many days are left, when exactly, and where."""
    facts = several[-1]
    local = moment(facts["starts_at"]).astimezone(zone)
    days = (local.date() - datetime.fromisoformat(facts["written_on"]).date()).days
    told = {"days": days, "when": shown(facts["starts_at"], zone, "short")}
    if days <= 0:
        subject = _("the exam is today, %(when)s")
    elif days == 1:
        subject = _("the exam is tomorrow, %(when)s")
    else:
        subject = ngettext(
            "%(days)s day until the exam, %(when)s", "%(days)s days until the exam, %(when)s", days
        )
    rows = [(_("The exam"), shown(facts["starts_at"], zone))]
    if facts["room"]:
        rows.append((_("Room"), facts["room"]))
    return Letter(
        subject=under(facts, subject % told),
        lead=_("The exam is mandatory."),
        rows=tuple(rows),
        link=f"{reverse('schedule:schedule', args=[facts['course']])}#exam",
        link_label=_("Open the schedule"),
    )
