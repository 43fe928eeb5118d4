"""manage.py import_proofs COURSE proofs.csv"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from people.storage import NotSaved
from perks.actions.import_proofs import import_proofs
from perks.actions.proof_files import Folder
from perks.actions.proof_rows import COLUMNS, OPTIONAL
from schedule.management.course_command import (
    ImportCommand,
    all_or_nothing,
    contents,
    course_called,
    moment_given,
)
from schedule.management.progress import ProgressBar


class Command(ImportCommand):
    help = (
        "Records proofs from a file, whatever the target of the course. A second run changes nothing. "
        f"Beside the columns below there may be {', '.join(OPTIONAL)}."
    )
    columns = COLUMNS

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--files", metavar="DIR", help="the folder of the photos and tracks that the column file names"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        course = course_called(options["course"])
        now = moment_given(options["now"], course.zone) or timezone.now()
        data = contents(options["file"])
        folder = folder_at(options["files"])
        try:
            with all_or_nothing(options["file"]), ProgressBar(sys.stderr, "Importing") as bar:
                done = import_proofs(
                    course=course, data=data, now=now, folder=folder, notify=options["notify"], told=bar
                )
        except NotSaved as wrong:
            raise CommandError(f"The photos cannot be kept: {wrong}. Nothing was imported.") from None
        self.stdout.write(f"New: {done.new}. Changed: {done.changed}. Nothing to change: {done.unchanged}.")


def folder_at(path: str | None) -> Folder | None:
    """The files of a folder; None where none is named. CommandError where it cannot be read."""
    if path is None:
        return None
    try:
        return Folder(Path(path))
    except OSError as wrong:
        raise CommandError(f"{path}: {wrong.strerror}") from None
