"""Looking at parts that may hang: each in a thread of its own, all of them within one time.

A frozen server takes a connection and never answers, and no time-out of the database's own ends that. So who
asks waits no longer than they want; the thread that hangs stays, one for each part, and the next joins it.
"""

from __future__ import annotations

import contextvars
import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from django.db import connections

NO_ANSWER: Final = "does not answer"

logger = logging.getLogger(__name__)


class Seen(NamedTuple):
    """What a look saw: "ok" or in a few words what is wrong; and the moment that it is about, if any."""

    word: str
    at: datetime | None = None


class _Look:
    """One look at a part, under way or done."""

    def __init__(self, name: str, look: Callable[[], Seen]) -> None:
        self.name, self.look = name, look
        self.began = time.monotonic()
        self.seen: Seen | None = None
        context = contextvars.copy_context()
        self.thread = threading.Thread(
            target=context.run, args=(self._run,), name=f"look-{name}", daemon=True
        )
        self.thread.start()

    def _run(self) -> None:
        try:
            self.seen = self.look()
        except Exception as error:  # noqa: BLE001 - whatever it was, that part does not work
            # Its text may name hosts and accounts: only its kind is told.
            logger.warning("Looking at %s failed: %s", self.name, type(error).__name__)
            self.seen = Seen(NO_ANSWER)
        finally:
            connections.close_all()  # those of this thread

    def wait(self, until: float) -> Seen:
        self.thread.join(max(0.0, until - time.monotonic()))
        return self.seen or Seen(NO_ANSWER)


_under_way: dict[str, _Look] = {}
_lock = threading.Lock()


def look_at(parts: Mapping[str, Callable[[], Seen]], *, seconds: float) -> dict[str, Seen]:
    """Look at all parts at once; what has not answered after so many seconds "does not answer".

    Of each part one look is under way in a process at a time, whoever asks. One that has hung for longer
    than ``seconds`` is not waited for again.
    """
    until = time.monotonic() + seconds
    looks = {name: _look(name, look) for name, look in parts.items()}
    return {name: look.wait(min(until, look.began + seconds)) for name, look in looks.items()}


def _look(name: str, look: Callable[[], Seen]) -> _Look:
    with _lock:
        current = _under_way.get(name)
        if current is None or not current.thread.is_alive():
            current = _under_way[name] = _Look(name, look)
        return current
