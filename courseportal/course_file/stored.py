"""The definition of a course that is in the database, in the same words as a course file gives it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, TypeVar

from django.db.models import Model

from courseportal.course_file.definition import (
    ActivityFacts,
    AssignmentFacts,
    CheckpointFacts,
    ClassFacts,
    CourseDefinition,
    CourseFacts,
    ExamFacts,
    ExtensionFacts,
    GradeFacts,
    GradingFacts,
    MaterialFacts,
)
from grading.models import GradingScheme, LatePenalty
from grading.rules import LatePolicy
from perks.models import Activity, ExtensionRule
from schedule.models import Assignment, ClassMeeting, Course, Exam

Facts = TypeVar("Facts")


def _facts(kind: type[Facts], row: Model, **others: Any) -> Facts:
    """The facts that a row holds under their own names, and the others."""
    names = [each.name for each in fields(kind) if each.name not in others]  # type: ignore[arg-type]
    return kind(**{name: getattr(row, name) for name in names}, **others)


def stored_definition(course: Course) -> CourseDefinition:
    """What defines this course now, in a fixed number of statements."""
    penalties = {
        penalty.assignment_id: penalty.policy for penalty in LatePenalty.objects.filter(course=course)
    }
    exam = Exam.objects.filter(course=course).first()
    rule = ExtensionRule.objects.filter(course=course).first()
    return CourseDefinition(
        course=_facts(
            CourseFacts,
            course,
            remind_days=tuple(course.remind_days),
            report_days=tuple(course.report_days),
        ),
        classes=_classes(course),
        exam=_facts(ExamFacts, exam) if exam else None,
        grading=_grading(course),
        late_penalty=penalties.get(None),
        assignments=_assignments(course, penalties),
        activities=_activities(course),
        extension=_facts(ExtensionFacts, rule) if rule else None,
    )


def _classes(course: Course) -> tuple[ClassFacts, ...]:
    rows = ClassMeeting.objects.filter(course=course).order_by("starts_at", "key")
    return tuple(
        _facts(ClassFacts, row, materials=_all(MaterialFacts, row.materials.all()))
        for row in rows.prefetch_related("materials")
    )


def _all(kind: type[Facts], rows: Sequence[Model] | Any) -> tuple[Facts, ...]:
    return tuple(_facts(kind, row) for row in rows)


def _grading(course: Course) -> GradingFacts | None:
    scheme = GradingScheme.objects.filter(course=course).prefetch_related("grades").first()
    return _facts(GradingFacts, scheme, grades=_all(GradeFacts, scheme.grades.all())) if scheme else None


def _assignments(course: Course, penalties: dict[int | None, LatePolicy]) -> tuple[AssignmentFacts, ...]:
    rows = Assignment.objects.filter(course=course).order_by("number").select_related("given_at_class")
    return tuple(
        _facts(
            AssignmentFacts,
            row,
            given_at_class=row.given_at_class.key if row.given_at_class else None,
            suffixes=tuple(row.suffixes),
            late_penalty=penalties.get(row.pk),
        )
        for row in rows
    )


def _activities(course: Course) -> tuple[ActivityFacts, ...]:
    rows = Activity.objects.filter(course=course).order_by("number").prefetch_related("checkpoints")
    return tuple(
        _facts(ActivityFacts, row, checkpoints=_all(CheckpointFacts, row.checkpoints.all())) for row in rows
    )
