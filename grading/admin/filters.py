"""What the queue of works is narrowed by; each offers only what its reader teaches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grading.models import Submission
from grading.queries.marking import QueueState, in_state
from schedule.models import Assignment, Course, Enrolment, StudyGroup
from schedule.moments import course_name


class StateFilter(admin.SimpleListFilter):
    """What waits is shown unless something else is asked for."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            (QueueState.WAITING, _("waiting")),
            (QueueState.SET_ASIDE, _("newer attempt is there")),
            (QueueState.GRADED, _("graded")),
            (QueueState.ALL, _("all")),
        ]

    def state(self) -> QueueState:
        value = self.value()
        return QueueState(value) if value in set(QueueState) else QueueState.WAITING

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for value, title in self.lookup_choices:
            yield {
                "selected": value == self.state(),
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        return in_state(queryset, self.state())


class _ChoiceFilter(admin.SimpleListFilter):
    """Nothing is offered where there is nothing to choose between."""

    def has_output(self) -> bool:
        return len(self.lookup_choices) > 1 or self.value() is not None

    def number(self) -> int | None:
        """The chosen row's id; None where none is chosen, or the address holds no number."""
        value = self.value() or ""
        return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


def _of_taught_courses(rows: QuerySet[Any], request: HttpRequest) -> list[tuple[str, Any]]:
    """The rows of the course that is chosen, or of the only one; of several nothing is offered."""
    rows = rows.filter(course__in=Course.objects.staffed_by(request.user))
    chosen = [row for row in rows if str(row.course_id) == request.GET.get("course")] or list(rows)
    if len({row.course_id for row in chosen}) > 1:
        return []
    return [(str(row.pk), str(row)) for row in chosen]


class CourseFilter(_ChoiceFilter):
    title = _("course")
    parameter_name = "course"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(course.pk), course_name(course)) for course in Course.objects.staffed_by(request.user)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        course = self.number()
        return queryset if course is None else queryset.filter(assignment__course=course)


class AssignmentFilter(_ChoiceFilter):
    title = _("assignment")
    parameter_name = "assignment"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return _of_taught_courses(
            Assignment.objects.order_by("-course__starts_on", "course", "number"), request
        )

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        assignment = self.number()
        return queryset if assignment is None else queryset.filter(assignment=assignment)


class GroupFilter(_ChoiceFilter):
    title = _("group")
    parameter_name = "group"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return _of_taught_courses(
            StudyGroup.objects.order_by("-course__starts_on", "course", "name"), request
        )

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        group = self.number()
        if group is None:
            return queryset
        members = Enrolment.objects.students().filter(
            group=group, person=OuterRef("student"), course=OuterRef("assignment__course")
        )
        return queryset.filter(Exists(members))
