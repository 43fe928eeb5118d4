"""What the control room of effective rest says: how far the group is, what is missing, what was asked for."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext, pgettext

from courseportal.perk_page import ActivityLine, PerkPage
from courseportal.perk_request import RequestSection
from grading.queries.advisor import Choice
from perks.rules import CountPeople, RequestState
from schedule.wording import NBSP, date_text, in_points, moment_text

NAMED = 2
"""So many missing places are named; of more, their number is told."""


def numbers_text(numbers: Sequence[int]) -> str:
    """Assignments by number, in a sentence: "№ 3", "№ 3 and 5", "№ 2, 3 and 5"."""
    told = [str(number) for number in numbers]
    if len(told) < 2:
        return f"№{NBSP}{''.join(told)}"
    return _("№\N{NO-BREAK SPACE}%(first)s and %(last)s") % {"first": ", ".join(told[:-1]), "last": told[-1]}


def _both(told: Sequence[str]) -> str:
    """One thing, or two joined."""
    return _("%(one)s and %(other)s") % {"one": told[0], "other": told[1]} if len(told) > 1 else told[0]


def _people(count: int) -> str:
    return ngettext("%(count)d person", "%(count)d people", count) % {"count": count}


def _places(count: int) -> str:
    return ngettext("%(count)d place", "%(count)d places", count) % {"count": count}


def perk_headline(page: PerkPage) -> list[str]:
    """The page's title: what matters now."""
    if not page.activities:
        return [_("This course has no activities.")]
    if page.earned:
        if page.request.state is RequestState.ACTIVE:
            moved = {"numbers": numbers_text(page.request.numbers), "day": _target_day(page)}
            return [_("The perk is earned."), _("%(numbers)s: until %(day)s, without a penalty.") % moved]
        if page.is_past or page.rule is None:
            return [_("The perk is earned.")]
        return [_("The perk is earned."), _("Now choose which deadlines move.")]
    done = _("%(done)d of %(all)d done.") % {"done": page.done, "all": len(page.activities)}
    if page.is_past:
        return [_("The target has passed."), done]
    people = sum(line.bar.people_missing for line in page.activities)
    places = sum(len(line.missing_places) for line in page.activities)
    missing = [*([_people(people)] if people else []), *([_places(places)] if places else [])]
    return [done, _("Still to go: %(what)s.") % {"what": _both(missing)}]


def perk_lead(page: PerkPage) -> str:
    """What it is about, in a sentence."""
    if page.rule is None or not page.activities:
        return ""
    if page.earned:
        return _("All activities are complete.")
    if page.is_past:
        if page.pending:
            return ngettext(
                "%(count)d proof that was handed in still waits for a check; the perk can yet be earned.",
                "%(count)d proofs that were handed in still wait for a check; the perk can yet be earned.",
                page.pending,
            ) % {"count": page.pending}
        return _("The ordinary deadlines and prices hold.")
    words = {"count": page.rule.max_assignments, "day": _target_day(page)}
    return (
        ngettext(
            "With all activities complete the group moves %(count)d deadline to %(day)s, without a penalty.",
            "With all activities complete the group moves %(count)d deadlines to %(day)s, without a penalty.",
            page.rule.max_assignments,
        )
        % words
    )


def _target_day(page: PerkPage) -> str:
    return date_text(page.target_on, "long_day") if page.target_on else ""


def missing_words(line: ActivityLine) -> str:
    """What an activity still lacks, in a sentence; empty where it is complete."""
    places, people = line.missing_places, line.bar.people_missing
    missing = []
    if places:
        missing.append(_missing_places(places))
    if people:
        missing.append(_missing_people(line))
    if not missing:
        return ""
    return _("Missing: %(what)s.") % {"what": _both(missing)}


def _missing_places(places: Sequence[str]) -> str:
    # The context: in Russian what is missing stands in another case, and a place's name has none but its own.
    count = len(places)
    if count > NAMED:
        told = npgettext("missing", "%(count)d more place", "%(count)d more places", count)
        return told % {"count": count}
    named = ", ".join(pgettext("a missing place", "%(place)s") % {"place": place} for place in places)
    return npgettext("missing", "%(places)s", "%(places)s", count) % {"places": named}


def _missing_people(line: ActivityLine) -> str:
    count = line.bar.people_missing
    match line.counts:
        case CountPeople.EACH_CHECKPOINT:
            told = npgettext(
                "missing",
                "%(count)d more person at the place with fewest",
                "%(count)d more people at the place with fewest",
                count,
            )
        case CountPeople.EVERY_CHECKPOINT:
            told = npgettext(
                "missing",
                "%(count)d more person who was at every place",
                "%(count)d more people who were at every place",
                count,
            )
        case _:
            told = npgettext("missing", "%(count)d more person", "%(count)d more people", count)
    return told % {"count": count}


def count_note(line: ActivityLine) -> str:
    """The small print behind the count: "of 10, 1 in check"."""
    told = _("of %(count)d") % {"count": line.standing.required}
    if not line.bar.waiting:
        return told
    waiting = ngettext("%(count)d in check", "%(count)d in check", line.bar.waiting) % {
        "count": line.bar.waiting
    }
    return f"{told}, {waiting}"


def request_words(section: RequestSection) -> str:
    """What the group's request means now, in a sentence."""
    numbers = numbers_text(section.numbers)
    return {
        RequestState.NONE: _("Nobody has asked for anything yet."),
        RequestState.WITHDRAWN: _("The request was withdrawn. Nothing moves."),
        RequestState.PROVISIONAL: _("The group asks to move %(numbers)s. It holds once the perk is earned.")
        % {"numbers": numbers},
        RequestState.ACTIVE: _("Moved: %(numbers)s. The perk is earned.") % {"numbers": numbers},
        RequestState.EXPIRED: _(
            "The group had asked to move %(numbers)s, and the perk was not earned by the target."
        )
        % {"numbers": numbers},
    }[section.state]


def advice_words(choice: Choice) -> str:
    """What a choice gives back, in a sentence."""
    if not choice.regained:
        return _("By what is graded so far, no choice gives points back.")
    words = {"numbers": numbers_text(choice.numbers), "points": in_points(choice.regained)}
    first = _("Moving %(numbers)s returns %(points)s to the group") % words
    count = len(choice.rises)
    if not count:
        return _("%s; nobody’s grade changes yet.") % first
    rises = ngettext("%(count)d person rises a grade", "%(count)d people rise a grade", count) % {
        "count": count
    }
    return f"{first}; {rises}."


def until_words(section: RequestSection, page: PerkPage) -> str:
    """Until when the request can be changed."""
    if section.rule is None:
        return ""
    until = moment_text(section.rule.target_at, "short", page.course.zone, with_zone=True)
    if section.state is RequestState.ACTIVE:
        return _("What has moved stays moved; a free slot can be used until %(until)s.") % {"until": until}
    return _("Can be changed or withdrawn until %(until)s.") % {"until": until}
