"""What representatives and staff get on a timetable: how far a group is, and what waits for staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grading.queries.waiting import Waiting, staff_waits
from people.kinds import Facts, Letter
from perks.queries.standing import GroupStanding, group_standings, move_rule, named_activities
from schedule.messages.parts import CHANGED, LEFT, PAST, about, moment, shown, under
from schedule.models import Assignment, Course, Enrolment, Role
from schedule.wording import NBSP

EARNED, NOTHING_WAITS = "earned", "nothing_waits"


def report_facts(
    course: Course,
    standing: GroupStanding,
    titles: Mapping[int, str],
    numbers: Mapping[int, int],
    target_at: datetime,
) -> Facts:
    """What a report says of a group, given the activities' titles and the assignments' numbers by id."""
    asked = standing.move.assignments if standing.move else ()
    return about(course) | {
        "group": standing.group,
        "group_id": standing.group_id,
        "target_at": target_at.isoformat(),
        "asked": sorted(numbers[pk] for pk in asked if pk in numbers),
        "activities": [
            {
                "number": one.rule.number,
                "title": titles[one.rule.number],
                "complete": one.complete,
                "people": one.participants,
                "required": one.required,
                "places": [number for number in one.rule.checkpoints if number not in one.covered],
                "pending": one.pending,
            }
            for one in standing.activities
        ],
    }


def fresh_report(person_id: int | None, facts: Facts, now: datetime) -> Facts:
    """The report as things stand when it goes."""
    course = Course.objects.get(slug=facts["course"])
    (standing,) = group_standings(course, now, groups=[facts["group_id"]])
    activities = named_activities(course)
    titles = {one.rule.number: one.title for one in activities}
    numbers = dict(Assignment.objects.filter(course=course).values_list("pk", "number"))
    target_at = activities[0].target_at if activities else None
    return report_facts(course, standing, titles, numbers, target_at or moment(facts["target_at"]))


def report_holds(person_id: int | None, facts: Facts, now: datetime) -> str:
    """Empty until the target, for who still is the representative of a group that has not earned the perk."""
    course = Course.objects.get(slug=facts["course"])
    rule = move_rule(course)
    if rule is None:
        return CHANGED
    if now > rule.target_at:
        return PAST
    speaks = Enrolment.objects.students().filter(
        person=person_id, group=facts["group_id"], role=Role.REPRESENTATIVE
    )
    if not speaks.exists():
        return LEFT
    standings = group_standings(course, now, groups=[facts["group_id"]])
    return EARNED if any(one.earned for one in standings) else ""


def write_report(several: Sequence[Facts], zone: ZoneInfo) -> Letter:
    """Each activity with who counts and what is missing."""
    facts = several[-1]
    done = sum(one["complete"] for one in facts["activities"])
    told = {"done": done, "all": len(facts["activities"]), "group": facts["group"]}
    return Letter(
        subject=under(facts, _("the perk, group %(group)s: %(done)d of %(all)d activities complete") % told),
        lead=_("This is how far your group is. It counts what is handed in until the target and approved."),
        rows=(
            *((f"{one['number']}. {one['title']}", _standing(one)) for one in facts["activities"]),
            (_("Target"), shown(facts["target_at"], zone)),
            (_("Request"), _asked(facts)),
        ),
        link=reverse("perks:perk", args=[facts["course"]]),
        link_label=_("Open the perk"),
    )


def _standing(one: Facts) -> str:
    people = _("%(count)d of %(required)d people") % {"count": one["people"], "required": one["required"]}
    parts = [people]
    if one["places"]:
        missing = ", ".join(str(number) for number in one["places"])
        parts.append(_("missing places: %(numbers)s") % {"numbers": missing})
    if one["pending"]:
        parts.append(
            ngettext("%(count)d proof waits", "%(count)d proofs wait", one["pending"])
            % {"count": one["pending"]}
        )
    return f"{_('complete')}: {people}" if one["complete"] else "; ".join(parts)


def _asked(facts: Facts) -> str:
    if not facts["asked"]:
        return _("none yet: choose which deadlines move, at the latest at the target")
    return ", ".join(f"№{NBSP}{number}" for number in facts["asked"])


def digest_facts(course: Course, waits: Waiting) -> Facts:
    """What a digest says of what waits in a course."""
    return about(course) | {
        "works": waits.works,
        "oldest_work_at": waits.oldest_work_at and waits.oldest_work_at.isoformat(),
        "proofs": waits.proofs,
        "oldest_proof_at": waits.oldest_proof_at and waits.oldest_proof_at.isoformat(),
        "to_settle": waits.to_settle,
        "failed": waits.failed,
    }


def digest_holds(person_id: int | None, facts: Facts, now: datetime) -> str:
    """Empty while something waits, for who still teaches in the course."""
    staff = Enrolment.objects.staff().filter(person=person_id, course__slug=facts["course"])
    if not staff.exists():
        return LEFT
    return "" if staff_waits(Course.objects.get(slug=facts["course"])).anything else NOTHING_WAITS


def fresh_digest(person_id: int | None, facts: Facts, now: datetime) -> Facts:
    """What waits when the digest goes."""
    course = Course.objects.get(slug=facts["course"])
    return digest_facts(course, staff_waits(course))


def write_digest(several: Sequence[Facts], zone: ZoneInfo) -> Letter:
    """What waits, with how long the oldest has waited."""
    facts = several[-1]
    rows = []
    if facts["works"]:
        rows.append((_("Works without points"), _waiting(facts["works"], facts["oldest_work_at"], zone)))
    if facts["proofs"]:
        rows.append((_("Proofs to look at"), _waiting(facts["proofs"], facts["oldest_proof_at"], zone)))
    if facts["to_settle"]:
        rows.append((_("Photos and people in question"), str(facts["to_settle"])))
    if facts["failed"]:
        rows.append((_("Messages that could not be sent"), str(facts["failed"])))
    return Letter(
        subject=under(facts, _("waiting for you: %(what)s") % {"what": ", ".join(_counted(facts))}),
        lead=_("This waits for course staff."),
        rows=tuple(rows),
        link=reverse("admin:index"),
        link_label=_("Open the administration"),
    )


def _counted(facts: Facts) -> list[str]:
    """What waits, in numbers: only what there is."""
    works, proofs, failed = facts["works"], facts["proofs"] + facts["to_settle"], facts["failed"]
    counted = (
        (works, ngettext("%(count)d work", "%(count)d works", works)),
        (proofs, ngettext("%(count)d proof", "%(count)d proofs", proofs)),
        (failed, ngettext("%(count)d message not sent", "%(count)d messages not sent", failed)),
    )
    return [words % {"count": count} for count, words in counted if count]


def _waiting(count: int, oldest_at: str, zone: ZoneInfo) -> str:
    return _("%(count)d, the oldest since %(when)s") % {
        "count": count,
        "when": shown(oldest_at, zone, "short"),
    }
