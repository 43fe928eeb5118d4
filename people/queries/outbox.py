"""How the outbox stands: what waits, what failed, and whether anybody looks at it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Min, Q

from people.models import Message, Sweep
from people.models.outbox import UNSETTLED, MessageQuerySet
from people.rules import MessageState

LATE_AFTER: Final = timedelta(minutes=10)
"""A message that is due for longer, or a sweep that is longer ago, is worth a word to staff."""


def failed(scope: str | None = None) -> MessageQuerySet:
    """Those that the other side refused for good, oldest first; of one course, or of all."""
    rows = Message.objects.filter(state=MessageState.FAILED).order_by("pk")
    return rows if scope is None else rows.filter(scope=scope)


def oldest_due(now: datetime, scopes: Collection[str] | None = None) -> datetime | None:
    """Since when the message has been due that waits longest; None where nothing is due."""
    rows = _within(Message.objects.filter(state__in=UNSETTLED, due_at__lte=now), scopes)
    found: datetime | None = rows.aggregate(oldest=Min("due_at"))["oldest"]
    return found


def depth() -> dict[str, int]:
    """How many messages are in each state, also those of which there are none; one statement."""
    counted = dict(Message.objects.order_by().values_list("state").annotate(Count("pk")))
    return {state: counted.get(state, 0) for state in MessageState}


def last_sweep() -> datetime | None:
    """When the outbox was last gone through from one end to the other; None before the first time."""
    return Sweep.objects.values_list("swept_at", flat=True).first()


@dataclass(frozen=True, slots=True)
class Trouble:
    """What staff are told of the outbox. Counts are of the courses asked for, the sweep is the portal's."""

    failed: int
    late: int
    """Due for more than ten minutes and not gone."""
    oldest_at: datetime | None
    """Since when the oldest of the late ones has been due."""
    still_since: datetime | None
    """When the last sweep was, where that is more than ten minutes ago."""

    def __bool__(self) -> bool:
        return bool(self.failed or self.late or self.still_since)


def trouble(now: datetime, scopes: Collection[str] | None = None) -> Trouble:
    """What is wrong with the outbox, for these courses or, without any told, for all; two statements.

    A portal in which nothing was ever swept is in no trouble until something waits.
    """
    too_old = Q(state__in=UNSETTLED, due_at__lt=now - LATE_AFTER)
    waiting_or_failed = Message.objects.filter(state__in=(*UNSETTLED, MessageState.FAILED))
    found = _within(waiting_or_failed, scopes).aggregate(
        failed=Count("pk", filter=Q(state=MessageState.FAILED)),
        late=Count("pk", filter=too_old),
        oldest=Min("due_at", filter=too_old),
    )
    swept_at = last_sweep()
    still_since = swept_at if swept_at is not None and swept_at < now - LATE_AFTER else None
    return Trouble(found["failed"], found["late"], found["oldest"], still_since)


def _within(rows: MessageQuerySet, scopes: Collection[str] | None) -> MessageQuerySet:
    return rows if scopes is None else rows.filter(scope__in=scopes)
