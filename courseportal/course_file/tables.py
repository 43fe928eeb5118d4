"""Differences of a definition written into the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.db import models
from django.db.models import F

from courseportal.course_file.rows import Differences, Key, Section
from grading.models import GradeRow, GradingScheme, LatePenalty
from perks.models import Activity, Checkpoint, ExtensionRule
from schedule.diff import Row
from schedule.models import Assignment, ClassMeeting, Course, Exam, Material

MODELS: Final[Mapping[Section, type[models.Model]]] = {
    Section.CLASS: ClassMeeting,
    Section.MATERIAL: Material,
    Section.EXAM: Exam,
    Section.GRADING: GradingScheme,
    Section.GRADE: GradeRow,
    Section.ASSIGNMENT: Assignment,
    Section.LATE_PENALTY: LatePenalty,
    Section.ACTIVITY: Activity,
    Section.CHECKPOINT: Checkpoint,
    Section.EXTENSION: ExtensionRule,
}

OUT_OF_THE_WAY: Final = 10_000
"""Added to the positions of grades that are about to change places, as no two may share one meanwhile."""


def apply(found: Differences, course: Course) -> None:
    """Change the rows of this course by the differences. Call it in a transaction that has the course locked.

    Raises ProtectedError where something that is kept for ever points to a row to be removed.
    """
    for section in reversed(list(MODELS)):
        for identity in _identities(section, found[section].removed, course):
            MODELS[section]._default_manager.get(**identity).delete()
    for values in (found[Section.COURSE].new_values(key) for key in found[Section.COURSE].changed):
        Course.objects.filter(pk=course.pk).update(**values)
    for section, model in MODELS.items():
        _apply(section, model, found, course)


def _apply(section: Section, model: type[models.Model], found: Differences, course: Course) -> None:
    there = found[section]
    rows = model._default_manager
    changed = dict(zip(there.changed, _identities(section, tuple(there.changed), course), strict=True))
    if section is Section.GRADE:
        for key, identity in changed.items():
            if "position" in there.new_values(key):
                rows.filter(**identity).update(position=F("position") + OUT_OF_THE_WAY)
    for key, identity in changed.items():
        rows.filter(**identity).update(**_stored(section, there.new_values(key), course))
    added = dict(zip(there.added, _identities(section, tuple(there.added), course), strict=True))
    rows.bulk_create(
        model(**identity, **_stored(section, there.added[key], course)) for key, identity in added.items()
    )


def _identities(section: Section, keys: tuple[Key, ...], course: Course) -> Iterator[dict[str, Any]]:
    """What finds the row of each key, and belongs into a new one."""
    if not keys:
        return
    parents = _parents(section, course)
    for key in keys:
        match section:
            case Section.CLASS:
                yield {"course_id": course.pk, "key": key[0]}
            case Section.MATERIAL:
                yield {"class_meeting_id": parents[key[0]], "position": key[1]}
            case Section.GRADE:
                yield {"scheme_id": parents[None], "code": key[0]}
            case Section.ASSIGNMENT | Section.ACTIVITY:
                yield {"course_id": course.pk, "number": key[0]}
            case Section.LATE_PENALTY:
                yield {"course_id": course.pk, "assignment_id": parents[key[0]] if key else None}
            case Section.CHECKPOINT:
                yield {"activity_id": parents[key[0]], "number": key[1]}
            case _:
                yield {"course_id": course.pk}


def _parents(section: Section, course: Course) -> dict[Any, int]:
    """The ids of the rows that this table's rows belong to, by their keys."""
    match section:
        case Section.MATERIAL:
            return dict(ClassMeeting.objects.filter(course=course).values_list("key", "pk"))
        case Section.GRADE:
            return {None: GradingScheme.objects.get(course=course).pk}
        case Section.LATE_PENALTY:
            return dict(Assignment.objects.filter(course=course).values_list("number", "pk"))
        case Section.CHECKPOINT:
            return dict(Activity.objects.filter(course=course).values_list("number", "pk"))
    return {}


def _stored(section: Section, values: Row, course: Course) -> dict[str, Any]:
    """The values as the table holds them: a class by its id."""
    stored = dict(values)
    if section is Section.ASSIGNMENT and "given_at_class" in stored:
        key = stored.pop("given_at_class")
        given_at = ClassMeeting.objects.get(course=course, key=key).pk if key else None
        stored["given_at_class_id"] = given_at
    return stored
