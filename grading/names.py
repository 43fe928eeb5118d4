"""Names of files as students call them, made safe to keep and to give back."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MAX_LENGTH: Final = 255
_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*]')
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


def safe_name(name: str) -> str:
    """The name without folders and without what some system cannot store; in letters of any script.

    Folders before it go, control and invisible characters go, characters that Windows forbids become "_",
    names that Windows reserves get one before them, a name of more than 255 characters is shortened before
    its ending. What is left of a name that had nothing else is "file".
    """
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    name = "".join(char if char != "\u00a0" else " " for char in name)
    name = "".join(char for char in name if char.isprintable())
    name = _FORBIDDEN.sub("_", name).rstrip(". ").lstrip()
    if not name.strip("."):
        return "file"
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    return shortened(name)


def shortened(name: str) -> str:
    """At most 255 characters, the ending kept."""
    if len(name) <= MAX_LENGTH:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 15:
        return name[:MAX_LENGTH]
    return f"{stem[: MAX_LENGTH - len(ending) - 1]}.{ending}"
