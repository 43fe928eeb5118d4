"""What the list of proofs is narrowed by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from perks.models import Activity, Proof
from perks.queries.deciding import Deciding, in_state
from schedule.admin.filters import OfCourseFilter
from schedule.models import Course


def deciding(request: HttpRequest) -> Deciding:
    """Which proofs are asked for: what waits unless something else is; a search looks through everything."""
    value = request.GET.get(DecidingFilter.parameter_name)
    if value in set(Deciding):
        return Deciding(value)
    return Deciding.ALL if request.GET.get("q", "").strip() else Deciding.WAITING


class DecidingFilter(admin.SimpleListFilter):
    """What waits first."""

    title = _("state")
    parameter_name = "state"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.chosen = deciding(request)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            (Deciding.WAITING, _("waiting")),
            (Deciding.SETTLE, _("somebody objects")),
            (Deciding.APPROVED, _("approved")),
            (Deciding.REJECTED, _("rejected")),
            (Deciding.ALL, _("all")),
        ]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for value, title in self.lookup_choices:
            yield {
                "selected": value == self.chosen,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Proof]) -> QuerySet[Proof]:
        return in_state(queryset, self.chosen)


class ActivityFilter(OfCourseFilter):
    title = _("activity")
    parameter_name = "activity"

    def offered(self, course: Course) -> QuerySet[Activity]:
        return Activity.objects.filter(course=course).order_by("number")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Proof]) -> QuerySet[Proof]:
        activity = self.number()
        return queryset if activity is None else queryset.filter(activity=activity)
