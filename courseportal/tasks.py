"""What the timetable runs for the portal itself."""

from celery import shared_task
from celery.signals import worker_ready
from django.core.management import call_command
from django.utils import timezone

from courseportal.health import mark_worker_seen
from people.waking import wake


@shared_task
def heartbeat() -> None:
    """Leave word that the timetable ticks and the worker works; /health/ reads it."""
    mark_worker_seen(now=timezone.now())


@worker_ready.connect
def first_heartbeat(**kwargs: object) -> None:
    """A worker that has just started waits for no timetable: it is seen, and what became due goes out."""
    mark_worker_seen(now=timezone.now())
    wake("people.tasks.sweep")


@shared_task
def clear_sessions() -> None:
    """Forget sessions that have run out."""
    call_command("clearsessions")
