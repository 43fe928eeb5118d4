"""Whether this process is about to end: what it has in hand it finishes, and it takes nothing more."""

from __future__ import annotations

import threading
from typing import Final

_ends: Final = threading.Event()


def stop_soon() -> None:
    """Take nothing more from here on. Waits for nothing and may be called from a signal's handler."""
    _ends.set()


def stops_soon() -> bool:
    """Whether this process takes nothing more."""
    return _ends.is_set()
