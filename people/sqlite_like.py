"""Searching by name on SQLite: its own LIKE knows capitals only of Latin letters."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


def like(pattern: str | None, text: object, escape: str = "") -> bool | None:
    """Whether a text fits a pattern of LIKE, in any script and whatever the case; None where one is null."""
    if pattern is None or text is None:
        return None
    return _compiled(pattern, escape).fullmatch(str(text).casefold()) is not None


@lru_cache(maxsize=64)
def _compiled(pattern: str, escape: str) -> re.Pattern[str]:
    parts: list[str] = []
    literal = False
    for char in pattern:
        if char == escape and not literal:
            literal = True
            continue
        wild = "" if literal else {"%": ".*", "_": "."}.get(char, "")
        parts.append(wild or re.escape(char.casefold()))
        literal = False
    return re.compile("".join(parts), re.DOTALL)


def listen(sender: object, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Receiver of connection_created: LIKE, which is behind every search, becomes ours."""
    if connection.vendor == "sqlite":
        for arguments in (2, 3):
            connection.connection.create_function("like", arguments, like, deterministic=True)
