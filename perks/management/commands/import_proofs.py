"""manage.py import_proofs COURSE proofs.csv"""

from __future__ import annotations

import sys
from typing import Any

from django.utils import timezone

from perks.actions.import_proofs import import_proofs
from perks.actions.proof_rows import COLUMNS
from schedule.management.course_command import (
    ImportCommand,
    all_or_nothing,
    contents,
    course_called,
    moment_given,
)
from schedule.management.progress import ProgressBar


class Command(ImportCommand):
    help = "Records proofs from a file, whatever the target of the course. A second run changes nothing."
    columns = COLUMNS

    def handle(self, *args: Any, **options: Any) -> None:
        course = course_called(options["course"])
        now = moment_given(options["now"], course.zone) or timezone.now()
        data = contents(options["file"])
        with all_or_nothing(options["file"]), ProgressBar(sys.stderr, "Writing") as bar:
            done = import_proofs(course=course, data=data, now=now, told=bar)
        self.stdout.write(f"New: {done.new}. Changed: {done.changed}. Nothing to change: {done.unchanged}.")
