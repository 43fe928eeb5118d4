"""How an upload arrives: straight onto the disk, beside its final place if that is there, its SHA-256 taken.

Django's handlers would keep a small file in memory and let an error of the disk out in the middle of reading
the form, which answers 500 and loses what was typed. Here the rest of the form is still read; the file knows
that it was lost, and whoever wants to keep it gets the error.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

UPLOAD_SUFFIX = ".upload"
"""How the name of a file ends that is still arriving."""

if TYPE_CHECKING:
    _UploadedFile = UploadedFile[bytes]
else:
    _UploadedFile = UploadedFile


class ArrivedFile(_UploadedFile):
    """A file of a form, on the disk until the request ends; ``sha256`` is of what came from the network.

    Where files are kept on the same disk it has a temporary name, to be linked from; elsewhere it has none,
    so that a process that is killed leaves nothing behind.
    """

    def __init__(self, name: str, content_type: str, charset: str | None, extra: Any) -> None:
        self.error: OSError | None = None
        self._digest = hashlib.sha256()
        super().__init__(None, name, content_type, 0, charset, extra)
        temporary = tempfile.NamedTemporaryFile if settings.UPLOADS_HAVE_NAMES else tempfile.TemporaryFile
        try:  # closed with the request
            self.file = temporary(dir=settings.FILE_UPLOAD_TEMP_DIR, suffix=UPLOAD_SUFFIX)
        except OSError as error:
            self.error = error

    def receive(self, chunk: bytes) -> None:
        """Take the next bytes. An error of the disk is kept for later and frees what was written."""
        self._digest.update(chunk)
        if self.error is None:
            try:
                self._stream.write(chunk)
            except OSError as error:
                self._lose(error)

    def complete(self, size: int) -> None:
        """All of the file, ``size`` bytes, has arrived."""
        self.size = size
        if self.error is None:
            try:
                self._stream.flush()
                self._stream.seek(0)
            except OSError as error:
                self._lose(error)

    @property
    def sha256(self) -> str:
        """The SHA-256, in hex, of what arrived."""
        return self._digest.hexdigest()

    def written(self) -> Path | None:
        """Where the bytes lie, None without a name; raises the OSError that kept them from being written."""
        name = self.stream().name
        return Path(name) if isinstance(name, str) else None

    def stream(self) -> IO[bytes]:
        """The bytes to be read again; raises the OSError that kept them from being written."""
        if self.error is not None:
            raise self.error
        return self._stream

    def close(self) -> None:
        """Forget the temporary name."""
        if self.file is not None:
            try:
                self.file.close()
            except OSError:  # a full disk has no room for what is buffered: it is thrown away
                self.file = None

    @property
    def _stream(self) -> IO[bytes]:
        if self.file is None:
            raise ValueError("this file was lost or closed")
        return self.file

    def _lose(self, error: OSError) -> None:
        self.error = error
        self.close()


def arrived_sha256(file: UploadedFile[Any]) -> str:
    """The SHA-256, in hex, of an uploaded file's bytes, however they arrived."""
    if isinstance(file, ArrivedFile):
        return file.sha256
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()


class ArrivedFileHandler(FileUploadHandler):
    """Writes every uploaded file, small or large, as an ``ArrivedFile``."""

    arrived: ArrivedFile

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.arrived = ArrivedFile(
            self.file_name or "", self.content_type or "", self.charset, self.content_type_extra
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.arrived.receive(raw_data)

    def file_complete(self, file_size: int) -> ArrivedFile | None:
        self.arrived.complete(file_size)
        return self.arrived

    def upload_interrupted(self) -> None:
        if hasattr(self, "arrived"):
            self.arrived.close()
