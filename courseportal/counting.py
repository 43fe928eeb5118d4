"""Where the processes of one web server count what they answered, so that any of them can tell of all.

Imported before the library of Prometheus, which looks once, at its import, whether it is to share.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from typing import Final

SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable of the library that names the folder of the processes' files."""


def count_together(folder: Path) -> None:
    """Let the processes of one web server count together, in a folder of the server's own inside ``folder``.

    Called by each of them before it answers anything. Where a server was started before this one on this
    machine and has ended, its folder goes: its counts began and ended with it.
    """
    here = socket.gethostname()
    own = folder / f"{here}-{os.getppid()}"
    own.mkdir(parents=True, exist_ok=True)
    os.environ[SHARED] = str(own)
    for other in folder.glob(f"{here}-*"):
        number = other.name.rpartition("-")[2]
        if number.isdigit() and not _runs(int(number)):
            rmtree(other, ignore_errors=True)


def _runs(number: int) -> bool:
    with suppress(ProcessLookupError):
        try:
            os.kill(number, 0)
        except PermissionError:
            return True  # somebody else's
        return True
    return False
