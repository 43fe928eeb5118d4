"""The sweep of each minute: what the clock makes due is written, what is due goes out.

When that was is kept, and what could not be looked at.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

from people.actions.apart import PartlyDone
from people.actions.clock import set_right
from people.actions.deliver import deliver
from people.actions.settle import Delivered
from people.kinds import name_of, sweepers
from people.models import Sweep

logger = logging.getLogger(__name__)

MOST_KEPT: Final = 100
"""So much of what could not be looked at is kept; the log has all."""


def sweep(*, clock: Callable[[], datetime], seconds: float = 45.0) -> Delivered:
    """Look at all that the clock may have changed, then deliver. Twice, or by two at once, does no more.

    Trouble in one part never keeps the others; it is logged, and tried again a minute later.
    """
    not_swept: list[dict[str, str | int]] = []
    for sweeper in (set_right, *sweepers):
        name = name_of(sweeper)
        try:
            sweeper(clock())
        except PartlyDone as trouble:
            logger.warning("Not swept: %s", trouble)
            not_swept += [
                {"part": name, "label": one.label, "pk": one.pk, "error": one.error} for one in trouble.failed
            ]
        except Exception as error:
            logger.exception("%s could not be swept", name)
            not_swept.append({"part": name, "label": "", "pk": 0, "error": type(error).__name__})
    done = deliver(clock=clock, seconds=seconds)
    kept = {"swept_at": clock(), "not_swept": not_swept[:MOST_KEPT]}
    Sweep.objects.update_or_create(pk=Sweep.THE_ONE, defaults=kept)
    return done
