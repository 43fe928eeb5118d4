"""Where the running course of the demo lies: around today."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from courseportal.course_file import CourseDefinition
from courseportal.course_file.moving import moved_by_weeks
from schedule.queries import monday

WEEK_OF_TODAY: Final = 11
"""The week of the term, counted as the schedule counts them, into which the running course puts today."""


def running_course(definition: CourseDefinition, now: datetime) -> CourseDefinition:
    """The course moved by whole weeks so that today falls in week eleven, with its slug and term renamed."""
    course = definition.course
    weeks = (monday(now.astimezone(course.zone).date()) - monday(course.starts_on)).days // 7
    moved = moved_by_weeks(definition, weeks - (WEEK_OF_TODAY - 1))
    starts_on = moved.course.starts_on
    slug = course.slug.replace(str(course.starts_on.year), str(starts_on.year))
    term = f"{'осень' if starts_on.month >= 7 else 'весна'} {starts_on.year}"
    slug = f"{slug}-now" if slug == course.slug else slug
    return replace(moved, course=replace(moved.course, slug=slug, term=term))
