"""Who may do what in a course, whatever the time."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from people.models import User
from schedule.models import STUDENT_ROLES, Course, Enrolment


def teaches(user: User | AnonymousUser, course: Course) -> bool:
    """Whether this person grades and runs this course: its TAs and lecturers, and superusers."""
    return Course.objects.staffed_by(user).filter(pk=course.pk).exists()


def teaches_somewhere(user: User | AnonymousUser) -> bool:
    """Whether this person may open the administration at all."""
    return Course.objects.staffed_by(user).exists() or (user.is_active and user.is_superuser)


def student_enrolment(user: User | AnonymousUser, course: Course) -> Enrolment | None:
    """This person's active enrolment as a student of this course, with its group; None without one."""
    return (
        Enrolment.objects.of(user)
        .active()
        .filter(course=course, role__in=STUDENT_ROLES)
        .select_related("group")
        .first()
    )
