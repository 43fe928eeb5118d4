"""Two futures of an assignment side by side: as things stand, and if the group earns the perk."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from grading.queries.assignment import AssignmentPage
from grading.queries.assignments import AssignmentLine
from grading.queries.attempts import Attempt
from grading.queries.grades import GradesPage
from grading.rules import Mark
from schedule.wording import MINUS, cost_text, in_points, points_text


class About(StrEnum):
    """What the two figures are."""

    SCORE = "score"
    """The assignment's score so far."""
    WAITING = "waiting"
    """What lateness takes from the attempt that waits for points."""
    NOW = "now"
    """What lateness takes from work that is handed in now."""


@dataclass(frozen=True)
class Side:
    """One future: its figure, and in small letters how that comes about."""

    figure: str
    working: str = ""


@dataclass(frozen=True)
class BothFutures:
    """As things stand and if the perk is earned; ``gain`` in hundredths is what the second brings more."""

    about: About
    now: Side
    earned: Side
    gain: int = 0

    @property
    def same(self) -> bool:
        """Whether the perk makes no difference."""
        return self.now == self.earned


def working(mark: Mark) -> str:
    """How a result comes about: "9.00 − 3.00"; bonus points are added at the end."""
    bonus = f" + {points_text(mark.bonus)}" if mark.bonus else ""
    return f"{points_text(mark.score)} {MINUS} {points_text(mark.penalty)}{bonus}"


def _scored(mark: Mark | None) -> Side:
    if mark is None or mark.result is None:
        return Side("\N{EN DASH}", _("nothing counts"))
    return Side(points_text(mark.result), working(mark))


def _priced(price: int | None) -> Side:
    if price is None:
        return Side("\N{EN DASH}", _("does not count"))
    return Side(cost_text(price), _("lateness") if price else _("no penalty"))


def _of_scores(page: AssignmentPage) -> BothFutures:
    now = page.best.mark if page.best else None
    then = page.best_if_earned.if_earned if page.best_if_earned else None
    mark = then.mark if then else None
    gain = ((mark and mark.result) or 0) - (page.score or 0)
    return BothFutures(About.SCORE, _scored(now), _scored(mark), gain)


def _of_prices(about: About, price: int | None, earned: int | None) -> BothFutures:
    gain = 0 if price is None or earned is None else price - earned
    return BothFutures(about, _priced(price), _priced(earned), gain)


def _of_attempt(attempt: Attempt) -> BothFutures:
    earned = attempt.if_earned
    return _of_prices(About.WAITING, attempt.price, earned.price if earned else attempt.price)


def both_futures(page: AssignmentPage) -> BothFutures | None:
    """Of the score so far; of what waits for points; before anything is handed in, of handing in now.

    None where no request is provisional, or where there is nothing to compare.
    """
    if not page.has_futures:
        return None
    if page.best or page.best_if_earned:
        return _of_scores(page)
    if page.pointed_to:
        return _of_attempt(page.pointed_to)
    if page.is_open and page.terms.if_earned:
        return _of_prices(About.NOW, page.price_now, page.terms.if_earned.prices.penalty_at(page.now))
    return None


def score_if_earned(line: AssignmentLine) -> str:
    """What a score becomes with the perk, beside it; empty where it stays."""
    if line.if_earned == line.score:
        return ""
    if line.if_earned is None:
        return _("does not count if the perk is earned")
    return _("%(score)s if the perk is earned") % {"score": points_text(line.if_earned)}


def both_in_words(now: int | None, earned: int | None) -> str:
    """A result in both futures, in a sentence: "now 6 points, 9 if the perk is earned"."""
    words = {
        "now": in_points(now) if now is not None else _("nothing counts"),
        "earned": points_text(earned, trim=True) if earned is not None else "",
    }
    if earned is None:
        return _("now %(now)s, nothing counts if the perk is earned") % words
    return _("now %(now)s, %(earned)s if the perk is earned") % words


def total_if_earned(page: GradesPage) -> int | None:
    """What the total becomes with the perk; None while there is nothing to earn."""
    return page.if_earned.total if page.if_earned else None
