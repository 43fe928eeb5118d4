"""What workers and the timetable tell: JSON like all else, each task with the request that asked for it."""

from __future__ import annotations

import logging
import logging.config
import time
from contextvars import ContextVar
from typing import Any, Final

from celery import Task
from celery.apps import worker as celery_worker
from celery.signals import before_task_publish, celeryd_init, setup_logging, task_postrun, task_prerun
from django.conf import settings

from courseportal.logs import RunningTask, request_id, running_task

HEADER: Final = "portal_request"

began_at: ContextVar[float | None] = ContextVar("began_at", default=None)
logger = logging.getLogger(__name__)


@before_task_publish.connect
def name_request(headers: dict[str, Any], **kwargs: object) -> None:
    """A message says which request sent it, also where one task sends another."""
    if current := request_id.get():
        headers.setdefault(HEADER, current)


@task_prerun.connect
def enter(task_id: str, task: Task[Any, Any], **kwargs: object) -> None:
    """From here on every line names the task and its request."""
    request_id.set(getattr(task.request, HEADER, None))
    running_task.set(RunningTask(task.name, task_id))
    began_at.set(time.monotonic())


@task_postrun.connect
def leave(state: str | None = None, **kwargs: object) -> None:
    """Write the task's line. Of a failure Celery has told more, just before."""
    seconds = time.monotonic() - (began_at.get() or time.monotonic())
    outcome = (state or "unknown").lower()
    level = logging.ERROR if outcome == "failure" else logging.INFO
    task = running_task.get()
    facts = {"outcome": outcome, "ms": round(seconds * 1000)}
    logger.log(level, "%s %s", task.name if task else "task", outcome, extra={"facts": facts})
    request_id.set(None)
    running_task.set(None)


@setup_logging.connect
def log_as_all_else(**kwargs: object) -> None:
    """Celery sets up no logging of its own where somebody answers this signal."""
    logging.config.dictConfig(settings.LOGGING)


@celeryd_init.connect
def greet_nobody(instance: Any, **kwargs: object) -> None:
    """No banner, and warnings (of running as root) and last words in the log like all else."""
    instance.quiet = True
    logging.captureWarnings(True)
    celery_worker.safe_say = lambda text, *_: logger.info(text)  # type: ignore[attr-defined]  # not in the stubs
