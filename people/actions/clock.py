"""What a clock that ran ahead wrote down is put right, once it tells the time again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import F, Value
from django.db.models.functions import Least

from people.models import Message
from people.rules import MessageState

FURTHEST: Final = timedelta(days=3)
"""Nothing waits for longer: a digest is a day away at most, and quiet hours after it are over a day later."""


def set_right(now: datetime) -> None:
    """Let what would wait for a day far ahead be looked at now, and no lease last for longer than one.

    Whether it is still true, wanted and of use is asked when it is about to go, as of any message.
    """
    ahead = Message.objects.filter(state=MessageState.WAITING, due_at__gt=now + FURTHEST)
    ahead.update(due_at=now, created_at=Least(F("created_at"), Value(now)))
    lease = timedelta(seconds=settings.OUTBOX_LEASE)
    held = Message.objects.filter(state=MessageState.CLAIMED, claimed_until__gt=now + 2 * lease)
    # A whole lease from now on: its worker may be alive, and has it in hand for no longer.
    held.update(claimed_until=now + lease)
