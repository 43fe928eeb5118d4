"""Where students' files lie. Nobody is told that a file is kept before every byte of it is on the disk.

Django's own storage moves an upload into place without looking at short writes and without `fsync`: on a full
disk or after a power cut a file may be there in part, and its row in full. Here a file is written under a
temporary name on the same filesystem, synced, compared in size and SHA-256 with what arrived, and only then
linked under its final name, which is random and never overwrites; last the folder is synced.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible

from grading.uploads import ArrivedFile

logger = logging.getLogger(__name__)

INCOMING = "incoming"
"""The folder of what is still on its way, inside the storage: a link from there never crosses filesystems."""


class NotSaved(Exception):
    """The bytes could not be kept for certain; nothing of them is left. Answered with 503, try again."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that is on the disk: its name in the storage, its size in bytes, its SHA-256 in hex."""

    path: str
    size: int
    sha256: str


@deconstructible(path="grading.storage.DurableStorage")
class DurableStorage(FileSystemStorage):
    """A file storage that keeps all of a file or none of it, through a full disk, a crash, a power cut."""

    def keep(self, files: Sequence[File[Any]]) -> list[KeptFile]:
        """Keep all files, or none: in order, each under a random name.

        Raises NotSaved when any of them cannot be kept in full; then none is left behind.
        """
        kept: list[KeptFile] = []
        if not files:
            return kept
        try:
            with not_saved_for("keeping files"):
                folder = self._folder(secrets.token_hex(1))
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


def _same_filesystem(one: Path, other: Path) -> bool:
    return one.stat().st_dev == other.stat().st_dev
