"""What the timetable runs for proofs."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from perks.actions.housekeeping import forget_pictures as forget
from perks.actions.housekeeping import sweep_pictures

logger = logging.getLogger(__name__)


@shared_task
def sweep() -> None:
    """Once a day: pictures that no proof has are set aside."""
    if count := sweep_pictures(now=timezone.now()):
        logger.info("Pictures set aside: %s", count)


@shared_task
def forget_pictures() -> None:
    """Once an hour, since courses have their own midnights: photos and tracks whose time is over go."""
    forgotten = forget(now=timezone.now())
    if forgotten.photos or forgotten.tracks:
        logger.info("Pictures removed: %s", forgotten)
