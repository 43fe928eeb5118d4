"""What the timetable runs for the portal itself."""

from celery import shared_task
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

HEARTBEAT_KEY = "worker-seen-at"


@shared_task
def heartbeat() -> None:
    """Leave word that the timetable ticks and the worker works; /health/ reads it."""
    cache.set(HEARTBEAT_KEY, timezone.now().isoformat(), timeout=None)


@shared_task
def clear_sessions() -> None:
    """Forget sessions that have run out."""
    call_command("clearsessions")
