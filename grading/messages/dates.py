"""A date that holds for a student has changed; the group has earned the perk or lost it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grading.messages.moved_work import moved_work, work_rows
from grading.models import AnnouncedDates, AnnouncedPerk
from grading.queries.deadlines import CourseDeadlines, DateState, course_deadlines
from grading.queries.told import ToldAttempt, told_attempts
from grading.rules import Source
from people.kinds import NOT_YET, Facts, Letter
from perks.queries.standing import GroupStanding
from perks.rules import RequestState
from schedule.messages.parts import LEFT, about, shown, under
from schedule.models import Course, Enrolment, StudyGroup

EARNED, LOST, EXPIRED = "earned", "lost", "expired"
SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class ToldPerk:
    """Whether the perk was earned and what the request meant, as a group or a student was told."""

    earned: bool
    state: RequestState


Attempts = Mapping[tuple[int, int], Sequence[ToldAttempt]]
"""By student and assignment."""


def date_facts(
    course: Course,
    deadlines: CourseDeadlines,
    student: int,
    *,
    was: Mapping[str, str],
    attempts: Attempts,
    now: datetime,
) -> Facts:
    """What a message says of the dates that changed for a student: before, now, why, and for which work.

    ``was`` has those that changed, by the assignment's id.
    """
    changes = []
    for column in deadlines.columns:
        if str(column.id) not in was:
            continue
        terms = deadlines.terms(column.id, student)
        date = next(
            one for one in reversed(terms.dates) if one.state is DateState.HOLDS and one.at == terms.due_at
        )
        changes.append(
            {
                "assignment": column.id,
                "number": column.number,
                "title": column.title,
                "was": was[str(column.id)],
                "is": terms.due_at.isoformat(),
                "hard": terms.is_hard,
                "source": date.source.value,
                "by": date.by,
                "reason": date.reason,
                "work": moved_work(attempts.get((student, column.id), ()), terms, was[str(column.id)], now),
            }
        )
    return about(course) | {"changes": changes}


def perk_facts(
    group: StudyGroup, standing: GroupStanding, event: str, before: ToldPerk, dates: Facts
) -> Facts:
    """What a message says of a group that has earned the perk, lost it, or let its request expire."""
    move = standing.move
    return dates | {
        "group": group.name,
        "group_id": group.pk,
        "event": event,
        "before": {"earned": before.earned, "state": before.state.value},
        "asked": move is not None,
        "done": sum(one.complete for one in standing.activities),
        "all": len(standing.activities),
    }


def dates_hold(person_id: int | None, facts: Facts, now: datetime) -> str:
    """Empty while each date is still as the message says; else it waits for the sweep that writes it anew."""
    if person_id is None:
        return ""
    course = Course.objects.filter(slug=facts["course"]).first()
    if course is None or not Enrolment.objects.students().filter(course=course, person=person_id).exists():
        return LEFT
    deadlines = course_deadlines(course, now, students=[person_id])
    for one in facts["changes"]:
        if not deadlines.knows(one["assignment"]):
            return SUPERSEDED
        holds = deadlines.terms(one["assignment"], person_id).due_at.isoformat()
        if holds != one["is"]:
            # Told already by a newer message, or to be told by the next sweep.
            told = AnnouncedDates.objects.filter(course=course, person=person_id).first()
            return SUPERSEDED if told and told.dates.get(str(one["assignment"])) == holds else NOT_YET
    return ""


def perk_holds(person_id: int | None, facts: Facts, now: datetime) -> str:
    """Empty while the group's perk is as the message says, and so are the dates."""
    told = AnnouncedPerk.objects.filter(group=facts["group_id"]).first()
    if told is None or told.earned != (facts["event"] == EARNED):
        return SUPERSEDED
    return dates_hold(person_id, facts, now)


