"""Values out of a TOML table, each checked, with every problem noted at its place instead of stopping."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models

from schedule.rules import YEARS, end_of_day, end_of_last_minute, instant

MOST_POINTS: Final = 100_000
_TO_THE_MINUTE: Final = re.compile(r"[0-9-]+[T ][0-9]{2}:[0-9]{2}")
FAR: Final = datetime(2000, 1, 1, tzinfo=ZoneInfo("UTC"))
"""Stands for a moment that could not be read, so that the rest of the file is still checked."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—]\s*(\d{1,2}):(\d{2})")


@dataclass(slots=True)
class Problems:
    """What is wrong with a file, in the order in which it was found."""

    found: list[str] = field(default_factory=list)

    def add(self, place: str, message: str) -> None:
        self.found.append(f"{place}: {message}" if place else message)


def limit(model: type[models.Model], name: str) -> int:
    """How many characters that field of the table holds."""
    return int(getattr(model._meta.get_field(name), "max_length"))  # noqa: B009 - not every field has it


def told(value: Any) -> str:
    """A value as it would be written in the file."""
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 60 else f'"{value[:59]}…"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "a table"
    return "a list" if isinstance(value, list) else str(value)


class Table:
    """One table of the file. Each method reads one key: its value, or a stand-in after noting a problem.

    A key without a default has to be there. Keys that nothing asked for are unknown: see ``finish``.
    """

    _REQUIRED: Final = object()

    def __init__(self, values: Mapping[str, Any], place: str, problems: Problems) -> None:
        self.values, self.place, self.problems = values, place, problems
        self.known: list[str] = []

    def at(self, key: str) -> str:
        """The place of a key in words: "class[3].date"."""
        return f"{self.place}.{key}" if self.place else key

    def has(self, key: str) -> bool:
        return key in self.values

    def problem(self, key: str, message: str) -> None:
        self.problems.add(self.at(key), message)

    def finish(self) -> None:
        """Note every key that is not known, with the known one it is most like."""
        for key in self.values:
            if key not in self.known:
                alike = get_close_matches(key, self.known, n=1)
                hint = f' (did you mean "{alike[0]}"?)' if alike else f"; known are {', '.join(self.known)}"
                self.problems.add(self.place, f'unknown key "{key}"{hint}')

    def _take(self, key: str, kind: type | tuple[type, ...], expected: str, default: Any) -> Any:
        """The raw value, or the default; None after noting that it is missing or of another kind."""
        self.known.append(key)
        if key not in self.values:
            if default is self._REQUIRED:
                self.problem(key, f"is missing: {expected}")
                return None
            return default
        value = self.values[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.problem(key, f"{told(value)} is not {expected}")
            return None if default is self._REQUIRED else default
        return value

    def validated(self, key: str, value: str, validator: Callable[[str], None], otherwise: str) -> str:
        """The value, after noting that it is ``otherwise`` if the validator of its field refuses it."""
        try:
            validator(value)
        except ValidationError:
            self.problem(key, f"{told(value)} is not {otherwise}")
        return value

    def text(self, key: str, *, most: int | None = None, default: Any = _REQUIRED) -> str:
        """A text of at most so many characters. One that has to be there is not empty either."""
        value = self._take(key, str, "a text in quotes", default)
        if value is None:
            return ""
        value = value.strip()
        if "\x00" in value:
            self.problem(key, "holds the character NUL")
        elif not value and default is self._REQUIRED:
            self.problem(key, "is empty")
        elif most is not None and len(value) > most:
            self.problem(key, f"is {len(value)} characters long, at most {most} are kept")
        return str(value)

    def choice(self, key: str, choices: Collection[str], *, default: Any = _REQUIRED) -> str:
        """One of the given words."""
        words = ", ".join(f'"{word}"' for word in choices)
        value = self._take(key, str, f"one of {words}", default)
        if value is not None and value not in choices:
            self.problem(key, f"{told(value)} is not one of {words}")
        return value if value in choices else next(iter(choices))

    def integer(self, key: str, *, least: int = 0, most: int = 32_767, default: Any = _REQUIRED) -> Any:
        """A whole number between the bounds, ends included."""
        value = self._take(key, int, "a whole number", default)
        if isinstance(value, int) and not least <= value <= most:
            self.problem(key, f"{value} is not between {least} and {most}")
            return least
        return least if value is None and default is self._REQUIRED else value

    def flag(self, key: str, *, default: Any = _REQUIRED) -> bool:
        """true or false."""
        return bool(self._take(key, bool, "true or false", default))

    def points(self, key: str, *, default: Any = _REQUIRED) -> int:
        """Points as a whole number or a decimal with at most two places; hundredths."""
        value = self._take(key, (int, Decimal), "a number of points such as 10 or 0.25", default)
        return 0 if value is None else self._hundredths(key, value)

    def point_list(self, key: str) -> tuple[int, ...]:
        """A list of points, empty where the key is not there; hundredths."""
        values = self._take(key, list, "a list of points such as [1, 2, 4]", [])
        hundredths = []
        for place, value in enumerate(values, start=1):
            if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
                hundredths.append(self._hundredths(f"{key}[{place}]", value))
            else:
                self.problem(f"{key}[{place}]", f"{told(value)} is not a number of points such as 4 or 0.25")
        return tuple(hundredths)

    def _hundredths(self, key: str, value: int | Decimal) -> int:
        number = Decimal(value)
        if not number.is_finite() or not 0 <= number <= MOST_POINTS:
            self.problem(key, f"{value} is not between 0 and {MOST_POINTS} points")
        elif number * 100 != (number * 100).to_integral_value():
            self.problem(key, f"{value} has more than two decimal places")
        else:
            return int(number * 100)
        return 0

    def degrees(self, key: str, most: int) -> Decimal | None:
        """A latitude or longitude with at most six decimal places; None where the key is not there."""
        value = self._take(key, (int, Decimal), "a number of degrees", None)
        if value is None:
            return None
        number = Decimal(value)
        if not number.is_finite() or abs(number) > most:
            self.problem(key, f"{value} is not between -{most} and {most} degrees")
            return None
        return number.quantize(Decimal("0.000001"))

    def day(self, key: str, *, default: Any = _REQUIRED) -> date | None:
        """A day, 2025-09-09. None where it could not be read, or as its default."""
        value = self._take(key, (date, str), "a date such as 2025-09-09", default)
        if value is None or value is default:
            return default if value is default else None
        found = self._day_of(value)
        if found is None or isinstance(value, datetime):
            self.problem(key, f"{told(value)} is not a date")
            return None
        return self._in_reach(key, found)

    @staticmethod
    def _day_of(value: date | str) -> date | None:
        if not isinstance(value, str):
            return value
        try:
            return date.fromisoformat(value) if _DAY.fullmatch(value) else None
        except ValueError:
            return None

    def _in_reach(self, key: str, day: date) -> date | None:
        if day.year in YEARS:
            return day
        self.problem(key, f"the year {day.year} is not between {YEARS[0]} and {YEARS[-1]}")
        return None

    def moment(
        self, key: str, zone: ZoneInfo, *, default: Any = _REQUIRED, takes_day: bool = True
    ) -> datetime | None:
        """A moment of the course's clock.

        Where it may be a day, that means 23:59:59 of it, and so does 23:59 with no seconds; with them it is
        what it says. Else a day alone is refused.
        """
        value = self._take(
            key, (date, str), "a date, or a date and time such as 2025-09-30T18:00:00", default
        )
        if value is None or value is default:
            return default if value is default else None
        found = self._day_of(value)
        if found is None and isinstance(value, str):
            try:
                found = datetime.fromisoformat(value)
            except ValueError:
                found = None
        if found is None:
            self.problem(key, f"{told(value)} is not a date, nor a date and time")
            return None
        if self._in_reach(key, found) is None:
            return None
        if not isinstance(found, datetime):
            if not takes_day:
                self.problem(key, f"{found} has no time of day such as {found}T10:30:00")
            return end_of_day(found, zone)
        found = found.replace(microsecond=0)
        if found.tzinfo is not None:
            return found.astimezone(ZoneInfo("UTC"))
        if takes_day and isinstance(value, str) and _TO_THE_MINUTE.fullmatch(value):
            found = end_of_last_minute(found)
        return instant(found, zone)

    def hours(self, key: str, *, default: Any = _REQUIRED) -> tuple[time, time] | None:
        """From when to when on one day, "10:30-12:05"."""
        value = self._take(key, str, 'hours such as "10:30-12:05"', default)
        if value is None or value is default:
            return default if value is default else None
        found = self._hours_of(value)
        if found is None:
            self.problem(key, f'{told(value)} is not hours such as "10:30-12:05"')
            return None
        if found[1] <= found[0]:
            self.problem(key, f"{told(value)} ends before it starts")
            return None
        return found

    @staticmethod
    def _hours_of(text: str) -> tuple[time, time] | None:
        match = _HOURS.fullmatch(text.strip())
        try:
            return (time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))) if match else None
        except ValueError:
            return None

    def clock(self, key: str, *, default: time) -> time:
        """A time of day, "10:00"."""
        value = self._take(key, (time, str), 'a time of day such as "10:00"', None)
        if value is None or isinstance(value, time):
            return default if value is None else value
        try:
            return datetime.strptime(value.strip(), "%H:%M").time()  # noqa: DTZ007 - a wall clock
        except ValueError:
            self.problem(key, f'{told(value)} is not a time of day such as "10:00"')
            return default

    def whole_numbers(self, key: str, *, most: int, default: tuple[int, ...]) -> tuple[int, ...]:
        """A list of different whole numbers from 0 on."""
        values = self._take(key, list, "a list of whole numbers", list(default))
        for value in values:
            if type(value) is not int or not 0 <= value <= most:
                self.problem(key, f"{told(value)} is not a whole number from 0 to {most}")
                return default
        if len(set(values)) < len(values):
            self.problem(key, "names a number twice")
            return default
        return tuple(values)

    def texts(self, key: str, *, default: tuple[str, ...]) -> tuple[str, ...]:
        """A list of texts."""
        values = self._take(key, list, "a list of texts", list(default))
        wrong = [value for value in values if not isinstance(value, str)]
        if wrong:
            self.problem(key, f"{told(wrong[0])} is not a text in quotes")
        return tuple(value for value in values if isinstance(value, str))

    def table(self, key: str, *, required: bool = False) -> Table | None:
        """A table inside this one; None where it is not there."""
        expected = f"a table, [{self.at(key)}]"
        value = self._take(key, dict, expected, self._REQUIRED if required else None)
        return None if value is None else Table(value, self.at(key), self.problems)

    def tables(self, key: str) -> list[Table]:
        """A list of tables, each with its place counted from one; empty where it is not there."""
        values = self._take(key, list, f"a list of tables, each headed [[{self.at(key)}]]", [])
        found = []
        for place, value in enumerate(values, start=1):
            if isinstance(value, dict):
                found.append(Table(value, f"{self.at(key)}[{place}]", self.problems))
            else:
                self.problem(f"{key}[{place}]", f"{told(value)} is not a table")
        return found
