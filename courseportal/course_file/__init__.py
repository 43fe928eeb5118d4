"""A course written down in one TOML file (docs/course-file.md): read, and checked as a whole."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from courseportal.course_file.definition import CourseDefinition
from courseportal.course_file.grading import read_grading, read_late_penalty
from courseportal.course_file.perks import read_activities, read_extension
from courseportal.course_file.reader import Problems, Table
from courseportal.course_file.timetable import (
    read_assignments,
    read_class_times,
    read_classes,
    read_course,
    read_exam,
)

__all__ = ["CourseDefinition", "CourseFileError", "course_of", "read_course_file"]


class CourseFileError(ValueError):
    """The file does not define a course. ``problems`` are all that are wrong with it, each with its place."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read_course_file(content: str) -> CourseDefinition:
    """The course that the text of a course file defines. CourseFileError, naming everything wrong with it."""
    try:
        values = tomllib.loads(content.removeprefix("\ufeff"), parse_float=Decimal)
    except RecursionError:
        raise CourseFileError(["this is not TOML: it is nested too deeply"]) from None
    except ValueError as error:  # a wrong syntax, or a number that Python does not take
        raise CourseFileError([f"this is not TOML: {error}"]) from None
    return course_of(values)


def course_of(values: Mapping[str, Any]) -> CourseDefinition:
    """The course that the values of a parsed course file define. CourseFileError as above."""
    problems = Problems()
    definition = _read(Table(values, "", problems))
    if problems.found or definition is None:
        raise CourseFileError(problems.found)
    return definition


def _read(root: Table) -> CourseDefinition | None:
    head = root.table("course", required=True)
    class_times = read_class_times(root.table("class_times"))
    class_tables, exam = root.tables("class"), root.table("exam")
    grading = root.table("grading", required=True)
    penalty = root.table("late_penalty")
    assignment_tables, activity_tables = root.tables("assignment"), root.tables("activity")
    extension = root.table("extension")
    root.finish()
    if head is None or grading is None:
        return None
    course = read_course(head)
    classes = read_classes(class_tables, course, class_times)
    return CourseDefinition(
        course=course,
        classes=tuple(sorted(classes, key=lambda each: (each.starts_at, each.key))),
        exam=read_exam(exam, course),
        grading=read_grading(grading),
        late_penalty=read_late_penalty(penalty),
        assignments=read_assignments(assignment_tables, course, classes),
        activities=read_activities(activity_tables),
        extension=read_extension(extension, course),
    )
