"""load_course FILE.toml [--dry-run]: make a course what its file says it is, and tell what changed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from courseportal.actions import DatesAtStake, ResultsAtStake, load_course
from courseportal.course_file import CourseFileError, read_course_file
from grading.actions.telling import remember_unknown
from schedule.management.course_command import NOTIFY, name_of, text_of

LATE = "By this file work becomes late, or a date is past at once (--agree loads it all the same)"
AGREE = "load it also where work becomes late by it, or a date is past at once"


class Command(BaseCommand):
    help = "Create or update a course from its file (docs/course-file.md), and print what changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.toml", help="the course file; - reads standard input")
        parser.add_argument("--dry-run", action="store_true", help="print what would change, change nothing")
        parser.add_argument("--notify", action="store_true", help=NOTIFY)
        parser.add_argument("--agree", action="store_true", help=AGREE)

    def handle(self, *args: Any, file: str, dry_run: bool, **options: Any) -> None:
        try:
            definition = read_course_file(text_of(file))
        except CourseFileError as error:
            raise CommandError(_told(f"{name_of(file)} is not loaded:", error.problems)) from None
        if not dry_run:
            # Whatever the file changes, students are told from the dates that hold now.
            remember_unknown(definition.course.slug, timezone.now())
        try:
            now = timezone.now()
            changes = load_course(
                definition=definition,
                now=now,
                dry_run=dry_run,
                notify=options["notify"],
                spare=not options["agree"],
            )
        except ResultsAtStake as error:
            raise CommandError(_told("refused, nothing is changed:", error.reasons)) from None
        except DatesAtStake as error:
            if not dry_run:
                raise CommandError(_told(f"refused, nothing is changed. {LATE}:", error.reasons)) from None
            for line in error.changes:
                self.stdout.write(line)
            self.stdout.write(_told(f"{LATE}:", error.reasons))
            self.stdout.write("a dry run: nothing is changed")
            return
        for line in changes or ["nothing to change"]:
            self.stdout.write(line)
        if changes and dry_run:
            self.stdout.write("a dry run: nothing is changed")


def _told(headline: str, lines: list[str]) -> str:
    return "\n  ".join([headline, *lines])
