"""What every request tells about itself."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from people.audit import audited
from people.models import AuditEntry


class AuditMiddleware:
    """Changes made by a request are written down as those of the person who is signed in.

    Who that is, is asked for only when something changes: reading costs no statement more.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with audited(by=lambda: request.user.pk, how=_how(request)):
            return self.get_response(request)


def _how(request: HttpRequest) -> str:
    in_admin = request.path_info.startswith("/admin/")
    return AuditEntry.How.ADMIN if in_admin else AuditEntry.How.PAGE
