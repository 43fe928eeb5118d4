"""The ruler of an activity at the same time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.template import Context, Template

from courseportal.time_ruler import time_ruler
from perks.queries.fitting import Timeline, TimePoint
from perks.rules import ProofState
from schedule.wording import MINUS, NBSP, offset_text
from tests.factories import MOSCOW, moscow

NOON = moscow(2025, 11, 8, 12)
HALF = timedelta(minutes=30)


@dataclass(frozen=True)
class Run:
    number: int | None
    minute: int
    is_counted: bool = True
    is_this: bool = False

    @property
    def at(self):  # type: ignore[no-untyped-def]
        return NOON + timedelta(minutes=self.minute)


def test_the_window_takes_the_middle_three_fifths() -> None:
    ruler = time_ruler([Run(1, 0)], middle=NOON, within=HALF)
    assert (ruler.starts_x, ruler.width, ruler.middle_x, ruler.ends_x) == (
        "20.00%",
        "60.00%",
        "50.00%",
        "80.00%",
    )
    (point,) = ruler.points
    assert (point.label, point.x, point.y) == ("1", "50.00%", ruler.axis_y - 11)


def test_the_ruler_reaches_what_lies_just_outside_but_not_another_day() -> None:
    ruler = time_ruler([Run(1, 0), Run(2, 90, is_counted=False), Run(3, 1440)], middle=NOON, within=HALF)
    assert [point.label for point in ruler.points] == ["1", "2"]
    assert float(ruler.points[1].x[:-1]) < 100
    assert float(ruler.ends_x[:-1]) < 70


def test_marks_that_would_overlap_stand_above_each_other() -> None:
    ruler = time_ruler([Run(1, 0), Run(2, 1), Run(3, 2), Run(4, 25)], middle=NOON, within=HALF)
    heights = {point.label: ruler.axis_y - point.y for point in ruler.points}
    assert len({heights["1"], heights["2"], heights["3"]}) == 3
    assert heights["4"] == heights["1"]
    assert ruler.height > time_ruler([], middle=NOON, within=HALF).height


def test_drawn_it_says_in_a_sentence_what_it_shows() -> None:
    points = tuple(
        TimePoint(number, number, NOON + timedelta(minutes=minute), ProofState.APPROVED, counts, number == 2)
        for number, minute, counts in ((1, -10, True), (2, 10, True), (3, 45, False))
    )
    timeline = Timeline(points, NOON, HALF, is_forecast=False)
    drawn = Template("{% load portal %}{% same_time_ruler timeline zone %}").render(
        Context({"timeline": timeline, "zone": MOSCOW})
    )
    assert 'aria-label="Inside the window: 1, 2. Outside it or not checked: 3."' in drawn
    assert drawn.count('class="acc"') == 1 and ">12:00<" in drawn and "style=" not in drawn


@pytest.mark.parametrize(
    ("apart", "text"),
    [
        (timedelta(minutes=4), "+4 min"),
        (timedelta(seconds=-20), "+0 min"),
        (timedelta(minutes=-65), f"{MINUS}1 h 5 min"),
        (timedelta(hours=47), "+47 h 0 min"),
        (timedelta(days=-3), f"{MINUS}3 d"),
    ],
)
def test_offsets_have_their_sign(apart: timedelta, text: str) -> None:
    assert offset_text(apart) == text.replace(" ", NBSP)
