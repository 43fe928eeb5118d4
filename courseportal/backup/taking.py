"""Taking a backup: the rows first, then the files that they point at, last the manifest."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from django.utils.crypto import salted_hmac

from courseportal.backup import manifest as manifests
from courseportal.backup.files import Copied, Progress, Wanted, copy_out, wanted_in
from courseportal.backup.manifest import FILES, NAME, TABLES, BackedTable, Manifest
from courseportal.backup.snapshot import snapshot
from courseportal.backup.tables import LEFT_OUT, OtherVersion, Row, applied, columns_of, dump, tables_after
from courseportal.version import version
from people.disk import sync_folder

LOOKS: Final = 5
"""So many times the rows are read at most, where files went away with their rows while they were copied."""


class NoPlace(Exception):
    """A backup cannot be made in that folder; the text says why."""


class NeverStill(Exception):
    """Files went away with their rows each time that they were copied: try again in a quieter hour."""


def take(folder: Path, *, clock: Callable[[], datetime], progress: Callable[[str], Progress]) -> Manifest:
    """Make a backup in a new or empty folder; what it holds.

    The portal goes on working. Only the manifest makes a folder a backup: one that was broken off is none,
    and may be begun anew in the same place. Raises NoPlace, NeverStill, OtherVersion, and OSError where the
    disk is full.
    """
    prepare(folder)
    copied = Copied()
    for _look in range(LOOKS):
        made_at = clock()
        engine, migrations, tables, wanted = _dump_all(folder, progress("Rows"))
        if copy_out(wanted, folder, copied, progress("Files")):
            break
    else:
        raise NeverStill("files go away faster than they are copied")
    _forget_others(folder, copied, {one.path for one in wanted})
    made = Manifest(
        version=version(),
        made_at=made_at.astimezone(UTC).isoformat(),
        engine=engine,
        migrations=migrations,
        tables=tables,
        files=sorted(copied.files.values(), key=lambda file: file.path),
        damaged=sorted(copied.damaged.values(), key=lambda damage: damage.path),
        left_out=sorted(LEFT_OUT),
        key=key_sign(),
    )
    _sync(folder)
    manifests.write(made, folder)
    return made


def prepare(folder: Path) -> None:
    """Make the folder, for its owner's eyes only, or empty one in which a backup was broken off."""
    if folder.exists() and not folder.is_dir():
        raise NoPlace(f"{folder} is no folder")
    here = {path.name for path in folder.iterdir()} if folder.exists() else set()
    if NAME in here:
        raise NoPlace(f"{folder} holds a backup already: name a new folder")
    if here - {TABLES, FILES, f"{NAME}.part"}:
        raise NoPlace(f"{folder} is not empty: name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name in (TABLES, FILES):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir()


def key_sign() -> str:
    """A mark of this portal's SECRET_KEY, from which the key cannot be told."""
    return salted_hmac("courseportal.backup", "whose key is it?", algorithm="sha256").hexdigest()[:16]


def _dump_all(
    folder: Path, progress: Progress
) -> tuple[str, list[list[str]], list[BackedTable], list[Wanted]]:
    """Write every table in one look; engine, migrations, tables, and the files that the rows point at."""
    wanted: list[Wanted] = []
    tables = []
    with snapshot() as looking:
        migrations = applied(looking)
        if not migrations:
            raise OtherVersion("there is no portal in this database: nothing was ever migrated")
        models = tables_after(migrations)
        for number, (name, model) in enumerate(sorted(models.items()), start=1):
            if name not in LEFT_OUT:
                note = partial(_note, wanted, name, list(columns_of(model)))
                tables.append(dump(looking, model, folder, note))
            progress(number, len(models))
        return looking.vendor, migrations, tables, wanted


def _note(wanted: list[Wanted], table: str, columns: list[str], row: Row) -> None:
    wanted.extend(wanted_in(table, columns, row))


def _forget_others(folder: Path, copied: Copied, paths: set[str]) -> None:
    """What an earlier look pointed at and the last does not was taken away by somebody: it is not kept."""
    for path in copied.files.keys() - paths:
        (folder / FILES / path).unlink()
        del copied.files[path]
    for path in copied.damaged.keys() - paths:
        del copied.damaged[path]


def _sync(folder: Path) -> None:
    """Have all of it on the disk before the manifest says so."""
    for place, _folders, names in os.walk(folder):
        for name in names:
            with Path(place, name).open("rb") as file:
                os.fsync(file.fileno())
        sync_folder(Path(place))
