"""What the timetable runs for hand-ins."""

from __future__ import annotations

import logging

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from grading.actions.housekeeping import sweep_files, verify_files

FAULTS_KEY = "grading-file-faults"
"""In the cache: file id -> what is wrong, of all files that were found wrong when last read."""

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
    """A part of all files a run, round and round: is every byte of every receipt still there?"""
    after_id = cache.get(VERIFIED_KEY, 0)
    done = verify_files(after_id=after_id, files=FILES_A_RUN, seconds=SECONDS_A_RUN)
    last_id = done.last_id
    read = range(after_id + 1, last_id + 1) if last_id else None
    known: dict[int, str] = cache.get(FAULTS_KEY, {})
    faults = {pk: what for pk, what in known.items() if pk <= after_id or (read and pk not in read)}
    for fault in done.faults:
        logger.critical("Receipt %s: file %s, %s", fault.receipt, fault.path, fault.what)
        faults[fault.file_id] = fault.what
    cache.set(FAULTS_KEY, faults, timeout=None)
    cache.set(VERIFIED_KEY, last_id or 0, timeout=None)
