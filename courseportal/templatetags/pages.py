"""What the pages of a course are made of: prices, deadlines, states of work. ``{% load pages %}``."""

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import TypeVar

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from courseportal.futures import both_futures, both_in_words, score_if_earned, total_if_earned
from courseportal.headlines import (
    assignments_headline,
    grades_headline,
    home_headline,
    schedule_headline,
)
from courseportal.perk_strip import bar_note, perk_sentence
from courseportal.prices import PriceLine, day_prices, price_lines
from courseportal.rulers import Threshold
from courseportal.templatetags.portal import chip
from grading.dates import closed_words, meaning_words, origin_words, short_source, source_words
from grading.queries.assignment import AssignmentPage
from grading.queries.assignments import AssignmentLine
from grading.queries.attempts import Attempt, AttemptState
from grading.queries.deadlines import SetDate, Terms
from grading.queries.grades import GradesPage, ScaleLine
from grading.queries.work import WorkState
from people.days import tied
from schedule.wording import size_text

register = template.Library()

Page = TypeVar("Page")


def _whole(headline: Callable[[Page], list[str]]) -> Callable[[Page], list[str]]:
    """The sentences of a heading, in which no number is torn from its word."""
    return lambda page: [tied(sentence) for sentence in headline(page)]


register.filter("schedule_headline", _whole(schedule_headline))
register.filter("assignments_headline", _whole(assignments_headline))
register.filter("grades_headline", _whole(grades_headline))
register.filter("home_headline", _whole(home_headline))

WORK_CHIPS = {
    WorkState.AHEAD: ("", "calendar-days"),
    WorkState.OPEN: ("", "calendar-days"),
    WorkState.LATE: ("late", "clock"),
    WorkState.CLOSED: ("", "lock"),
    WorkState.WAITING: ("pencil", "pencil"),
    WorkState.NEW_VERSION: ("pencil", "pencil"),
    WorkState.GRADED: ("", "check"),
}
ATTEMPT_CHIPS = {
    AttemptState.WAITING: ("pencil", "pencil"),
    AttemptState.COUNTS: ("ok", "check"),
    AttemptState.SURPASSED: ("", "check"),
    AttemptState.TOO_LATE: ("late", "clock"),
    AttemptState.AFTER_MOVE: ("late", "clock"),
}


@register.filter
def work_chip(line: AssignmentLine) -> SafeString:
    """How far a student has come with an assignment, in a word with a shape."""
    if line.state is WorkState.GRADED and line.is_passed:
        return chip(pgettext("assignment", "passed"), "ok", "check")
    return chip(line.state.words, *WORK_CHIPS[line.state])


@register.filter
def attempt_chip(attempt: Attempt) -> SafeString:
    """What has become of an attempt."""
    return chip(attempt.state.words, *ATTEMPT_CHIPS[attempt.state])


register.filter("source_words", source_words)
register.filter("short_source", short_source)
register.filter("score_if_earned", score_if_earned)
register.filter("both_in_words", both_in_words)
register.filter("total_if_earned", total_if_earned)
register.filter("perk_sentence", perk_sentence)
register.filter("bar_note", bar_note)


def _note(date: SetDate, terms: Terms, zone: tzinfo) -> str:
    """What stands under a date in small letters: whose doing it is, and what it means."""
    meaning, origin = meaning_words(date, terms), origin_words(date, zone)
    return f"{origin}. {meaning}" if origin and meaning else origin or meaning


@register.inclusion_tag("portal/deadlines.html")
def deadlines(terms: Terms, zone: tzinfo) -> dict[str, object]:
    """Every date that was set for an assignment, with whose doing it is; the one that holds is in ink."""
    dates = [(date, _note(date, terms, zone)) for date in terms.dates]
    return {"terms": terms, "dates": dates, "zone": zone}


@register.inclusion_tag("portal/futures.html")
def futures(page: AssignmentPage) -> dict[str, object]:
    """Two results side by side while the group's request is provisional: as it is, and with the perk."""
    return {"page": page, "both": both_futures(page)}


def _lines(page: AssignmentPage) -> list[PriceLine]:
    return price_lines(
        page.steps,
        zone=page.course.zone,
        max_score=page.assignment.max_score,
        score=page.score,
        closed_note=closed_words(page.terms, page.course.zone),
    )


@register.inclusion_tag("portal/price_sheet.html")
def price_sheet(page: AssignmentPage) -> dict[str, object]:
    """What handing in costs now, until when, and day by day; the page's script keeps it true."""
    zone = page.course.zone
    lines = _lines(page)
    due_at = page.terms.due_at
    return {
        "page": page,
        "line": lines[0],
        "lines": [line.as_data() for line in lines],
        "due_on": due_at.astimezone(zone).date(),
        "today": page.now.astimezone(zone).date(),
        "prices": day_prices(page.terms.prices, due_at=due_at, now=page.now, zone=zone),
        "until": page.steps[0].until if page.steps and lines[0].ends else None,
    }


@register.filter
def price_line(page: AssignmentPage) -> PriceLine:
    """What is said of the price now: the label of the button that hands in, and what the perk makes of it."""
    return _lines(page)[0]


SIZES = {"one": 1, "few": 2, "many": 5, "other": 5}
"""A size in bytes for each plural form of the page's script (Intl.PluralRules)."""


@register.simple_tag
def upload_words() -> dict[str, object]:
    """What the upload's script says, in the language of the page."""
    return {
        "bytes": {form: size_text(size).replace(str(size), "{count}") for form, size in SIZES.items()},
        "units": [_("KB"), _("MB"), _("GB")],
        "empty": _("{name} is empty: save it again and choose it once more."),
        "kind": _("{name} is of a kind that is not taken here; taken are {kinds}."),
        "many": _("{count} files are chosen, at most {most} are taken: pack them into one archive."),
        "large": _("{size} of {limit}. Nothing was sent: clear the outputs or leave the data out."),
        "known": _("The same bytes as in attempt {number}."),
        "remove": _("Remove {name}"),
        "sending": _("Sending: {percent} %"),
        "stopped": _("Stopped. Nothing was handed in, your files are still here."),
        "failed": _(
            "The line dropped at {percent} %. No receipt, so perhaps nothing came; "
            "your files are still here, press again: it hands in once."
        ),
        "signIn": _("Sign in in another tab"),
        "signInAt": reverse("account_login"),
        "signedOut": _(
            "You have been signed out. Your files are still here: sign in in another tab, then press again."
        ),
    }


@register.filter
def thresholds(scale: Sequence[ScaleLine]) -> list[Threshold]:
    """The rows of a scale that need points, for the standing ruler."""
    return [Threshold(line.min_total, line.title) for line in scale if line.min_total]


@register.filter
def waiting_points(page: GradesPage) -> int:
    """The most that work without points may still add, in hundredths: what the ruler hatches."""
    return sum(line.may_add for line in page.lines)
