"""Telling a worker that something waits, without ever waiting for the broker.

The outbox is the truth and is swept each minute; a word to the broker only makes it sooner. So it is said
from a thread of its own, one at a time: where the broker is down or frozen, no request feels it, and words
that could not be said are left out. It is said in the name of the request that asked last, for the logs.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from contextvars import Context, copy_context

from celery import current_app

logger = logging.getLogger(__name__)
_speaking = threading.Lock()
_wanted: deque[Context] = deque(maxlen=1)


def wake(task: str = "people.tasks.deliver_due") -> None:
    """Have a worker look at the outbox soon. Returns at once and never fails."""
    _wanted.append(copy_context())
    if _speaking.acquire(blocking=False):
        threading.Thread(target=_say, args=(task,), name="wake", daemon=True).start()


def _say(task: str) -> None:
    try:
        while _wanted:  # what came while the last word was said may have come too late for it
            _wanted.pop().run(current_app.send_task, task, expires=60, retry=False)
    except Exception as reason:  # noqa: BLE001 - whatever it is, the sweep makes up for it
        logger.warning("The broker took no word: %s", type(reason).__name__)
    finally:
        _speaking.release()
