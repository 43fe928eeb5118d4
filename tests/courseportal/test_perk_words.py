"""What an activity lacks, in sentences: in Russian each count stands in a case of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation
from django.utils.safestring import SafeString

from courseportal.perk_page import ActivityLine, Place
from courseportal.perk_strip import bar_note
from courseportal.perk_words import missing_words
from perks.queries.strip import ActivityBar
from perks.rules import ActivityRule, ActivityStanding, CountPeople

pytestmark = [pytest.mark.sqlite]


def line(people: int, places: list[str], counts: CountPeople = CountPeople.ACTIVITY) -> ActivityLine:
    """An activity that lacks so many people and these places; one more place is covered."""
    numbers = tuple(range(1, len(places) + 2))
    rule = ActivityRule(1, 50, counts, within=timedelta(minutes=30), checkpoints=numbers)
    standing = ActivityStanding(rule, 50 - people, frozenset(), numbers[-1:], (), 0)
    titles = [*places, "Covered"]
    return ActivityLine(
        bar=ActivityBar("Run", standing, waiting=0),
        description=SafeString(),
        faces=(),
        places=tuple(
            Place(number, title, number in standing.covered, waiting=False, people=0, point=None)
            for number, title in zip(numbers, titles, strict=True)
        ),
        outside=0,
        takes_tracks=False,
        timeline=None,
        track=None,
        drawing=None,
    )


@pytest.mark.parametrize(
    ("people", "places", "english", "russian"),
    [
        (1, [], "Missing: 1 more person.", "Не хватает 1 человека."),
        (2, [], "Missing: 2 more people.", "Не хватает 2 человек."),
        (5, [], "Missing: 5 more people.", "Не хватает 5 человек."),
        (21, [], "Missing: 21 more people.", "Не хватает 21 человека."),
        (0, ["A"], "Missing: A.", "Не хватает места «A»."),
        (1, ["A"], "Missing: A and 1 more person.", "Не хватает места «A» и 1 человека."),
        (4, ["A", "B"], "Missing: A, B and 4 more people.", "Не хватает мест «A», «B» и 4 человек."),
        (
            2,
            ["A", "B", "C"],
            "Missing: 3 more places and 2 more people.",
            "Не хватает 3 мест и 2 человек.",
        ),
        (0, ["A", "B", "C", "D", "E"], "Missing: 5 more places.", "Не хватает 5 мест."),
        (0, [], "", ""),
    ],
)
def test_what_is_missing(people: int, places: list[str], english: str, russian: str) -> None:
    lacks = line(people, places)
    with translation.override("en"):
        assert missing_words(lacks) == english
    with translation.override("ru"):
        assert missing_words(lacks) == russian


@pytest.mark.parametrize(
    ("counts", "people", "russian"),
    [
        (CountPeople.EACH_CHECKPOINT, 1, "Не хватает 1 человека там, где людей меньше всего."),
        (CountPeople.EACH_CHECKPOINT, 3, "Не хватает 3 человек там, где людей меньше всего."),
        (CountPeople.EVERY_CHECKPOINT, 1, "Не хватает 1 человека, побывавшего во всех местах."),
        (CountPeople.EVERY_CHECKPOINT, 3, "Не хватает 3 человек, побывавших во всех местах."),
    ],
)
def test_who_is_missing(counts: CountPeople, people: int, russian: str) -> None:
    with translation.override("ru"):
        assert missing_words(line(people, [], counts)) == russian


@pytest.mark.parametrize(
    ("people", "places", "russian"),
    [
        (1, 0, "не хватает 1\N{NO-BREAK SPACE}человека"),
        (2, 1, "не хватает 2\N{NO-BREAK SPACE}человек, 1\N{NO-BREAK SPACE}места"),
        (0, 3, "не хватает 3\N{NO-BREAK SPACE}мест"),
    ],
)
def test_under_the_bar_on_the_first_page(people: int, places: int, russian: str) -> None:
    with translation.override("ru"):
        assert bar_note(line(people, ["A"] * places).bar) == russian
