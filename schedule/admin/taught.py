"""How every page of the administration is limited to the courses that its reader teaches."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import unquote
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.history import in_words, listed_day
from people.models import AuditEntry
from schedule.admin.filters import CourseFilter, chosen_course, taught_courses
from schedule.constraints import RowsFormSet
from schedule.models import Course
from schedule.moments import CourseForm, MomentField, course_name
from schedule.queries import latest_begun

if TYPE_CHECKING:
    # The stubs' classes are generic, Django's own are not.
    _Options = admin.options.BaseModelAdmin[Any]
    _TabularInline = admin.TabularInline[Any, Any]
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _Options = admin.options.BaseModelAdmin
    _TabularInline = admin.TabularInline
    _ModelAdmin = admin.ModelAdmin

INPUTS: dict[Any, dict[str, Any]] = {
    models.DateTimeField: {"form_class": MomentField, "widget": MomentField.widget},
    models.DateField: {"widget": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})},
}


NOTHING = mark_safe('<span class="none">–</span>')
"""Where a list has nothing to show."""


def yes_or_no(value: bool) -> SafeString:
    """The administration's mark, with its word in the language of the page for whoever does not see it."""
    icon = static(f"admin/img/icon-{'yes' if value else 'no'}.svg")
    return format_html('<img src="{}" alt="{}">', icon, _("yes") if value else _("no"))


def moment_in(zone: tzinfo, at: datetime | None) -> SafeString:
    """A moment as the clocks of ``zone`` show it, as ``<time>``; a dash for none."""
    if at is None:
        return NOTHING
    local = at.astimezone(zone)
    return format_html(
        '<time datetime="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        f"{listed_day(local)}, {local:%H:%M}",
    )


class _ByCourse(_Options):
    """Rights come from teaching the course, not from Django's permissions.

    Which rows somebody sees is decided by `get_queryset`; whoever sees a row here may change it, unless a
    subclass says otherwise. Nothing may be deleted unless a subclass says so.
    """

    formfield_overrides = INPUTS

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> models.QuerySet[Any]:
        """A choice offers the rows that the reader sees on those rows' own page; without one, none."""
        related = self.admin_site._registry.get(db_field.remote_field.model)
        if not isinstance(related, TaughtAdmin):
            nothing: models.QuerySet[Any] = db_field.remote_field.model._default_manager.none()
            return nothing
        rows: models.QuerySet[Any] = related.get_queryset(request)
        return rows


class TaughtFormSet(RowsFormSet):
    """Rows in a table; what takes one away is named, too."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = form.fields["DELETE"].label


class TaughtInline(_ByCourse, _TabularInline):
    """Rows inside the page of a row of a course that the reader teaches."""

    extra = 0
    formset = TaughtFormSet

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A field in a table has no label of its own: the heading of its column is told with it."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.widget.attrs.setdefault("aria-label", str(field.label))
        return field

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request)


class TaughtAdmin(_ByCourse, _ModelAdmin):
    """Rows of the courses that the reader teaches; a stranger's row is not found.

    ``course_path`` leads from a row to its course, as a lookup. ``list_title`` stands above the list, and on
    the first page; without one it is the name of the rows. ``nothing`` stands where a list has no rows. In a
    list the column ``of_course`` is shown only where it tells something.
    """

    form: type[forms.ModelForm[Any]] = CourseForm
    course_path = "course"
    list_title: Any = ""
    nothing: Any = gettext_lazy("There is nothing here yet.")
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    empty_value_display = NOTHING

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(**{f"{self.course_path}__in": Course.objects.staffed_by(request.user)})

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request)

    # Lists: of one course at a time, the current one first

    @property
    def list_name(self) -> str:
        """What the list is called."""
        return str(self.list_title or capfirst(self.opts.verbose_name_plural))

    def in_course(self, rows: models.QuerySet[Any], course: Course) -> models.QuerySet[Any]:
        """Those of the rows that belong to this course."""
        return rows.filter(**{self.course_path: course})

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = list(super().get_list_display(request))
        narrowed = CourseFilter in self.get_list_filter(request) and chosen_course(request) is not None
        return [column for column in columns if column != "of_course" or not narrowed]

    @admin.display(description=gettext_lazy("course"))
    def of_course(self, row: Any) -> str:
        return course_name(self._course_of(row))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list; one that was asked for by what no filter offers opens whole."""
        context = {
            "title": self.list_name,
            "nothing": self.nothing,
            "is_narrowed": bool(set(request.GET) - {"course", IS_POPUP_VAR}),
            **(extra_context or {}),
        }
        try:
            return super().changelist_view(request, context)
        except DisallowedModelAdminLookup:
            return HttpResponseRedirect(request.path)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """An address narrows a list by what its filters offer; a list tells nothing else about its rows.

        Django lets an address ask for any column of the table: who is listed would tell what theirs holds.
        """
        filters = self.get_list_filter(request)
        offered = {each if isinstance(each, str) else getattr(each, "parameter_name", "") for each in filters}
        return lookup.partition("__")[0] in offered

    # Pages of a row

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A row never moves to another course."""
        fixed = ("course",) if obj is not None and self.course_path == "course" else ()
        return (*fixed, *super().get_readonly_fields(request, obj))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The course comes first, also where it can no longer be chosen."""
        fields = list(super().get_fields(request, obj))
        return sorted(fields, key=lambda field: field != "course")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new row belongs to the current course unless another one is chosen."""
        asked: dict[str, Any] = super().get_changeform_initial_data(request)
        # A list that completes what is typed looks up what the address says: an id, or nothing.
        initial = {
            name: value
            for name, value in asked.items()
            if name not in self.autocomplete_fields or (value.isdecimal() and len(value) < 19)
        }
        if "course" not in initial and self.course_path == "course":
            courses = taught_courses(request)
            current = courses[0] if len(courses) == 1 else latest_begun(courses, timezone.now())
            initial |= {"course": current.pk} if current else {}
        return initial

    def _course_of(self, row: Any) -> Any:
        step: Any = row
        for name in self.course_path.split("__"):
            step = step if name == "pk" else getattr(step, name)
        return step

    def zone_of(self, row: Any) -> tzinfo:
        """The zone in which the row's moments and its history are read."""
        course = self._course_of(row)
        return course.zone if isinstance(course, Course) else ZoneInfo("UTC")

    # Who may not see a row is not told that they may not change it.

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self._found(request, object_id)
        context = {"subtitle": self.name_of(row), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def delete_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        self._found(request, object_id)
        return super().delete_view(request, object_id, *args, **kwargs)

    def _found(self, request: HttpRequest, object_id: str) -> Any:
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        return row

    # The audit is the history: written by the database, whoever changes a row and however.

    def name_of(self, row: Any) -> str:
        """What a row is called above its page and its history; by its course and term if it has no more."""
        course = self._course_of(row)
        return course_name(course) if str(row) == str(course) else str(row)

    def history_rows(self, row: Any) -> tuple[models.Model | None, ...]:
        """The rows whose changes the history of this one shows."""
        return (row,)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self._found(request, object_id)
        entries = AuditEntry.objects.of(*self.history_rows(row)).select_related("person")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Changes: %s") % self.name_of(row),
            "subtitle": None,
            "module_name": self.list_name,
            "row_name": self.name_of(row),
            "object": row,
            "opts": self.opts,
            "changes": in_words(entries[:500], self.zone_of(row)),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/changes.html", context)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return None
