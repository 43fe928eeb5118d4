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
from typing import Any, Generic, TypeVar

from django.db import connections

T = TypeVar("T")

logger = logging.getLogger(__name__)


class _Look(Generic[T]):
    """One look at a part, under way or done."""

    def __init__(self, name: str, look: Callable[[], T]) -> None:
        self.name, self.look = name, look
        self.began = time.monotonic()
        self.seen: list[T] = []
        context = contextvars.copy_context()
        self.thread = threading.Thread(target=context.run, args=(self._run,), daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.seen.append(self.look())
        except Exception as error:  # noqa: BLE001 - whatever it was, that part does not work
            # Its text may name hosts and accounts: only its kind is told.
            logger.warning("Looking at %s failed: %s", self.name, type(error).__name__)
        finally:
            connections.close_all()  # those of this thread

    def wait(self, until: float, otherwise: T) -> T:
        self.thread.join(max(0.0, until - time.monotonic()))
        return self.seen[0] if self.seen else otherwise


_under_way: dict[str, _Look[Any]] = {}
_lock = threading.Lock()


def look_at(parts: Mapping[str, Callable[[], T]], *, seconds: float, otherwise: T) -> dict[str, T]:
    """What each part answers, all asked at once; ``otherwise`` for what failed or took longer than that.

    Of each part one look is under way in a process at a time, whoever asks. One that has hung for longer
    than ``seconds`` is not waited for again.
    """
    until = time.monotonic() + seconds
    looks = {name: _look(name, look) for name, look in parts.items()}
    return {name: look.wait(min(until, look.began + seconds), otherwise) for name, look in looks.items()}


def _look(name: str, look: Callable[[], T]) -> _Look[T]:
    with _lock:
        current = _under_way.get(name)
        if current is None or not current.thread.is_alive():
            current = _under_way[name] = _Look(name, look)
        return current
