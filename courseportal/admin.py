"""Second factors, for whoever looks after the whole portal: who has one, and an end to one that is lost."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from allauth.mfa import admin as mfa_admin  # noqa: F401 - registers its own page, which is then taken out
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    # The stubs' class is generic, Django's own is not.
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin

from people.history import NOTHING, listed_day

FIELDS: Final[dict[str, StrOrPromise]] = {
    "user": _("person"),
    "type": _("kind"),
    "created_at": _("made at"),
    "last_used_at": _("last used at"),
}

# The library names neither the table nor its columns in any language.
Authenticator._meta.verbose_name = _("second factor")
Authenticator._meta.verbose_name_plural = _("second factors")
for _field, _name in FIELDS.items():
    Authenticator._meta.get_field(_field).verbose_name = _name

admin.site.unregister(Authenticator)


@admin.register(Authenticator)
class SecondFactorAdmin(_ModelAdmin):
    """Without their secrets: whoever reads those can sign in as somebody else."""

    list_display = ("user", "type", "made", "used")
    list_filter = ("type",)
    list_select_related = ("user",)
    fields = readonly_fields = list_display
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("user__name", "user__email")
    search_help_text = _("A name or an e-mail.")
    ordering = ("user__name", "type")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = capfirst(str(self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    @admin.display(description=FIELDS["created_at"], ordering="created_at")
    def made(self, factor: Any) -> str:
        return _moment(factor.created_at)

    @admin.display(description=FIELDS["last_used_at"], ordering="last_used_at")
    def used(self, factor: Any) -> str:
        return _moment(factor.last_used_at) if factor.last_used_at else NOTHING

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _moment(at: datetime) -> str:
    return f"{listed_day(at.astimezone(UTC))}, {at.astimezone(UTC):%H:%M} UTC"
