"""What a cell of an import file may hold: readers that give its value, or say in BadCell what they expect."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from people.models import User, canonical_email
from schedule.points import parse_points, short_points
from schedule.rules import YEARS, instant

EMAIL_LENGTH = User._meta.get_field("email").max_length or 254


class BadCell(ValueError):
    """A cell that cannot be what its column asks for. Its text is what was expected, to follow "expected"."""


@lru_cache(maxsize=16_384)
def email_address(text: str) -> str:
    """An e-mail address in the form in which accounts keep it."""
    email = canonical_email(text)
    try:
        validate_email(email)
    except ValidationError:
        raise BadCell("an e-mail address, for example a.student@example.org") from None
    if len(email) > EMAIL_LENGTH:
        raise BadCell(f"an e-mail address of at most {EMAIL_LENGTH} characters")
    return email


def student_among(students: Mapping[str, int]) -> Callable[[str], int]:
    """A reader of students' e-mail addresses; gives the account's id."""

    def read(text: str) -> int:
        found = students.get(email_address(text))
        if found is None:
            raise BadCell("the e-mail address of a student of this course, present or former")
        return found

    return read


def number_among(numbers: Iterable[int], what: str) -> Callable[[str], int]:
    """A reader of the number of something of which there are these; ``what`` says what: "an assignment"."""
    known = frozenset(numbers)
    listed = ", ".join(map(str, sorted(known))) or "it has none yet"

    def read(text: str) -> int:
        if text.isdecimal() and len(text) < 6 and int(text) in known:
            return int(text)
        raise BadCell(f"the number of {what}: {listed}")

    return read


def words(what: str, *, at_most: int) -> Callable[[str], str]:
    """A reader of text that must be there, of at most so many characters; blanks inside become one."""

    def read(text: str) -> str:
        found = " ".join(text.split())
        if not found:
            raise BadCell(what)
        if len(found) > at_most:
            raise BadCell(f"{what} of at most {at_most} characters")
        return found

    return read


def one_of(choices: Iterable[str]) -> Callable[[str], str]:
    """A reader of one of several words, in capitals or not."""
    known = tuple(choices)

    def read(text: str) -> str:
        found = text.lower()
        if found not in known:
            raise BadCell(f"{', '.join(known[:-1])} or {known[-1]}")
        return found

    return read


def points_up_to(most: int) -> Callable[[str], int]:
    """A reader of points from 0 to ``most`` hundredths, with a decimal comma or point; gives hundredths."""

    def read(text: str) -> int:
        try:
            found = parse_points(text)
        except ValueError:
            found = -1
        if not 0 <= found <= most:
            raise BadCell(f"points from 0 to {short_points(most)} with at most two places, for example 9.5")
        return found

    return read


def moment_until(now: datetime, zone: ZoneInfo) -> Callable[[str], datetime]:
    """A reader of ISO 8601 moments that are not after ``now``; gives an instant in UTC in whole seconds.

    A moment without an offset is in ``zone``; where a clock change repeats or skips it, it is read in the
    student's favour (docs/course-rules.md, Time).
    """

    def read(text: str) -> datetime:
        found = moment(text, zone)
        if found > now:
            shown = shown_moment(now, zone)
            raise BadCell(f"a moment that is not in the future; it is now {shown}")
        return found

    return read


def shown_moment(at: datetime, zone: ZoneInfo) -> str:
    """A moment as messages name it: "2025-09-30 23:59:59+03:00", on the clock of ``zone``."""
    return at.astimezone(zone).isoformat(sep=" ", timespec="seconds")


def moment(text: str, zone: ZoneInfo) -> datetime:
    """The instant, in UTC and whole seconds, of an ISO 8601 date and time; without an offset in ``zone``."""
    expected = "a date and time in ISO 8601, for example 2025-09-30T23:59:59 or 2025-09-30T23:59:59+03:00"
    if _is_date(text):  # Python would read its first second, but nobody said so
        raise BadCell(expected)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadCell(expected) from None
    if found.year not in YEARS:
        raise BadCell(f"a date of the years {YEARS[0]} to {YEARS[-1]}")
    found = instant(found, zone) if found.tzinfo is None else found.astimezone(UTC)
    return found.replace(microsecond=0)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
