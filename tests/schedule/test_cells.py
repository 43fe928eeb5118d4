"""Cells of import files: moments on the course's clock."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from schedule.cells import BadCell, moment

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "in_utc"),
    [
        ("2025-09-30T23:59:59", "2025-09-30 21:59:59"),
        ("2025-09-30 23:59", "2025-09-30 21:59:00"),
        ("2025-09-30T23:59:59+03:00", "2025-09-30 20:59:59"),
        ("2025-09-30T23:59:59.999999Z", "2025-09-30 23:59:59"),
        ("2025-10-26T02:30:00", "2025-10-26 01:30:00"),
        ("2025-10-26T02:30:00+02:00", "2025-10-26 00:30:00"),
        ("2025-03-30T02:30:00", "2025-03-30 01:30:00"),
    ],
)
def test_a_moment_is_read_on_the_courses_clock_unless_it_says_otherwise(text: str, in_utc: str) -> None:
    assert moment(text, BERLIN) == datetime.fromisoformat(f"{in_utc}+00:00")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-09-30", "a date and time in ISO 8601"),
        ("30.09.2025 23:59", "a date and time in ISO 8601"),
        ("", "a date and time in ISO 8601"),
        ("0001-01-01T00:00:00", "of the years 2000 to 2100"),
        ("0001-01-01T00:00:00+14:00", "of the years 2000 to 2100"),
        ("9999-12-31T23:59:59", "of the years 2000 to 2100"),
        ("0025-09-30T23:59:59", "of the years 2000 to 2100"),
    ],
)
def test_what_is_no_moment_is_refused_with_what_was_expected(text: str, expected: str) -> None:
    with pytest.raises(BadCell, match=expected):
        moment(text, BERLIN)
