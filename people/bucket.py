"""Files in a bucket of an S3-compatible server: put under a free name, then asked for again and compared.

The server is told the SHA-256 of what arrived and refuses other bytes (``x-amz-checksum-sha256``; the request
is signed over them, too), it refuses a name that is taken (``If-None-Match: *``), and what it then says it
has is compared in size and SHA-256. A server that keeps no checksum has every file read back. Only then may a
row point there. Whatever fails on the way is an OSError here, as it is on a disk.
"""

from __future__ import annotations

import base64
import errno
import io
import logging
import os
import secrets
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import IO, Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    HTTPClientError,
    ReadTimeoutError,
)
from botocore.exceptions import ConnectionError as NotConnected
from django.conf import settings
from django.core.files import File
from storages.backends.s3 import S3Storage

from people.storage import (
    ASIDE,
    DurableStorage,
    KeptFile,
    check_written,
    copied,
    not_saved_for,
    sha256_of,
)
from people.uploads import ArrivedFile

logger = logging.getLogger(__name__)

PIECE: Final = 256 * 1024
"""Bytes that are asked of the stream at a time."""

OF_A_FILE: Final = frozenset({"GetObject", "HeadObject", "CopyObject"})

READ_TRIES: Final = 3
"""So often a download that breaks off is taken up again where it stood."""

PATIENT: Final = Config(
    signature_version="s3v4",
    connect_timeout=5,
    read_timeout=20,
    retries={"mode": "standard", "total_max_attempts": 2},
    # Checksums that servers other than Amazon's may not know; ours is given by name where it matters.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
HASTY: Final = Config(connect_timeout=2, read_timeout=5)
QUICK: Final = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 1})

KEEP_WITHIN: Final = 25.0
"""Seconds in which all files of a form have to be kept, however the server keeps silent."""

SLOWEST: Final = 2_000_000
"""Bytes in a second that a server has to take: so many more give it a second more."""

A_FILE: Final = 0.5
"""Seconds more for each file: a demo's hundreds are kept at once."""

TIMEOUTS: Final = (ReadTimeoutError, ConnectTimeoutError)

_connecting = threading.Lock()


@dataclass
class _Patience:
    """How long somebody's page still waits for the server."""

    until: float
    """By time.monotonic()."""
    needs: float = 0.0
    """Seconds for which the next answer may be waited for."""
    is_over: bool = False
    """The server has kept silent: nothing more is asked of it."""

    def left(self) -> float:
        return self.until - time.monotonic()


_patience: ContextVar[_Patience | None] = ContextVar("patience", default=None)


@contextmanager
def _one_time_for(files: Sequence[File[Any]]) -> Iterator[None]:
    """Within it the server has one time for all that is asked of it to keep these."""
    seconds = KEEP_WITHIN + A_FILE * len(files) + sum(file.size or 0 for file in files) / SLOWEST
    token = _patience.set(_Patience(time.monotonic() + seconds))
    try:
        yield
    finally:
        _patience.reset(token)


def _begin_in_time(**_of_the_request: Any) -> None:
    """Before each try: OSError where its answer might come only after the time."""
    patience = _patience.get()
    if patience is not None and (patience.is_over or patience.left() < patience.needs):
        patience.is_over = True
        raise OSError(errno.EHOSTUNREACH, "the storage does not answer in time")


@cache
def _session(key: str | None, secret: str | None) -> Any:
    """A session costs a tenth of a second: one for all threads."""
    session = boto3.Session(aws_access_key_id=key, aws_secret_access_key=secret)
    session.events.register("before-send.s3", _begin_in_time)  # every client has it from here
    return session


