"""copy_course COURSE NEW_SLUG --weeks 52: the course for another year."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from courseportal.actions import CourseExists, copy_course
from courseportal.course_file.moving import TooFar
from schedule.management.course_command import course_called
from schedule.models import Course

SHOWN = 10


class Command(BaseCommand):
    help = "Copy a course for another term: every date moved by whole weeks, no people, no results."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("course", metavar="COURSE", help="the slug of the course to copy")
        parser.add_argument("new_slug", metavar="NEW_SLUG", help="the slug of the copy")
        parser.add_argument(
            "--weeks",
            type=int,
            required=True,
            help="by how many weeks to move, 52 for the same week next year",
        )
        parser.add_argument("--title", help="the title of the copy; the same unless given")
        parser.add_argument("--term", help="the term of the copy; the same with its year moved unless given")

    def handle(
        self,
        *args: Any,
        course: str,
        new_slug: str,
        weeks: int,
        title: str | None,
        term: str | None,
        **options: Any,
    ) -> None:
        source = course_called(course)
        given = {"slug": new_slug, "title": title, "term": term}
        _check({name: value for name, value in given.items() if value is not None})
        try:
            changes = copy_course(source=source, slug=new_slug, weeks=weeks, title=title, term=term)
        except TooFar as error:
            raise CommandError(f"--weeks: {error}") from None
        except CourseExists as error:
            more = len(error.differing) - SHOWN
            told = [*error.differing[:SHOWN], *([f"… and {more} more"] if more > 0 else [])]
            raise CommandError("\n  ".join([f"{error}; nothing is changed:", *told])) from None
        for line in changes or ["nothing to change"]:
            self.stdout.write(line)


def _check(given: dict[str, str]) -> None:
    """CommandError where the course's fields do not take these values."""
    others = [field.name for field in Course._meta.fields if field.name not in given]
    try:
        Course(**given).clean_fields(exclude=others)
    except ValidationError as error:
        wrong = [f"{name} {given[name]!r}: {' '.join(told)}" for name, told in error.message_dict.items()]
        raise CommandError("\n".join(wrong)) from None
