"""What a course README says of its classes: values only, no Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum


class ReadmeError(ValueError):
    """This text cannot be read as a course README at all; the message says why, for people."""


class NoScheduleTableError(ReadmeError):
    """There is no Markdown table with a column of dates and one of topics or numbers."""


class NoYearError(ReadmeError):
    """The dates have no year, and neither the text nor the caller names one."""


class Kind(StrEnum):
    """A class is a lecture or a seminar; CLASS where the README calls it neither."""

    LECTURE = "lecture"
    SEMINAR = "seminar"
    CLASS = "class"


class Season(StrEnum):
    """Part of the academic year; YEAR is all of it, from autumn to the next summer."""

    AUTUMN = "autumn"
    SPRING = "spring"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Term:
    """The year in which the term begins, and the words that told it (empty where every date has a year)."""

    year: int
    season: Season
    source: str

    def year_of(self, month: int) -> int | None:
        """The year of a month without one; None where the month lies outside the term.

        Autumn is July to December and on into February of the next year, spring is January to August.
        """
        if self.season is Season.SPRING:
            return self.year if month <= 8 else None
        if month >= 7:
            return self.year
        return self.year + 1 if self.season is Season.YEAR or month <= 2 else None


@dataclass(frozen=True, slots=True)
class Link:
    """A material of a class. The address may be relative."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Homework:
    """Work given at a class; the address is empty where the README has none yet."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when, on the wall clock of the course's zone."""

    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """The sentence "lectures on Tuesday 10:30-12:05": weekday 0 is Monday."""

    kind: Kind
    weekday: int
    hours: Hours
    line: int


@dataclass(frozen=True, slots=True)
class FoundClass:
    """One row of the table. `hours` only where the row itself names them.

    ``is_cancelled`` is written, by striking the topic out; what a README strikes out is told and not read.
    """

    line: int
    on: date
    kind: Kind
    number: str
    title: str
    materials: tuple[Link, ...] = ()
    homework: tuple[Homework, ...] = ()
    hours: Hours | None = None
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to tell the reader: where (column 0 is the whole line), the text itself, and why."""

    line: int
    column: int
    header: str
    text: str
    why: str

    def __str__(self) -> str:
        place = f"line {self.line}"
        if self.column:
            place += f", column {self.column}" + (f" ({self.header})" if self.header else "")
        return f"{place}: {self.why}" + (f": {self.text}" if self.text else "")


@dataclass(frozen=True, slots=True)
class NumberUsedTwice:
    """Classes of one kind that bear the same number."""

    kind: Kind
    number: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReadmeTable:
    """All that was found, all that was not understood (left out), and what was read with a correction."""

    classes: tuple[FoundClass, ...]
    not_understood: tuple[Remark, ...]
    corrected: tuple[Remark, ...]
    numbers_used_twice: tuple[NumberUsedTwice, ...]
    weekly_hours: tuple[WeeklyHours, ...]
    term: Term | None

    def hours_of(self, found: FoundClass) -> Hours | None:
        """When that class begins and ends, by its row or by the weekly sentence; None where neither says."""
        if found.hours is not None:
            return found.hours
        said = {
            weekly.hours
            for weekly in self.weekly_hours
            if weekly.kind in (found.kind, Kind.CLASS) and weekly.weekday == found.on.weekday()
        }
        return said.pop() if len(said) == 1 else None
