"""What the timetable runs for hand-ins."""

from __future__ import annotations

import logging

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from grading.actions.housekeeping import sweep_files, verify_files

VERIFIED_KEY = "grading-files-verified"
"""In the cache: the id of the file that was read last; the next run goes on from there."""

FILES_A_RUN = 2000
SECONDS_A_RUN = 30.0  # other tasks wait meanwhile where there is one worker

logger = logging.getLogger(__name__)


@shared_task
def sweep() -> None:
    """Once a day: what uploads left behind goes."""
    swept = sweep_files(now=timezone.now())
    if swept.stale or swept.set_aside or swept.removed:
        logger.info("Files swept: %s", swept)


@shared_task
def verify() -> None:
    """A part of all files a run, round and round: is every byte of every receipt still there?

    What is not is logged as critical, once a round, until it is mended.
    """
    done = verify_files(after_id=cache.get(VERIFIED_KEY, 0), files=FILES_A_RUN, seconds=SECONDS_A_RUN)
    for fault in done.faults:
        logger.critical("Receipt %s: file %s, %s", fault.receipt, fault.path, fault.what)
    cache.set(VERIFIED_KEY, done.last_id or 0, timeout=None)
