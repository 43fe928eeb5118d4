"""What a request's page is called, without what its address says of people and things."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def route_of(request: HttpRequest) -> str:
    """The name of the page's route, as `grading:receipt`; `static` for files of ours, `unknown` for no page.

    Known once the request was answered: before, every page is unknown.
    """
    if probe := getattr(request, "probe", ""):
        return str(probe)
    if match := request.resolver_match:
        return match.view_name
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "unknown"
