"""What the first page says of effective rest: what is missing, and what the group has asked for."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from courseportal.home_page import HomePage
from courseportal.perk_words import numbers_text
from perks.queries.strip import ActivityBar
from perks.rules import RequestState
from schedule.wording import moment_text


def bar_note(bar: ActivityBar) -> str:
    """What an activity lacks, under its bar; empty where it is complete."""
    places = len(bar.standing.uncovered)
    people = bar.people_missing
    missing = []
    if people:
        missing.append(npgettext("to go", "%(count)d person", "%(count)d people", people) % {"count": people})
    if places:
        missing.append(npgettext("to go", "%(count)d place", "%(count)d places", places) % {"count": places})
    if not missing:
        return ""
    note = _("to go: %(what)s") % {"what": ", ".join(missing)}
    if not bar.waiting:
        return note
    waiting = ngettext("%(count)d in check", "%(count)d in check", bar.waiting) % {"count": bar.waiting}
    return f"{note}; {waiting}"


def perk_sentence(page: HomePage) -> str:
    """What the group has asked for and what that means now."""
    move = page.work.move
    if move is None:
        if page.perk is not None and page.perk.earned:
            return _("The perk is earned, and no deadlines are chosen yet.")
        return _("No deadlines are chosen yet.")
    words = {
        "numbers": numbers_text([line.number for line in page.work.lines if line.terms.move is not None]),
        "day": moment_text(move.target_at, "long_day", page.course.zone),
    }
    match move.state:
        case RequestState.ACTIVE:
            return _("The perk is earned: %(numbers)s moved to %(day)s, hard and without a penalty.") % words
        case RequestState.PROVISIONAL:
            return _("Asked for: %(numbers)s move to %(day)s once the perk is earned.") % words
        case _:
            return (
                _(
                    "The perk was not earned by %(day)s: the course’s deadlines hold for %(numbers)s, "
                    "unless a proof handed in before is approved late."
                )
                % words
            )