def dates_now(person_id: int | None, facts: Facts, now: datetime) -> Facts:
    """The facts with what the dates mean now for the reader's work: it may have come in meanwhile."""
    course = Course.objects.filter(slug=facts["course"]).first()
    if course is None or person_id is None or not facts["changes"]:
        return facts
    deadlines = course_deadlines(course, now, students=[person_id])
    attempts = told_attempts([person_id], deadlines)
    changes = [
        one
        | {
            "work": moved_work(
                attempts.get((person_id, one["assignment"]), ()),
                deadlines.terms(one["assignment"], person_id),
                one["was"],
                now,
            )
        }
        for one in facts["changes"]
        if deadlines.knows(one["assignment"])
    ]
    return facts | {"changes": changes}


def write_dates(several: Sequence[Facts], zone: ZoneInfo) -> Letter:
    """Each date before and now, and why."""
    facts = several[-1]
    changes = facts["changes"]
    first = changes[0]
    if len(changes) == 1:
        subject = _("deadline of assignment %(number)s: %(was)s → %(is)s") % {
            "number": first["number"],
            "was": shown(first["was"], zone, "short"),
            "is": shown(first["is"], zone, "short"),
        }
    else:
        subject = ngettext("%(count)d deadline has moved", "%(count)d deadlines have moved", len(changes)) % {
            "count": len(changes)
        }
    return Letter(
        subject=under(facts, subject),
        lead=_why(first)
        if len({one["source"] for one in changes}) == 1
        else _("Deadlines that hold for you have moved."),
        rows=_rows(changes, zone),
        paragraphs=_after(changes),
        link=_link(facts),
        link_label=_("Open the assignment") if len(changes) == 1 else _("Open the assignments"),
    )


def write_perk(several: Sequence[Facts], zone: ZoneInfo) -> Letter:
    """Earned, lost or expired; and what became of the reader's deadlines."""
    facts = several[-1]
    told = {"group": facts["group"], "done": facts["done"], "all": facts["all"]}
    if facts["event"] == EARNED:
        subject = _("the perk is earned, group %(group)s")
        lead = (
            _("All activities are complete. These deadlines have moved.")
            if facts["changes"]
            else _("All activities are complete.")
            if facts["asked"]
            else _("All activities are complete. The representative can now choose which deadlines move.")
        )
    elif facts["event"] == LOST:
        subject = _("the perk is not earned any more, group %(group)s")
        lead = _("%(done)d of %(all)d activities are complete now. The course’s deadlines hold.")
    else:
        subject = _("the perk: the target has passed, group %(group)s")
        lead = _(
            "%(done)d of %(all)d activities are complete, so that the deadlines stay as they are."
            " Proofs that still wait may yet change that."
        )
    return Letter(
        subject=under(facts, subject % told),
        lead=lead % told,
        rows=_rows(facts["changes"], zone),
        paragraphs=_after(facts["changes"]),
        link=reverse("perks:perk", args=[facts["course"]]),
        link_label=_("Open the perk"),
    )


def _rows(changes: Sequence[Facts], zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    rows = []
    for one in changes:
        moved = f"{shown(one['was'], zone)} → {shown(one['is'], zone)}"
        rows += [(_("№ %(number)d. %(title)s") % one, moved), *work_rows(one, zone)]
    return tuple(rows)


def _why(one: Facts) -> str:
    """Why the date is another, in a sentence."""
    source = Source(one["source"])
    if source is Source.GROUP_MOVE and one["by"]:
        return _("Your group has moved it: the perk is earned, and %(by)s asked for it.") % one
    if source is Source.GROUP_MOVE:
        return _("Your group has moved it: the perk is earned.")
    if source is Source.PERSONAL:
        told = {"by": one["by"], "reason": one["reason"]}
        if one["by"] and one["reason"]:
            return _("A date of your own, given by %(by)s: %(reason)s") % told
        return _("A date of your own was given to you.")
    return _("A deadline of yours has moved: now the course’s date holds.")


def _after(changes: Sequence[Facts]) -> tuple[str, ...]:
    if any(one["hard"] for one in changes):
        return (_("After a new date that is hard no work is taken."),)
    return ()


def _link(facts: Facts) -> str:
    if len(facts["changes"]) == 1:
        return reverse("grading:assignment", args=[facts["course"], facts["changes"][0]["number"]])
    return reverse("grading:assignments", args=[facts["course"]])
