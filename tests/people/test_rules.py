"""When a message goes: quiet hours over midnight and clock changes, digests, waiting longer each time."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from people.rules import (
    LONGEST_WAIT,
    Action,
    QuietHours,
    Wish,
    digest_after,
    gathered_at,
    verdict,
    wait_after,
)

MOSCOW, BERLIN, NEPAL = ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")
NIGHT, NOON = QuietHours(time(22), time(8)), QuietHours(time(12), time(13, 30))


def at(text: str, zone: ZoneInfo = MOSCOW) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("quiet", "moment", "ends"),
    [
        (NIGHT, "2025-09-23 21:59:59", None),
        (NIGHT, "2025-09-23 22:00:00", "2025-09-24 08:00"),
        (NIGHT, "2025-12-31 23:59:59", "2026-01-01 08:00"),
        (NIGHT, "2025-09-24 00:00:00", "2025-09-24 08:00"),
        (NIGHT, "2025-09-24 07:59:59", "2025-09-24 08:00"),
        (NIGHT, "2025-09-24 08:00:00", None),
        (NOON, "2025-09-24 11:59:59", None),
        (NOON, "2025-09-24 12:00:00", "2025-09-24 13:30"),
        (NOON, "2025-09-24 13:30:00", None),
    ],
)
def test_quiet_hours(quiet: QuietHours, moment: str, ends: str | None) -> None:
    assert quiet.end_after(at(moment), MOSCOW) == (ends and at(ends))


@pytest.mark.parametrize("zone", [MOSCOW, BERLIN, NEPAL])
@pytest.mark.parametrize("day", ["2025-03-30", "2025-10-26", "2025-12-31"])
def test_quiet_hours_always_end_later_and_are_over_then(zone: ZoneInfo, day: str) -> None:
    start = at(f"{day} 00:00", zone).timestamp()
    for quiet in (NIGHT, QuietHours(time(2), time(2, 30)), QuietHours(time(1), time(3))):
        for minutes in range(0, 26 * 60, 7):
            moment = datetime.fromtimestamp(start + minutes * 60, zone)
            end = quiet.end_after(moment, zone)
            if end is not None:
                assert moment.timestamp() < end.timestamp() <= moment.timestamp() + 25 * 3600


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2025-09-23 17:59", "2025-09-23 18:00"),
        ("2025-09-23 18:00", "2025-09-24 18:00"),
        ("2025-12-31 19:00", "2026-01-01 18:00"),
    ],
)
def test_the_digest_is_at_six_in_the_evening(moment: str, expected: str) -> None:
    assert digest_after(at(moment), MOSCOW) == at(expected)


def test_waiting_grows_to_eight_minutes_and_no_further() -> None:
    assert [wait_after(n) // timedelta(minutes=1) for n in range(1, 9)] == [1, 2, 4, 8, 8, 8, 8, 8]
    assert wait_after(5000) <= LONGEST_WAIT


def test_a_gathering_letter_waits_an_hour_after_the_last_and_four_at_most() -> None:
    first = at("2025-09-23 20:00")
    assert gathered_at(first, first) == at("2025-09-23 21:00")
    assert gathered_at(first, at("2025-09-23 22:30")) == at("2025-09-23 23:30")
    assert gathered_at(first, at("2025-09-23 23:30")) == at("2025-09-24 00:00")


@pytest.mark.parametrize(
    ("now", "useful_until", "wish", "quiet", "expected", "until"),
    [
        ("2025-09-23 10:00", None, Wish.ON, None, Action.SEND, None),
        ("2025-09-23 10:00", None, Wish.OFF, None, Action.KEEP, None),
        ("2025-09-23 10:00", "2025-09-23 09:59", Wish.ON, None, Action.KEEP, None),
        ("2025-09-23 10:00", "2025-09-23 10:00", Wish.ON, None, Action.SEND, None),
        ("2025-09-23 10:00", None, Wish.DIGEST, None, Action.WAIT, "2025-09-23 18:00"),
        ("2025-09-23 18:00", None, Wish.DIGEST, None, Action.SEND, None),
        ("2025-09-23 10:00", "2025-09-23 17:00", Wish.DIGEST, None, Action.SEND, None),
        ("2025-09-23 23:00", None, Wish.ON, NIGHT, Action.WAIT, "2025-09-24 08:00"),
        ("2025-09-23 23:00", "2025-09-24 02:00", Wish.ON, NIGHT, Action.SEND, None),
        (
            "2025-09-23 10:00",
            None,
            Wish.DIGEST,
            QuietHours(time(17), time(19)),
            Action.WAIT,
            "2025-09-23 19:00",
        ),
    ],
)
def test_what_becomes_of_a_message_whose_time_has_come(
    now: str,
    useful_until: str | None,
    wish: Wish,
    quiet: QuietHours | None,
    expected: Action,
    until: str | None,
) -> None:
    told = verdict(
        now=at(now),
        created_at=at("2025-09-23 09:00"),
        useful_until=at(useful_until) if useful_until else None,
        wish=wish,
        quiet=quiet,
        zone=MOSCOW,
    )
    assert (told.action, told.until) == (expected, at(until) if until else None)
