"""A course's classes as the rows of a README's table."""

from __future__ import annotations

from collections import defaultdict

from schedule.models import Assignment, ClassMeeting, Course
from schedule.readme_table import FoundClass, Homework, Kind, Link


def written_classes(course: Course) -> list[FoundClass]:
    """The classes in order of time, with materials and the homework given there; in three statements."""
    homework: defaultdict[int | None, list[Homework]] = defaultdict(list)
    for work in Assignment.objects.filter(course=course).order_by("number"):
        homework[work.given_at_class_id].append(Homework(work.title, work.statement_url))
    classes = ClassMeeting.objects.filter(course=course).order_by("starts_at", "key")
    return [
        FoundClass(
            line=0,
            on=meeting.starts_at.astimezone(course.zone).date(),
            kind=Kind(meeting.kind),
            number=meeting.number,
            title=meeting.title,
            materials=tuple(Link(each.title, each.url) for each in meeting.materials.all()),
            homework=tuple(homework[meeting.pk]),
            is_cancelled=meeting.cancelled_at is not None,
        )
        for meeting in classes.prefetch_related("materials")
    ]


def homework_without_a_class(course: Course) -> list[Assignment]:
    """Assignments that are given at no class, so that no row of the table can hold them."""
    return list(Assignment.objects.filter(course=course, given_at_class=None).order_by("number"))
