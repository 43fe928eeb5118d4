"""Geometry of the control room: the days to the target, and who crosses a grade's line."""

from __future__ import annotations

from datetime import date

from courseportal.perk_rulers import Crossing, countdown, crossing_chart
from courseportal.rulers import Threshold

GRADES = (Threshold(3000, "satisfactory"), Threshold(3600, "good"), Threshold(4800, "excellent"))


def test_the_days_left() -> None:
    ruler = countdown(starts_on=date(2025, 11, 1), today=date(2025, 11, 23), target_on=date(2025, 12, 14))
    assert (ruler.days_left, ruler.elapsed, ruler.today_shown) == (21, "51.16%", True)
    assert len(ruler.ticks) == 44
    assert [x for x, long in ruler.ticks if long][:2] == ["4.65%", "20.93%"]


def test_before_and_after_its_days() -> None:
    days = {"starts_on": date(2025, 9, 1), "target_on": date(2025, 12, 14)}
    early, late = countdown(today=date(2025, 8, 1), **days), countdown(today=date(2026, 1, 1), **days)
    assert (early.elapsed, early.days_left, early.today_shown) == ("0.00%", 135, False)
    assert (late.elapsed, late.days_left, late.today_shown) == ("100.00%", 0, False)
    # A long term has a tick a week.
    assert all(long for _x, long in early.ticks)
    same = countdown(starts_on=date(2025, 9, 1), today=date(2025, 9, 1), target_on=date(2025, 9, 1))
    assert same.days_left == 0


def percent(place: str) -> float:
    return float(place.removesuffix("%"))


def test_only_the_lines_that_somebody_is_near() -> None:
    people = [Crossing("you", 3400, 3700), Crossing("another", 2900, 3000)]
    chart = crossing_chart(people=people, thresholds=GRADES)
    (first_x, first, *_), (second_x, second, *_) = chart.lines
    assert (first, second) == ("satisfactory", "good")
    you, another = chart.rows
    assert another.after_x == first_x
    assert percent(you.before_x) < percent(second_x) < percent(you.after_x)
    assert another.y - you.y == 28 and chart.height > another.y
    assert all(24 < percent(x) < 95 for row in chart.rows for x in (row.before_x, row.after_x))
