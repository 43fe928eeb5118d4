"""Where the processes of one web server count what they answered, so that any of them can tell of all.

Imported before the library of Prometheus, which looks once, at its import, whether it is to share.
"""

from __future__ import annotations

import math
import os
import socket
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from typing import Final

SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable of the library that names the folder of the processes' files."""


FORGOTTEN_AFTER: Final = 30 * 24 * 60 * 60
"""Seconds after which the counts of a server of another machine or container go, if nothing came to them."""


def count_together(folder: Path) -> None:
    """Let the processes of one web server count together, in a folder of the server's own inside ``folder``.

    Called by each of them before it answers anything. The folders of servers that have ended go: their counts
    began and ended with them.
    """
    here = socket.gethostname()
    own = folder / f"{here}-{os.getppid()}"
    own.mkdir(parents=True, exist_ok=True)
    own.touch()
    os.environ[SHARED] = str(own)
    for other in folder.iterdir():
        host, _dash, number = other.name.rpartition("-")
        ended = host == here and number.isdigit() and not _runs(int(number))
        if ended or own.stat().st_mtime - _last_written(other) > FORGOTTEN_AFTER:
            rmtree(other, ignore_errors=True)


def _last_written(folder: Path) -> float:
    """When anything was last written in a folder; the end of time where it has gone meanwhile."""
    try:
        return max(place.stat().st_mtime for place in (folder, *folder.iterdir()))
    except FileNotFoundError:
        return math.inf


def _runs(number: int) -> bool:
    with suppress(ProcessLookupError):
        try:
            os.kill(number, 0)
        except PermissionError:
            return True  # somebody else's
        return True
    return False
