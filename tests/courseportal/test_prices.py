"""The price of handing in, in words and day by day."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from courseportal.prices import day_prices, price_lines
from grading.queries.work import PriceStep
from grading.rules import LatePolicy, Regime, tariff
from tests.factories import moscow

ZONE = ZoneInfo("Europe/Moscow")
DUE = moscow(2025, 9, 30, 23, 59, 59)


def test_each_line_says_its_price_until_when_and_what_follows() -> None:
    steps = [PriceStep(DUE, 0), PriceStep(DUE + timedelta(days=1), 100), PriceStep(None, 200)]
    lines = price_lines(steps, zone=ZONE, max_score=1000)
    assert [(line.price, line.button, line.closed) for line in lines] == [
        ("0", "Hand in", False),
        ("−1.00", "Hand in for −1.00", False),
        ("−2.00", "Hand in for −2.00", False),
    ]
    assert [line.note.replace("\N{NO-BREAK SPACE}", " ") for line in lines] == [
        "Until 30 Sep, 23:59 MSK. Then −1.00.",
        "Until 1 Oct, 23:59 MSK. Then −2.00.",
        "The price will not grow any more.",
    ]
    assert [line.until for line in lines] == [int(DUE.timestamp()), int(DUE.timestamp()) + 86_400, None]


def test_a_list_that_ends_says_so_and_is_followed_by_closed() -> None:
    lines = price_lines([PriceStep(DUE, 0)], zone=ZONE, max_score=1000)
    assert lines[0].note.endswith("after that nothing is taken.")
    assert (lines[1].closed, lines[1].until, lines[1].button) == (True, None, "Closed")


def test_a_page_holds_a_years_lines_of_a_list_that_goes_on() -> None:
    steps = [PriceStep(DUE + timedelta(days=day), day) for day in range(500)]
    lines = price_lines(steps, zone=ZONE, max_score=1000)
    assert len(lines) == 400
    assert lines[-1].note.endswith("Then −4.00.")
    assert not lines[-1].closed


def test_where_nothing_is_taken_the_only_line_is_closed() -> None:
    assert [line.closed for line in price_lines([], zone=ZONE, max_score=1000)] == [True]


def test_a_price_of_all_points_is_not_offered_as_a_bargain() -> None:
    (line,) = price_lines([PriceStep(None, 1000)], zone=ZONE, max_score=1000)
    assert "takes all the points" in line.note
    assert (line.price, line.button) == ("−10.00", "Hand in for no points")


def test_a_price_of_all_points_still_says_when_work_is_taken_no_more() -> None:
    line, closed = price_lines([PriceStep(DUE, 1000)], zone=ZONE, max_score=1000)
    assert "takes all the points" in line.note
    assert line.note.endswith("after that nothing is taken.")
    assert closed.closed


def test_it_is_said_where_even_perfect_work_would_not_bring_more() -> None:
    steps = [PriceStep(DUE, 200), PriceStep(None, 300)]

    def notes(score: int) -> list[str]:
        return [line.note for line in price_lines(steps, zone=ZONE, max_score=1000, score=score)]

    worse = "Perfect work would give 7.00 now, and you have 7.50. The price will not grow any more."
    assert notes(750)[1] == worse
    assert notes(750)[0].startswith("Until 30")
    assert notes(800)[0].startswith("Perfect work would give 8.00 now, and you have 8.00. Until 30")


def test_the_chart_shows_today_at_this_moment_and_other_days_at_their_end() -> None:
    regime = Regime(moscow(2025, 9, 30, 12), ZONE, LatePolicy(per_day=100), closes_at=moscow(2025, 10, 3, 12))
    prices = day_prices(tariff((regime,), 1000), due_at=regime.due_at, now=moscow(2025, 9, 30, 11), zone=ZONE)
    by_day = {price.on: price.cost for price in prices}
    assert by_day[date(2025, 9, 29)] == 0
    assert by_day[date(2025, 9, 30)] == 0  # an hour before the deadline
    assert by_day[date(2025, 10, 1)] == 200
    assert by_day[date(2025, 10, 2)] == 300
    assert by_day[date(2025, 10, 4)] is None
