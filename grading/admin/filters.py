"""What the queue of works is narrowed by; each offers only what its reader teaches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grading.models import Submission
from grading.queries.marking import QueueState, in_state
from schedule.admin.filters import GroupFilter, OfCourseFilter
from schedule.models import Assignment, Course, Enrolment


class StateFilter(admin.SimpleListFilter):
    """What waits is shown unless something else is asked for; a search looks through everything."""

    title = _("state")
    parameter_name = "state"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.unasked = QueueState.ALL if request.GET.get("q", "").strip() else QueueState.WAITING

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            (QueueState.WAITING, _("waiting")),
            (QueueState.SET_ASIDE, _("newer attempt is there")),
            (QueueState.GRADED, _("graded")),
            (QueueState.ALL, _("all")),
        ]

    def state(self) -> QueueState:
        value = self.value()
        return QueueState(value) if value in set(QueueState) else self.unasked

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for value, title in self.lookup_choices:
            yield {
                "selected": value == self.state(),
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        return in_state(queryset, self.state())


class WhoseFilter(admin.SimpleListFilter):
    """By who said that they review a work, or has written about it."""

    title = _("TA")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("mine", _("mine")), ("free", _("nobody’s yet"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        match self.value():
            case "mine":
                reader = request.user.pk
                unclaimed = Q(claim__isnull=True) | Q(review__score__isnull=False)
                return queryset.filter(
                    Q(claim__ta=reader, review__score__isnull=True) | unclaimed & Q(review__reviewer=reader)
                )
            case "free":
                return queryset.filter(claim__isnull=True, review__reviewer__isnull=True)
            case _:
                return queryset


class AssignmentFilter(OfCourseFilter):
    title = _("assignment")
    parameter_name = "assignment"

    def offered(self, course: Course) -> QuerySet[Assignment]:
        return Assignment.objects.filter(course=course).order_by("number")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        assignment = self.number()
        return queryset if assignment is None else queryset.filter(assignment=assignment)


class StudentGroupFilter(GroupFilter):
    """By the group that a work's student is in now."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        group = self.number()
        if group is None:
            return queryset
        members = Enrolment.objects.students().filter(group=group, person=OuterRef("student"))
        return queryset.filter(Exists(members))
