"""What the last sweep could not look at, as staff are told of it: in the first page, above the messages."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from people.kinds import parts
from people.queries.outbox import NotSwept
from schedule.models import Course
from schedule.moments import course_name


def told_of(not_swept: Iterable[NotSwept], taught: Iterable[Course], *, everything: bool) -> list[str]:
    """A line for each: of one's own courses, or of all rows and of parts that failed as a whole.

    It names the error and not its text, which may hold what people wrote.
    """
    courses = {course.pk: course for course in taught}
    lines = []
    for one in not_swept:
        course = courses.get(one.pk) if one.label == Course._meta.label else None
        if course is None and not everything:
            continue
        whose = course_name(course) if course else f"{one.label} {one.pk}" if one.label else _("all courses")
        told = {"course": whose, "what": parts.get(one.part, one.part), "error": one.error}
        lines.append(_("%(course)s: %(what)s (%(error)s)") % told)
    return lines
