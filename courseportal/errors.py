"""What a page says when something is wrong: what happened, what is safe, what helps.

400, 403, 404 and 413 wear the portal's frame. 500 and 503 are drawn without a database, a session or
context processors, because any of these may be what is broken.
"""

import logging
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader

from courseportal.accounts import LetterNotSent
from courseportal.preferences import chosen_theme
from courseportal.rulers import size_ruler
from people.models import User
from people.queries.notices import notices_leading_to
from people.storage import NotSaved
from schedule.models import Enrolment

LAST_RESORT = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Something broke on our side</title>"
    "<h1>Something broke on our side.</h1><p>What you handed in before is safe. Try again in a minute.</p>"
    "<section lang=ru><h1>Что-то сломалось у нас.</h1>"
    "<p>То, что вы сдали раньше, цело. Попробуйте ещё раз через минуту.</p></section>"
)
"""In both languages, for nothing that knows the reader's can be relied on."""

logger = logging.getLogger(__name__)


def framed(request: HttpRequest, status: int, context: dict[str, object] | None = None) -> HttpResponse:
    """The page of that status, with the portal's masthead."""
    return HttpResponse(loader.render_to_string(f"{status}.html", context or {}, request), status=status)


def bare(request: HttpRequest, status: int) -> HttpResponse:
    """The page of that status, drawn from the request's cookies alone."""
    try:
        text: str = loader.render_to_string(f"{status}.html", {"theme": chosen_theme(request)})
    except Exception:
        logger.exception("The page for status %s could not be drawn", status)
        text = LAST_RESORT
    return HttpResponse(text, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return framed(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return framed(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that could not prove where it came from, most often one left open for too long."""
    return HttpResponse(loader.render_to_string("403_csrf.html", {}, request), status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, also for what exists but is not this reader's to see.

    Where a notice or its letter led here, the page says again what that told.
    """
    user = getattr(request, "user", None)
    if not isinstance(user, User) or request.method not in ("GET", "HEAD"):
        return framed(request, 404)
    led_here = notices_leading_to(user, request.path)
    return framed(request, 404, {"led_here": led_here, "has_left": _has_left(user, request)})


def _has_left(user: User, request: HttpRequest) -> bool:
    """Whether the page is of a course in which the reader took part, and does no more."""
    slug = request.resolver_match.kwargs.get("slug") if request.resolver_match else None
    ends = Enrolment.objects.of(user).filter(course__slug=slug).values_list("left_at", flat=True)
    until = list(ends) if slug else []
    return bool(until) and None not in until


def too_large(request: HttpRequest, *, sent: int, limit: int) -> HttpResponse:
    """413 for a request of ``sent`` bytes where ``limit`` are taken; nothing of it was read."""
    context = {"sent": sent, "limit": limit, "ruler": size_ruler(sent=sent, limit=limit)}
    return framed(request, 413, context)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 where what went wrong is that the database, the disk or the mail did not do its part."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError, NotSaved, LetterNotSent)):
        return unavailable(request)
    return bare(request, 500)


def unavailable(request: HttpRequest, *, seconds: int = 30) -> HttpResponse:
    """503: a part is missing; what was sent is not saved, and the page says so."""
    response = bare(request, 503)
    response["Retry-After"] = str(seconds)
    return response
