"""Notices that were seen."""

from __future__ import annotations

from datetime import datetime

from people.models import Message, User


def mark_read(*, message: Message, now: datetime) -> None:
    """The reader has opened it; the first time counts."""
    Message.objects.filter(pk=message.pk, read_at=None).update(read_at=now)


def mark_all_read(*, reader: User, up_to: int, now: datetime) -> int:
    """Mark the reader's notices up to that number; how many they were. What came later was not seen yet."""
    return Message.objects.noticed_by(reader).filter(pk__lte=up_to, read_at=None).update(read_at=now)
