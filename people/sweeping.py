"""Nothing lies about in the storage: what uploads left behind goes, what no row points at is set aside."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from people.storage import ASIDE, INCOMING, durable_storage

GRACE = timedelta(days=1)
"""So long a file may be on its way, or wait for the row that points at it."""

KEPT_ASIDE = timedelta(days=30)
"""So long a file that nothing points at can still be asked for, after an older database was restored."""

Known = Callable[[list[str]], Collection[str]]
"""Of some names in the storage, those that a row points at."""

logger = logging.getLogger(__name__)


def forget_stale(*, now: datetime) -> int:
    """Remove what uploads left behind a day ago; how many files that were."""
    return _forget(INCOMING, until=now - GRACE)


def forget_aside(*, now: datetime) -> int:
    """Remove what was set aside 30 days ago; how many files that were."""
    return _forget(ASIDE, until=now - KEPT_ASIDE)


def set_unknown_aside(folder: str, known: Known, *, now: datetime) -> int:
    """Set aside what lies in a folder for a day and no row points at; how many files that were."""
    storage = durable_storage()
    count = 0
    for paths in storage.kept_under(folder, until=now - GRACE):
        pointed_at = known(paths)
        for path in paths:
            if path not in pointed_at:
                logger.warning("No row has the file %s: it is set aside for 30 days", path)
                storage.set_aside(path, now=now)
                count += 1
    return count


def _forget(folder: str, *, until: datetime) -> int:
    storage = durable_storage()
    old = [path for paths in storage.kept_under(folder, until=until) for path in paths]
    storage.forget(old)
    return len(old)
