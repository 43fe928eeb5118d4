"""Whether a bucket's server does what the portal relies on: tried with a small file, for `check --deploy`."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO

from django.core.checks import CheckMessage, Error, Info

from people.bucket import BucketStorage

OVERWRITES = "The bucket overwrites a name that is taken: its server does not know If-None-Match."
NO_CHECKSUMS = "The bucket's server keeps no SHA-256: every file is read back after it was put there."


def tried(storage: BucketStorage) -> list[CheckMessage]:
    """Put a file, put another under its name, read, list and remove it; all that is wrong, in words."""
    name = f"trial/{secrets.token_hex(20)}"
    try:
        return list(_faults(storage, name))
    except OSError as refused:
        return [Error(f"Files cannot be kept in the bucket: {refused.strerror}.", id="people.E003")]
    finally:
        storage.forget([name])


def _faults(storage: BucketStorage, name: str) -> Iterator[CheckMessage]:
    if not _put(storage, name, b"first"):
        raise OSError(0, "it says that a new name is taken")
    if _put(storage, name, b"other"):
        hint = "Add conditional=no to FILES_URL: then it is asked first whether a name is free."
        yield Error(OVERWRITES, hint=hint, id="people.E004")
    with storage.open(name) as stream:
        if stream.read() not in {b"first", b"other"}:
            raise OSError(0, "it gives other bytes than it was given")
    if "ChecksumSHA256" not in storage.told_of(name):
        yield Info(NO_CHECKSUMS, id="people.I001")
    pages = storage.kept_under("trial", until=datetime.max.replace(tzinfo=UTC))
    if not any(name in page for page in pages):
        raise OSError(0, "it does not list what it has")
    storage.forget([name])
    if storage.told_of(name):
        raise OSError(0, "it does not remove what it is told to")


def _put(storage: BucketStorage, name: str, data: bytes) -> bool:
    return storage.put_new(name, BytesIO(data), len(data), hashlib.sha256(data).hexdigest())
