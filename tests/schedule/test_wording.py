"""Numbers, sizes and moments as pages print them."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from schedule import wording
from schedule.models.courses import _zone_names

AT = datetime(2026, 11, 19, 20, 59, 59, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize(
    ("hundredths", "trim", "english", "russian"),
    [
        (950, False, "9.50", "9,50"),
        (1000, False, "10.00", "10,00"),
        (5, False, "0.05", "0,05"),
        (-250, False, "−2.50", "−2,50"),
        (950, True, "9.5", "9,5"),
        (1000, True, "10", "10"),
        (0, True, "0", "0"),
    ],
)
def test_points(hundredths: int, trim: bool, english: str, russian: str) -> None:
    with translation.override("en"):
        assert wording.points_text(hundredths, trim=trim) == english
    with translation.override("ru"):
        assert wording.points_text(hundredths, trim=trim) == russian


@pytest.mark.parametrize(("hundredths", "expected"), [(200, "−2.00"), (0, "0"), (25, "−0.25")])
def test_a_price_is_taken_away(hundredths: int, expected: str) -> None:
    assert wording.cost_text(hundredths) == expected


@pytest.mark.parametrize(
    ("hundredths", "expected"), [(100, "1 point"), (200, "2 points"), (150, "1.5 points"), (0, "0 points")]
)
def test_points_with_their_word(hundredths: int, expected: str) -> None:
    assert wording.in_points(hundredths) == expected.replace(" ", wording.NBSP)


@pytest.mark.parametrize(
    ("metres", "english", "russian"),
    [
        (0, "0 m", "0 м"),
        (999, "999 m", "999 м"),
        (1_000, "1 km", "1 км"),
        (4_249, "4.2 km", "4,2 км"),
        (4_250, "4.3 km", "4,3 км"),
        (42_195, "42.2 km", "42,2 км"),
    ],
)
def test_a_length(metres: int, english: str, russian: str) -> None:
    for language, expected in (("en", english), ("ru", russian)):
        with translation.override(language):
            assert wording.length_text(metres).replace("\N{NO-BREAK SPACE}", " ") == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (1, "1 byte"),
        (1023, "1023 bytes"),
        (1024, "1 KB"),
        (1536, "1.5 KB"),
        (20 * 1024**2, "20 MB"),
        (1887436, "1.8 MB"),
        (3 * 1024**3, "3 GB"),
        (5000 * 1024**3, "5000 GB"),
    ],
)
def test_a_size_is_short_and_exact_to_a_tenth(size: int, expected: str) -> None:
    assert wording.size_text(size).replace("\N{NO-BREAK SPACE}", " ") == expected


def test_what_is_too_much_never_reads_like_the_limit() -> None:
    limit = 20 * 1024**2
    assert wording.size_text(limit, up=True) == wording.size_text(limit)
    assert wording.size_text(limit + 1, up=True) == "20.1\N{NO-BREAK SPACE}MB"


@pytest.mark.parametrize(
    ("style", "english", "russian"),
    [
        ("short", "19 Nov, 23:59", "19 ноя, 23:59"),
        ("long", "19 November, 23:59", "19 ноября, 23:59"),
        ("seconds", "19 November 2026, 23:59:59", "19 ноября 2026, 23:59:59"),
        ("time", "23:59", "23:59"),
        ("day", "19 Nov", "19 ноя"),
        ("long_day", "19 November", "19 ноября"),
        ("weekday", "Thursday, 19 November", "Четверг, 19 ноября"),
        ("on_weekday", "on Thursday, 19 November", "в четверг, 19 ноября"),
        ("dated", "19 November 2026", "19 ноября 2026"),
    ],
)
def test_a_moment_is_written_in_the_zone_and_language_of_the_page(
    style: str, english: str, russian: str
) -> None:
    for language, expected in (("en", english), ("ru", russian)):
        with translation.override(language):
            text = wording.moment_text(AT, style, MOSCOW)
            assert text.replace("\N{NO-BREAK SPACE}", " ") == expected


def test_a_moment_names_its_zone_when_asked() -> None:
    assert wording.moment_text(AT, "time", MOSCOW, with_zone=True) == "23:59\N{NO-BREAK SPACE}MSK"
    with translation.override("ru"):
        assert wording.moment_text(AT, "time", MOSCOW, with_zone=True) == "23:59\N{NO-BREAK SPACE}МСК"
        assert wording.moment_text(AT, "time", UTC, with_zone=True) == "20:59\N{NO-BREAK SPACE}UTC"


def test_may_keeps_its_ending_after_a_day() -> None:
    victory = date(2026, 5, 9)
    assert wording.date_text(victory) == "9\N{NO-BREAK SPACE}May"
    with translation.override("ru"):
        assert wording.date_text(victory) == "9\N{NO-BREAK SPACE}мая"
        assert wording.month_text(victory, short=True) == "май"


@pytest.mark.parametrize(
    ("hundredths", "expected"),
    [
        (100, "1 балл"),
        (200, "2 балла"),
        (500, "5 баллов"),
        (1100, "11 баллов"),
        (2100, "21 балл"),
        (250, "2,5 балла"),
    ],
)
def test_points_with_their_word_in_russian(hundredths: int, expected: str) -> None:
    with translation.override("ru"):
        assert wording.in_points(hundredths).replace("\N{NO-BREAK SPACE}", " ") == expected


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (timedelta(hours=1, minutes=15), "in 1 h 15 min"),
        (timedelta(hours=1), "in 1 h 0 min"),
        (timedelta(minutes=59, seconds=59), "in 59 min"),
        (timedelta(minutes=1, seconds=59), "in 1 min"),
        (timedelta(seconds=59), "in less than a minute"),
        (-timedelta(seconds=59), "just now"),
        (-timedelta(minutes=7), "7 min ago"),
        (timedelta(hours=47, minutes=59), "in 47 h 59 min"),
        (timedelta(days=17, hours=3), "in 17 days"),
        (-timedelta(hours=2), "2 h 0 min ago"),
        (-timedelta(days=4), "4 days ago"),
    ],
)
def test_a_distance_is_exact_when_near_and_in_days_when_far(ahead: timedelta, expected: str) -> None:
    told = wording.distance_text(AT + ahead, AT)
    assert told.replace(wording.NBSP, " ") == expected
    assert not re.search(r"\d ", told)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Asia/Vladivostok", "UTC+10"),
        ("Asia/Kathmandu", "UTC+5:45"),
        ("America/Sao_Paulo", "UTC\N{MINUS SIGN}3"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_without_an_abbreviation_is_named_by_its_distance_from_utc(zone: str, expected: str) -> None:
    text = wording.moment_text(AT, "time", ZoneInfo(zone), with_zone=True)
    assert text.endswith(f"\N{NO-BREAK SPACE}{expected}")


def test_a_month_alone_and_a_weekday() -> None:
    assert wording.month_text(date(2026, 11, 1)) == "November"
    assert wording.month_text(date(2026, 11, 1), short=True) == "Nov"
    assert wording.weekday_text(date(2026, 11, 23)) == "Mon"
    with translation.override("ru"):
        assert wording.month_text(date(2026, 11, 1)) == "ноябрь"


@pytest.mark.parametrize(
    ("zone", "english", "russian"),
    [
        ("Europe/Moscow", "in Moscow time", "по московскому времени"),
        ("Asia/Vladivostok", "in Vladivostok time", "по местному времени (Владивосток)"),
        ("America/Argentina/Buenos_Aires", "in Buenos Aires time", "по местному времени (Buenos Aires)"),
        ("Etc/GMT-3", "in UTC+3", "по UTC+3"),
        ("UTC", "in UTC", "по UTC"),
    ],
)
def test_a_clock_is_named_as_people_name_it(zone: str, english: str, russian: str) -> None:
    with translation.override("en"):
        assert wording.zone_text(ZoneInfo(zone)) == english
    with translation.override("ru"):
        assert wording.zone_text(ZoneInfo(zone)) == russian


def test_every_zone_that_a_course_may_have_has_a_name() -> None:
    for zone in _zone_names():
        assert not re.search(r"[/_]", wording.zone_text(ZoneInfo(zone))), zone
