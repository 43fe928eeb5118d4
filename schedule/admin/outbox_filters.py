"""What the list of messages is narrowed by."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from people.kinds import kinds
from people.models import Message
from people.queries.outbox import LATE_AFTER

LATE = "late"


class StateFilter(admin.SimpleListFilter):
    """How far a message is; what needs somebody comes first."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            (Message.State.FAILED, pgettext_lazy("message", "failed")),
            (LATE, _("overdue for more than ten minutes")),
            (Message.State.WAITING, pgettext_lazy("message", "waiting")),
            (Message.State.SENT, pgettext_lazy("message", "sent")),
            (Message.State.KEPT, pgettext_lazy("message", "in the portal only")),
            (Message.State.DROPPED, pgettext_lazy("message", "dropped")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        unsettled = (Message.State.WAITING, Message.State.CLAIMED)
        match self.value():
            case None:
                return queryset
            case "late":
                return queryset.filter(state__in=unsettled, due_at__lt=timezone.now() - LATE_AFTER)
            case Message.State.WAITING:
                return queryset.filter(state__in=unsettled)
            case state if state in Message.State:
                return queryset.filter(state=state)
        return queryset


class KindFilter(admin.SimpleListFilter):
    """What messages are about."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return sorted(((kind.name, str(kind.label)) for kind in kinds()), key=lambda kind: kind[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        known = {kind.name for kind in kinds()}
        return queryset.filter(kind=self.value()) if self.value() in known else queryset
