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


class TooManyParts(Exception):
    """The file asks for more work than any photo does."""


def scans_in(content: bytes) -> int:
    """How many passes over the picture a JPEG asks for; 0 for other files. Raises TooManyParts."""
    if content.startswith(_JPEG):
        return _jpeg_scans(content)
    if content.startswith(_PNG):
        _walk_png(content)
    return 0


def _jpeg_scans(content: bytes) -> int:
    at, parts, scans = len(_JPEG), 0, 0
    while marker := _MARKER.search(content, at):
        kind, at = marker[1][0], marker.end()
        if kind == _END:
            break
        parts += 1
        scans += kind == _SCAN
        if parts > MOST_PARTS or scans > MOST_SCANS:
            raise TooManyParts
        at += int.from_bytes(content[at : at + 2], "big")
    return scans


def _walk_png(content: bytes) -> None:
    at, parts = len(_PNG), 0
    while at < len(content):
        parts += 1
        if parts > MOST_PARTS:
            raise TooManyParts
        at += 12 + int.from_bytes(content[at : at + 4], "big")
