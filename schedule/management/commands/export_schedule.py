"""manage.py export_schedule COURSE"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from schedule.course_table import homework_without_a_class, written_classes
from schedule.management.course_command import course_called
from schedule.readme_table import write_readme


class Command(BaseCommand):
    help = "Prints a course's schedule as the table of a README in Markdown; importing it changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("course", metavar="COURSE", help="the course's short address, as in its links")

    def handle(self, *args: Any, course: str, **options: Any) -> None:
        of = course_called(course)
        self.stdout.write(write_readme(written_classes(of)), ending="")
        for assignment in homework_without_a_class(of):
            self.stderr.write(f"not in the table, it is given at no class: {assignment}")
