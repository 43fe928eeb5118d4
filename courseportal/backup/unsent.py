"""What becomes of the outbox when a portal is restored: no mail goes again, nothing is lost from sight.

Between the backup and the loss of the portal its worker went on sending; what it sent then stands nowhere in
the backup. So whatever may have gone is not sent:

- sent, kept, dropped and failed messages stay what they were;
- what was waiting or in a worker's hand, and is due by now, may have gone since;
- what became due since the backup was not written in it yet, and would be found anew by the first sweep: so
  it is written now.

Of these, what still holds stands in the portal alone, with a word why; what does not is dropped. What is due
later than the lost portal worked cannot have gone, and goes in its time. Mail that may not have gone is the
lesser evil, and the operator is told how much of it there is (docs/operations.md).
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Max, Q

from people.actions.apart import PartlyDone
from people.kinds import kind_of, sweepers
from people.models import Message
from people.rules import MessageState

RESTORED: Final = "restored"
"""Why such a message was not sent; in words in courseportal/apps.py."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Unsent:
    """Messages that may have gone before and are not sent, by kind; and how many wait for their time."""

    kept: dict[str, int]
    dropped: int
    waiting: int
    not_swept: list[str]
    """Where something went wrong: what became due there may go again."""
    not_asked: list[str]
    """Messages of which nobody could say whether they still hold, as "kind number"; kept like the others."""


def settle_unsent(*, stopped_at: datetime) -> Unsent:
    """Settle every message that may have gone by ``stopped_at``. Call it within the restore."""
    last = Message.objects.aggregate(last=Max("pk"))["last"] or 0
    not_swept = [name for sweeper in sweepers if (name := _trouble_with(sweeper, stopped_at))]
    in_doubt = Message.objects.filter(
        Q(state=MessageState.CLAIMED)
        | Q(state=MessageState.WAITING, due_at__lte=stopped_at)
        | Q(state=MessageState.WAITING, pk__gt=last)
    )
    kept: Counter[str] = Counter()
    dropped = 0
    not_asked = []
    for message in in_doubt.order_by("pk"):
        why = _why_not(message, stopped_at)
        if why is None:
            not_asked.append(str(message))
        kept[message.kind] += not why
        dropped += bool(why)
        Message.objects.filter(pk=message.pk).update(
            state=MessageState.DROPPED if why else MessageState.KEPT,
            reason=(why or RESTORED)[:200],
            claimed_until=None,
            settled_at=stopped_at,
        )
    waiting = Message.objects.filter(state=MessageState.WAITING).count()
    of_kinds = {kind: count for kind, count in sorted(kept.items()) if count}
    return Unsent(of_kinds, dropped, waiting, not_swept, not_asked)


def _trouble_with(sweeper: Callable[[datetime], None], now: datetime) -> str:
    """Let what became due by now be written; where that fails, the name of what failed.

    A restore is not kept from a portal by it: everything else is worth more than mail that goes once.
    """
    name = f"{sweeper.__module__}.{sweeper.__qualname__}"
    try:
        with transaction.atomic():
            try:
                sweeper(now)
            except PartlyDone as trouble:  # the others are written, and stay
                return f"{name} ({trouble})"
    except Exception:
        logger.exception("%s could not be swept", name)
        return name
    return ""


def _why_not(message: Message, now: datetime) -> str | None:
    """Why a message no longer holds, "" where it does; None where asking failed: its facts may be older."""
    try:
        kind = kind_of(message.kind)
    except KeyError:  # an app that knew the kind is gone
        return ""
    try:
        with transaction.atomic():  # a statement that failed must not take the restore with it
            return kind.holds(message.person_id, message.facts, now)
    except Exception:
        logger.exception("Message %s could not be asked whether it still holds", message.pk)
        return None
