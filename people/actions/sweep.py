"""The sweep of each minute: what the clock makes due is written, what is due goes out, and when is kept."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from people.actions.apart import PartlyDone
from people.actions.deliver import deliver
from people.actions.settle import Delivered
from people.kinds import sweepers
from people.models import Sweep

logger = logging.getLogger(__name__)


def sweep(*, clock: Callable[[], datetime], seconds: float = 45.0) -> Delivered:
    """Look at all that the clock may have changed, then deliver. Twice, or by two at once, does no more.

    Trouble in one part never keeps the others; it is logged, and tried again a minute later.
    """
    for sweeper in sweepers:
        try:
            sweeper(clock())
        except PartlyDone as trouble:
            logger.warning("Not swept: %s", trouble)
        except Exception:
            logger.exception("%s could not be swept", f"{sweeper.__module__}.{sweeper.__qualname__}")
    done = deliver(clock=clock, seconds=seconds)
    Sweep.objects.update_or_create(pk=Sweep.THE_ONE, defaults={"swept_at": clock()})
    return done
