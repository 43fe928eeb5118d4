"""Files of many works in one ZIP archive, made while it is being sent."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import IO, Final

from grading.names import safe_name

CHUNK: Final = 2**18
_NOT_READ: Final = ".NOT-READ.txt"


@dataclass(frozen=True, slots=True)
class Bundled:
    """A file for the archive: its folders and its name there, its local time, and how to open it."""

    folders: tuple[str, ...]
    name: str
    at: datetime
    path: str


Opener = Callable[[str], IO[bytes]]


class _Pipe:
    """What zipfile writes to: keeps bytes until they are taken."""

    def __init__(self) -> None:
        self.kept = bytearray()

    def write(self, data: bytes) -> int:
        self.kept += data
        return len(data)

    def flush(self) -> None:
        """There is nothing behind this to be flushed."""

    def taken(self) -> bytes:
        data, self.kept = bytes(self.kept), bytearray()
        return data


def zipped(files: Iterable[Bundled], opened: Opener) -> Iterator[bytes]:
    """The archive's bytes, piece by piece; no more than a piece of a file is ever in memory.

    Two files that would have the same name get numbers. A file that cannot be read is told by a text in its
    place, one that breaks off by a text beside it: the others are not lost for it.
    """
    pipe, names = _Pipe(), set[str]()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:  # type: ignore[call-overload]
        for file in files:
            name = _free(file, names)
            try:
                stream = opened(file.path)
            except OSError:
                archive.writestr(name + _NOT_READ, "This file cannot be read just now. Download it again.\n")
                continue
            try:
                with stream, archive.open(_info(name, file.at), "w", force_zip64=True) as entry:
                    while piece := stream.read(CHUNK):
                        entry.write(piece)
                        yield pipe.taken()
            except OSError:
                archive.writestr(name + _NOT_READ, "This file broke off here. Download it again.\n")
    yield pipe.taken()


def _info(name: str, at: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, at.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _free(file: Bundled, names: set[str]) -> str:
    folder = "/".join(safe_name(part) for part in file.folders)
    whole = PurePath(safe_name(file.name))
    stem, ending = whole.stem, whole.suffix
    for number in range(1, len(names) + 2):
        name = f"{folder}/{stem} ({number}){ending}" if number > 1 else f"{folder}/{stem}{ending}"
        if name.casefold() not in names:
            break
    names.add(name.casefold())
    return name
