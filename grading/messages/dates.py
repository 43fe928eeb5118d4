"""A date that holds for a student has changed; the group has earned the perk or lost it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grading.messages.moved_dates import ToldDate, lateness_row, lateness_subject, told_date
from grading.messages.moved_work import moved_work, work_rows
from grading.models import AnnouncedDates, AnnouncedPerk
from grading.queries.deadlines import CourseDeadlines, DateState, course_deadlines
from grading.queries.told import ToldAttempt, told_attempts
from grading.rules import Source
from people.kinds import NOT_YET, Facts, Letter
from perks.queries.standing import GroupStanding, group_standings
from perks.rules import RequestState
from schedule.audience import studies_in
from schedule.messages.parts import LEFT, about, shown, under
from schedule.models import Course, Enrolment, StudyGroup

EARNED, LOST, EXPIRED, EXTENDED = "earned", "lost", "expired", "extended"
SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class ToldPerk:
    """Whether the perk was earned and what the request meant, as a group or a student was told."""

    earned: bool
    state: RequestState

    @classmethod
    def of(cls, standing: GroupStanding) -> ToldPerk:
        """As the group stands now."""
        return cls(standing.earned, standing.move.state if standing.move else RequestState.NONE)


Attempts = Mapping[tuple[int, int], Sequence[ToldAttempt]]
"""By student and assignment."""


def date_facts(
    course: Course,
    deadlines: CourseDeadlines,
    student: int,
    *,
    was: Mapping[str, ToldDate],
    attempts: Attempts,
    now: datetime,
) -> Facts:
    """What a message says of the dates that changed for a student, or of what lateness costs: before, now,
    why, and for which work.

    ``was`` has those that changed, by the assignment's id.
    """
    changes = []
    for column in deadlines.columns:
        if str(column.id) not in was:
            continue
        terms, before = deadlines.terms(column.id, student), was[str(column.id)]
        now_holds = told_date(terms)
        date = next(
            one for one in reversed(terms.dates) if one.state is DateState.HOLDS and one.at == terms.due_at
        )
        changes.append(
            {
                "assignment": column.id,
                "number": column.number,
                "title": column.title,
                "was": before.at,
                "is": now_holds.at,
                "was_late": before.late,
                "late": now_holds.late,
                "hard": terms.is_hard,
                "source": date.source.value,
                "by": date.by,
                "reason": date.reason,
                "work": moved_work(attempts.get((student, column.id), ()), terms, before.at, now),
            }
        )
    return about(course) | {"changes": changes}


def perk_facts(
    group: StudyGroup, standing: GroupStanding, event: str, before: ToldPerk, dates: Facts
) -> Facts:
    """What a message says of a group that has earned the perk, lost it, or let its request expire; or whose
    target has been extended after that.
    """
    said = {"event": event, "before": {"earned": before.earned, "state": before.state.value}}
    return dates | {"group_id": group.pk} | said | _progress(standing)


def _progress(standing: GroupStanding) -> Facts:
    move = standing.move
    return {
        "group": standing.group,
        "asked": move is not None,
        "target_at": move and move.target_at.isoformat(),
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
    issued = deadlines.issued(now)
    for one in facts["changes"]:
        if not deadlines.knows(one["assignment"]):
            return SUPERSEDED
        holds = told_date(deadlines.terms(one["assignment"], person_id))
        if holds != ToldDate.read(one["is"], one.get("late") or holds.late):
            # Told already by a newer message, or to be told by the next sweep.
            key = str(one["assignment"])
            told = AnnouncedDates.objects.filter(course=course, person=person_id).first()
            is_told = told and told.dates.get(key) == holds.at and told.late.get(key) == holds.late
            # Nobody is told of it where its task is taken back meanwhile.
            is_silent = (
                told and key not in told.dates and not deadlines.is_theirs(int(key), person_id, issued)
            )
            return SUPERSEDED if is_told or is_silent else NOT_YET
    return ""


def perk_holds(person_id: int | None, facts: Facts, now: datetime) -> str:
    """Empty, for a member of the group, while its perk is as the message says, and so are the dates."""
    group_id = facts["group_id"]
    if not studies_in(person_id, group_id):
        elsewhere = Enrolment.objects.students().filter(person=person_id, course__slug=facts["course"])
        # The dates that it tells of are told anew to who is in another group now.
        return NOT_YET if facts["changes"] and elsewhere.filter(group__isnull=False).exists() else LEFT
    standing = _standing(facts, now)
    if standing is None:
        return SUPERSEDED
    perk = ToldPerk.of(standing)
    if not _is_so(facts["event"], perk):
        told = AnnouncedPerk.objects.filter(group=group_id).first()
        is_told = told and (told.earned, told.state) == (perk.earned, perk.state)
        return SUPERSEDED if is_told else NOT_YET
    return dates_hold(person_id, facts, now)


def _is_so(event: str, perk: ToldPerk) -> bool:
    """Whether the perk is still what the event has made it."""
    if event in {EARNED, LOST}:
        return perk.earned == (event == EARNED)
    state = RequestState.EXPIRED if event == EXPIRED else RequestState.PROVISIONAL
    return not perk.earned and perk.state is state


def _standing(facts: Facts, now: datetime) -> GroupStanding | None:
    course = Course.objects.filter(slug=facts["course"]).first()
    standings = group_standings(course, now, groups=[facts["group_id"]]) if course else []
    return standings[0] if standings else None


def perk_now(person_id: int | None, facts: Facts, now: datetime) -> Facts:
    """The facts with how far the group is now, its target, and the dates as ``dates_now`` has them."""
    standing = _standing(facts, now)
    return dates_now(person_id, facts, now) | (_progress(standing) if standing else {})


def dates_now(person_id: int | None, facts: Facts, now: datetime) -> Facts:
    """The facts with why the dates are these now, and what they mean for the reader's work: it may have come
    in meanwhile.
    """
    course = Course.objects.filter(slug=facts["course"]).first()
    if course is None or person_id is None or not facts["changes"]:
        return facts
    deadlines = course_deadlines(course, now, students=[person_id])
    said = {one["assignment"]: one for one in facts["changes"]}
    holds = {pk: told_date(deadlines.terms(pk, person_id)) for pk in said if deadlines.knows(pk)}
    was = {
        str(pk): ToldDate.read(said[pk]["was"], said[pk].get("was_late") or one.late)
        for pk, one in holds.items()
    }
    attempts = told_attempts([person_id], deadlines)
    fresh = date_facts(course, deadlines, person_id, was=was, attempts=attempts, now=now)
    # The dates themselves are those of which ``dates_hold`` has said that they hold.
    changes = [one | {"is": said[one["assignment"]]["is"]} for one in fresh["changes"]]
    return facts | {"changes": changes}


def write_dates(several: Sequence[Facts], zone: ZoneInfo) -> Letter:
    """Each date before and now, and why."""
    facts = several[-1]
    changes = facts["changes"]
    first, moved = changes[0], [one for one in changes if one["is"] != one["was"]]
    if not moved:
        subject = lateness_subject(changes, zone)
    elif len(changes) == 1:
        subject = _("deadline of assignment %(number)s: %(was)s → %(is)s") % {
            "number": first["number"],
            "was": shown(first["was"], zone, "short"),
            "is": shown(first["is"], zone, "short"),
        }
    else:
        subject = ngettext("%(count)d deadline has moved", "%(count)d deadlines have moved", len(moved)) % {
            "count": len(moved)
        }
    return Letter(
        subject=under(facts, subject),
        lead=_why(first, is_moved=bool(moved))
        if len({one["source"] for one in changes}) == 1
        else _("Deadlines that hold for you have moved.")
        if moved
        else _("The deadlines stay; the rules after them have changed."),
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
    elif facts["event"] == EXTENDED:
        told["target"] = shown(facts["target_at"], zone)
        subject = _("the perk: the target is put off to %(target)s, group %(group)s")
        lead = _(
            "The target had passed and has been put off: what is handed in until then counts."
            " %(done)d of %(all)d activities are complete."
        )
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
        moved = one["is"] != one["was"]
        dates = f"{shown(one['was'], zone)} → {shown(one['is'], zone)}" if moved else shown(one["is"], zone)
        rows += [(_("№ %(number)d. %(title)s") % one, dates), *lateness_row(one, zone), *work_rows(one, zone)]
    return tuple(rows)


def _why(one: Facts, *, is_moved: bool) -> str:
    """Why the date is another, or what lateness costs, in a sentence."""
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
    if not is_moved:
        return _("The deadline stays; the rules after it have changed.")
    return _("A deadline of yours has moved: now the course’s date holds.")


def _after(changes: Sequence[Facts]) -> tuple[str, ...]:
    if any(one["hard"] and one["is"] != one["was"] for one in changes):
        return (_("After a new date that is hard no work is taken."),)
    return ()


def _link(facts: Facts) -> str:
    if len(facts["changes"]) == 1:
        return reverse("grading:assignment", args=[facts["course"], facts["changes"][0]["number"]])
    return reverse("grading:assignments", args=[facts["course"]])
