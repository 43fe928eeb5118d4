"""`manage.py restore SOURCE`: a backup in the place of an empty portal or, if asked, of this one."""

from __future__ import annotations

import fcntl
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError
from django.utils import timezone

from courseportal.backup.manifest import Unsound
from courseportal.backup.restoring import NotEmpty, Restored, checked, restore
from courseportal.backup.tables import OtherVersion
from people.storage import NotSaved
from schedule.management.course_command import moment_given
from schedule.management.progress import ProgressBar


class Command(BaseCommand):
    """Nothing is touched before every byte of the backup was verified; no mail goes again."""

    help = "Put the backup in the folder SOURCE in an empty portal's place. Stop web, worker and beat first."
    requires_system_checks = ()  # the tables may not be there yet

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=Path, metavar="SOURCE")
        parser.add_argument("--check", action="store_true", help="only verify the backup; touch nothing")
        parser.add_argument("--replace", action="store_true", help="even where a portal is: all its rows go")
        parser.add_argument(
            "--stopped-at",
            metavar="MOMENT",
            help="when the lost portal stopped (now): what became due later goes out; in UTC by default",
        )

    def handle(self, *args: Any, source: Path, check: bool, replace: bool, **options: Any) -> None:
        stopped_at = _stop(options["stopped_at"], now=timezone.now())
        with ProgressBar(sys.stderr, "") as bar:

            def progress(title: str) -> ProgressBar:
                bar.title = title
                return bar

            try:
                if check:
                    checked(source, progress("Verifying"))
                    print(f"Sound: {source}")
                    return
                with _stopped():
                    done = restore(source, stopped_at=stopped_at, replace=replace, progress=progress)
            except Unsound as unsound:
                raise CommandError("\n".join(["Nothing was touched.", *unsound.faults])) from unsound
            except NotEmpty as full:
                raise CommandError(
                    "Nothing was touched: there is a portal here, with rows in "
                    f"{', '.join(full.tables[:5])}… Say --replace to put the backup in its place."
                ) from full
            except OtherVersion as why:
                raise CommandError(f"Nothing was restored: {why}") from why
            except (OSError, NotSaved, IntegrityError) as error:
                raise CommandError(f"The portal's rows are what they were: {error}") from error
        for line in told(done):
            print(line)


def _stop(text: str | None, *, now: datetime) -> datetime:
    moment = moment_given(text, ZoneInfo("UTC"), option="--stopped-at") or now
    if moment > now:
        raise CommandError("--stopped-at is in the future")
    return moment


def told(done: Restored) -> Iterator[str]:
    """What an operator has to know, and to do next."""
    yield f"Restored: {done.rows:,} rows, {done.files:,} files ({done.files_put:,} were not there already)"
    if done.unsent.kept:
        kinds = ", ".join(f"{kind} {count}" for kind, count in done.unsent.kept.items())
        yield f"Not sent, since they may have gone before; they stand in the portal: {kinds}"
    if done.unsent.waiting:
        yield f"Waiting for a time that is still to come: {done.unsent.waiting}"
    for name in done.unsent.not_swept:
        yield f"{name} failed (the log says how): what became due there may be sent again"
    if done.unsent.not_asked:
        named = ", ".join(done.unsent.not_asked)
        yield f"Not sent, though nobody could say whether they still hold (the log says why): {named}"
    if not done.same_key:
        yield (
            "This portal has another SECRET_KEY than the one that was backed up: links in letters that were"
            " sent before do not work here. Set the old one if you have it."
        )
    yield "Start web, worker and beat anew now. Everybody has to sign in again."


@contextmanager
def _stopped() -> Iterator[None]:
    """Hold what `manage.py serve` holds while it runs on this data folder."""
    with (settings.DATA_DIR / "serve.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            running = f"a portal runs on {settings.DATA_DIR}. Stop it first."
            raise CommandError(f"Nothing was touched: {running}") from error
        yield
