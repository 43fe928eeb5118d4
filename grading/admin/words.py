"""How the administration writes points and lateness."""

from __future__ import annotations

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grading.queries.attempts import IfEarned
from grading.rules import Mark
from schedule.points import plain_points

MINUS = "\N{MINUS SIGN}"


def points_text(hundredths: int) -> str:
    """950 as "9.50", with the decimal sign of the page's language."""
    text = plain_points(hundredths).replace(".", formats.get_format("DECIMAL_SEPARATOR"))
    return text.replace("-", MINUS)


def lateness_text(days_late: int, price: int | None) -> str:
    """Lateness in words with what it takes: "on time", "2 days late, −2.00", "too late to count"."""
    if price is None:
        return _("too late to count")
    if days_late == 0:
        return _("on time")
    words = ngettext("%(count)d day late", "%(count)d days late", days_late) % {"count": days_late}
    return f"{words}, {MINUS}{points_text(price)}" if price else _("%s, no penalty") % words


def earned_text(price: int | None, mark: Mark | None, earned: IfEarned | None, would_not_count: bool) -> str:
    """What the perk, once earned, makes of a work's points or price; empty where nothing else."""
    if would_not_count:
        return _("will not count if the perk is earned")
    if earned is None or not earned.differs_from(price, mark):
        return ""
    if earned.mark is not None and earned.mark.result is not None:
        return _("%s if the perk is earned") % points_text(earned.mark.result)
    return _("%s if the perk is earned") % points_text(-(earned.price or 0))


def sum_text(mark: Mark) -> str:
    """A mark with its working, "8.50 − 2.00 = 6.50"; a bonus stands between."""
    bonus = f" + {points_text(mark.bonus)}" if mark.bonus else ""
    if mark.result is None:
        return _("%(score)s, does not count") % {"score": points_text(mark.score)}
    if not mark.penalty and not mark.bonus:
        return points_text(mark.result)
    penalty = f" {MINUS} {points_text(mark.penalty)}" if mark.penalty else ""
    return f"{points_text(mark.score)}{penalty}{bonus} = {points_text(mark.result)}"
