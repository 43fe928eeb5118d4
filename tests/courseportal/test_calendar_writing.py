"""The .ics file itself: escaping, folding, time zones over clock changes, whole days, the same bytes."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import hypothesis
import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from courseportal.calendar.deadlines import event_begins
from courseportal.calendar.events import CalendarEvent, Feed, Revision
from courseportal.calendar.writing import ics, plain, plain_lines
from courseportal.calendar.zones import time_zone
from tests.courseportal.calendars import events, read
from tests.factories import MOSCOW, moscow

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    "Europe/Moscow", "Europe/Berlin", "Europe/Dublin", "America/New_York", "America/Sao_Paulo",
    "Africa/Casablanca", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "Antarctica/Troll", "UTC",
]  # fmt: skip


def event(
    starts: datetime | date,
    ends: datetime | date | None,
    *,
    zone: ZoneInfo = MOSCOW,
    title: str = "Title",
    text: str = "Text",
) -> CalendarEvent:
    return CalendarEvent(
        uid="class-1@portal",
        title=title,
        description=text,
        starts=starts,
        ends=ends,
        zone=zone,
        url="https://portal/",
        category="Course",
        revision=Revision(7, datetime(2025, 9, 1, 10, 0, 0, 123456, tzinfo=UTC)),
        place="P-13",
    )


def written(*found: CalendarEvent, name: str = "Name") -> bytes:
    return ics(Feed(name, "About", found[0].zone if found else MOSCOW, found))


def hour(at: datetime, zone: ZoneInfo, **fields: str) -> CalendarEvent:
    return event(at, at + timedelta(hours=1), zone=zone, **fields)


HOSTILE = "GPUs,\r\nEND:VEVENT\r\nBEGIN:VEVENT;X=\\n \u202egnp.exe\u202c\u2066\x00\x1b[31m\u2028x; \\, “ё” 😀"


def test_no_title_breaks_out_of_its_line() -> None:
    at = moscow(2025, 9, 9, 10)
    body = written(hour(at, MOSCOW, title=HOSTILE, text=f"{HOSTILE}\n{HOSTILE}"), name=HOSTILE)

    (found,) = events(read(body)).values()

    shown = "GPUs, END:VEVENT BEGIN:VEVENT;X=\\n gnp.exe [31m x; \\, “ё” 😀"
    assert str(found["SUMMARY"]) == shown
    assert str(found["DESCRIPTION"]).count("\n") >= 1
    assert not set("\u202e\u202c\u2066\x00\x1b\u2028") & set(body.decode())
    assert read(body)["X-WR-CALNAME"].to_ical() == read(body)["NAME"].to_ical()
    assert b"\r\nX-WR-CALNAME:GPUs\\, END:VEVENT BEGIN:VEVENT\\;X=\\\\n" in body
    assert str(vobject.readOne(body.decode()).vevent.summary.value) == shown
    assert body.count(b"BEGIN:VEVENT\r\n") == 1


def test_lines_are_folded_at_75_octets_and_never_inside_a_letter() -> None:
    title = "Ё" * 200 + "😀" * 60
    body = written(hour(moscow(2025, 9, 9, 10), MOSCOW, title=title, text=title * 3))

    lines = body.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(line.decode() is not None for line in lines)
    (found,) = events(read(body)).values()
    assert (str(found["SUMMARY"]), str(found["DESCRIPTION"])) == (title, title * 3)
    assert b"\n" not in body.replace(b"\r\n", b"")


@given(st.text(max_size=120), st.text(max_size=300))
@hypothesis.settings(max_examples=25)
def test_any_text_makes_a_file_that_can_be_read(title: str, text: str) -> None:
    body = written(hour(moscow(2025, 9, 9, 10), MOSCOW, title=title, text=text), name=title)

    (found,) = events(read(body)).values()

    assert str(found["SUMMARY"]) == plain(title)
    assert str(found["DESCRIPTION"]) == plain_lines(text)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", plain(title))
    assert max(map(len, body.split(b"\r\n"))) <= 75


def test_the_same_feed_is_the_same_bytes_and_tells_no_other_clock() -> None:
    one = hour(moscow(2025, 9, 9, 10), MOSCOW)
    body = written(one)

    assert body == written(one)
    assert body.count(b"20250901T100000Z") == 2  # LAST-MODIFIED and DTSTAMP, in whole seconds
    assert b"SEQUENCE:7" in body
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in body
    assert b"X-PUBLISHED-TTL:PT1H" in body


def instants(body: bytes, zone: str) -> list[tuple[datetime, datetime]]:
    """The beginnings and ends as they are read by somebody who has to believe the file about its zone."""
    nowhere = f"Nowhere/{zone.replace('/', '')}".encode()
    for before in (b"TZID:", b"TZID="):
        body = body.replace(before + zone.encode(), before + nowhere)
    return [
        (one.decoded("DTSTART").astimezone(UTC), one.decoded("DTEND").astimezone(UTC))
        for one in Calendar.from_ical(body).walk("VEVENT")
    ]


@pytest.mark.parametrize("name", ZONES)
def test_every_hour_around_a_clock_change_is_read_as_it_was_meant(name: str) -> None:
    zone = ZoneInfo(name)
    year = [datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=6 * step) for step in range(4 * 366)]
    turns = [b for a, b in pairwise(year) if a.astimezone(zone).utcoffset() != b.astimezone(zone).utcoffset()]
    around = [turn + timedelta(minutes=30 * step) for turn in turns for step in range(-16, 9)]
    meant = around or year[:8]

    found = instants(written(*(hour(at, zone) for at in meant)), name)

    assert found == [(at, at + timedelta(hours=1)) for at in meant]


def test_an_hour_that_comes_twice_is_told_in_utc() -> None:
    second = datetime(2025, 10, 26, 1, 30, tzinfo=UTC)  # 02:30 in Berlin, for the second time
    body = written(event(second - timedelta(minutes=30), second, zone=BERLIN))

    assert b"DTEND:20251026T013000Z" in body
    assert b"DTSTART:20251026T010000Z" in body


def test_changes_of_the_clocks_are_told_in_the_time_before_them() -> None:
    berlin = time_zone(BERLIN, 2025, 2025).to_ical().decode().replace("\r\n", "\n")

    assert "DTSTART:20250330T020000\nTZNAME:CEST\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200" in berlin
    assert "DTSTART:20251026T030000\nTZNAME:CET\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100" in berlin
    ramadan = time_zone(ZoneInfo("Africa/Casablanca"), 2025, 2025).to_ical().decode()
    assert "DTSTART:20250223T030000" in ramadan and "DTSTART:20250406T020000" in ramadan


def test_years_end() -> None:
    eve = moscow(2025, 12, 31, 23, 59, 59)
    deadline = event(event_begins(eve), eve)
    days = event(date(2025, 12, 22), date(2025, 12, 31))
    body = written(deadline, days)

    assert b"DTEND;TZID=Europe/Moscow:20251231T235959" in body
    assert b"DTSTART;VALUE=DATE:20251222" in body
    assert b"DTEND;VALUE=DATE:20260101" in body


@pytest.mark.parametrize(
    ("due_at", "begins"),
    [
        (moscow(2025, 9, 30, 23, 59, 59), moscow(2025, 9, 30, 23, 30)),
        (moscow(2025, 9, 30, 18), moscow(2025, 9, 30, 17, 30)),
        (moscow(2025, 9, 30, 0, 0, 1), moscow(2025, 9, 29, 23, 31)),
    ],
)
def test_the_event_of_a_deadline_begins_on_a_whole_minute(due_at: datetime, begins: datetime) -> None:
    assert event_begins(due_at) == begins


def test_an_empty_calendar_is_still_one() -> None:
    body = written()

    calendar = read(body)
    assert isinstance(calendar, Calendar)
    assert [part.name for part in calendar.subcomponents] == ["VTIMEZONE"]
