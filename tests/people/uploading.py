"""Uploads as the portal's own handler makes them of a form."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

from django.core.files.base import ContentFile
from django.http.multipartparser import MultiPartParser
from django.test.client import BOUNDARY, encode_multipart

from people.uploads import ArrivedFile, ArrivedFileHandler

BYTES = os.urandom(200_000)


def upload(data: bytes, name: str = "work.py") -> ArrivedFile:
    """The file as the portal's own upload handler makes it of a form."""
    source = ContentFile(data, name=name)
    body = encode_multipart(BOUNDARY, {"files": source})
    meta = {"CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}", "CONTENT_LENGTH": str(len(body))}
    _post, files = MultiPartParser(meta, BytesIO(body), [ArrivedFileHandler()]).parse()
    arrived = files["files"]
    assert isinstance(arrived, ArrivedFile)
    return arrived


def files_under(folder: Path) -> list[Path]:
    """All files of a folder, or of a bucket that stands for one."""
    return [path for path in folder.rglob("*") if path.is_file()]
