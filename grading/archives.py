"""What is in a ZIP archive: names and sizes, read from its list of contents. Nothing is ever unpacked."""

from __future__ import annotations

import os
import struct
import zipfile
from dataclasses import dataclass
from typing import IO, Final

MOST_ENTRIES: Final = 500
"""So many entries are shown; of the rest only the number is told."""

LONGEST_LIST: Final = 2**20
"""The most bytes that an archive's own list of contents may have to be read at all."""

_END: Final = b"PK\x05\x06"
_END_SIZE: Final = 22
_LOCATOR: Final = b"PK\x06\x07"
_LOCATOR_SIZE: Final = 20
_LONGEST_COMMENT: Final = 2**16 - 1


class NotListed(Exception):
    """The archive is damaged, or is no archive, or its list is too long to be read safely."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in an archive: its name as it stands there, and the bytes it claims to have unpacked."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Contents:
    """The first entries of an archive, how many more there are, and all claimed sizes together."""

    entries: tuple[Entry, ...]
    more: int
    total: int


def is_archive(name: str) -> bool:
    """Whether a file of that name is listed."""
    return name.lower().endswith(".zip")


def contents_of(stream: IO[bytes]) -> Contents:
    """The contents of a ZIP archive, folders left out. Raises NotListed; reads no entry's bytes."""
    if _length_of_list(stream) > LONGEST_LIST:
        raise NotListed
    try:
        with zipfile.ZipFile(stream) as archive:
            files = [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError, struct.error) as wrong:
        raise NotListed from wrong
    shown = tuple(Entry(_printable(info.filename), info.file_size) for info in files[:MOST_ENTRIES])
    return Contents(shown, max(0, len(files) - MOST_ENTRIES), sum(info.file_size for info in files))


def _length_of_list(stream: IO[bytes]) -> int:
    """The bytes of the archive's list of contents, from the record at its end."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - _END_SIZE - _LONGEST_COMMENT))
    tail = stream.read(_END_SIZE + _LONGEST_COMMENT)
    place = tail.rfind(_END)
    if place < 0 or len(tail) - place < _END_SIZE:
        raise NotListed
    if tail[max(0, place - _LOCATOR_SIZE) : place].startswith(_LOCATOR):
        raise NotListed  # its 64-bit record could name another, longer list
    length: int = struct.unpack_from("<L", tail, place + 12)[0]
    return length


def _printable(name: str) -> str:
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in name)
