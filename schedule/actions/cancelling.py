"""Classes that do not take place, and that take place after all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from people.audit import audited
from people.models import User
from schedule.actions.telling import tell_schedule
from schedule.models import ClassMeeting, Course


def cancel_classes(*, course: Course, reasons: Mapping[int, str], by: User, now: datetime) -> int:
    """Cancel classes of a course, each for its reason, and tell its people; how many took place until now."""
    ids_by_reason = defaultdict[str, list[int]](list)
    for class_id, why in reasons.items():
        ids_by_reason[why.strip()].append(class_id)
    standing = ClassMeeting.objects.filter(course=course, cancelled_at__isnull=True)
    with audited(by=by), transaction.atomic():
        count = sum(
            standing.filter(pk__in=ids).update(cancelled_at=now, cancelled_why=why)
            for why, ids in ids_by_reason.items()
        )
        tell_schedule(course=course, now=now, but=[by.pk])
    return count


def restore_classes(*, course: Course, ids: Collection[int], by: User, now: datetime) -> int:
    """Let cancelled classes of a course take place after all and tell its people; how many there are."""
    with audited(by=by), transaction.atomic():
        rows = ClassMeeting.objects.filter(course=course, pk__in=ids, cancelled_at__isnull=False)
        count = rows.update(cancelled_at=None, cancelled_why="")
        tell_schedule(course=course, now=now, but=[by.pk])
    return count
