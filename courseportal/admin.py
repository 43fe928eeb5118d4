"""Second factors, for whoever looks after the whole portal: who has one, and an end to one that is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from allauth.mfa import admin as mfa_admin  # noqa: F401 - registers its own page, which is then taken out
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    # The stubs' class is generic, Django's own is not.
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin

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

    list_display = tuple(FIELDS)
    list_filter = ("type",)
    list_select_related = ("user",)
    fields = tuple(FIELDS)
    search_fields = ("user__name", "user__email")
    search_help_text = _("A name or an e-mail.")
    ordering = ("user__name", "type")
    empty_value_display = "\N{EN DASH}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
