"""What staff do with messages that failed: have them sent again, or give them up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from people.models import Decision, Message, User
from people.rules import GIVEN_UP, MessageState
from people.waking import wake


def send_again(messages: Iterable[int], *, by: User, now: datetime) -> int:
    """Let failed messages wait as new ones; how many there were. What has not failed is left alone.

    They go as the same letters, with the same Message-ID, and only if they still hold and are still of use.
    """
    anew = {"state": MessageState.WAITING, "attempts": 0, "due_at": now, "settled_at": None, "reason": ""}
    return _decide(messages, Decision.What.AGAIN, by=by, now=now, becomes=anew)


def give_up(messages: Iterable[int], *, by: User, now: datetime) -> int:
    """Let failed messages rest; how many there were. They stand under their readers' bells all the same."""
    at_rest = {"state": MessageState.KEPT, "reason": GIVEN_UP}
    return _decide(messages, Decision.What.GIVEN_UP, by=by, now=now, becomes=at_rest)


def _decide(
    messages: Iterable[int], what: Decision.What, *, by: User, now: datetime, becomes: dict[str, Any]
) -> int:
    with transaction.atomic():
        failed = Message.objects.filter(pk__in=list(messages), state=MessageState.FAILED)
        found = list(failed.select_for_update().order_by("pk"))
        Message.objects.filter(pk__in=[one.pk for one in found], state=MessageState.FAILED).update(**becomes)
        Decision.objects.bulk_create(
            Decision(message=one, what=what, by=by, decided_at=now, error=one.error) for one in found
        )
        if found and what is Decision.What.AGAIN:
            transaction.on_commit(wake, robust=True)
    return len(found)
