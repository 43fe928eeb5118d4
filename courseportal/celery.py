"""The Celery application that the worker and the timetable run: `celery -A courseportal`."""

import os
from typing import Any

from celery import Celery, Task
from celery.signals import worker_shutting_down

import courseportal.broker  # knows the scheme files://
import courseportal.task_lines  # listens to Celery's signals
import courseportal.watchdog  # noqa: F401  # listens, too
from people.audit import audited
from people.stopping import stop_soon


class AuditedTask(Task):  # type: ignore[type-arg]  # generic in the stubs only
    """What a task changes is written down as the task's."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with audited(how="task", why=self.name):
            return super().__call__(*args, **kwargs)


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "courseportal.settings")

app = Celery("courseportal", task_cls=AuditedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()  # in every thread: a web server has several
app.autodiscover_tasks()


@worker_shutting_down.connect
def finish(**kwargs: object) -> None:
    """A worker that is told to stop ends after what it has in hand, long before it would be killed."""
    stop_soon()
