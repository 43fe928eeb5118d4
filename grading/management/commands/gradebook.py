"""manage.py gradebook COURSE [--format table|csv|json|xlsx] [--output FILE] [--now MOMENT]"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from grading.exports import as_csv, as_json, as_table, as_xlsx
from grading.queries.gradebook import Gradebook, gradebook
from grading.queries.scheme import SchemeMissing
from schedule.management.course_command import CourseCommand, course_called, moment_given

TEXTS = {"table": as_table, "csv": as_csv, "json": as_json}
STREAMS = (Path("/dev"), Path("/dev/fd"), Path("/proc/self/fd"))
"""What stands there must never be replaced by a file, not even /dev/stdout that leads to one."""


class Command(CourseCommand):
    help = "Prints the whole gradebook of a course: scores after penalties, totals, grades, exam and pass."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--format", choices=[*TEXTS, "xlsx"], default="table")
        parser.add_argument(
            "--output",
            metavar="FILE",
            help="write there, whole or not at all, readable for its owner; CSV gets a byte-order mark",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        course = course_called(options["course"])
        now = moment_given(options["now"], course.zone) or timezone.now()
        kind, output = options["format"], options["output"]
        if kind == "xlsx" and output is None and sys.stdout.isatty():
            raise CommandError(
                "A workbook is nothing for a terminal: name a file with --output, or use a pipe."
            )
        try:
            book = gradebook(course, now)
        except SchemeMissing as missing:
            raise CommandError(str(missing)) from None
        if output is not None:
            write_out(Path(output), file_contents(book, kind, now))
        elif kind == "xlsx":
            sys.stdout.buffer.write(as_xlsx(book, now=now))
        else:
            self.stdout.write(TEXTS[kind](book), ending="")


def file_contents(book: Gradebook, kind: str, now: datetime) -> bytes:
    """The bytes of a file of that kind. In CSV a byte-order mark tells spreadsheets that it is UTF-8."""
    if kind == "xlsx":
        return as_xlsx(book, now=now)
    return TEXTS[kind](book).encode("utf-8-sig" if kind == "csv" else "utf-8")


def write_out(path: Path, data: bytes) -> None:
    """Write into a file, a pipe or a device. A link stays a link: what it leads to is written."""
    if path.parent in STREAMS or (path.exists() and not path.is_file() and not path.is_dir()):
        try:
            with path.open("ab") as stream:
                stream.write(data)
        except OSError as wrong:
            raise CommandError(f"{path}: {wrong.strerror}") from None
        return
    try:
        target = path.resolve() if path.is_symlink() else path
    except (OSError, RuntimeError):  # what it raises depends on the Python
        raise CommandError(f"{path}: a link that leads to itself") from None
    write_whole(target, data)


def write_whole(path: Path, data: bytes) -> None:
    """Put a file in its place at once: a reader sees the old one or the new one, never a part."""
    try:
        with (
            undisturbed(),
            NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as draft,
        ):
            try:
                draft.write(data)
                draft.flush()
                os.fsync(draft.fileno())
                Path(draft.name).replace(path)
            except BaseException:  # Ctrl-C too leaves no draft
                Path(draft.name).unlink(missing_ok=True)
                raise
    except OSError as wrong:
        raise CommandError(f"{path}: {wrong.strerror}") from None


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let a wish that the process end wait until the block is done, for a draft would stay behind."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGHUP))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
