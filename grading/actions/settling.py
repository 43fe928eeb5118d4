"""Reminders that have nothing left to remind of: whoever has done what they ask for does not read of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q

from grading.messages.reminder import HANDED_IN, MOVED
from people.kinds import Facts
from people.models import Message
from schedule.messages.parts import moment
from schedule.models import Course

Outdated = Callable[[int, Facts], bool]
"""Whether a reminder with these facts to that person has nothing left to remind of."""


def settle_handed_in(course: Course, works: set[tuple[int, int]], now: datetime) -> None:
    """Settle the unread reminders of work that has come in: by student and assignment (ids)."""
    students = {student for student, _assignment in works}
    few = Q(person__in=students) if len(students) < 100 else Q()
    _settle(course, few, lambda student, facts: (student, facts["assignment"]) in works, HANDED_IN, now)


def settle_moved(course: Course, dates: dict[int, dict[str, str]], now: datetime) -> None:
    """Settle the unread reminders of dates that no longer hold; ``dates`` are those that do, by student."""

    def is_another(student: int, facts: Facts) -> bool:
        holds = dates[student].get(str(facts["assignment"]))
        return holds is None or moment(holds) != moment(facts["due_at"])

    _settle(course, Q(person__in=dates), is_another, MOVED, now)


def _settle(course: Course, whose: Q, outdated: Outdated, why: str, now: datetime) -> None:
    """What has not gone is dropped, what has is taken for read. A row in somebody's hand is left to them."""
    rows = Message.objects.filter(whose, kind="reminder", scope=course.slug, read_at__isnull=True)
    unread = rows.exclude(state=Message.State.DROPPED).select_for_update(skip_locked=True).order_by("pk")
    found = [row for row in unread if row.person_id and outdated(row.person_id, row.facts)]
    if not found:
        return
    these = Message.objects.filter(pk__in=[row.pk for row in found])
    these.exclude(state=Message.State.DROPPED).exclude(
        state=Message.State.WAITING, handed_at__isnull=True
    ).update(read_at=now)
    these.filter(state=Message.State.WAITING, handed_at__isnull=True).update(
        state=Message.State.DROPPED, reason=why, settled_at=now
    )
