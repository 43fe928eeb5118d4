"""What commands about one course share: naming it, its clock, and files that are imported into it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError

from schedule.cells import BadCell, moment
from schedule.models import Course
from schedule.tables import BadTable, decoded

NOTIFY = "write to those whom it concerns; without it nobody is told"


class CourseCommand(BaseCommand):
    """A command about one course."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("course", metavar="COURSE", help="the course's short address, as in its links")
        parser.add_argument(
            "--now",
            metavar="MOMENT",
            help="an ISO 8601 moment to take for now; in the course's zone by default",
        )


class ImportCommand(CourseCommand):
    """A command that reads one file into a course: all of it, or nothing."""

    columns: ClassVar[tuple[str, ...]]

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        told = f"CSV with the columns {', '.join(self.columns)}; - for standard input"
        parser.add_argument("file", metavar="FILE", help=told)
        parser.add_argument("--notify", action="store_true", help=NOTIFY)


def course_called(slug: str) -> Course:
    """The course with this short address. CommandError names those there are."""
    try:
        return Course.objects.get(slug=slug)
    except Course.DoesNotExist:
        known = ", ".join(Course.objects.values_list("slug", flat=True)) or "none yet"
        raise CommandError(f'There is no course "{slug}". The courses are: {known}.') from None


def moment_given(text: str | None, zone: ZoneInfo, *, option: str = "--now") -> datetime | None:
    """The moment that an option says, None where it was not given. CommandError for what is no moment."""
    if text is None:
        return None
    try:
        return moment(text, zone)
    except BadCell as wrong:
        raise CommandError(f'{option} is "{text}", expected {wrong}') from None


def contents(file: str) -> bytes:
    """The bytes of a file, or of standard input for "-". CommandError where it cannot be read."""
    if file == "-" and sys.stdin is None:  # as under <&-
        raise CommandError("standard input is closed")
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as wrong:
        raise CommandError(f"{file}: {wrong.strerror}") from None


def name_of(file: str) -> str:
    """How messages call a file."""
    return "standard input" if file == "-" else file


def text_of(file: str) -> str:
    """The text of a file in UTF-8 or Windows-1251, without a byte-order mark. CommandError for others."""
    try:
        return decoded(contents(file))
    except BadTable as wrong:
        line = f": line {wrong.problems[0].line}" if wrong.problems[0].line else ""
        raise CommandError(f"{name_of(file)} is not text in UTF-8 or Windows-1251{line}") from None


@contextmanager
def all_or_nothing(file: str) -> Iterator[None]:
    """Turns what is wrong with a file into a CommandError with every line of it."""
    try:
        yield
    except BadTable as wrong:
        raise CommandError(f"{name_of(file)}: nothing was imported.\n{wrong}") from None
    except IntegrityError:
        raise CommandError(
            "Somebody changed the same data meanwhile: nothing was imported, try again."
        ) from None
