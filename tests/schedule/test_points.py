"""Points as people type and read them; inside they are integers of hundredths."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedule.points import parse_points, plain_points, short_points

AMOUNTS = st.integers(-99_999_999, 99_999_999)


@pytest.mark.parametrize(
    ("text", "hundredths"),
    [
        ("9", 900),
        ("9.5", 950),
        ("9,5", 950),
        ("9.50", 950),
        ("9,05", 905),
        ("0.25", 25),
        ("0", 0),
        ("00", 0),
        ("10.000", 1000),
        ("9.5000", 950),
        (" 9 ", 900),
        ("9\n", 900),
        ("\u00a09,5\u202f", 950),
        ("1 000", 100_000),
        ("1\u00a0000,25", 100_025),
        ("12\u2009345.6", 1_234_560),
        ("999999.99", 99_999_999),
        ("-2", -200),
        ("\u22122,5", -250),
        ("+1", 100),
        ("-0", 0),
    ],
)
def test_points_as_people_type_them(text: str, hundredths: int) -> None:
    assert parse_points(text) == hundredths


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        "nine",
        "9.",
        ".5",
        "9.505",
        "9.001",
        "9.5.0",
        "9,5,0",
        "1e3",
        "1_000",
        "1000000",
        "NaN",
        "inf",
        "0x10",
        "9 5",
        "1 00",
        "10 00",
        "1 0000",
        "9 ,5",
        "- 9",
        "--9",
        "9%",
        "9/10",
        "٩",
        "９",
        "²",
        "9\x00",
    ],
)
def test_anything_else_is_refused_with_what_was_typed(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number of points") as error:
        parse_points(text)
    assert repr(text) in str(error.value)


@pytest.mark.parametrize(
    ("hundredths", "plain", "short"),
    [
        (0, "0.00", "0"),
        (900, "9.00", "9"),
        (950, "9.50", "9.5"),
        (905, "9.05", "9.05"),
        (25, "0.25", "0.25"),
        (5, "0.05", "0.05"),
        (1000, "10.00", "10"),
        (100_000, "1000.00", "1000"),
        (-25, "-0.25", "-0.25"),
        (-1000, "-10.00", "-10"),
        (-1, "-0.01", "-0.01"),
    ],
)
def test_points_as_programs_and_people_read_them(hundredths: int, plain: str, short: str) -> None:
    assert plain_points(hundredths) == plain
    assert short_points(hundredths) == short


@given(AMOUNTS)
def test_what_is_written_is_read_back(hundredths: int) -> None:
    assert parse_points(plain_points(hundredths)) == hundredths
    assert parse_points(short_points(hundredths)) == hundredths
    assert parse_points(short_points(hundredths).replace(".", ",")) == hundredths


@given(st.text())
def test_any_text_is_points_or_is_refused(text: str) -> None:
    try:
        hundredths = parse_points(text)
    except ValueError:
        return
    assert parse_points(plain_points(hundredths)) == hundredths
