"""The price of handing in, line by line, worded for the page: what its script shows as time goes by."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from courseportal.price_chart import DayPrice, chart_days
from grading.queries.work import PriceStep
from grading.rules import Tariff
from schedule.rules import end_of_day
from schedule.wording import cost_text, moment_text, points_text

LISTED = 400
"""Lines that a page holds at most: no page stays open for a year."""


@dataclass(frozen=True)
class PriceLine:
    """What the page says up to and including the second ``until`` (since 1970; None: for ever).

    ``perk`` says what the price comes to if the group earns the perk, empty where it makes no difference;
    ``earned`` is that price. ``warns``: work of that time would not count then. ``ends``: the price changes
    after ``until``, and not only what the perk makes of it.
    """

    until: int | None
    penalty: int
    price: str
    button: str
    note: str
    closed: bool = False
    perk: str = ""
    earned: str = ""
    warns: bool = False
    ends: bool = False

    def as_data(self) -> dict[str, object]:
        """The line for the page's script."""
        return asdict(self)


def _until(step: PriceStep, following: PriceStep | None, zone: tzinfo) -> str:
    if step.until is None:
        return _("The price will not grow any more.") if step.penalty else _("Handing in costs nothing.")
    until = moment_text(step.until, "short", zone, with_zone=True)
    if following is None:
        return _("Until %(until)s; after that nothing is taken.") % {"until": until}
    if following.would_not_count and not step.would_not_count:
        same = _("Until %(until)s; after that work will not count if the perk is earned.")
        other = _("Until %(until)s. Then %(price)s, and work will not count if the perk is earned.")
        then = same if following.penalty == step.penalty else other
        return then % {"until": until, "price": cost_text(following.penalty)}
    return _("Until %(until)s. Then %(price)s.") % {"until": until, "price": cost_text(following.penalty)}


def _worth(step: PriceStep, max_score: int, score: int | None) -> str:
    """What perfect work would bring, where that is nothing or no more than the reader has; else empty."""
    most = max_score - step.penalty
    if most <= 0:
        return _("Lateness takes all the points by now; work is still taken and read.")
    if score is None or most > score:
        return ""
    return _("Perfect work would give %(most)s now, and you have %(score)s.") % {
        "most": points_text(most),
        "score": points_text(score),
    }


def _button(step: PriceStep, max_score: int) -> str:
    if step.penalty >= max_score and not step.comes_back:
        return _("Hand in for no points")
    return _("Hand in for %(price)s") % {"price": cost_text(step.penalty)} if step.penalty else _("Hand in")


def _perk(step: PriceStep) -> str:
    """What the perk, once earned, makes of this price; empty where nothing."""
    if step.would_not_count:
        return _("Work is taken at this price, but will not count if the perk is earned after all.")
    return _("Comes back if the perk is earned.") if step.comes_back else ""


def _earned(step: PriceStep) -> str:
    if step.would_not_count:
        return _("does not count")
    return cost_text(0 if step.comes_back else step.penalty)


def price_lines(
    steps: Sequence[PriceStep],
    *,
    zone: tzinfo,
    max_score: int,
    score: int | None = None,
    closed_note: str = "",
) -> list[PriceLine]:
    """The price list from now on in words, its last line "closed" where work is taken no more at the end.

    ``max_score`` and ``score``, what the reader has so far, are hundredths of a point: a line says where
    handing in cannot bring more. ``closed_note`` says that nothing is taken any more, where there is more to
    say of it. A longer list ends after ``LISTED`` lines.
    """
    lines = []
    for place, step in enumerate(steps[:LISTED]):
        following = steps[place + 1] if place + 1 < len(steps) else None
        said = [_worth(step, max_score, score)]
        if step.penalty < max_score or (step.until and (not following or following.would_not_count)):
            said.append(_until(step, following, zone))
        lines.append(
            PriceLine(
                step.epoch,
                step.penalty,
                cost_text(step.penalty),
                _button(step, max_score),
                " ".join(filter(None, said)),
                perk=_perk(step),
                earned=_earned(step),
                warns=step.would_not_count,
                ends=step.until is not None and (following is None or following.penalty != step.penalty),
            )
        )
    if len(steps) <= LISTED and (not steps or steps[-1].until is not None):
        closed, note = pgettext("price", "closed"), closed_note or _("Nothing is taken any more.")
        lines.append(PriceLine(None, 0, closed, _("Closed"), note, closed=True, earned=closed))
    return lines


def day_prices(prices: Tariff, *, due_at: datetime, now: datetime, zone: ZoneInfo) -> list[DayPrice]:
    """What handing in costs on each day of the price chart: today at this moment, on others at their end."""
    today, due_on = now.astimezone(zone).date(), due_at.astimezone(zone).date()

    def price_on(day: date) -> DayPrice:
        return DayPrice(day, prices.penalty_at(now if day == today else end_of_day(day, zone)))

    return [price_on(day) for day in chart_days(due_on=due_on, today=today)]
