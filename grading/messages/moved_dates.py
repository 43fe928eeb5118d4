"""A date as a student is told of it: the deadline, and what comes after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grading.queries.deadlines import Terms
from people.kinds import Facts
from schedule.messages.parts import shown
from schedule.wording import cost_text


@dataclass(frozen=True, slots=True)
class ToldDate:
    """A deadline, ISO 8601 in UTC, and what lateness means after it.

    ``price`` is that of the first second after, in hundredths, None where nothing is taken then;
    ``closes_at`` is the last moment at which work is taken, None where it always is.
    """

    at: str
    price: int | None
    closes_at: str | None

    @property
    def late(self) -> list[Any]:
        """What lateness means, as it is stored."""
        return [self.price, self.closes_at]

    @classmethod
    def read(cls, at: str, late: Sequence[Any]) -> ToldDate:
        """As it was stored."""
        return cls(at, *late)


def told_date(terms: Terms) -> ToldDate:
    """The date that holds on these terms."""
    closes_at = terms.closes_at
    return ToldDate(
        terms.due_at.isoformat(),
        terms.day_late,
        closes_at.astimezone(UTC).isoformat() if closes_at else None,
    )


def lateness_text(price: int | None) -> str:
    """What handing in just after a deadline costs, in hundredths; None where nothing is taken then."""
    if price is None:
        return _("nothing is taken any more")
    if not price:
        return _("handing in costs nothing")
    return _("from the first second %(cost)s") % {"cost": cost_text(price)}


def lateness_row(change: Facts, zone: ZoneInfo) -> list[tuple[str, str]]:
    """A row with what comes after a date and did before, where that has changed.

    Not where the date is a new one that is hard: the letter has a sentence for these.
    """
    was, late = change.get("was_late"), change.get("late")
    if was == late or was is None or late is None or (change["hard"] and change["is"] != change["was"]):
        return []
    told = {"number": change["number"], "now": _after(late, zone), "before": _after(was, zone)}
    return [(_("№ %(number)d, after the deadline") % told, _("%(now)s (before: %(before)s)") % told)]


def _after(late: Sequence[Any], zone: ZoneInfo) -> str:
    price, closes_at = late
    if price is None or closes_at is None:
        return lateness_text(price)
    told = {"price": lateness_text(price), "until": shown(closes_at, zone)}
    return _("%(price)s, work is taken until %(until)s") % told


def lateness_subject(changes: Sequence[Facts], zone: ZoneInfo) -> str:
    """Of dates that stay where they were, what comes after them."""
    if len(changes) > 1:
        count = len(changes)
        said = ngettext(
            "the rules after the deadline have changed, %(count)d assignment",
            "the rules after the deadline have changed, %(count)d assignments",
            count,
        )
        return said % {"count": count}
    (change,) = changes
    price, closes_at = change["late"]
    told = {"number": change["number"], "until": closes_at and shown(closes_at, zone, "short")}
    if price is None:
        return _("assignment %(number)s: nothing is taken after %(until)s") % told
    if closes_at != change["was_late"][1] and closes_at:
        return _("assignment %(number)s: work is taken until %(until)s") % told
    return _("assignment %(number)s: the rules after the deadline have changed") % told
