"""People who take part in a course and cannot sign in yet are invited to choose a password."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from people.actions.outbox import News, write_all
from schedule.messages.invitation import invitation_facts
from schedule.models import Course, Enrolment


def invite(*, course: Course, people: Collection[int], now: datetime) -> int:
    """Write an invitation to those of the people who take part and have no password; how many there are.

    Who was invited before is invited again: the last link works, whichever was made first.
    """
    with transaction.atomic():
        parts = Enrolment.objects.active().filter(course=course, person__in=people, person__is_active=True)
        invited = {
            part.person_id: part
            for part in parts.select_related("person", "group").order_by("-pk")
            if not part.person.has_usable_password()
        }
        return write_all(
            kind="invitation",
            news=[
                News(
                    f"{course.pk}:{now.isoformat()}",
                    [pk],
                    invitation_facts(course, part.person, part.role, part.group.name if part.group else ""),
                )
                for pk, part in invited.items()
            ],
            zone=course.time_zone,
            now=now,
            scope=course.slug,
        )
