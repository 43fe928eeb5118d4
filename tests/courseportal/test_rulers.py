"""Where things stand on the rulers."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseportal.price_chart import DayPrice, chart_days, price_chart
from courseportal.rulers import (
    MARK_GAP,
    TermMark,
    Threshold,
    as_percent,
    hundredths_of_percent,
    size_ruler,
    standing_ruler,
    term_ruler,
)

FIRST = date(2025, 9, 1)
LAST = date(2025, 12, 10)  # one hundred days later


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (0, 100, "0.00%"),
        (1, 3, "33.33%"),
        (2, 3, "66.67%"),
        (41, 110, "37.27%"),
        (100, 100, "100.00%"),
        (120, 100, "100.00%"),
        (-5, 100, "0.00%"),
        (5, 0, "0.00%"),
    ],
)
def test_a_position_is_text_in_per_cent_kept_on_the_line(part: int, whole: int, expected: str) -> None:
    assert as_percent(hundredths_of_percent(part, whole)) == expected


def test_a_term_has_weeks_from_monday_months_and_today() -> None:
    ruler = term_ruler(starts_on=FIRST, ends_on=LAST, today=date(2025, 10, 21), marks=[])
    assert ruler.weeks[:2] == ("7.00%", "14.00%")  # 1 September 2025 is a Monday
    assert [(tick.on.month, tick.x) for tick in ruler.months] == [
        (9, "0.00%"),
        (10, "30.00%"),
        (11, "61.00%"),
        (12, "91.00%"),
    ]
    assert (ruler.today_x, ruler.elapsed, ruler.today_anchor) == ("50.00%", "50.00%", "middle")


@pytest.mark.parametrize(("today", "elapsed"), [(date(2025, 8, 1), "0.00%"), (date(2026, 2, 1), "100.00%")])
def test_outside_the_term_today_is_not_marked(today: date, elapsed: str) -> None:
    ruler = term_ruler(starts_on=FIRST, ends_on=LAST, today=today, marks=[])
    assert ruler.today_x is None
    assert ruler.elapsed == elapsed


def test_a_month_without_room_for_its_name_is_ticked_but_not_named() -> None:
    ruler = term_ruler(starts_on=date(2025, 9, 28), ends_on=date(2026, 1, 3), today=FIRST, marks=[])
    assert [(tick.on.month, tick.labelled) for tick in ruler.months] == [
        (9, False),
        (10, True),
        (11, True),
        (12, True),
        (1, False),
    ]


def test_marks_that_would_overlap_are_lifted_above_the_line() -> None:
    marks = [TermMark(str(number), FIRST + timedelta(days=number), "open") for number in (40, 42, 44, 60)]
    ruler = term_ruler(starts_on=FIRST, ends_on=LAST, today=FIRST, marks=marks)
    assert [(mark.label, ruler.axis_y - mark.y) for mark in ruler.marks] == [
        ("40", 0),
        ("42", 26),
        ("44", 52),
        ("60", 0),
    ]
    assert ruler.height == 48 + 52 + 44


@given(days=st.lists(st.integers(0, 100), max_size=12))
def test_no_two_marks_on_one_level_overlap(days: list[int]) -> None:
    marks = [TermMark("", FIRST + timedelta(days=day), "open") for day in days]
    ruler = term_ruler(starts_on=FIRST, ends_on=LAST, today=FIRST, marks=marks)
    by_level: dict[int, list[int]] = {}
    for mark in ruler.marks:
        by_level.setdefault(mark.y, []).append(int(mark.x.replace(".", "").rstrip("%")))
    for places in by_level.values():
        assert all(right - left >= MARK_GAP for left, right in pairwise(places))


SCALE = [Threshold(4800, "excellent"), Threshold(3600, "good"), Threshold(3000, "satisfactory")]


def test_a_standing_counts_in_ink_and_hatches_what_may_come() -> None:
    ruler = standing_ruler(counted=3750, waiting=700, maximum=6000, thresholds=SCALE)
    assert (ruler.counted, ruler.waiting_x, ruler.waiting) == ("62.50%", "62.50%", "11.67%")
    assert [(one.label, one.x, one.reached) for one in ruler.thresholds] == [
        ("satisfactory", "50.00%", True),
        ("good", "60.00%", True),
        ("excellent", "80.00%", False),
    ]


def test_threshold_names_that_would_run_together_stand_on_two_lines() -> None:
    ruler = standing_ruler(counted=0, waiting=0, maximum=6000, thresholds=SCALE)
    heights = {one.label: one.label_y for one in ruler.thresholds}
    assert heights["good"] < heights["satisfactory"]
    assert heights["excellent"] == heights["satisfactory"]


def test_a_threshold_reached_exactly_is_reached() -> None:
    ruler = standing_ruler(counted=3600, waiting=0, maximum=6000, thresholds=SCALE)
    assert [one.reached for one in ruler.thresholds] == [True, True, False]


def test_what_may_come_never_goes_over_the_end() -> None:
    ruler = standing_ruler(counted=5500, waiting=2000, maximum=6000, thresholds=[])
    assert (ruler.counted, ruler.waiting) == ("91.67%", "8.33%")


def test_a_price_chart_marks_past_today_and_ahead() -> None:
    due = date(2025, 9, 30)
    days = [due + timedelta(days=number) for number in range(4)]
    prices = [DayPrice(day, 100 * number) for number, day in enumerate(days)]
    chart = price_chart(prices=prices, today=days[2], due_on=due)
    assert [(column.kind, column.height, column.priced) for column in chart.columns] == [
        ("past", 0, False),
        ("past", 20, False),
        ("today", 40, True),
        ("ahead", 60, True),
    ]
    assert chart.width == "25.00%"
    assert chart.due_x == "25.00%"  # the deadline is the end of the first day


def test_a_chart_where_nothing_costs_anything_is_flat() -> None:
    chart = price_chart(prices=[DayPrice(FIRST, 0)], today=FIRST, due_on=LAST)
    assert [(column.height, column.priced) for column in chart.columns] == [(0, False)]
    assert chart.due_x is None


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2025, 9, 10), date(2025, 9, 24)),  # long before: the deadline in the middle
        (date(2025, 9, 28), date(2025, 9, 28)),  # soon: from today on
        (date(2025, 10, 3), date(2025, 9, 29)),  # a few days late: from the day before the deadline
        (date(2025, 11, 20), date(2025, 11, 14)),  # long after: around today
    ],
)
def test_a_price_chart_shows_the_days_that_matter(today: date, first: date) -> None:
    days = chart_days(due_on=date(2025, 9, 30), today=today)
    assert days[0] == first
    assert len(days) == 13


def test_a_size_ruler_shows_the_limit_inside_what_was_sent() -> None:
    ruler = size_ruler(sent=200, limit=100)
    assert (ruler.limit_x, ruler.sent_x, ruler.over) == ("47.62%", "95.24%", "47.62%")


def test_a_day_to_which_deadlines_may_move_stands_on_the_term_and_keeps_off_the_label_of_today() -> None:
    far = term_ruler(starts_on=FIRST, ends_on=LAST, today=FIRST, marks=[], target=date(2025, 10, 21))
    assert (far.target_x, far.target_anchor, far.today_y) == ("50.00%", "middle", 16)
    near = term_ruler(starts_on=FIRST, ends_on=LAST, today=date(2025, 12, 1), marks=[], target=LAST)
    assert (near.target_x, near.target_anchor) == ("100.00%", "end")
    assert near.today_y > far.today_y and near.axis_y - far.axis_y == near.today_y - far.today_y
    without = term_ruler(starts_on=FIRST, ends_on=LAST, today=FIRST, marks=[])
    outside = term_ruler(starts_on=FIRST, ends_on=LAST, today=FIRST, marks=[], target=date(2026, 1, 1))
    assert without.target_x is outside.target_x is None


@pytest.mark.parametrize(
    ("counted", "if_earned", "x", "frame"),
    [
        (3000, 4500, "75.00%", ("50.00%", "25.00%")),
        (3000, 1500, "25.00%", ("25.00%", "25.00%")),  # what came after the target counts only now
        (3000, 3000, None, ("50.00%", "0.00%")),
        (3000, None, None, ("50.00%", "0.00%")),
    ],
)
def test_the_points_with_the_perk_are_framed_from_those_without(
    counted: int, if_earned: int | None, x: str | None, frame: tuple[str, str]
) -> None:
    ruler = standing_ruler(counted=counted, waiting=0, maximum=6000, thresholds=[], if_earned=if_earned)
    assert (ruler.earned_x, (ruler.frame_x, ruler.frame)) == (x, frame)
