"""Whom a message about a course is for."""

from __future__ import annotations

from schedule.models import Course, CourseChat, Enrolment, StudyGroup


def people_of(course: Course) -> set[int]:
    """Everybody who takes part in a course now, whatever their role; in one statement."""
    parts = Enrolment.objects.active().filter(course=course, person__is_active=True)
    return set(parts.values_list("person_id", flat=True))


def members_of(group: StudyGroup) -> set[int]:
    """The students of a group now; in one statement."""
    parts = Enrolment.objects.students().filter(group=group, person__is_active=True)
    return set(parts.values_list("person_id", flat=True))


def takes_part(person_id: int | None, slug: str) -> bool:
    """Whether this person takes part in the course with that short address; its chat (None) always does."""
    if person_id is None:
        return True
    return Enrolment.objects.active().filter(person_id=person_id, course__slug=slug).exists()


def studies_in(person_id: int | None, group_id: int) -> bool:
    """Whether this person is a student of that group now; a chat (None) hears of all groups."""
    if person_id is None:
        return True
    return Enrolment.objects.students().filter(person_id=person_id, group_id=group_id).exists()


def chat_of(course: Course) -> str:
    """The course's chat as messages name it; empty where it has none, or none that is on."""
    return course.slug if CourseChat.objects.filter(course=course, is_on=True).exists() else ""
