"""The same course in another term: every date moved by whole weeks, so that weekdays and hours stay."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from courseportal.course_file.definition import AssignmentFacts, ClassFacts, CourseDefinition
from grading.rules import days_after
from schedule.rules import YEARS

_DATED_KEY: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?=-|$)")
_YEAR: Final = re.compile(r"(?<!\d)(?P<year>\d{4})(?P<tail>[/–-]\d\d)?(?!\d)")


class TooFar(ValueError):
    """The dates would leave the years that a course may lie in."""


def moved_by_weeks(definition: CourseDefinition, weeks: int) -> CourseDefinition:
    """The course with every date moved by so many weeks, back where negative, on the course's wall clock.

    A class at 10:30 stays at 10:30 and a deadline at 23:59:59, whatever clock changes lie between. Keys of
    classes that begin with a day, and the years in the course's term, move along. Raises TooFar.
    """
    move = _Move(definition, weeks)
    course = definition.course
    starts_on = move.day(course.starts_on)
    return replace(
        definition,
        course=replace(
            course,
            starts_on=starts_on,
            ends_on=move.day(course.ends_on),
            closes_at=move.moment(course.closes_at),
            term=move.term(course.term, course.starts_on, course.ends_on),
        ),
        classes=tuple(move.meeting(each) for each in definition.classes),
        exam=replace(
            definition.exam,
            not_before_on=move.day(definition.exam.not_before_on),
            not_after_on=move.day(definition.exam.not_after_on),
            starts_at=move.moment(definition.exam.starts_at),
        )
        if definition.exam
        else None,
        assignments=tuple(move.assignment(each) for each in definition.assignments),
        extension=replace(definition.extension, target_at=move.instant(definition.extension.target_at))
        if definition.extension
        else None,
    )


class _Move:
    """Moves days, moments and keys by whole weeks."""

    def __init__(self, definition: CourseDefinition, weeks: int) -> None:
        self.zone, self.weeks = definition.course.zone, weeks
        for day in (definition.course.starts_on, definition.course.ends_on):
            # A year to spare on either side, for whatever lies outside the term.
            if not YEARS[0] < day.year + weeks // 52 < YEARS[-1]:
                raise TooFar(f"{weeks} weeks from {day} is not between {YEARS[0]} and {YEARS[-1]}")

    def day(self, day: date) -> date:
        return day + timedelta(weeks=self.weeks)

    def instant(self, moment: datetime) -> datetime:
        return days_after(moment, 7 * self.weeks, self.zone)

    def moment(self, moment: datetime | None) -> datetime | None:
        return None if moment is None else self.instant(moment)

    def term(self, term: str, starts_on: date, ends_on: date) -> str:
        """The term with its years moved: "2025/26" is 2025 and the year after it."""
        by = self.day(starts_on).year - starts_on.year

        def later(found: re.Match[str]) -> str:
            year, tail = int(found["year"]), found["tail"] or ""
            if not starts_on.year - 1 <= year <= ends_on.year + 1:
                return found[0]  # another year, as that of a curriculum
            if tail and int(tail[1:]) == (year + 1) % 100:
                tail = f"{tail[0]}{(year + by + 1) % 100:02}"
            return f"{year + by}{tail}"

        return _YEAR.sub(later, term)

    def meeting(self, each: ClassFacts) -> ClassFacts:
        starts_at, ends_at = self.instant(each.starts_at), self.instant(each.ends_at)
        if ends_at <= starts_at:  # skipped time moved its beginning on
            ends_at = starts_at + (each.ends_at - each.starts_at)
        return replace(each, key=self.key(each.key), starts_at=starts_at, ends_at=ends_at)

    def assignment(self, each: AssignmentFacts) -> AssignmentFacts:
        due_at, closes_at = self.instant(each.due_at), self.moment(each.closes_at)
        return replace(
            each,
            given_at_class=self.key(each.given_at_class) if each.given_at_class else None,
            issued_on=self.day(each.issued_on),
            due_at=due_at,
            # Skipped time moves what lies in it on, and may move it past what lay behind it.
            closes_at=max(due_at, closes_at) if closes_at else None,
        )

    def key(self, key: str) -> str:
        found = _DATED_KEY.match(key)
        if found is None:
            return key
        try:
            return f"{self.day(date.fromisoformat(found[0])).isoformat()}{key[found.end() :]}"
        except (ValueError, OverflowError):  # it only looks like a day
            return key
