"""What machines ask the portal about itself: answered under any name, without a session or a redirect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.http import HttpRequest, HttpResponseBase

from courseportal import health, metrics

View = Callable[[HttpRequest], HttpResponseBase]

PROBES: Final[Mapping[str, tuple[str, View]]] = {
    "health/live": ("health_live", health.live),
    "health/ready": ("health_ready", health.ready),
    "health": ("health", health.ready),
}
"""Addresses, with and without a slash at their end: the name of each, and its view."""


class ProbesMiddleware:
    """Answers probes before anything is asked for that could hang: a session, a person, the name of a host.

    Who scrapes within a network calls a web server by the network's name for it, over plain HTTP.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        address = request.path_info.strip("/")
        name, view = PROBES.get(address, ("", self.get_response))
        if address == "metrics" and metrics.may_read(request):  # for anybody else nothing is there
            name, view = "metrics", metrics.metrics
        request.probe = name  # type: ignore[attr-defined]
        return view(request)
