"""Each request is named, and told of once it is answered: by a line in the log, and in the figures."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponseBase

from courseportal import metrics
from courseportal.logs import request_id
from courseportal.routes import route_of

PROXYS_ID: Final = re.compile(r"[A-Za-z0-9-]{8,64}")
METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})

logger = logging.getLogger(__name__)


class AnswersMiddleware:
    """Names each request, as the proxy did in X-Request-ID or anew: in every line and in the answer's header.

    What is answered without trouble to probes and to browsers that fetch static files is told at `debug`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        name = given if PROXYS_ID.fullmatch(given) else uuid.uuid4().hex
        token = request_id.set(name)
        began = time.monotonic()
        try:
            response = self.get_response(request)
            tell(request, response, time.monotonic() - began)
        finally:
            request_id.reset(token)
        response.headers["X-Request-ID"] = name
        return response


def tell(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """Write the request's line. Of an error of ours Django has told more, just before."""
    method = request.method if request.method in METHODS else "other"  # anybody may make up names
    route, status = route_of(request), response.status_code
    expected = route == "static" or bool(getattr(request, "probe", None))
    quiet = status < 400 and expected
    level = logging.ERROR if status >= 500 else logging.DEBUG if quiet else logging.INFO
    metrics.observe(route=route, method=method, status=status, seconds=seconds)
    facts = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000)}
    logger.log(level, "%s %s %s", method, route, status, extra={"facts": facts})
    response._has_been_logged = True  # type: ignore[attr-defined]  # else Django adds a line without all this
