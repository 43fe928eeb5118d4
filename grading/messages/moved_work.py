"""What a date that has moved makes of the work: of what is handed in, or of handing in now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from grading.messages.marks import lateness_text, sum_facts, sum_text
from grading.queries.deadlines import Terms
from grading.queries.told import ToldAttempt
from people.kinds import Facts
from schedule.messages.parts import moment, shown
from schedule.wording import cost_text


def moved_work(attempts: Sequence[ToldAttempt], terms: Terms, was: str, now: datetime) -> Facts:
    """What a student has handed in for an assignment whose date was ``was``, and what handing in costs.

    ``price_now`` is there only where nothing is handed in and the date is past.
    """
    facts: Facts = {"attempts": [_attempt(one, moment(was)) for one in attempts]}
    if not attempts and terms.due_at < now:
        step, then = terms.prices.step_at(now), terms.if_earned
        facts["price_now"] = {
            "price": None if step is None else step.penalty,
            "until": step and step.until and step.until.isoformat(),
            "if_earned": then.due_at.isoformat() if then and then.due_at >= now else None,
        }
    return facts


def _attempt(one: ToldAttempt, was: datetime) -> Facts:
    then = one.if_earned if one.if_earned and one.if_earned.differs_from(one.price, one.mark) else None
    return {
        "number": one.number,
        "submitted_at": one.submitted_at.isoformat(),
        "was_late": one.submitted_at > was,
        "days_late": one.days_late,
        "penalty": one.price,
        "sum": sum_facts(one.mark),
        "if_earned": then and {"penalty": then.price, "sum": sum_facts(then.mark)},
        "would_not_count": one.would_not_count,
    }


def work_rows(change: Facts, zone: ZoneInfo) -> list[tuple[str, str]]:
    """A row for each attempt; or one that says what handing in costs, where that is not free any more."""
    work = change.get("work") or {"attempts": []}
    rows = []
    for one in work["attempts"]:
        told = {
            "assignment": change["number"],
            "number": one["number"],
            "when": shown(one["submitted_at"], zone, "short"),
        }
        name = _("№ %(assignment)d, your attempt %(number)d of %(when)s") % told
        rows.append((name, _with_perk(_attempt_text(one), one)))
    if "price_now" in work:
        name = _("№ %(number)d, nothing handed in") % {"number": change["number"]}
        rows.append((name, _price_text(work["price_now"], zone)))
    return rows


def _attempt_text(one: Facts) -> str:
    if one["penalty"] is None:
        return _("came too late to count")
    if not one["days_late"]:
        said = _("is in time now") if one["was_late"] else _("is in time, as before")
        return f"{said}: {sum_text(one['sum'])}" if one["sum"] else said
    told = {"lateness": lateness_text(one)}
    if one["sum"] is None:
        return _("now %(lateness)s") % told
    return _("now %(lateness)s; %(sum)s") % (told | {"sum": sum_text(one["sum"])})


def _with_perk(said: str, one: Facts) -> str:
    """With what the perk would make of it, where that is something else."""
    then = one["if_earned"]
    if one["would_not_count"]:
        points = _("it will not count")
    elif then is None:
        return said
    elif then["sum"] is not None:
        points = sum_text(then["sum"])
    else:
        points = cost_text(then["penalty"]) if then["penalty"] else _("no penalty")
    return _("%(told)s; if the perk is earned, %(points)s") % {"told": said, "points": points}


def _price_text(now: Facts, zone: ZoneInfo) -> str:
    if now["price"] is None:
        return _("no work is taken any more")
    told = {"cost": cost_text(now["price"]), "until": now["until"] and shown(now["until"], zone)}
    if not now["price"]:
        said = _("handing in costs nothing")
    elif now["until"]:
        said = _("handing in costs %(cost)s until %(until)s") % told
    else:
        said = _("handing in costs %(cost)s") % told
    if now["if_earned"]:
        points = _("nothing until %(until)s") % {"until": shown(now["if_earned"], zone)}
        return _("%(told)s; if the perk is earned, %(points)s") % {"told": said, "points": points}
    return said
