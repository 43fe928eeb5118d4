"""What calendar events say, in the language that is active: plain text, one thing a line.

A calendar is often kept by another company: points, reasons for personal dates and names of other people
stay in the portal (docs/decisions/calendar-feeds.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from grading.queries.deadlines import DateState, Terms
from grading.rules import Source, Step
from schedule.models import ClassMeeting, Course, Exam
from schedule.queries import Link
from schedule.wording import NBSP, cost_text, in_points, moment_text

LISTED = 5
"""Prices that are listed at most where they do not grow by the same amount each day."""


def with_course(title: str, course: Course) -> str:
    """A title with the course's short name: phones show several courses on one day."""
    return f"{title} · {course.short_title}"


def class_title(meeting: ClassMeeting) -> str:
    """What and which class it is, and that it does not take place."""
    title = capfirst(str(meeting))
    return _("Cancelled: %(title)s") % {"title": title} if meeting.cancelled_at else title


def class_text(
    meeting: ClassMeeting, course: Course, materials: Iterable[Link], url: str, *, hours_known: bool
) -> str:
    """The course, the materials with their addresses, the page."""
    lines = [course.title]
    if meeting.cancelled_at:
        why = {"reason": meeting.cancelled_why}
        lines.append(_("Cancelled: %(reason)s") % why if meeting.cancelled_why else _("Cancelled."))
    if not hours_known:
        lines.append(_("The time is not known yet."))
    listed = [f"– {one.title}: {one.url}" if one.url else f"– {one.title}" for one in materials]
    if listed:
        lines += [_("Materials:"), *listed]
    return "\n".join([*lines, url])


def exam_title(exam: Exam) -> str:
    """The exam; before its time is known that it will be on one of these days."""
    return _("Exam") if exam.starts_at else _("Exam, on one of these days")


def exam_text(exam: Exam, course: Course, url: str) -> str:
    """The course, how the exam is held, the page."""
    lines = [course.title]
    if exam.starts_at:
        lines.append(_("When it ends is not set."))
    else:
        lines.append(_("The day, the time and the room are told nearer the time."))
    if exam.format:
        lines.append(exam.format.strip())
    return "\n".join([*lines, url])


def deadline_title(number: int, title: str, *, handed_in: bool) -> str:
    """Which assignment, and that it is due, or that it is done."""
    words = {"number": number, "title": title}
    text = _("№ %(number)s handed in: %(title)s") if handed_in else _("№ %(number)s is due: %(title)s")
    return text.replace("№ ", f"№{NBSP}", 1) % words


def deadline_text(course: Course, terms: Terms, handed_in_at: datetime | None, url: str) -> str:
    """When it is due, why then, what lateness costs, what may still change, and whether it is handed in."""
    zone = course.zone
    lines = [course.title]
    if handed_in_at is not None:
        lines.append(_("Handed in on %(moment)s.") % {"moment": _moment(handed_in_at, zone)})
    due = _("Deadline: %(moment)s, hard.") if terms.is_hard else _("Deadline: %(moment)s.")
    lines.append(due % {"moment": _moment(terms.due_at, zone)})
    lines += [*_why(terms, zone), lateness_words(terms, zone), *_may_move(terms, zone), url]
    return "\n".join(lines)


def _moment(at: datetime, zone: tzinfo) -> str:
    return moment_text(at, "seconds", zone, with_zone=True)


def _day(at: datetime, zone: tzinfo) -> str:
    return moment_text(at, "dated", zone)


def _why(terms: Terms, zone: tzinfo) -> list[str]:
    """Whose date it is; where it is not the course's, also when that was."""
    date = next(
        (one for one in terms.dates if one.state is DateState.HOLDS and one.source is terms.source), None
    )
    asked = _day(date.set_at, zone) if date is not None and date.set_at is not None else ""
    if terms.source is Source.COURSE:
        return [_("This is the course’s date.")]
    if terms.source is Source.PERSONAL:
        said = _("This is your personal date, set on %(day)s.") % {"day": asked}
    else:
        said = _("Moved for your group, which asked for it on %(day)s and earned the perk.") % {"day": asked}
    plan = next((one.at for one in terms.dates if one.source is Source.COURSE), None)
    if plan is None:
        return [said]
    return [said, _("The course’s own date: %(moment)s.") % {"moment": _moment(plan, zone)}]


def _may_move(terms: Terms, zone: tzinfo) -> list[str]:
    """What the group's request means while it does not hold."""
    move, earned = terms.move, terms.if_earned
    if move is None or move.is_active:
        return []
    words = {
        "asked": _day(move.asked_at, zone),
        "target": _moment(move.target_at, zone),
        "now": _moment(terms.due_at, zone),
    }
    if earned is None:
        return [_("Your group asked to move it to %(target)s; the perk was not earned by then.") % words]
    if earned.due_at == terms.due_at:
        return []
    return [
        _("Your group asked on %(asked)s to move it to %(target)s.") % words,
        _("Until the perk is earned, %(now)s holds. Then %(target)s does: hard, and free until then.")
        % words,
    ]


def lateness_words(terms: Terms, zone: tzinfo) -> str:
    """What handing in late costs, from the price list, and when nothing is taken any more."""
    _free, *later = terms.prices.steps
    closes = terms.closes_at
    if not later:
        if closes is None:
            return _("Later work is taken and costs nothing.")
        if terms.is_hard:
            return _("After it nothing is taken.")
        return _("Until %(moment)s lateness costs nothing; after that nothing is taken.") % {
            "moment": _moment(closes, zone)
        }
    said = _day_by_day(later) or _listed(later, zone)
    if closes is None:
        return said
    return f"{said} {_('After %(moment)s nothing is taken.') % {'moment': _moment(closes, zone)}}"


def _day_by_day(later: list[Step]) -> str:
    """The price where each day costs the same, up to what the assignment is worth; else empty."""
    amount = later[0].penalty
    regular = all(
        step.days_late == day and step.penalty == amount * day for day, step in enumerate(later[:-1], 1)
    )
    last, day = later[-1], len(later)
    if not regular or last.days_late != day or not amount * (day - 1) < last.penalty <= amount * day:
        return ""
    if len(later) == 1:
        return _("Later work is taken and costs %(points)s.") % {"points": in_points(amount)}
    words = {"points": in_points(amount), "most": in_points(last.penalty)}
    return _("Later work is taken: each started day costs %(points)s, %(most)s at most.") % words


def _listed(later: list[Step], zone: tzinfo) -> str:
    """The first prices one by one, and the last."""
    shown = later if len(later) <= LISTED else [*later[: LISTED - 1], later[-1]]
    prices = []
    for step in shown:
        price = cost_text(step.penalty, trim=True)
        if step.until is None:
            prices.append(pgettext("a price", "then %(price)s") % {"price": price})
        else:
            until = moment_text(step.until, "short", zone)
            prices.append(_("%(price)s until %(moment)s") % {"price": price, "moment": until})
    if len(shown) < len(later):
        prices.insert(-1, "…")
    return _("Later work is taken and costs %(prices)s.") % {"prices": "; ".join(prices)}
