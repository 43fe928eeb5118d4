"""What lists are narrowed by: the course, which nobody has to choose, and its groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schedule.models import Course, StudyGroup
from schedule.moments import course_name
from schedule.queries import latest_begun

ALL = "all"
OF_A_COURSE = ("assignment", "group", "activity")
"""Parameters that mean nothing in another course: choosing one drops them."""


def taught_courses(request: HttpRequest) -> list[Course]:
    """The courses that the reader teaches, the newest first; asked of the database once for a page."""
    known: list[Course] | None = getattr(request, "_taught_courses", None)
    if known is None:
        known = list(Course.objects.staffed_by(request.user).order_by("-starts_on", "slug"))
        request._taught_courses = known  # type: ignore[attr-defined]
    return known


def chosen_course(request: HttpRequest) -> Course | None:
    """The course that a list shows: the one in its address, else the current one; None for all of them."""
    courses, wanted = taught_courses(request), request.GET.get("course")
    if wanted == ALL:
        return None
    chosen = next((course for course in courses if str(course.pk) == wanted), None)
    return chosen or latest_begun(courses, timezone.now())


class CourseFilter(admin.SimpleListFilter):
    """The current course unless another one is asked for, or all; nothing where only one is taught."""

    title = _("course")
    parameter_name = "course"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.course = chosen_course(request)
        self.narrow = model_admin.in_course

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(course.pk), course_name(course)) for course in taught_courses(request)]

    def has_output(self) -> bool:
        return len(self.lookup_choices) > 1

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        chosen = str(self.course.pk) if self.course else ALL
        for value, title in [*self.lookup_choices, (ALL, _("All"))]:
            yield {
                "selected": value == chosen,
                "query_string": changelist.get_query_string({self.parameter_name: value}, OF_A_COURSE),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.course is None else self.narrow(queryset, self.course)


class OfCourseFilter(admin.SimpleListFilter):
    """Rows of the chosen course to choose between; none of several courses at once."""

    def offered(self, course: Course) -> QuerySet[Any]:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        course = chosen_course(request)
        return [] if course is None else [(str(row.pk), str(row)) for row in self.offered(course)]

    def has_output(self) -> bool:
        return len(self.lookup_choices) > 1

    def number(self) -> int | None:
        """The chosen row's id; None where none is chosen, or the address names none of those offered."""
        value = self.value()
        return int(value) if value and value in dict(self.lookup_choices) else None


class GroupFilter(OfCourseFilter):
    title = _("group")
    parameter_name = "group"

    def offered(self, course: Course) -> QuerySet[StudyGroup]:
        return StudyGroup.objects.filter(course=course).order_by("name")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        group = self.number()
        return queryset if group is None else queryset.filter(group=group)
