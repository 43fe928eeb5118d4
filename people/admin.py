"""The audit, for whoever looks after the whole portal."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import admin as auth_admin  # noqa: F401 - registers Group, which is then taken out
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from people.audit import audited_models
from people.history import Change, in_words, listed_day
from people.models import AuditEntry

if TYPE_CHECKING:
    # The stubs' class is generic, Django's own is not.
    _ModelAdmin = admin.ModelAdmin[AuditEntry]
else:
    _ModelAdmin = admin.ModelAdmin

# What somebody may do is their enrolment, never a group of Django's.
admin.site.unregister(Group)


class TableFilter(admin.SimpleListFilter):
    """Of what a change is."""

    title = _("table")
    parameter_name = "table"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        named = ((model._meta.db_table, str(model._meta.verbose_name)) for model in audited_models())
        return sorted(named, key=lambda table: table[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        return queryset.filter(table=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(_ModelAdmin):
    """Every change in the portal, to read and to search; course staff read those of a row on its page."""

    list_display = ("when", "who", "how", "operation", "table_name", "row_id", "in_words", "why")
    list_per_page = 50
    list_filter = ("how", "operation", TableFilter)
    search_fields = ("person__name", "person__email", "account", "why", "=row_id")
    search_help_text = _("A name, an e-mail, a database account, a reason, or the number of a row.")
    list_select_related = ("person",)
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    empty_value_display = "\N{EN DASH}"
    readonly_fields = ("in_words",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        entries: QuerySet[AuditEntry] = super().get_queryset(request)
        return entries.order_by("-pk")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = capfirst(str(self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """The list, its changes put in words all at once: so few statements do for any number of them."""
        listed = super().get_changelist_instance(request)
        listed.result_list = list(listed.result_list)
        for entry, change in zip(listed.result_list, in_words(listed.result_list, UTC), strict=True):
            entry.change = change
        return listed

    @admin.display(description=_("when"))
    def when(self, entry: AuditEntry) -> str:
        at = entry.changed_at.astimezone(UTC)
        return f"{listed_day(at)}, {at:%H:%M:%S} UTC"

    @admin.display(description=_("table"), ordering="table")
    def table_name(self, entry: AuditEntry) -> str:
        return entry.table_name

    @admin.display(description=_("who"))
    def who(self, entry: AuditEntry) -> str:
        return str(entry.person) if entry.person else entry.account

    @admin.display(description=_("what"))
    def in_words(self, entry: AuditEntry) -> SafeString:
        change: Change = getattr(entry, "change", None) or in_words([entry], UTC)[0]
        lines = (
            (value.label, value.new if change.is_addition else f"{value.old} → {value.new}")
            for value in change.values
        )
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {}</li>", lines))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
