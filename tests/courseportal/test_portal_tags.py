"""The template vocabulary: what each tag draws."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.template import Context, Template
from django.utils import translation

from courseportal.price_chart import DayPrice
from courseportal.rulers import TermMark, Threshold

DUE = datetime(2026, 11, 19, 20, 59, 59, tzinfo=UTC)


def render(source: str, **context: Any) -> str:
    """The template's text with the vocabulary loaded."""
    return Template("{% load portal %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        ("{{ v|points }}", 950, "9.50"),
        ("{{ v|points:'trim' }}", 950, "9.5"),
        ("{{ v|points }}", None, "–"),
        ("{{ v|cost }}", 200, "−2.00"),
        ("{{ v|cost:'trim' }}", 200, "−2"),
        ("{{ v|in_points }}", 100, "1\N{NO-BREAK SPACE}point"),
    ],
)
def test_numbers(source: str, value: int | None, expected: str) -> None:
    assert render(source, v=value) == expected


def test_a_day_and_a_moment_carry_their_machine_form() -> None:
    assert (
        render("{{ v|day }}", v=date(2026, 11, 19))
        == '<time datetime="2026-11-19">19\N{NO-BREAK SPACE}Nov</time>'
    )
    text = render("{% moment v 'short' zone='Europe/Moscow' %}", v=DUE)
    assert text == '<time datetime="2026-11-19T23:59:59+03:00">19\N{NO-BREAK SPACE}Nov, 23:59</time>'


@pytest.mark.parametrize(
    ("last", "russian"), [(date(2026, 11, 22), "16–22 ноя"), (date(2026, 12, 6), "16 ноя – 6 дек")]
)
def test_days_of_one_month_name_it_once(last: date, russian: str) -> None:
    with translation.override("ru"):
        drawn = render("{% days first last %}", first=date(2026, 11, 16), last=last)
    assert f'<time datetime="{last.isoformat()}">' in drawn
    assert re.sub("<[^>]+>", "", drawn).replace("\N{NO-BREAK SPACE}", " ") == russian


def test_a_live_distance_carries_what_the_script_needs() -> None:
    now = datetime(2026, 11, 19, 19, 44, 59, tzinfo=UTC)
    text = render("{% distance v now live=True %}", v=DUE, now=now)
    assert 'data-countdown="2026-11-19T20:59:59+00:00"' in text
    assert text.endswith(">in 1\N{NO-BREAK SPACE}h 15\N{NO-BREAK SPACE}min</span>")


def test_an_icon_is_inline_and_hidden_from_screen_readers() -> None:
    text = render("{% icon 'check' %}")
    assert text.startswith("<svg")
    assert 'class="ico"' in text
    assert 'aria-hidden="true"' in text


def test_a_chip_has_a_shape_and_its_word_is_escaped() -> None:
    text = render("{% chip v 'late' %}", v="<late>")
    assert text.startswith('<span class="chip chip-late"><svg')
    assert text.endswith("&lt;late&gt;</span>")


@pytest.mark.parametrize(
    ("source", "kind", "text"),
    [
        ("{% price 200 'hand in now' %}", "price", "−2.00"),
        ("{% price 0 'hand in now' %}", "price price-free", "0"),
        ("{% price 200 'closed' closed=True trim=True %}", "price price-lock", "−2"),
    ],
)
def test_a_price_says_by_its_shape_whether_it_costs(source: str, kind: str, text: str) -> None:
    drawn = render(source)
    assert f'<span class="{kind}">' in drawn
    assert f"<span data-price>{text}</span>" in drawn


def test_a_sum_shows_its_three_numbers_and_pencils_what_is_not_confirmed() -> None:
    assert "9.00</dd>" in render("{% sum 900 200 700 %}")
    assert '<dd class="minus">2.00</dd>' in render("{% sum 900 200 700 %}")
    assert '<dd class="res">7.00</dd>' in render("{% sum 900 200 700 %}")
    assert '<dd class="res pencil">9.00</dd>' in render("{% sum 900 0 900 pencil=True %}")


def rulers() -> str:
    """All rulers, drawn."""
    return render(
        "{% term_ruler first last today marks %}{% standing_ruler 3750 700 6000 scale %}"
        "{% price_chart prices today due_on %}{% empty 'None yet' 'So far.' url='/x/' link='On' %}",
        first=date(2026, 9, 1),
        last=date(2026, 12, 24),
        today=date(2026, 11, 23),
        due_on=date(2026, 11, 22),
        marks=[TermMark("5", date(2026, 11, 19), "late")],
        scale=[Threshold(3600, "good")],
        prices=[DayPrice(date(2026, 11, day), (day - 22) * 150) for day in (22, 23, 24)],
    )


def test_rulers_say_in_words_what_they_show() -> None:
    drawn = rulers()
    assert 'aria-label="1 deadline of the term; today is 23\N{NO-BREAK SPACE}November."' in drawn
    assert 'aria-label="37.5 points of 60; good ≥ 36"' in drawn
    assert 'aria-label="What handing in costs day by day; free until 22\N{NO-BREAK SPACE}November"' in drawn


def test_coordinates_do_not_depend_on_the_language() -> None:
    def numbers(drawn: str) -> list[str]:
        return re.findall(r' (?:x|x1|x2|y|y1|y2|width|height)="([^"]*)"', drawn)

    with translation.override("en"):
        english = numbers(rulers())
    with translation.override("ru"):
        russian = numbers(rulers())
    assert len(english) > 100
    assert english == russian
    assert not any("," in number for number in english)


def test_an_empty_state_has_one_way_on() -> None:
    drawn = render("{% empty title text url='/x/' link='Go' %}", title="None", text="<so far>")
    assert "&lt;so far&gt;" in drawn
    assert '<a class="btn btn-secondary mt-2" href="/x/">Go</a>' in drawn
    assert "<a " not in render("{% empty 'None' %}")
