"""What the timetable and a word from a request run for the outbox."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from people.actions import deliver as delivery
from people.actions import sweep as sweeping
from people.actions.settle import Delivered

logger = logging.getLogger(__name__)

LIMIT = 300
"""Seconds: a run takes less than one minute and one hand-over; what takes longer hangs."""


@shared_task(time_limit=LIMIT)
def sweep() -> None:
    """Each minute: write what has become due, deliver it."""
    _tell(sweeping.sweep(clock=timezone.now))


@shared_task(time_limit=LIMIT)
def deliver_due() -> None:
    """When something was written: deliver what is due now."""
    _tell(delivery.deliver(clock=timezone.now))


def _tell(done: Delivered) -> None:
    if done != Delivered():
        logger.info("Outbox: %s", done)
