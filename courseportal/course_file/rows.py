"""A definition laid out as rows of the tables, and what differs between two of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import Any, Final
from zoneinfo import ZoneInfo

from courseportal.course_file.definition import CourseDefinition
from grading.rules import LatePolicy
from schedule.diff import Difference, difference, plain
from schedule.points import short_points

Key = tuple[str | int, ...]
Rows = dict[Key, dict[str, Any]]
"""The rows of one table by what they are found by."""


class Section(StrEnum):
    """The tables of a definition, each after those that its rows point to."""

    COURSE = "course"
    CLASS = "class"
    MATERIAL = "material"
    EXAM = "exam"
    GRADING = "grading"
    GRADE = "grade"
    ASSIGNMENT = "assignment"
    LATE_PENALTY = "late_penalty"
    ACTIVITY = "activity"
    CHECKPOINT = "checkpoint"
    EXTENSION = "extension"


PART_OF: Final = {
    Section.MATERIAL: Section.CLASS,
    Section.LATE_PENALTY: Section.ASSIGNMENT,
    Section.CHECKPOINT: Section.ACTIVITY,
}
"""Rows that go with another, found by the first part of their own key."""

POINTS: Final = frozenset({"max_score", "pass_score", "min_total", "per_day"})

Differences = Mapping[Section, Difference[Key]]


def values_of(facts: Any, *without: str) -> dict[str, Any]:
    """What some facts say by name, but for the named ones."""
    return {each.name: getattr(facts, each.name) for each in fields(facts) if each.name not in without}


def _penalty(policy: LatePolicy) -> dict[str, Any]:
    return {"per_day": policy.per_day, "by_day": list(policy.by_day)}


def rows_of(definition: CourseDefinition) -> dict[Section, Rows]:
    """All rows that a course consists of, by table."""
    course, grading, assignments = definition.course, definition.grading, definition.assignments
    penalties: dict[Key, LatePolicy] = {
        (each.number,): each.late_penalty for each in assignments if each.late_penalty
    }
    if definition.late_penalty:
        penalties[()] = definition.late_penalty
    return {
        Section.COURSE: {
            (): values_of(course, "slug")
            | {"remind_days": list(course.remind_days), "report_days": list(course.report_days)}
        },
        Section.CLASS: {(each.key,): values_of(each, "key", "materials") for each in definition.classes},
        Section.MATERIAL: {
            (each.key, position): values_of(material)
            for each in definition.classes
            for position, material in enumerate(each.materials, start=1)
        },
        Section.EXAM: {(): values_of(definition.exam)} if definition.exam else {},
        Section.GRADING: {(): values_of(grading, "grades")} if grading else {},
        Section.GRADE: {
            (grade.code,): values_of(grade, "code") | {"position": position}
            for position, grade in enumerate(grading.grades if grading else ())
        },
        Section.ASSIGNMENT: {
            (each.number,): values_of(each, "number", "late_penalty", "suffixes")
            | {"suffixes": list(each.suffixes)}
            for each in assignments
        },
        Section.LATE_PENALTY: {key: _penalty(policy) for key, policy in penalties.items()},
        Section.ACTIVITY: {
            (each.number,): values_of(each, "number", "checkpoints") for each in definition.activities
        },
        Section.CHECKPOINT: {
            (each.number, point.number): values_of(point, "number")
            for each in definition.activities
            for point in each.checkpoints
        },
        Section.EXTENSION: {(): values_of(definition.extension)} if definition.extension else {},
    }


def differences(there: CourseDefinition | None, wanted: CourseDefinition) -> Differences:
    """What has to change, by table, for a course to become the wanted one; all of it for a new course."""
    old, new = rows_of(there) if there else {}, rows_of(wanted)
    return {section: difference(old.get(section, {}), new[section]) for section in Section}


def lines(found: Differences, definition: CourseDefinition) -> list[str]:
    """The differences for people, a line each, with moments on the course's clock."""
    return list(chain.from_iterable(_lines(section, found, definition) for section in Section))


def _lines(section: Section, found: Differences, definition: CourseDefinition) -> Iterator[str]:
    gone = found[PART_OF[section]].removed if section in PART_OF else ()
    shown = found[section]
    kept = tuple(
        key for key in shown.removed if key[:1] not in gone
    )  # the others go with what they belong to
    trimmed = Difference(shown.added, shown.changed, kept, shown.order)
    yield from trimmed.lines(lambda key: _name(section, key, definition), _describe(definition.course.zone))


def _name(section: Section, key: Key, definition: CourseDefinition) -> str:
    match section:
        case Section.COURSE:
            return f"course {definition.course.slug}"
        case Section.MATERIAL:
            return f"class {key[0]}, material {key[1]}"
        case Section.LATE_PENALTY:
            return f"assignment {key[0]}, late penalty" if key else "late penalty"
        case Section.CHECKPOINT:
            return f"activity {key[0]}, checkpoint {key[1]}"
    return " ".join(map(str, (section, *key)))


def _describe(zone: ZoneInfo) -> Callable[[str, Any], str]:
    def describe(field: str, value: Any) -> str:
        if isinstance(value, datetime):
            return value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
        if field in POINTS:
            return short_points(value)
        if field == "by_day":
            return ", ".join(map(short_points, value))
        return ", ".join(map(str, value)) if isinstance(value, list) else plain(field, value)

    return describe