class BucketStorage(DurableStorage, S3Storage):  # type: ignore[misc]  # the library ships no types
    """A bucket that keeps all of a file or none of it. Takes the options of ``people/files_url.py``."""

    def __init__(self, *, conditional: bool = True, addressing_style: str = "auto", **options: Any) -> None:
        self.conditional = conditional
        signed_bytes = {"addressing_style": addressing_style, "payload_signing_enabled": True}
        config = PATIENT.merge(Config(s3=signed_bytes))
        super().__init__(file_overwrite=False, client_config=config, **options)

    @property
    def client(self) -> Any:
        """This thread's connection to the server; a hasty one where somebody's time gets short."""
        patience = _patience.get()
        if patience is not None:
            patience.needs = self.client_config.read_timeout
            if patience.left() < patience.needs:
                return self._hasty_client()
        with _connecting:  # a session is for one thread at a time, what it makes for any
            return self.connection.meta.client

    def _hasty_client(self) -> Any:
        """This thread's connection that waits less: also for what can be done later as well."""
        if (patience := _patience.get()) is not None:
            patience.needs = HASTY.read_timeout
        if not hasattr(self._connections, "hasty"):
            self._connections.hasty = self._client_with(HASTY)
        return self._connections.hasty

    def _create_session(self) -> Any:
        return _session(self.access_key, self.secret_key)

    def keep(self, files: Sequence[File[Any]], *, under: str) -> list[KeptFile]:
        """Keep all files, or none, in one time for all of it: half a minute where the server keeps silent.

        Raises NotSaved like any storage. After a silence what was put already is left to the housekeeping.
        """
        with _one_time_for(files):
            return super().keep(files, under=under)

    def forget(self, paths: Iterable[str]) -> None:
        """Remove files that no row will point at. What cannot be removed now is left to the housekeeping."""
        for path in paths:
            try:
                with _as_os_error():
                    self._hasty_client().delete_object(
                        Bucket=self.bucket_name, Key=self._normalize_name(path)
                    )
            except OSError:
                logger.warning("Files that nothing points at stay for now: %s", path, exc_info=True)
                return  # each further one would wait as long

    def kept_under(self, folder: str, *, until: datetime) -> Iterator[list[str]]:
        """The names of all files inside a folder last written by ``until``, some at a time."""
        start = "/".join(filter(None, (self.location.strip("/"), folder.strip("/"))))
        within = self.location.strip("/")
        with _as_os_error():
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket_name, Prefix=f"{start}/" if start else ""
            )
            for page in pages:
                found = [one["Key"] for one in page.get("Contents", ()) if one["LastModified"] <= until]
                if found:
                    yield [key.removeprefix(within).lstrip("/") for key in found]

    def set_aside(self, path: str, *, now: datetime) -> None:
        """Move a file that nothing points at to where it is removed later: a restored row may want it.

        When that is, the server's clock says: its copy is dated by it, not by ``now``.
        """
        key = self._normalize_name(path)
        aside = self._normalize_name(f"{ASIDE}/{path.replace('/', '-')}")
        with _as_os_error():
            source = {"Bucket": self.bucket_name, "Key": key}
            self.client.copy_object(Bucket=self.bucket_name, Key=aside, CopySource=source)
            self.client.delete_object(Bucket=self.bucket_name, Key=key)

    def trouble(self) -> str | None:
        """Why files could not be kept now: uploads arrive on the disk first, then go to the bucket."""
        if (on_the_disk := super().trouble()) is not None:
            return on_the_disk
        try:
            with _as_os_error():
                self._client_with(QUICK).head_bucket(Bucket=self.bucket_name)
        except OSError as error:
            return error.strerror
        return None

    def _client_with(self, config: Config) -> Any:
        with _connecting:
            return self._create_session().client(
                "s3",
                region_name=self.region_name,
                endpoint_url=self.endpoint_url,
                config=self.client_config.merge(config),
            )

    def _keep_one(self, file: File[Any], folder: str) -> KeptFile:
        with _on_the_disk(file) as (stream, size, sha256):
            while True:
                name = f"{folder}/{secrets.token_hex(20)}"
                if self.put_new(name, stream, size, sha256):
                    return KeptFile(name, size, sha256)

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        """Django's own way in, for forms and fields: the same promises, in the same time. Raises NotSaved."""
        file = content if isinstance(content, File) else File(content, name)
        with _one_time_for([file]), not_saved_for(f"saving {name}"), _as_os_error():
            return str(super().save(name, file, max_length=max_length))

    def _save(self, name: str, content: File[Any]) -> str:
        with _on_the_disk(content) as (stream, size, sha256):
            while not self.put_new(name, stream, size, sha256):
                name = self.get_available_name(name)
            return name

    def put_new(self, name: str, stream: IO[bytes], size: int, sha256: str) -> bool:
        """Keep a stream under a free name and compare what the server has; false where the name is taken.

        Raises OSError where the server refused, or has something else. Where it did not answer, the file may
        be there all the same, with no row: removing it now might come before it, so the housekeeping does.
        """
        key, checksum = self._normalize_name(name), base64.b64encode(bytes.fromhex(sha256)).decode()
        free = {"IfNoneMatch": "*"} if self.conditional else {}
        with _as_os_error():
            if not self.conditional and self._head(key) is not None:
                return False
            stream.seek(0)
            try:
                self.client.put_object(
                    Bucket=self.bucket_name,
                    Key=key,
                    Body=stream,
                    ContentLength=size,
                    ContentType=self.default_content_type,
                    ChecksumAlgorithm="SHA256",
                    ChecksumSHA256=checksum,
                    **free,
                )
            except ClientError as refused:
                if _status(refused) == 412:
                    return False
                raise
        try:
            self._compare(key, size, sha256, checksum)
        except OSError:
            self.forget([name])
            raise
        return True

    def _compare(self, key: str, size: int, sha256: str, checksum: str) -> None:
        """OSError unless the server has these bytes under the key."""
        with _as_os_error():
            head = self._head(key)
        if head is None:
            raise OSError(errno.EIO, "the storage does not have what it has just taken")
        if head["ContentLength"] != size:
            raise OSError(errno.EIO, f"{head['ContentLength']} of {size} bytes were written")
        if "ChecksumSHA256" in head:
            same = head["ChecksumSHA256"] == checksum
        else:
            with _BucketStream(self.client, self.bucket_name, key) as back:
                same = sha256_of(back) == sha256  # type: ignore[arg-type]
        if not same:
            raise OSError(errno.EIO, "the bytes in the storage are not those that arrived")

    def told_of(self, name: str) -> dict[str, Any]:
        """What the server says of a file, in its own terms. Raises OSError."""
        with _as_os_error():
            return self._head(self._normalize_name(name)) or {}

    def _head(self, key: str) -> dict[str, Any] | None:
        """What the server has under the key; None where it has nothing."""
        try:
            head: dict[str, Any] = self.client.head_object(
                Bucket=self.bucket_name, Key=key, ChecksumMode="ENABLED"
            )
        except ClientError as refused:
            if _status(refused) == 404:
                return None
            raise
        return head

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        """A file to be read. Raises OSError where it is not there or the server does not answer."""
        if mode != "rb":
            raise ValueError("files in a bucket are read only: keep() writes them")
        stream = _BucketStream(self.client, self.bucket_name, self._normalize_name(name))
        return File(io.BufferedReader(stream, PIECE), name)


