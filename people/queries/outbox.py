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
class NotSwept:
    """What the last sweep could not look at: of which sweeper, which row, and the name of the error."""

    part: str
    label: str
    """Of the row's model; "" where all of that part failed."""
    pk: int
    error: str

    def __str__(self) -> str:
        row = f" of {self.label} {self.pk}" if self.label else ""
        return f"{self.part}{row}: {self.error}"


@dataclass(frozen=True, slots=True)
class LastSweep:
    """When the last sweep was, and what it could not look at."""

    swept_at: datetime
    not_swept: tuple[NotSwept, ...]

    @property
    def whole_parts_failed(self) -> bool:
        """Whether something was looked at for nobody; else some rows make no sense, all others are well."""
        return any(not one.label for one in self.not_swept)


def what_was_swept() -> LastSweep | None:
    """The last sweep; None before the first."""
    row = Sweep.objects.first()
    return LastSweep(row.swept_at, tuple(NotSwept(**one) for one in row.not_swept)) if row else None


@dataclass(frozen=True, slots=True)
class Trouble:
    """What staff are told of the outbox. Counts are of the courses asked for, the sweep is the portal's."""

    failed: int
    late: int
    """Due for more than ten minutes and not gone."""
    oldest_at: datetime | None
    """Since when the oldest of the late ones has been due."""
    still_since: datetime | None
    """When the last sweep was, where that is more than ten minutes ago; now, where its clock ran ahead."""
    not_swept: tuple[NotSwept, ...] = ()
    """What the last sweep could not look at, of all courses."""

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
    last = what_was_swept()
    stands = last is not None and abs(now - last.swept_at) > LATE_AFTER
    still_since = min(last.swept_at, now) if last is not None and stands else None
    not_swept = last.not_swept if last else ()
    return Trouble(found["failed"], found["late"], found["oldest"], still_since, not_swept)


def _within(rows: MessageQuerySet, scopes: Collection[str] | None) -> MessageQuerySet:
    return rows if scopes is None else rows.filter(scope__in=scopes)
