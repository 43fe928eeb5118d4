"""Notices that were shown and read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from people.models import Message, User


def mark_shown(*, messages: Iterable[Message], now: datetime) -> bool:
    """Their reader has them in a list; the first time counts. Nothing is written where all were shown before.

    False where one of them was not to be marked: it may have been taken back since it was read, and the list
    is to be read again before it is shown.
    """
    new = [message.pk for message in messages if message.shown_at is None]
    if not new:
        return True
    rows = Message.objects.filter(pk__in=new, shown_at=None).exclude(state=Message.State.DROPPED)
    return rows.update(shown_at=now) == len(new)


def mark_read(*, message: Message, now: datetime) -> None:
    """The reader has opened it; the first time counts."""
    Message.objects.filter(pk=message.pk, read_at=None).update(read_at=now)


def mark_all_read(*, reader: User, up_to: int, now: datetime) -> int:
    """Mark the reader's notices up to that number; how many they were. What came later was not seen yet."""
    return Message.objects.noticed_by(reader).filter(pk__lte=up_to, read_at=None).update(read_at=now)
