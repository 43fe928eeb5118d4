"""manage.py import_exam COURSE exam.csv"""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from grading.actions.import_exam import COLUMNS, import_exam
from schedule.management.course_command import (
    ImportCommand,
    all_or_nothing,
    contents,
    course_called,
    moment_given,
)


class Command(ImportCommand):
    help = "Records exam outcomes from a file; all are kept, the last counts. A second run changes nothing."
    columns = COLUMNS

    def handle(self, *args: Any, **options: Any) -> None:
        course = course_called(options["course"])
        now = moment_given(options["now"], course.zone) or timezone.now()
        with all_or_nothing(options["file"]):
            done = import_exam(
                course=course, data=contents(options["file"]), now=now, notify=options["notify"]
            )
        self.stdout.write(f"New: {done.new}. Nothing to change: {done.unchanged}.")
