"""What pages say of the dates that were set: where each comes from, who asked for it, and what it means."""

from __future__ import annotations

from datetime import tzinfo

from django.utils.translation import gettext as _

from grading.queries.deadlines import DateState, SetDate, Terms
from grading.rules import Source
from schedule.wording import moment_text


def source_words(date: SetDate) -> str:
    """Where a date comes from, or on what it hangs."""
    if date.source is Source.COURSE:
        return _("Course plan")
    if date.source is Source.PERSONAL:
        return _("Personal date")
    if date.state is DateState.PROVISIONAL:
        return _("If the perk is earned")
    if date.state is DateState.EXPIRED:
        return _("The group asked for it, and the perk is not earned")
    return _("The perk is earned: moved for the group")


def origin_words(date: SetDate, zone: tzinfo) -> str:
    """Who asked for a date or set it, when, and why; empty for the course's own."""
    if date.set_at is None:
        return ""
    words = {"who": date.by, "day": moment_text(date.set_at, "day", zone), "reason": date.reason}
    if date.source is Source.PERSONAL:
        said = _("set by %(who)s on %(day)s") if date.by else _("set on %(day)s")
        return f"{said % words}: {date.reason}" if date.reason else said % words
    return (_("asked for by %(who)s on %(day)s") if date.by else _("asked for on %(day)s")) % words


def meaning_words(date: SetDate, terms: Terms) -> str:
    """What a date means beyond its day: that it is hard, that it does not hold yet; empty where nothing."""
    if date.state is DateState.PROVISIONAL:
        return _("Not in force yet. Then hard, and without a penalty.")
    if date.state is DateState.EXPIRED:
        return _("It holds after all if a proof handed in before it is approved late.")
    if date.state is DateState.HOLDS and terms.is_hard:
        return _("Hard: nothing is taken afterwards.")
    return ""


def short_source(terms: Terms) -> str:
    """Where the date that holds comes from, beside it; empty for the course's own."""
    return {
        Source.COURSE: "",
        Source.GROUP_MOVE: _("moved for the group"),
        Source.PERSONAL: _("personal date"),
    }[terms.source]


def closed_words(terms: Terms, zone: tzinfo) -> str:
    """That nothing is taken any more, and by which date where that is not the course's own."""
    if terms.closes_at is None or terms.source is Source.COURSE:
        return _("Nothing is taken any more.")
    words = {"moment": moment_text(terms.closes_at, "to_the_second", zone)}
    if terms.source is Source.GROUP_MOVE:
        return _("Moved by the group to %(moment)s, hard: nothing is taken any more.") % words
    return _("Your personal date was %(moment)s: nothing is taken any more.") % words
