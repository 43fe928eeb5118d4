"""What a backup holds, and how to tell that it still holds it. Without a manifest a folder is no backup."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from people.disk import sync_folder

FORMAT: Final = 1
NAME: Final = "manifest.json"
TABLES: Final = "database"
FILES: Final = "files"
CHUNK: Final = 2**20


class Unsound(Exception):
    """There is no backup in a folder, or not all of it is as it was made; ``faults`` say what is wrong."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class BackedTable:
    """A table: its columns, how many rows it has, and the file of them with its size and SHA-256."""

    name: str
    columns: list[str]
    rows: int
    size: int
    sha256: str
    last_id: int | None = None
    """The last number that the database gave a row, which may be gone; None where it gives none."""

    @property
    def file(self) -> str:
        """Its place in the backup."""
        return f"{TABLES}/{self.name}.jsonl.gz"


@dataclass(frozen=True, slots=True)
class BackedFile:
    """A file of the storage, by its name there, as it was when it was copied."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Damage:
    """A file that is not what its row says, in the portal itself: the backup has what there was of it."""

    path: str
    what: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that a backup is."""

    version: str
    """Of the portal that made it."""
    made_at: str
    """When the look at the database was taken, ISO 8601 in UTC."""
    engine: str
    migrations: list[list[str]]
    """Which were applied, as pairs of app and name."""
    tables: list[BackedTable]
    files: list[BackedFile]
    damaged: list[Damage]
    left_out: list[str]
    """Tables whose rows are not in it."""
    key: str
    """By which a portal tells whether it has the same SECRET_KEY; the key cannot be told from it."""

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.made_at)


def write(manifest: Manifest, folder: Path) -> None:
    """Put the manifest in its place, at once and for certain: from now on the folder is a backup."""
    body = {"format": FORMAT, **asdict(manifest)}
    text = json.dumps(body | {"sha256": _digest(body)}, ensure_ascii=False, indent=1)
    aside = folder / f"{NAME}.part"
    with aside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(folder / NAME)
    sync_folder(folder)


def read(folder: Path) -> Manifest:
    """The manifest of the backup in a folder. Raises Unsound where there is none, or none that is whole."""
    try:
        body = json.loads((folder / NAME).read_text(encoding="utf-8"))
        digest = body.pop("sha256")
        if body.pop("format") != FORMAT:
            raise Unsound([f"{NAME}: it has a format that this version of the portal does not know"])
        if digest != _digest({"format": FORMAT, **body}):
            raise Unsound([f"{NAME}: it was changed after it was written"])
        return _read(body)
    except FileNotFoundError:
        raise Unsound([f"{folder} holds no backup: there is no {NAME}, which is written last"]) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unsound([f"{NAME}: it cannot be read ({type(error).__name__})"]) from error


def _read(body: dict[str, Any]) -> Manifest:
    parts = {
        "tables": [BackedTable(**row) for row in body["tables"]],
        "files": [BackedFile(**row) for row in body["files"]],
        "damaged": [Damage(**row) for row in body["damaged"]],
    }
    manifest = Manifest(**body | parts)
    names = [table.name for table in manifest.tables]
    paths = [file.path for file in manifest.files]
    if not all(name.isidentifier() for name in names) or not all(_stays_inside(path) for path in paths):
        raise Unsound([f"{NAME}: it names places outside the backup"])
    return manifest


def _stays_inside(path: str) -> bool:
    return bool(path) and not path.startswith("/") and ".." not in path.split("/") and "\\" not in path


def _digest(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def faults(manifest: Manifest, folder: Path) -> Iterator[tuple[str, str | None]]:
    """Of each file of the backup: its place, and what is wrong with it; None where every byte is there."""
    for table in manifest.tables:
        yield table.file, _fault(folder / table.file, table.size, table.sha256)
    for file in manifest.files:
        yield f"{FILES}/{file.path}", _fault(folder / FILES / file.path, file.size, file.sha256)


def _fault(path: Path, size: int, sha256: str) -> str | None:
    try:
        with path.open("rb") as stream:
            found, digest = measured(stream)
    except OSError as error:
        return (error.strerror or "cannot be read").lower()
    if found != size:
        return f"it has {found} bytes instead of {size}"
    return None if digest == sha256 else "its bytes have changed"


def measured(stream: IO[bytes], out: IO[bytes] | None = None) -> tuple[int, str]:
    """The size and the SHA-256, in hex, of what a stream still has; written to ``out`` on the way."""
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if out:
            out.write(chunk)
    return size, digest.hexdigest()
