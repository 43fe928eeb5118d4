"""The parts of a picture file, walked through before anybody builds something of them.

Decoders keep every part they meet and go over the picture as often as they are told; a file can ask for
millions of either. Here only lengths are added up.
"""

from __future__ import annotations

import re
from typing import Final

MOST_PARTS: Final = 20_000
"""Segments of a JPEG or chunks of a PNG; large photos have some thousands."""
MOST_SCANS: Final = 30
"""Passes over the picture that a JPEG may ask for: programs write about ten, an attack thousands."""

_JPEG: Final = b"\xff\xd8"
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_MARKER: Final = re.compile(rb"\xff([\x02-\xcf\xd8-\xfe])")
"""Of a segment; what else follows 0xFF belongs to the picture's data."""
_END, _SCAN = 0xD9, 0xDA
_SEQUENTIAL: Final = (0xC0, 0xC1)
"""Frames that are not progressive; a second frame is an error to every decoder."""


class TooManyParts(Exception):
    """The file asks for more work than any photo does."""


def comes_row_by_row(content: bytes) -> bool:
    """Whether a picture can be decoded without ever standing in memory in full. Raises TooManyParts.

    That is a JPEG whose first pass brings all of its colours complete, as cameras write it.
    """
    if content.startswith(_JPEG):
        return _first_pass_is_whole(content)
    if content.startswith(_PNG):
        _walk_png(content)
    return False


def _first_pass_is_whole(content: bytes) -> bool:
    at, parts, scans = len(_JPEG), 0, 0
    colours, whole = None, False
    while marker := _MARKER.search(content, at):
        kind, at = marker[1][0], marker.end()
        if kind == _END:
            break
        if kind in _SEQUENTIAL:
            colours = content[at + 7 : at + 8]
        if kind == _SCAN:
            whole = content[at + 2 : at + 3] == colours if not scans else whole
            scans += 1
        parts += 1
        if parts > MOST_PARTS or scans > MOST_SCANS:
            raise TooManyParts
        at += int.from_bytes(content[at : at + 2], "big")
    return whole


def _walk_png(content: bytes) -> None:
    at, parts = len(_PNG), 0
    while at < len(content):
        parts += 1
        if parts > MOST_PARTS:
            raise TooManyParts
        at += 12 + int.from_bytes(content[at : at + 4], "big")
