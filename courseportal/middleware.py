"""The first to see a request: when it came, and whether its body may come in at all.

The web server calls the application as soon as the headers are here and reads the body only as it is asked
for (docs/decisions/arrival-and-bodies.md), so what is refused here is never written anywhere.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _

from courseportal import errors
from people.arrival import Arrival, body_frame, body_limit, takes_uploads

GetResponse = Callable[[HttpRequest], HttpResponseBase]

USUAL_LIMIT: Final = 5 * 2**20
"""Bytes that a body may have where the view names no limit of its own."""

VISITORS_LIMIT: Final = 16 * 2**10
"""Bytes that somebody who has not signed in may send: a form of typed text."""

DRAINED: Final = 64 * 2**20
"""Bytes of a refused body of somebody signed in that are let go by, so that the refusal can be read."""

DRAINED_SECONDS: Final = 30.0

OLDEST_STAMP: Final = timedelta(hours=1)
_STAMP: Final = re.compile(r"(?:t=)?(\d{10}(?:\.\d{1,6})?)")


class ArrivalMiddleware:
    """Stamps each request with the moment at which its headers were here, and watches its body come."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        now = timezone.now()
        length = content_length(request)
        if length is None:
            text = _("Say how long what you send is: a request without Content-Length is not taken.")
            return HttpResponse(text, status=411, content_type="text/plain; charset=utf-8")
        arrival = Arrival(proxy_stamp(request, now) or now)
        if length:
            arrival.body = WatchedBody(request._stream, length)
            request._stream = arrival.body  # type: ignore[assignment]
        request.arrival = arrival  # type: ignore[attr-defined]
        return self.get_response(request)


class BodyMiddleware:
    """Refuses what is too large, and what visitors send beyond a small form, before any of it is read.

    Stands behind signing in, before whatever looks into the form.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = content_length(request)
        refusal = refused(request, length) if length else None
        return refusal or self.get_response(request)


def refused(request: HttpRequest, length: int) -> HttpResponseBase | None:
    """The answer to a body that is not let in; None where it is."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return None  # nothing reads it: the answer is 404
    if not request.user.is_authenticated:
        if length > VISITORS_LIMIT or takes_uploads(match.func):
            return redirect_to_login(request.get_full_path())
        return None
    limit = body_limit(match.func, request, match.kwargs)
    limit = USUAL_LIMIT if limit is None else limit
    if length <= limit + body_frame(match.func):
        return None
    page = errors.too_large(request, sent=length, limit=limit)
    return page if length > DRAINED else lingering(request, page)


def lingering(request: HttpRequest, page: HttpResponse) -> StreamingHttpResponse:
    """The page at once, then the end of the answer when the rest of the body has gone by, kept nowhere.

    Browsers read an answer only after all is sent: an answer that ended at once would break the connection
    under them, and they would show that instead of the page.
    """
    headers = {name: value for name, value in page.items() if name != "Content-Length"}
    return StreamingHttpResponse(
        page_then_rest(page.content, request), status=page.status_code, headers=headers
    )


def page_then_rest(page: bytes, request: HttpRequest) -> Iterator[bytes]:
    """The page, then nothing more until the body has ended, broken off, or taken too long."""
    yield page
    until = time.monotonic() + DRAINED_SECONDS
    with suppress(OSError):
        while time.monotonic() < until and request.read(2**16):
            pass


def content_length(request: HttpRequest) -> int | None:
    """The announced length of the body, 0 where there is none; None where a body comes without a length."""
    text = request.META.get("CONTENT_LENGTH") or ""
    if "HTTP_TRANSFER_ENCODING" in request.META or (text and not (text.isascii() and text.isdecimal())):
        return None
    return int(text or 0)


def proxy_stamp(request: HttpRequest, now: datetime) -> datetime | None:
    """The start stamp of our own proxy, "t=" and seconds since 1970; None unless configured and sound."""
    name = settings.PROXY_ARRIVAL_HEADER
    if not name:
        return None
    found = _STAMP.fullmatch(request.headers.get(name, ""))
    if found is None:
        return None
    stamp = datetime.fromtimestamp(float(found[1]), UTC)
    return stamp if now - OLDEST_STAMP <= stamp <= now else None


class Stream(Protocol):
    """What a request's body is read from."""

    def read(self, size: int = -1, /) -> bytes: ...

    def readline(self, size: int = -1, /) -> bytes: ...

    def close(self) -> None: ...


class WatchedBody:
    """A request's body that notes when its last byte came, and tells a body that broke off from a whole one.

    Servers give a body that broke off as one that simply ends, and Django would take the file in it as whole.
    """

    def __init__(self, stream: Stream, length: int) -> None:
        self.stream, self.missing = stream, length
        self.ended_at: datetime | None = None

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes. Raises OSError where the body broke off."""
        return self._seen(self.stream.read(size), wanted=size != 0)

    def readline(self, size: int = -1, /) -> bytes:
        """The next line. Raises OSError where the body broke off."""
        return self._seen(self.stream.readline(size), wanted=size != 0)

    def close(self) -> None:
        """End reading, as Django does once it has a whole form."""
        self.stream.close()

    def _seen(self, data: bytes, *, wanted: bool) -> bytes:
        self.missing -= len(data)
        if self.missing <= 0:
            self.ended_at = self.ended_at or timezone.now()
        elif wanted and not data:
            raise OSError(f"the request's body broke off, {self.missing} bytes are missing")
        return data
