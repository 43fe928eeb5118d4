"""Where people's files lie. Nobody is told that a file is kept before every byte of it is on the disk.

Django's own storage moves an upload into place without looking at short writes and without `fsync`: on a full
disk or after a power cut a file may be there in part, and its row in full. Here a file is written under a
temporary name on the same filesystem, synced, compared in size and SHA-256 with what arrived, and only then
linked under its final name, which is random and never overwrites; last the folder is synced.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import math
import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.core.exceptions import ImproperlyConfigured
from django.core.files import File
from django.core.files.storage import FileSystemStorage, storages
from django.utils.deconstruct import deconstructible

from people.uploads import ArrivedFile

logger = logging.getLogger(__name__)

INCOMING = "incoming"
"""The folder of what is still on its way, inside the storage: a link from there never crosses filesystems."""

ASIDE = "aside"
"""The folder of files that no row points at, until they are removed for good."""


class NotSaved(Exception):
    """The bytes could not be kept for certain; nothing of them is left. Answered with 503, try again."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that is on the disk: its name in the storage, its size in bytes, its SHA-256 in hex."""

    path: str
    size: int
    sha256: str


@deconstructible(path="people.storage.DurableStorage")
class DurableStorage(FileSystemStorage):
    """A file storage that keeps all of a file or none of it, through a full disk, a crash, a power cut."""

    def keep(self, files: Sequence[File[Any]], *, under: str) -> list[KeptFile]:
        """Keep all files, or none: in order, each under a random name inside the folder ``under``.

        Raises NotSaved when any of them cannot be kept in full; then none is left behind.
        """
        kept: list[KeptFile] = []
        if not files:
            return kept
        try:
            with not_saved_for("keeping files"):
                folder = self._folder(f"{under}/{secrets.token_hex(1)}")
                for file in files:
                    kept.append(self._keep_one(file, folder))  # noqa: PERF401 - known when the next fails
                sync_folder(folder)
        except BaseException:
            self.forget(one.path for one in kept)
            raise
        return kept

    def forget(self, paths: Iterable[str]) -> None:
        """Remove files that no row will point at. What cannot be removed now is left to the housekeeping."""
        for path in paths:
            try:
                Path(self.path(path)).unlink(missing_ok=True)
            except OSError:
                logger.warning("A file that nothing points at stays for now: %s", path, exc_info=True)

    def kept_under(self, folder: str, *, until: datetime) -> Iterator[list[str]]:
        """The names of all files inside a folder last written by ``until``, some at a time."""
        for place, _folders, names in os.walk(self.path(folder)):
            old = [Path(place, name) for name in names if _written_at(Path(place, name)) <= until.timestamp()]
            if old:
                yield [path.relative_to(self.location).as_posix() for path in old]

    def set_aside(self, path: str, *, now: datetime) -> None:
        """Move a file that nothing points at to where it is removed later: a restored row may want it."""
        aside = self._folder(ASIDE) / path.replace("/", "-")
        source = Path(self.path(path))
        os.utime(source, (now.timestamp(), now.timestamp()))
        source.rename(aside)

    def fault_in(self, file: KeptFile) -> str | None:
        """What is wrong with a kept file, in a few words; None where every byte is what it was."""
        try:
            with self.open(file.path) as stream:
                size = os.fstat(stream.fileno()).st_size
                if size != file.size:
                    return f"it has {size} bytes instead of {file.size}"
                return None if sha256_of(stream) == file.sha256 else "its bytes have changed"
        except OSError as reason:
            return f"it cannot be read: {reason.strerror}"

    def _keep_one(self, file: File[Any], folder: Path) -> KeptFile:
        with self._written(file) as (temporary, size, sha256):
            while True:
                final = folder / secrets.token_hex(20)
                with suppress(FileExistsError):
                    os.link(temporary, final)
                    return KeptFile(final.relative_to(self.location).as_posix(), size, sha256)

    def _save(self, name: str, content: File[Any]) -> str:
        """Django's own way in, for forms and fields: the same promises under a name of the caller's."""
        with not_saved_for(f"saving {name}"), self._written(content) as (temporary, _size, _sha256):
            while True:
                final = Path(self.path(name))
                self._folder(final.parent.relative_to(self.location).as_posix())
                try:
                    os.link(temporary, final)
                except FileExistsError:
                    name = self.get_available_name(name)
                    continue
                try:
                    sync_folder(final.parent)
                except OSError:
                    final.unlink(missing_ok=True)
                    raise
                return name

    @contextmanager
    def _written(self, content: File[Any]) -> Iterator[tuple[Path, int, str]]:
        """The content under a temporary name of this filesystem, synced and compared with what arrived."""
        if isinstance(content, ArrivedFile):
            temporary = content.written()
            if temporary is not None and _same_filesystem(temporary, Path(self.location)):
                with temporary.open("rb") as stream:
                    size, sha256 = content.size or 0, content.sha256
                    _check_and_sync(stream, size, sha256)
                    yield temporary, size, sha256
                return
        with tempfile.NamedTemporaryFile(dir=self._folder(INCOMING), suffix=".part") as out:
            size, sha256 = _copy(content, out)
            if isinstance(content, ArrivedFile) and (size, sha256) != (content.size, content.sha256):
                raise OSError(errno.EIO, "what was read back is not what arrived")
            _check_and_sync(out, size, sha256)
            yield Path(out.name), size, sha256

    def _folder(self, name: str) -> Path:
        """A folder of the storage, made and its entry synced if it is new."""
        folder = Path(self.location, name)
        missing = [step for step in (folder, *folder.parents) if not step.exists()]
        for step in reversed(missing):
            with suppress(FileExistsError):
                step.mkdir(mode=self.directory_permissions_mode or 0o700)
            sync_folder(step.parent)
        return folder


def durable_storage() -> DurableStorage:
    """The storage in which people's files are kept."""
    storage = storages["default"]
    if not isinstance(storage, DurableStorage):
        raise ImproperlyConfigured("people's files are kept by people.storage.DurableStorage alone")
    return storage


@contextmanager
def not_saved_for(what: str) -> Iterator[None]:
    """Turn what the operating system refuses into NotSaved, and write down why."""
    try:
        yield
    except OSError as reason:
        logger.error("Not saved: %s: %s", what, reason)
        raise NotSaved(str(reason)) from reason


def sync_folder(folder: Path) -> None:
    """Have the entries of a folder written to the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(stream: IO[bytes]) -> str:
    """The SHA-256, in hex, of all that the stream has, from its beginning."""
    stream.seek(0)
    return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]


def _check_and_sync(stream: IO[bytes], size: int, sha256: str) -> None:
    written = os.fstat(stream.fileno()).st_size
    if written != size:
        raise OSError(errno.EIO, f"{written} of {size} bytes were written")
    if sha256_of(stream) != sha256:
        raise OSError(errno.EIO, "the bytes on the disk are not those that arrived")
    os.fsync(stream.fileno())


def _copy(content: File[Any], out: IO[bytes]) -> tuple[int, str]:
    """Write the content; its size and SHA-256 as it was read."""
    digest, size = hashlib.sha256(), 0
    for chunk in content.chunks():
        data = chunk.encode() if isinstance(chunk, str) else chunk
        digest.update(data)
        size += len(data)
        out.write(data)
    out.flush()
    return size, digest.hexdigest()


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return math.inf  # it has gone meanwhile


def _same_filesystem(one: Path, other: Path) -> bool:
    return one.stat().st_dev == other.stat().st_dev
