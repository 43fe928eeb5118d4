"""Where people's files are kept. Nobody is told that a file is kept before every byte of it is for certain.

The promise is the same on a disk (``people/disk.py``) and in a bucket (``people/bucket.py``): a file is kept
in full under a random name that overwrites nothing, its size and SHA-256 compared with what arrived, before a
row points at it. Whoever needs files works with ``durable_storage()`` and names alone, never with paths.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import secrets
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files import File
from django.core.files.storage import Storage, storages

logger = logging.getLogger(__name__)

INCOMING: Final = "incoming"
"""The folder, on a disk, of what is still on its way: a link from there crosses no filesystem."""

ASIDE: Final = "aside"
"""The folder of files that no row points at, until they are removed for good."""


class NotSaved(Exception):
    """The bytes could not be kept for certain; nothing of them is left. Answered with 503, try again."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that is kept: its name in the storage, its size in bytes, its SHA-256 in hex."""

    path: str
    size: int
    sha256: str


class DurableStorage(Storage, ABC):
    """A file storage that keeps all of a file or none of it, whatever breaks meanwhile."""

    def keep(self, files: Sequence[File[Any]], *, under: str) -> list[KeptFile]:
        """Keep all files, or none: in order, each under a random name inside the folder ``under``.

        Raises NotSaved when any of them cannot be kept in full; then none is left behind.
        """
        kept: list[KeptFile] = []
        if not files:
            return kept
        try:
            with not_saved_for("keeping files"):
                folder = f"{under}/{secrets.token_hex(1)}"
                for file in files:
                    kept.append(self._keep_one(file, folder))  # noqa: PERF401 - known when the next fails
                self._settle(folder)
        except BaseException:
            self.forget(one.path for one in kept)
            raise
        return kept

    @abstractmethod
    def forget(self, paths: Iterable[str]) -> None:
        """Remove files that no row will point at. What cannot be removed now is left to the housekeeping."""

    @abstractmethod
    def kept_under(self, folder: str, *, until: datetime) -> Iterator[list[str]]:
        """The names of all files inside a folder last written by ``until``, some at a time.

        The folder "" is all of the storage. Raises OSError where the storage does not answer.
        """

    @abstractmethod
    def set_aside(self, path: str, *, now: datetime) -> None:
        """Move a file that nothing points at to where it is removed later: a restored row may want it."""

    @abstractmethod
    def _keep_one(self, file: File[Any], folder: str) -> KeptFile:
        """Keep a file under a name in the folder that was free. Raises OSError; nothing is left then."""

    def _settle(self, folder: str) -> None:
        """Make the names in a folder as certain as the bytes behind them. Raises OSError."""
        return

    def fault_in(self, file: KeptFile) -> str | None:
        """What is wrong with a kept file, in a few words; None where every byte is what it was."""
        try:
            with self.open(file.path) as stream:
                size = stream.seek(0, os.SEEK_END)
                if size != file.size:
                    return f"it has {size} bytes instead of {file.size}"
                return None if sha256_of(stream) == file.sha256 else "its bytes have changed"
        except OSError as reason:
            return f"it cannot be read: {reason.strerror}"

    def trouble(self) -> str | None:
        """Why files could not be kept now, in a few words without names or addresses; None if they can.

        Asks each time and waits a few seconds at most: for probes.
        """
        try:
            with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
                file.write(b"0" * 4096)
                file.flush()
        except OSError as error:
            return (error.strerror or "cannot be written").lower()
        return None


def durable_storage() -> DurableStorage:
    """The storage in which people's files are kept."""
    storage = storages["default"]
    if not isinstance(storage, DurableStorage):
        raise ImproperlyConfigured("people's files are kept by a people.storage.DurableStorage alone")
    return storage


@contextmanager
def not_saved_for(what: str) -> Iterator[None]:
    """Turn what the operating system refuses into NotSaved, and write down why."""
    try:
        yield
    except OSError as reason:
        logger.error("Not saved: %s: %s", what, reason)
        raise NotSaved(str(reason)) from reason


def sha256_of(stream: IO[bytes]) -> str:
    """The SHA-256, in hex, of all that the stream has, from its beginning."""
    stream.seek(0)
    return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]


def check_written(stream: IO[bytes], size: int, sha256: str) -> None:
    """Read a file of the disk again: OSError unless it has that size and that SHA-256, in hex."""
    written = os.fstat(stream.fileno()).st_size
    if written != size:
        raise OSError(errno.EIO, f"{written} of {size} bytes were written")
    if sha256_of(stream) != sha256:
        raise OSError(errno.EIO, "the bytes on the disk are not those that arrived")


def copied(content: File[Any], out: IO[bytes]) -> tuple[int, str]:
    """Write the content; its size and SHA-256 as it was read."""
    digest, size = hashlib.sha256(), 0
    for chunk in content.chunks():
        data = chunk.encode() if isinstance(chunk, str) else chunk
        digest.update(data)
        size += len(data)
        out.write(data)
    out.flush()
    return size, digest.hexdigest()
