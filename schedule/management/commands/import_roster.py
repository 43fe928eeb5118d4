"""manage.py import_roster COURSE roster.csv [--deactivate-missing]"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from schedule.actions.roster import COLUMNS, RosterChanges, import_roster
from schedule.management.course_command import (
    ImportCommand,
    all_or_nothing,
    contents,
    course_called,
    moment_given,
)

SHOWN = (
    ("accounts", "New accounts"),
    ("names", "Names changed"),
    ("groups", "New groups"),
    ("joined", "Joined the course"),
    ("transferred", "Transferred"),
    ("roles", "Roles changed"),
    ("ended", "Left the course"),
)


class Command(ImportCommand):
    help = "Makes a course's people those of a file. Nothing is deleted; a second run changes nothing."
    columns = COLUMNS

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--deactivate-missing",
            action="store_true",
            help="end the enrolments of people who are not in the file, instead of listing them",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        course = course_called(options["course"])
        now = moment_given(options["now"], course.zone) or timezone.now()
        with all_or_nothing(options["file"]):
            changes = import_roster(
                course=course,
                data=contents(options["file"]),
                now=now,
                deactivate_missing=options["deactivate_missing"],
                notify=options["notify"],
            )
        self.show(changes)

    def show(self, changes: RosterChanges) -> None:
        """Print what changed, and who is in the course but not in the file."""
        for name, title in SHOWN:
            self.show_list(title, getattr(changes, name))
        if not changes:
            self.stdout.write("Nothing to change.")
        self.show_list("Not in the file, left as they are (--deactivate-missing ends them)", changes.absent)

    def show_list(self, title: str, lines: tuple[str, ...]) -> None:
        """Print a titled list, nothing where it is empty."""
        if lines:
            self.stdout.write(f"{title}: {len(lines)}")
            self.stdout.writelines(f"  {line}\n" for line in lines)
