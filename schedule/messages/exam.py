"""The exam gets its day, time and room, or others than were told before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from people.kinds import Facts, Letter
from schedule.audience import takes_part
from schedule.messages.parts import CHANGED, LEFT, PAST, about, moment, room_rows, shown, under
from schedule.models import AnnouncedExam, Exam
from schedule.rules import end_of_day
from schedule.wording import date_text


def exam_state(row: Exam | AnnouncedExam) -> Facts:
    """When and where the exam is, as facts of a message: between which days, while it has no time."""
    return {
        "not_before_on": None if row.starts_at else row.not_before_on.isoformat(),
        "not_after_on": None if row.starts_at else row.not_after_on.isoformat(),
        "starts_at": row.starts_at.isoformat() if row.starts_at else None,
        "room": row.room,
    }


def exam_window(row: Exam) -> Facts:
    """The exam as it is before its time and room are set: between two days."""
    return {
        "not_before_on": row.not_before_on.isoformat(),
        "not_after_on": row.not_after_on.isoformat(),
        "starts_at": None,
        "room": "",
    }


def exam_facts(exam: Exam, before: Facts) -> Facts:
    """What a message says about the exam, given what was told last."""
    return about(exam.course) | {"exam": exam.pk, "before": before, "after": exam_state(exam)}


def exam_is_over(exam: Exam, now: datetime) -> bool:
    """Whether the exam has begun, or the last of its days has passed."""
    return now >= (exam.starts_at or end_of_day(exam.not_after_on, exam.course.zone))


def exam_holds(person_id: int | None, facts: Facts, now: datetime) -> str:
    """Empty while the exam is still as the message says, and still to come."""
    exam = Exam.objects.filter(pk=facts["exam"]).select_related("course").first()
    if exam is None or exam_state(exam) != facts["after"]:
        return CHANGED
    if exam_is_over(exam, now):
        return PAST
    return "" if takes_part(person_id, facts["course"]) else LEFT


def write_exam(several: Sequence[Facts], zone: ZoneInfo) -> Letter:
    """When and where the exam is; and before, where that was known."""
    facts = several[-1]
    before, after = facts["before"], facts["after"]
    rows = []
    if _times(before) != _times(after):
        rows.append((_("It was to be"), _when(before, zone, with_zone=True)))
    rows.append((_("The exam"), _when(after, zone, with_zone=True)))
    rows += room_rows(before["room"], after["room"])
    return Letter(
        subject=under(facts, _headline(before, after, zone)),
        lead=_("The exam is mandatory. This is when and where it is:")
        if after["starts_at"]
        else _("The exam is mandatory. Its day and time are told later."),
        rows=tuple(rows),
        link=f"{reverse('schedule:schedule', args=[facts['course']])}#exam",
        link_label=_("Open the schedule"),
    )


def _headline(before: Facts, after: Facts, zone: ZoneInfo) -> str:
    told = {"before": _when(before, zone), "when": _when(after, zone), "room": after["room"]}
    told["room_before"] = before["room"]
    if _times(before) == _times(after):
        if not after["room"]:
            return _("the exam on %(when)s is not in %(room_before)s; the room is not known yet") % told
        return _("exam, %(when)s, room: %(room)s") % told
    if before["starts_at"] is None and after["starts_at"] is not None:
        return _("exam, %(when)s, room: %(room)s") % told if told["room"] else _("exam: %(when)s") % told
    return _("exam moved: %(before)s → %(when)s") % told


def _times(state: Facts) -> tuple[str | None, ...]:
    return state["starts_at"], state["not_before_on"], state["not_after_on"]


def _when(state: Facts, zone: ZoneInfo, *, with_zone: bool = False) -> str:
    if state["starts_at"]:
        if with_zone:
            local = moment(state["starts_at"]).astimezone(zone)
            return f"{date_text(local, 'weekday')}, {shown(state['starts_at'], zone, 'time')}"
        return date_text(moment(state["starts_at"]).astimezone(zone), "long")
    first, last = (date.fromisoformat(state[end]) for end in ("not_before_on", "not_after_on"))
    days = (date_text(datetime.combine(day, time(), zone), "long_day") for day in (first, last))
    return "–".join(dict.fromkeys(days))
