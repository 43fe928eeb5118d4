"""`manage.py backup TARGET`: all of the portal in a folder, while it goes on working."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from courseportal.backup.manifest import NAME, Unsound
from courseportal.backup.restoring import checked
from courseportal.backup.tables import OtherVersion
from courseportal.backup.taking import NeverStill, NoPlace, take
from schedule.management.progress import ProgressBar

DAMAGED = 3


class Command(BaseCommand):
    """Exit status 1: there is no backup. 3: there is one, and files of the portal itself are damaged."""

    help = "Make a backup of database and files in the new folder TARGET; or verify one that is there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("target", type=Path, metavar="TARGET")
        parser.add_argument("--check", action="store_true", help="only verify the backup that is in TARGET")

    def handle(self, *args: Any, target: Path, check: bool, **options: Any) -> None:
        with ProgressBar(sys.stderr, "") as bar:

            def progress(title: str) -> ProgressBar:
                bar.title = title
                return bar

            try:
                if check:
                    manifest = checked(target, progress("Verifying"))
                else:
                    manifest = take(target, clock=timezone.now, progress=progress)
            except Unsound as unsound:
                raise CommandError("\n".join(["The backup is not sound.", *unsound.faults])) from unsound
            except (NoPlace, NeverStill, OtherVersion) as why:
                raise CommandError(f"No backup was made: {why}") from why
            except OSError as error:
                raise CommandError(f"No backup was made: {error.strerror or error}") from error
        rows, size = sum(table.rows for table in manifest.tables), sum(file.size for file in manifest.files)
        said = "Sound" if check else "Made"
        print(
            f"{said}: {target / NAME}, of {manifest.made_at}, version {manifest.version}:"
            f" {rows:,} rows in {len(manifest.tables)} tables, {len(manifest.files):,} files, {size:,} bytes"
        )
        if manifest.damaged:
            lines = [f"{damage.path}: {damage.what}" for damage in manifest.damaged]
            head = "Files of the portal were damaged when the backup was made; it has what there was of them."
            raise CommandError("\n".join([head, *lines]), returncode=DAMAGED)
