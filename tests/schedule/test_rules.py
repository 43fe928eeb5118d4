"""Local times as instants: docs/course-rules.md, Time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from schedule.rules import end_of_day, end_of_last_minute, instant, is_whole_day, span, utc

MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize(
    ("zone", "local", "in_utc"),
    [
        # Clocks in Moscow went from 02:00 back to 01:00 on 26 October 2014, at 22:00 UTC the day before.
        ("Europe/Moscow", "2014-10-26 00:59:59", "2014-10-25 20:59:59"),
        ("Europe/Moscow", "2014-10-26 01:00:00", "2014-10-25 22:00:00"),
        ("Europe/Moscow", "2014-10-26 01:59:59", "2014-10-25 22:59:59"),
        ("Europe/Moscow", "2014-10-26 02:00:00", "2014-10-25 23:00:00"),
        # Clocks in Moscow went from 02:00 on to 03:00 on 27 March 2011, at 23:00 UTC the day before.
        ("Europe/Moscow", "2011-03-27 01:59:59", "2011-03-26 22:59:59"),
        ("Europe/Moscow", "2011-03-27 02:00:00", "2011-03-26 23:00:00"),
        ("Europe/Moscow", "2011-03-27 02:30:00", "2011-03-26 23:30:00"),
        ("Europe/Moscow", "2011-03-27 03:00:00", "2011-03-26 23:00:00"),
        # Half an hour is changed on Lord Howe Island.
        ("Australia/Lord_Howe", "2025-04-06 01:45:00", "2025-04-05 15:15:00"),
        ("Australia/Lord_Howe", "2025-10-05 02:15:00", "2025-10-04 15:45:00"),
        # Apia went over the date line: 30 December 2011 was left out.
        ("Pacific/Apia", "2011-12-29 23:59:59", "2011-12-30 09:59:59"),
        ("Pacific/Apia", "2011-12-30 12:00:00", "2011-12-30 22:00:00"),
        ("Pacific/Apia", "2011-12-30 23:59:59", "2011-12-31 09:59:59"),
        ("Pacific/Apia", "2011-12-31 23:59:59", "2011-12-31 09:59:59"),
    ],
)
def test_a_local_time_is_read_in_the_students_favour(zone: str, local: str, in_utc: str) -> None:
    expected = datetime.fromisoformat(f"{in_utc}+00:00")
    assert instant(datetime.fromisoformat(local), ZoneInfo(zone)) == expected


def test_a_local_time_that_has_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="instant already"):
        instant(datetime(2025, 9, 30, tzinfo=MOSCOW), ZoneInfo("Asia/Tokyo"))


def test_a_date_means_its_last_second() -> None:
    assert end_of_day(date(2025, 9, 30), MOSCOW) == datetime(2025, 9, 30, 20, 59, 59, tzinfo=UTC)


def test_an_instant_is_told_in_utc_whatever_zone_it_came_in() -> None:
    second_half_past_one = datetime(2014, 10, 26, 1, 30, fold=1, tzinfo=MOSCOW)
    assert utc(second_half_past_one) == datetime(2014, 10, 25, 22, 30, tzinfo=UTC)
    assert utc(second_half_past_one).tzinfo is UTC
    with pytest.raises(ValueError, match="has no time zone"):
        utc(second_half_past_one.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("23:59:00", "23:59:59"), ("23:59:30", "23:59:30"), ("23:58:00", "23:58:00"), ("22:59:00", "22:59:00")],
)
def test_a_deadline_typed_as_2359_ends_with_that_day(typed: str, meant: str) -> None:
    local = datetime.fromisoformat(f"2025-09-30 {typed}")
    assert end_of_last_minute(local) == datetime.fromisoformat(f"2025-09-30 {meant}")


@pytest.mark.parametrize(
    ("starts", "ends", "whole"),
    [
        ("2025-09-09 00:00:00", "2025-09-09 23:59:59", True),
        ("2025-09-09 00:00:00", "2025-09-10 23:59:59", False),
        ("2025-09-09 00:00:01", "2025-09-09 23:59:59", False),
        ("2025-09-09 00:00:00", "2025-09-09 23:59:00", False),
    ],
)
def test_a_class_takes_a_whole_day_of_the_courses_zone(starts: str, ends: str, whole: bool) -> None:
    first, last = (instant(datetime.fromisoformat(each), MOSCOW) for each in (starts, ends))
    assert is_whole_day(first, last, MOSCOW) is whole
    assert not is_whole_day(first, last, ZoneInfo("Asia/Vladivostok"))


@pytest.mark.parametrize(
    ("starts", "ends", "in_utc"),
    [
        ("01:30", "03:30", "00:30 01:30"),  # an hour of it is skipped
        ("02:15", "03:00", "01:15 02:00"),  # nothing would be left of it
        ("02:30", "03:30", "01:30 02:30"),
        ("02:15", "02:45", "01:15 01:45"),
    ],
)
def test_hours_that_clocks_skip_last_as_long_as_they_say(starts: str, ends: str, in_utc: str) -> None:
    """Clocks in Berlin went from 02:00 on to 03:00 on 29 March 2026, at 01:00 UTC."""
    first, last = (datetime.fromisoformat(f"2026-03-29 {clock}") for clock in (starts, ends))
    hours = span(first, last, ZoneInfo("Europe/Berlin"))
    assert " ".join(f"{moment:%H:%M}" for moment in hours) == in_utc
