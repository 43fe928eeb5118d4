"""Classes that do not take place, and that take place after all."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from people.audit import audited
from people.models import User
from schedule.actions.telling import tell_schedule
from schedule.models import ClassMeeting, Course


def cancel_classes(*, course: Course, ids: Collection[int], why: str, by: User, now: datetime) -> int:
    """Cancel classes of a course and tell its people; how many of them took place until now."""
    with audited(by=by), transaction.atomic():
        rows = ClassMeeting.objects.filter(course=course, pk__in=ids, cancelled_at__isnull=True)
        count = rows.update(cancelled_at=now, cancelled_why=why.strip())
        tell_schedule(course=course, now=now, but=[by.pk])
    return count


def restore_classes(*, course: Course, ids: Collection[int], by: User, now: datetime) -> int:
    """Let cancelled classes of a course take place after all and tell its people; how many there are."""
    with audited(by=by), transaction.atomic():
        rows = ClassMeeting.objects.filter(course=course, pk__in=ids, cancelled_at__isnull=False)
        count = rows.update(cancelled_at=None, cancelled_why="")
        tell_schedule(course=course, now=now, but=[by.pk])
    return count
