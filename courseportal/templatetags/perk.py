"""What the pages of effective rest are made of. ``{% load perk %}``."""

from __future__ import annotations

from datetime import date

from django import template
from django.utils.translation import gettext as _

from courseportal import perk_words
from courseportal.perk_page import PerkPage
from courseportal.perk_rulers import Crossing, countdown, crossing_chart
from courseportal.rulers import Threshold
from grading.queries.advisor import Change, Choice
from people.models import User

register = template.Library()
register.filter("perk_headline", perk_words.perk_headline)
register.filter("perk_lead", perk_words.perk_lead)
register.filter("missing_words", perk_words.missing_words)
register.filter("count_note", perk_words.count_note)
register.filter("request_words", perk_words.request_words)
register.filter("advice_words", perk_words.advice_words)
register.filter("numbers", perk_words.numbers_text)

CROSSINGS = 8
"""People whom the chart shows at most."""


@register.simple_tag
def until_words(page: PerkPage) -> str:
    """Until when the request can be changed."""
    return perk_words.until_words(page.request, page)


@register.inclusion_tag("perks/countdown.html")
def days_to_target(page: PerkPage) -> dict[str, object]:
    """The days left to the target, on a ruler."""
    target_on: date | None = page.target_on
    if target_on is None:
        return {}
    starts_on = page.course.starts_on
    return {
        "ruler": countdown(starts_on=starts_on, today=page.today, target_on=target_on),
        "starts_on": starts_on,
        "target_on": target_on,
    }


@register.inclusion_tag("perks/crossings.html")
def crossings(page: PerkPage, reader: User) -> dict[str, object]:
    """Whose accumulated grade the chosen request raises: by name for staff, else anonymously."""
    chosen, found = page.request.chosen, page.request.advice
    if chosen is None or found is None or not chosen.rises:
        return {}
    rises = sorted(chosen.rises, key=lambda one: (one.student_id != reader.pk, -one.total_after))
    people = [Crossing(_name(one, page, reader), one.total, one.total_after) for one in rises[:CROSSINGS]]
    thresholds = [
        Threshold(grade.min_total, found.scheme.titles[grade.code])
        for grade in found.scheme.scale.grades
        if grade.min_total
    ]
    return {
        "chart": crossing_chart(people=people, thresholds=thresholds),
        "numbers": chosen.numbers,
        "count": len(chosen.rises),
        "more": len(rises) - len(people),
    }


def _name(one: Change, page: PerkPage, reader: User) -> str:
    if page.is_staff:
        return one.name
    return _("you") if one.student_id == reader.pk else _("another")


@register.filter
def choice_value(choice: Choice) -> str:
    """A listed choice as the form sends it: "2-5"."""
    return "-".join(map(str, choice.numbers))
