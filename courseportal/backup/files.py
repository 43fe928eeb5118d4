"""The files that rows point at: which they are, copying them out, and putting them back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.core.files import File
from django.db import connection

from courseportal.backup.manifest import FILES, BackedFile, Damage, Manifest, measured
from people.storage import KeptFile, durable_storage

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Pointer:
    """A column that names files of the storage; in others of its row stand their size and SHA-256, if any."""

    table: str
    column: str
    size: str = ""
    sha256: str = ""


POINTERS: Final = (
    Pointer("grading_submissionfile", "path", "size", "sha256"),
    Pointer("perks_photo", "path"),
    Pointer("perks_photo", "small_path"),
)
"""Every column that names a file; a test looks for others."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that a row points at, with what the row says of it."""

    path: str
    pointer: Pointer
    size: int | None = None
    sha256: str | None = None

    def still(self) -> bool:
        """Whether a row points at it now, in the living database."""
        quote = connection.ops.quote_name
        asked = f"SELECT 1 FROM {quote(self.pointer.table)} WHERE {quote(self.pointer.column)} = %s"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(asked, [self.path])
            return cursor.fetchone() is not None


def wanted_in(table: str, columns: Sequence[str], row: Sequence[Any]) -> Iterator[Wanted]:
    """The files that a row points at."""
    for pointer in POINTERS:
        if pointer.table == table and pointer.column in columns:
            value = dict(zip(columns, row, strict=True))
            if path := value[pointer.column]:
                yield Wanted(path, pointer, value.get(pointer.size), value.get(pointer.sha256))


@dataclass(slots=True)
class Copied:
    """What has been copied so far, by name, and what is wrong in the portal itself."""

    files: dict[str, BackedFile] = field(default_factory=dict)
    damaged: dict[str, Damage] = field(default_factory=dict)


def copy_out(wanted: Sequence[Wanted], folder: Path, copied: Copied, progress: Progress) -> bool:
    """Copy what is not copied yet; False where a file went away together with its row meanwhile."""
    for number, one in enumerate(wanted, start=1):
        if one.path not in copied.files and one.path not in copied.damaged:
            try:
                file = _copy(one.path, folder / FILES / one.path)
            except FileNotFoundError:
                if not one.still():
                    return False
                copied.damaged[one.path] = Damage(one.path, "it is missing")
            else:
                copied.files[one.path] = file
                if (one.size or file.size, one.sha256 or file.sha256) != (file.size, file.sha256):
                    copied.damaged[one.path] = Damage(one.path, "it is not what its receipt says")
        progress(number, len(wanted))
    return True


def _copy(path: str, to: Path) -> BackedFile:
    with durable_storage().open(path) as source:
        to.parent.mkdir(parents=True, exist_ok=True)
        with to.open("wb") as out:
            size, sha256 = measured(source, out)
    return BackedFile(path, size, sha256)


def put_back(manifest: Manifest, folder: Path, progress: Progress) -> int:
    """Put every file of a backup in its place in the storage; how many were not there already, byte by byte.

    What lies in the way under the same name with other bytes is replaced.
    """
    storage, put = durable_storage(), 0
    for number, file in enumerate(manifest.files, start=1):
        if storage.fault_in(KeptFile(file.path, file.size, file.sha256)) is not None:
            storage.forget([file.path])
            with (folder / FILES / file.path).open("rb") as source:
                name = storage.save(file.path, File(source))
            if name != file.path:
                raise OSError(f"the storage kept {file.path} under another name")
            put += 1
        progress(number, len(manifest.files))
    return put
