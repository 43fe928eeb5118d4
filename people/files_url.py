"""What FILES_URL says about where people's files are kept: a folder of this machine, or a bucket.

file:///a/folder
s3://KEY:SECRET@HOST[:PORT]/BUCKET[/FOLDER][?region=…&addressing=path|virtual&conditional=no]
s3+http://…    the same without TLS, for a server on the same private network
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_SCHEMES: Final = {"s3": "https", "s3+http": "http"}
_ADDRESSING: Final = ("path", "virtual")


@dataclass(frozen=True, slots=True)
class FilesPlace:
    """Where files are kept: a folder, or None for a bucket; and the storage, as an entry of STORAGES."""

    folder: Path | None
    storage: dict[str, Any]


def files_place(url: str) -> FilesPlace:
    """What the URL names. Raises ImproperlyConfigured, in words that never repeat a secret."""
    if url.startswith("file:///"):
        return FilesPlace(Path(url.removeprefix("file://")), {"BACKEND": "people.disk.DiskStorage"})
    if urlsplit(url).scheme not in _SCHEMES:
        raise ImproperlyConfigured(
            f"FILES_URL is {url!r}: it must be file:///a/folder or s3://key:secret@host/bucket"
        )
    options = _bucket_options(url)
    if missing := [name for name in ("storages", "boto3") if find_spec(name) is None]:
        raise ImproperlyConfigured(
            f"FILES_URL names a bucket, for which {' and '.join(missing)} must be installed: "
            "pip install -r requirements/production.txt, or django-storages[s3]"
        )
    return FilesPlace(None, {"BACKEND": "people.bucket.BucketStorage", "OPTIONS": options})


def _bucket_options(url: str) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as wrong:
        raise _wrong("its port is no number") from wrong
    bucket, _slash, folder = unquote(parts.path).strip("/").partition("/")
    if not parts.hostname or not bucket:
        raise _wrong("it must be s3://key:secret@host/bucket")
    if bool(parts.username) != bool(parts.password):
        raise _wrong("it needs both a key and a secret, with / and + in them as %2F and %2B, or neither")
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    addressing = given.pop("addressing", "path")
    conditional = given.pop("conditional", "yes")
    region = given.pop("region", "us-east-1")
    if given or addressing not in _ADDRESSING or conditional not in {"yes", "no"}:
        raise _wrong("after ? it takes region=NAME, addressing=path or virtual, conditional=yes or no")
    return {
        "endpoint_url": f"{_SCHEMES[parts.scheme]}://{parts.hostname}{f':{port}' if port else ''}",
        "access_key": unquote(parts.username or "") or None,
        "secret_key": unquote(parts.password or "") or None,
        "bucket_name": bucket,
        "location": folder,
        "region_name": region,
        "addressing_style": addressing,
        "conditional": conditional == "yes",
    }


def _wrong(what: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"FILES_URL (s3://…) cannot be used: {what}")
