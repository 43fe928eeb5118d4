"""load_course FILE.toml [--dry-run]: make a course what its file says it is, and tell what changed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from courseportal.actions import ResultsAtStake, load_course
from courseportal.course_file import CourseFileError, read_course_file
from grading.actions.telling import remember_unknown
from schedule.management.course_command import NOTIFY, name_of, text_of


class Command(BaseCommand):
    help = "Create or update a course from its file (docs/course-file.md), and print what changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.toml", help="the course file; - reads standard input")
        parser.add_argument("--dry-run", action="store_true", help="print what would change, change nothing")
        parser.add_argument("--notify", action="store_true", help=NOTIFY)

    def handle(self, *args: Any, file: str, dry_run: bool, **options: Any) -> None:
        try:
            definition = read_course_file(text_of(file))
        except CourseFileError as error:
            raise CommandError(_told(f"{name_of(file)} is not loaded:", error.problems)) from None
        if not dry_run:
            # Whatever the file changes, students are told from the dates that hold now.
            remember_unknown(definition.course.slug, timezone.now())
        try:
            notify_at = timezone.now() if options["notify"] else None
            changes = load_course(definition=definition, dry_run=dry_run, notify_at=notify_at)
        except ResultsAtStake as error:
            raise CommandError(_told("refused, nothing is changed:", error.reasons)) from None
        for line in changes or ["nothing to change"]:
            self.stdout.write(line)
        if changes and dry_run:
            self.stdout.write("a dry run: nothing is changed")


def _told(headline: str, lines: list[str]) -> str:
    return "\n  ".join([headline, *lines])
