"""Whose proofs somebody looks at, and for whom they may hand one in."""

from __future__ import annotations

from dataclasses import dataclass

from people.models import User
from schedule.access import student_enrolment, teaches
from schedule.models import Course, StudyGroup


class NoGroup(Exception):
    """There is no such group that the reader may see."""


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """A group whose pages somebody reads. ``groups`` are those to choose from, by name: one for students.

    ``is_own`` where the reader studies in it: staff who do decide nothing about it.
    """

    group: StudyGroup
    groups: tuple[StudyGroup, ...]
    is_staff: bool
    is_own: bool


def group_for(course: Course, reader: User, name: str = "") -> OpenGroup:
    """The group that a reader of the course named, where they may see it: students their own, staff any.

    Without a name their own, else the first. Raises NoGroup. In three statements at most.
    """
    is_staff = teaches(reader, course)
    enrolment = student_enrolment(reader, course)
    own = enrolment.group if enrolment else None
    groups: tuple[StudyGroup, ...] = (own,) if own else ()
    if is_staff:
        groups = tuple(sorted(StudyGroup.objects.filter(course=course), key=lambda one: one.name))
    if not groups:
        raise NoGroup
    wanted = name or (own.name if own else groups[0].name)
    for group in groups:
        if group.name == wanted:
            group.course = course
            return OpenGroup(group, groups, is_staff, group == own)
    raise NoGroup
