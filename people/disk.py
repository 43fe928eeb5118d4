"""Files on a disk: all bytes written and synced, then the name, then the folder.

Django's own storage moves an upload into place without looking at short writes and without `fsync`: on a full
disk or after a power cut a file may be there in part, and its row in full. Here a file is written under a
temporary name on the same filesystem, synced, compared in size and SHA-256 with what arrived, and only then
linked under its final name, which is random and never overwrites; last the folder is synced.
"""

from __future__ import annotations

import errno
import logging
import math
import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage

from people.storage import ASIDE, INCOMING, DurableStorage, KeptFile, check_written, copied, not_saved_for
from people.uploads import ArrivedFile

logger = logging.getLogger(__name__)


class DiskStorage(DurableStorage, FileSystemStorage):
    """A folder that keeps all of a file or none of it, through a full disk, a crash, a power cut."""

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

    def _keep_one(self, file: File[Any], folder: str) -> KeptFile:
        place = self._folder(folder)
        with self._written(file) as (temporary, size, sha256):
            while True:
                final = place / secrets.token_hex(20)
                with suppress(FileExistsError):
                    os.link(temporary, final)
                    return KeptFile(final.relative_to(self.location).as_posix(), size, sha256)

    def _settle(self, folder: str) -> None:
        sync_folder(Path(self.location, folder))

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
            size, sha256 = copied(content, out)
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


def sync_folder(folder: Path) -> None:
    """Have the entries of a folder written to the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _check_and_sync(stream: IO[bytes], size: int, sha256: str) -> None:
    check_written(stream, size, sha256)
    os.fsync(stream.fileno())


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return math.inf  # it has gone meanwhile


def _same_filesystem(one: Path, other: Path) -> bool:
    return one.stat().st_dev == other.stat().st_dev
