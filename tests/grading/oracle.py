"""Lateness a second time, in integers alone: the rules must agree with it, in every time zone.

The oracle uses neither the rules nor `datetime` nor `zoneinfo`: a moment is a number of seconds since 1970,
a wall clock is that number plus the zone's offset, and the offsets are read from the compiled zone files
(RFC 8536), from the rule in their footer where the file's own list of clock changes ends.

    python -m tests.grading.oracle --cases 1000000 --seed 7

compares the rules with it on so many cases, most of them within a second of an edge.
"""

from __future__ import annotations

import random
import struct
import sys
from argparse import ArgumentParser
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, available_timezones

from grading import rules
from tests.grading.posix_tz import changes_of_year

DAY = 86_400
FIRST_YEAR, LAST_YEAR = 1840, 2099
PENALTY_A_DAY, MAX_SCORE = 100, 500
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


# Zones -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Zone:
    """A time zone: `offsets[n]` holds from `changes[n - 1]` on and before `changes[n]`, all in seconds."""

    name: str
    changes: list[int]
    offsets: list[int]

    def offset(self, moment: int) -> int:
        """How far the clocks are ahead of UTC at this moment."""
        return self.offsets[bisect_right(self.changes, moment)]

    def instant(self, wall: int) -> int:
        """The last moment at which clocks show this; a time they skip is moved on as far as they were."""
        first = bisect_right(self.changes, wall - 2 * DAY)
        last = bisect_right(self.changes, wall + 2 * DAY)
        shown = [wall - offset for offset in self.offsets[first : last + 1]]
        shown = [moment for moment in shown if moment + self.offset(moment) == wall]
        if shown:
            return max(shown)
        for place in range(first, last):
            change, before, after = self.changes[place], self.offsets[place], self.offsets[place + 1]
            if change + before <= wall < change + after:
                return wall - before
        raise AssertionError(f"{self.name} neither shows nor skips {wall}")

    def days_after(self, due: int, days: int) -> int:
        """The moment so many days after `due` by the wall clock."""
        return self.instant(due + self.offset(due) + days * DAY) if days else due

    def days_late(self, submitted: int, due: int) -> int:
        """The smallest whole number of days after which `due` has not passed."""
        days = max(0, (submitted - due) // DAY - 3)  # no clock has ever been moved by more than a day
        while submitted > self.days_after(due, days):
            days += 1
        return days


def _compiled(name: str) -> bytes:
    for folder in TZPATH:
        path = Path(folder, name)
        if path.is_file():
            return path.read_bytes()
    return resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()


@cache
def zone(name: str) -> Zone:
    """The zone of this name, with its clock changes up to `LAST_YEAR`."""
    data = _compiled(name)
    if data[:4] != b"TZif":
        raise ValueError(f"{name} is not a compiled time zone")
    # Files of version 2 and later say everything twice: first in 32 bits, for old readers, then in 64.
    start = 44 + _length_of_body(data, 0, 4) if data[4:5] >= b"2" else 0
    width = 8 if start else 4
    _utc_flags, _wall_flags, _leaps, times, types, _chars = struct.unpack_from(">6l", data, start + 20)
    body = start + 44
    changes = list(struct.unpack_from(f">{times}{'q' if width == 8 else 'l'}", data, body))
    kinds = struct.unpack_from(f">{times}B", data, body + times * width)
    offsets = [struct.unpack_from(">l", data, body + times * (width + 1) + 6 * n)[0] for n in range(types)]
    footer = data[body + _length_of_body(data, start, width) :].strip(b"\n").decode() if start else ""
    found = Zone(name, changes, [offsets[0], *(offsets[kind] for kind in kinds)])
    _go_on_by_the_rule(found, footer)
    return found


def _length_of_body(data: bytes, start: int, width: int) -> int:
    utc_flags, wall_flags, leaps, times, types, chars = struct.unpack_from(">6l", data, start + 20)
    return int(times * (width + 1) + types * 6 + chars + leaps * (width + 4) + wall_flags + utc_flags)


def _go_on_by_the_rule(found: Zone, footer: str) -> None:
    first = found.changes[-1] if found.changes else -(2**62)
    changes_every_year = "," in footer
    for year in range(FIRST_YEAR, LAST_YEAR + 2) if changes_every_year else (FIRST_YEAR,):
        for moment, offset in changes_of_year(footer, year):
            if moment > first and offset != found.offsets[-1]:
                found.changes.append(moment)
                found.offsets.append(offset)


# Cases -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """Work handed in for a deadline, in whole seconds since 1970."""

    zone: str
    due: int
    submitted: int


def cases(count: int, seed: int) -> Iterator[Case]:
    """So many cases, the same for the same seed: every zone in turn, deadlines near clock changes and far
    from them, work handed in at the edge of a day, at a clock change, a second before and after, anywhere."""
    dice = random.Random(seed)
    names = sorted(available_timezones())
    dice.shuffle(names)
    start, end = _year(FIRST_YEAR + 1), _year(LAST_YEAR)
    near = {name: [change for change in zone(name).changes if start < change < end] for name in names}
    for number in range(count):
        place = zone(names[number % len(names)])
        changes = near[place.name]
        change = dice.choice(changes) if changes and dice.random() < 0.7 else dice.randrange(start, end)
        days = dice.choice((0, 1, 1, 2, 3, 7, 14, dice.randrange(90)))
        due = change - days * DAY + dice.choice((0, -1, 1, dice.randrange(-DAY, DAY)))
        if dice.random() < 0.4:
            midnight = due + place.offset(due)
            due = place.instant(midnight - midnight % DAY - 1)
        edge = dice.choice((place.days_after(due, days), place.days_after(due, days + 1), change))
        submitted = edge + dice.choice((-1, 0, 1, dice.randrange(-2 * DAY, 2 * DAY)))
        yield Case(place.name, due, submitted)


def _year(year: int) -> int:
    return int((datetime(year, 1, 1, tzinfo=UTC) - EPOCH).total_seconds())


# Comparing -------------------------------------------------------------------------------------------


def difference(case: Case) -> str | None:
    """What the rules say otherwise than the oracle about this case; None where they agree."""
    place, there = zone(case.zone), ZoneInfo(case.zone)
    due_at, submitted_at = EPOCH + timedelta(seconds=case.due), EPOCH + timedelta(seconds=case.submitted)
    days = place.days_late(case.submitted, case.due)
    regime = rules.Regime(due_at, there, rules.LatePolicy(PENALTY_A_DAY))
    wall = case.submitted + place.offset(case.submitted)
    price = min(days * PENALTY_A_DAY, MAX_SCORE)
    answers = {
        "days late": (rules.days_late(submitted_at, due_at, there), days),
        "one day more": (
            _seconds(rules.days_after(due_at, days + 1, there)),
            place.days_after(case.due, days + 1),
        ),
        "instant of its wall clock": (_seconds(rules.instant(_clock(wall), there)), place.instant(wall)),
        "instant of any wall clock": (
            _seconds(rules.instant(_clock(case.submitted), there)),
            place.instant(case.submitted),
        ),
        "price": (rules.tariff((regime,), MAX_SCORE).penalty_at(submitted_at), price),
    }
    wrong = [f"{what}: rules {said}, oracle {true}" for what, (said, true) in answers.items() if said != true]
    return f"{case}: {'; '.join(wrong)}" if wrong else None


def _clock(wall: int) -> datetime:
    return EPOCH.replace(tzinfo=None) + timedelta(seconds=wall)


def _seconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(seconds=1)


def differences(count: int, seed: int) -> Iterator[str]:
    """Every difference in so many cases."""
    return (wrong for case in cases(count, seed) if (wrong := difference(case)))


def main() -> int:
    """Compare, and print what differs; the exit status is 1 where anything does."""
    parser = ArgumentParser(description="Compare the rules of lateness with an oracle in integers.")
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    given = parser.parse_args()
    sys.stdout.write(f"{given.cases} cases in {len(available_timezones())} zones, seed {given.seed}\n")
    sys.stdout.flush()
    found = 0
    for found, wrong in enumerate(differences(given.cases, given.seed), start=1):  # noqa: B007 - counted
        sys.stdout.write(f"{wrong}\n")
    sys.stdout.write(f"{found} differences\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
