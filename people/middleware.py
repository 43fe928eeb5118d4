"""What every request tells about itself."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation

from people.audit import audited
from people.models import AuditEntry, User


class AuditMiddleware:
    """Changes made by a request are written down as those of the person who is signed in.

    Who that is, is asked for only when something changes: reading costs no statement more.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with audited(by=lambda: request.user.pk, how=_how(request)):
            return self.get_response(request)


class LanguageMiddleware:
    """Whoever is signed in reads the portal in the language they chose, on whatever device.

    Without a choice the browser decides, and what it decided is remembered: letters are written in it. Stands
    behind signing in, before anything that words an answer.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Without a session's cookie nobody is asked for: the answer then does not vary by it.
        reader = request.user if settings.SESSION_COOKIE_NAME in request.COOKIES else None
        if reader is not None and reader.is_authenticated:
            if reader.language:
                translation.activate(reader.language)
                request.LANGUAGE_CODE = translation.get_language()
            elif reader.seen_language != (seen := translation.get_language() or ""):
                User.objects.filter(pk=reader.pk).update(seen_language=seen)
        return self.get_response(request)


def _how(request: HttpRequest) -> str:
    in_admin = request.path_info.startswith("/admin/")
    return AuditEntry.How.ADMIN if in_admin else AuditEntry.How.PAGE
