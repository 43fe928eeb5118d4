"""A course's schedule from the table of its README."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from schedule.actions.readme.classes import plan_classes
from schedule.actions.readme.homework import plan_homework
from schedule.actions.readme.plan import Plan
from schedule.actions.telling import remember_schedule, tell_schedule
from schedule.diff import Difference, difference, plain
from schedule.models import Assignment, ClassMeeting, Course, Material
from schedule.readme_table import ReadmeTable


class OutsideTheCourse(Exception):
    """No class of the table lies within the course's days: another year's table, or another course's."""


@dataclass(frozen=True, slots=True)
class ScheduleChanges:
    """What an import changed, a line each; and what it left as it was, or could only half know."""

    lines: tuple[str, ...]
    absent: tuple[str, ...]
    """Classes and assignments of the course that the table does not name."""
    whole_day: tuple[str, ...]
    """New classes whose time of day nothing tells: they stand for the whole day until somebody sets it."""


def import_schedule(
    *, course: Course, table: ReadmeTable, now: datetime, dry_run: bool = False, notify: bool = False
) -> ScheduleChanges:
    """Make the course's classes, materials and homework those of the table, and leave all else as it is.

    Nothing is deleted but links that a class's row no longer has. Homework gets the next free number, in the
    order of the table, and is due by the course's rule; a date of its own stays. Rooms, statements, points
    and limits are not the table's. A dry run does all of it and takes it back. With ``notify``
    people are told of classes that are at another time. Raises OutsideTheCourse.
    """
    days = [found.on for found in table.classes]
    if days and not any(course.starts_on <= day <= course.ends_on for day in days):
        raise OutsideTheCourse(
            f"the table is of {min(days)} to {max(days)}, "
            f"the course of {course.starts_on} to {course.ends_on}: is the year right?"
        )
    with transaction.atomic():
        course = Course.objects.select_for_update(no_key=True).get(pk=course.pk)  # one import at a time
        planned = Plan()
        plan_homework(planned, course, plan_classes(planned, course, table))
        found = _Differences.of(planned)
        found.apply(course)
        if notify:
            tell_schedule(course=course, now=now)
        else:
            keys = {*found.classes.added, *found.classes.changed}
            remember_schedule(course=course, now=now, keys=keys, with_exam=False)
        if dry_run:
            transaction.set_rollback(True)
    return ScheduleChanges(
        lines=tuple(found.lines(course)), absent=tuple(planned.absent), whole_day=tuple(planned.whole_day)
    )


@dataclass(frozen=True, slots=True)
class _Differences:
    classes: Difference[str]
    materials: Difference[tuple[str, int]]
    homework: Difference[int]

    @classmethod
    def of(cls, planned: Plan) -> _Differences:
        return cls(
            classes=difference(planned.classes_there, planned.classes, keep_unnamed=True),
            materials=difference(planned.materials_there, planned.materials),
            homework=difference(planned.homework_there, planned.homework, keep_unnamed=True),
        )

    def lines(self, course: Course) -> list[str]:
        """The differences for people, with moments on the course's clock."""

        def describe(field: str, value: Any) -> str:
            if isinstance(value, datetime):
                return value.astimezone(course.zone).strftime("%Y-%m-%d %H:%M:%S")
            return plain(field, value)

        return [
            *self.classes.lines(lambda key: f"class {key}", describe),
            *self.materials.lines(lambda key: f"class {key[0]}, material {key[1]}"),
            *self.homework.lines(lambda number: f"assignment {number}", describe),
        ]

    def apply(self, course: Course) -> None:
        """Write them. Call it in a transaction that has the course locked."""
        for key in self.classes.changed:
            ClassMeeting.objects.filter(course=course, key=key).update(**self.classes.new_values(key))
        ClassMeeting.objects.bulk_create(
            ClassMeeting(course=course, key=key, **row) for key, row in self.classes.added.items()
        )
        ids = dict(ClassMeeting.objects.filter(course=course).values_list("key", "pk"))
        self._apply_materials(ids)
        self._apply_homework(course, ids)

    def _apply_materials(self, ids: Mapping[str, int]) -> None:
        for key, position in self.materials.removed:
            Material.objects.filter(class_meeting_id=ids[key], position=position).delete()
        for key, position in self.materials.changed:
            values = self.materials.new_values((key, position))
            Material.objects.filter(class_meeting_id=ids[key], position=position).update(**values)
        Material.objects.bulk_create(
            Material(class_meeting_id=ids[key], position=position, **row)
            for (key, position), row in self.materials.added.items()
        )

    def _apply_homework(self, course: Course, ids: Mapping[str, int]) -> None:
        def stored(values: Mapping[str, Any]) -> dict[str, Any]:
            given_at = (
                {"given_at_class_id": ids[values["given_at_class"]]} if "given_at_class" in values else {}
            )
            return {field: value for field, value in values.items() if field != "given_at_class"} | given_at

        for number in self.homework.changed:
            mine = Assignment.objects.filter(course=course, number=number)
            mine.update(**stored(self.homework.new_values(number)))
        Assignment.objects.bulk_create(
            Assignment(course=course, number=number, **stored(row))
            for number, row in self.homework.added.items()
        )
