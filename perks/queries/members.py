"""Who was in a group when: membership counts as of the moment that a proof shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schedule.models import STUDENT_ROLES, Enrolment, StudyGroup


@dataclass(frozen=True, slots=True)
class Member:
    """A student of a group."""

    person_id: int
    name: str
    email: str


def members_at(group: StudyGroup, moment: datetime) -> list[Member]:
    """The students of a group at that moment, by name; in one statement."""
    enrolments = Enrolment.objects.at(moment).filter(group=group, role__in=STUDENT_ROLES)
    rows = enrolments.values_list("person_id", "person__name", "person__email").distinct()
    return sorted((Member(*row) for row in rows), key=lambda one: (one.name, one.email))


def past_members(group: StudyGroup, now: datetime) -> list[Member]:
    """Those who were students of a group and are no longer, by name; in one statement."""
    enrolments = Enrolment.objects.filter(group=group, role__in=STUDENT_ROLES)
    present = Enrolment.objects.at(now).filter(group=group, role__in=STUDENT_ROLES)
    past = enrolments.filter(left_at__lte=now).exclude(person__in=present.values("person"))
    rows = past.values_list("person_id", "person__name", "person__email").distinct()
    return sorted((Member(*row) for row in rows), key=lambda one: (one.name, one.email))
