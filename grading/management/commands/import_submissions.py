"""manage.py import_submissions COURSE submissions.csv"""

from __future__ import annotations

import sys
from typing import Any

from django.utils import timezone

from grading.actions.import_submissions import COLUMNS, import_submissions
from schedule.management.course_command import (
    ImportCommand,
    all_or_nothing,
    contents,
    course_called,
    moment_given,
)
from schedule.management.progress import ProgressBar


class Command(ImportCommand):
    help = "Records work and points from a file, whatever the deadlines. A second run changes nothing."
    columns = COLUMNS

    def handle(self, *args: Any, **options: Any) -> None:
        course = course_called(options["course"])
        now = moment_given(options["now"], course.zone) or timezone.now()
        data = contents(options["file"])
        with all_or_nothing(options["file"]), ProgressBar(sys.stderr, "Writing") as bar:
            done = import_submissions(course=course, data=data, now=now, notify=options["notify"], told=bar)
        self.stdout.write(f"New: {done.new}. Changed: {done.changed}. Nothing to change: {done.unchanged}.")
