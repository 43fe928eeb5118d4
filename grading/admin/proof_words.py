"""How the administration words what is known of a proof, and what a decision about it brings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta, tzinfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from grading.admin.words import points_text
from grading.queries.undoing import Effect
from perks.queries.deciding import ProofLine
from schedule.wording import NBSP, date_text

READY_REASONS = (
    gettext_lazy("The people named cannot be made out in the picture."),
    gettext_lazy("The picture does not show the place, or the activity."),
    gettext_lazy("The moment given cannot be right."),
    gettext_lazy("This picture stands on another proof already."),
    gettext_lazy("Too few people are in the picture."),
)
"""What is said most often; whoever rejects picks one, adds words of their own, or writes only those."""


def apart_text(apart: timedelta) -> str:
    """How far the time in a file is from the moment that was given, in words."""
    minutes = abs(int(apart.total_seconds())) // 60
    if minutes == 0:
        return _("the same minute")
    if minutes < 60:
        much = f"{minutes}{NBSP}" + _("min")
    elif minutes < 48 * 60:
        hours, rest = divmod(minutes, 60)
        much = f"{hours}{NBSP}" + _("h") + (f" {rest}{NBSP}" + _("min") if rest else "")
    else:
        days = minutes // 1440
        much = ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if apart > timedelta(0):
        return _("%(much)s after the moment given") % {"much": much}
    return _("%(much)s before the moment given") % {"much": much}


def is_far_apart(apart: timedelta) -> bool:
    """Whether the difference deserves a second look: more than an hour."""
    return abs(apart) > timedelta(hours=1)


def flags_of(line: ProofLine) -> list[str]:
    """What deserves a second look, for a list."""
    told = []
    if line.looks_used:
        told.append(_("looks like another"))
    if line.is_after_target:
        told.append(_("handed in after the target"))
    if line.in_question:
        told.append(_("someone says: not me"))
    if line.taken_down:
        told.append(_("a photo is to be taken down"))
    return told


def earned_text(effect: Effect, zone: tzinfo) -> str:
    """What a group has just earned, in a sentence or two."""
    said = _("Group %(group)s has earned the perk.") % {"group": effect.group}
    if not effect.deadlines:
        return f"{said} " + _("Which deadlines to move, it has not said yet.")
    numbers = ", ".join(f"№{NBSP}{date.number}" for date in effect.deadlines)
    day = date_text(effect.deadlines[0].to_at.astimezone(zone), "long_day")
    moved = _("%(numbers)s: the deadline is %(day)s now, without a penalty.") % {
        "numbers": numbers,
        "day": day,
    }
    people = len(effect.results)
    if not people:
        return f"{said} {moved}"
    back = ngettext(
        "%(count)d student gets points back, %(points)s in all.",
        "%(count)d students get points back, %(points)s in all.",
        people,
    ) % {"count": people, "points": points_text(effect.points)}
    return f"{said} {moved} {back}"


def earned_texts(effects: Iterable[Effect], zone: tzinfo) -> list[str]:
    """The same for those of the groups that have earned it."""
    return [earned_text(effect, zone) for effect in effects if effect.earned]
