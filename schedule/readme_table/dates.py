"""Days and hours as people write them in a cell: "9 сентября", "09.09", "Tue, Sept 9 10:30-12:05"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Final

from schedule.readme_table.tree import Hours, Term
from schedule.readme_table.words import MONTH_OF_WORD, WEEKDAY_OF_WORD, tidy, untwin

HOURS: Final = r"(?P<h1>\d{1,2})[:.](?P<m1>\d{2})\s*(?:[-–—−]|до|to)\s*(?P<h2>\d{1,2})[:.](?P<m2>\d{2})"
_HOURS: Final = re.compile(HOURS.replace("[:.]", ":"))
_DECORATION: Final = re.compile(r"[\s,;()\[\]*]+")
_YEAR: Final = r"(?P<year>\d{4}|\d{2})"
_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        r"(?P<year>\d{4})[-./](?P<month>\d{1,2})[-./](?P<day>\d{1,2})",
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})(?:\." + _YEAR + r")?\.?",
        r"(?P<day>\d{1,2})(?:st|nd|rd|th|-?(?:го|е|ого))?[ .-]?(?:of )?(?P<word>[a-zа-я]+)\.?(?:[ .-]"
        + _YEAR
        + r")?",
        r"(?P<word>[a-zа-я]+)\.?[ .-]?(?P<day>\d{1,2})(?:st|nd|rd|th)?(?: (?P<year>\d{4}))?",
    )
)
_SLASHED: Final = re.compile(r"(?P<one>\d{1,2})(?P<mark>[/-])(?P<two>\d{1,2})(?:(?P=mark)" + _YEAR + r")?")


class UnclearError(Exception):
    """This text names no single day; the message says why."""


@dataclass(frozen=True, slots=True)
class WrittenDay:
    """A day as written: no year where the cell has none."""

    year: int | None
    month: int
    day: int
    weekday: int | None
    hours: Hours | None

    def on(self, term: Term | None) -> date:
        """The day in the calendar; UnclearError where there is none such, or its year is not known."""
        year = self.year if self.year is not None else term.year_of(self.month) if term else None
        if year is None:
            where = (
                f"the {term.season} term of {term.year} does not reach to that month"
                if term
                else "no year is known"
            )
            raise UnclearError(f"the year of this day is not known: {where}")
        try:
            found = date(year, self.month, self.day)
        except ValueError:
            raise UnclearError("there is no such day") from None
        if self.weekday not in (None, found.weekday()):
            raise UnclearError(f"{found.isoformat()} is a {found:%A}")
        return found


def month_first(cells: Iterable[str]) -> bool | None:
    """Whether "9/10" means 10 September in these cells of one column; None where no cell tells."""
    orders = set()
    for text in cells:
        if found := _SLASHED.search(text):
            one, two = int(found["one"]), int(found["two"])
            if (one > 12) != (two > 12):
                orders.add(two > 12)
    return orders.pop() if len(orders) == 1 else None


def read_written_day(text: str, *, month_comes_first: bool | None) -> WrittenDay:
    """Take a date cell apart; UnclearError where it is not one day."""
    words = untwin(tidy(text)).casefold().replace("ё", "е")
    hours, words = _take_hours(words)
    words = tidy(_DECORATION.sub(" ", words))
    weekday, words = _take_weekday(words)
    words = re.sub(r"(?<=\d) ?(?:года?|г)\b\.?", "", words).strip(" .")
    if not words:
        raise UnclearError("there is no date")
    if slashed := _SLASHED.fullmatch(words):
        year, month, day = _read_slashed(slashed, month_comes_first=month_comes_first)
    else:
        year, month, day = _read_form(words)
    return WrittenDay(year=year, month=month, day=day, weekday=weekday, hours=hours)


def read_hours(found: re.Match[str]) -> Hours:
    """From a match of HOURS; UnclearError where the clock knows no such time or it ends before it begins."""
    try:
        starts, ends = time(int(found["h1"]), int(found["m1"])), time(int(found["h2"]), int(found["m2"]))
    except ValueError:
        raise UnclearError("there is no such time of day") from None
    if ends <= starts:
        raise UnclearError("it ends before it begins")
    return Hours(starts, ends)


def _take_hours(words: str) -> tuple[Hours | None, str]:
    found = _HOURS.search(words)
    if found is None:
        return None, words
    return read_hours(found), words[: found.start()] + " " + words[found.end() :]


def _take_weekday(words: str) -> tuple[int | None, str]:
    parts = words.split()
    days = [WEEKDAY_OF_WORD.get(part.strip(".")) for part in parts]
    named = [day for day in days if day is not None]
    if len(named) > 1:
        raise UnclearError("more than one weekday is named")
    rest = " ".join(part for part, day in zip(parts, days, strict=True) if day is None)
    return (named[0] if named else None), rest


def _read_slashed(found: re.Match[str], *, month_comes_first: bool | None) -> tuple[int | None, int, int]:
    one, two = int(found["one"]), int(found["two"])
    if one == two:
        month_comes_first = True
    if month_comes_first is None:
        raise UnclearError("it may be a day and a month or a month and a day")
    month, day = (one, two) if month_comes_first else (two, one)
    return _read_year(found["year"]), _read_month(month), day


def _read_form(words: str) -> tuple[int | None, int, int]:
    for form in _FORMS:
        if (found := form.fullmatch(words)) is None:
            continue
        groups = found.groupdict()
        if "word" in groups:
            month = MONTH_OF_WORD.get(groups["word"])
            if month is None:
                continue
        else:
            month = _read_month(int(groups["month"]))
        return _read_year(groups["year"]), month, int(groups["day"])
    raise UnclearError("this is not one day")


def _read_month(month: int) -> int:
    if not 1 <= month <= 12:
        raise UnclearError("there is no such month")
    return month


def _read_year(digits: str | None) -> int | None:
    if digits is None:
        return None
    year = int(digits)
    year = 2000 + year if len(digits) == 2 else year
    if not 2000 <= year <= 2100:
        raise UnclearError("this year is far away")
    return year