class _BucketStream(io.RawIOBase):
    """A file of the bucket as it comes: from any place, taken up again where the connection breaks off.

    What is read is one version of the file, or an OSError.
    """

    def __init__(self, client: Any, bucket: str, key: str) -> None:
        self.client, self.wanted = client, {"Bucket": bucket, "Key": key}
        self.at = 0
        with _as_os_error():
            answer = client.get_object(**self.wanted)
        self.size, self.version = int(answer["ContentLength"]), answer["ETag"]
        self.body, self.body_at = answer["Body"], 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place; nothing is asked of the server before it is read there."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self.at, os.SEEK_END: self.size}[whence]
        self.at = max(0, start + offset)
        return self.at

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self.size - self.at)
        if wanted <= 0:
            return 0
        for tries_left in reversed(range(READ_TRIES)):
            try:
                with _as_os_error():
                    data = self._body_here().read(wanted)
                if not data:
                    raise OSError(errno.EIO, "the storage broke off")
            except OSError:
                self._drop()
                if not tries_left:
                    raise
            else:
                break
        buffer[: len(data)] = data
        self.at += len(data)
        self.body_at = self.at
        return len(data)

    def _body_here(self) -> Any:
        if self.body is None or self.body_at != self.at:
            self._drop()
            answer = self.client.get_object(**self.wanted, Range=f"bytes={self.at}-", IfMatch=self.version)
            self.body, self.body_at = answer["Body"], self.at
        return self.body

    def _drop(self) -> None:
        if self.body is not None:
            self.body.close()
            self.body = None

    def close(self) -> None:
        """Let the connection go."""
        self._drop()
        super().close()


@contextmanager
def _on_the_disk(content: File[Any]) -> Iterator[tuple[IO[bytes], int, str]]:
    """The content as a file of this disk, compared with what arrived; its size and SHA-256."""
    if isinstance(content, ArrivedFile):
        size, sha256 = content.size or 0, content.sha256
        check_written(content.stream(), size, sha256)
        yield content.stream(), size, sha256
        return
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as out:
        size, sha256 = copied(content, out)
        yield out, size, sha256


@contextmanager
def _as_os_error() -> Iterator[None]:
    """What the library says of a server that refuses or does not answer, in the system's words."""
    try:
        yield
    except ClientError as refused:
        if refused.operation_name in OF_A_FILE and _code(refused) in {"NoSuchKey", "404"}:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)) from refused
        raise OSError(errno.EIO, f"the storage refuses: {_code(refused)}") from refused
    except (HTTPClientError, NotConnected) as silent:
        if (patience := _patience.get()) is not None and isinstance(silent, TIMEOUTS):
            patience.is_over = True
        raise OSError(errno.EHOSTUNREACH, "the storage does not answer") from silent
    except BotoCoreError as broken:
        raise OSError(errno.EIO, f"the storage cannot be used: {type(broken).__name__}") from broken


def _status(refused: ClientError) -> int:
    return int(refused.response["ResponseMetadata"]["HTTPStatusCode"])


def _code(refused: ClientError) -> str:
    return str(refused.response["Error"].get("Code", _status(refused)))
