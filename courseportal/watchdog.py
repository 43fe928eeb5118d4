"""A task that does not end ends its worker: it is started again, and what it had in hand comes back.

Celery keeps its time limits only where it has a process for each task. The worker runs one task at a time in
its own process, the only pool that reads the embedded broker quickly; so a database that went away without a
word, and would be waited for two hours, would hold up all tasks for as long.
"""

from __future__ import annotations

import logging
import os
import threading
from typing import Any

from celery import Task
from celery.signals import task_postrun, task_prerun

logger = logging.getLogger(__name__)

GAVE_UP = 70
"""The exit status (EX_SOFTWARE)."""

_running: dict[str, threading.Timer] = {}


@task_prerun.connect
def watch(task_id: str, task: Task[Any, Any], **_rest: Any) -> None:
    """From here on the task has its time_limit, in seconds, or the application's."""
    limit = task.time_limit or task.app.conf.task_time_limit
    if limit and not task.request.is_eager:
        timer = threading.Timer(limit, give_up, [task.name, limit])
        timer.daemon = True
        _running[task_id] = timer
        timer.start()


@task_postrun.connect
def let_go(task_id: str, **_rest: Any) -> None:
    """It has ended."""
    if timer := _running.pop(task_id, None):
        timer.cancel()


def give_up(name: str, limit: float) -> None:
    """End this process at once; whoever watches over it starts another."""
    logger.critical("%s did not end within %d s: this worker ends", name, limit)
    logging.shutdown()
    os._exit(GAVE_UP)
