"""The page in between: what a decision takes back, with names and numbers, before it is taken."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Protocol

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse

from schedule.models import Course

KNOWS = "_knows"
"""What whoever decides was shown: they agree to that and to nothing else."""
NOT_CARRIED_ON = ("csrfmiddlewaretoken", KNOWS)


class Effect(Protocol):
    """Something that a decision does; its ``repr`` tells it from every other."""

    @property
    def takes_back(self) -> bool:
        """Whether somebody loses by it."""


def shown(effects: Sequence[Effect]) -> str:
    """A short name of exactly these effects."""
    return sha256(repr(list(effects)).encode()).hexdigest()[:16]


def must_be_asked(request: HttpRequest, effects: Sequence[Effect]) -> bool:
    """Whether something is taken back that whoever decides has not been shown, or no longer like this."""
    taken_back = [one for one in effects if one.takes_back]
    return bool(taken_back) and request.POST.get(KNOWS) != shown(taken_back)


def asking_page(
    request: HttpRequest,
    course: Course,
    effects: Sequence[Effect],
    words: dict[str, Any],
    template: str = "admin/asking.html",
) -> TemplateResponse:
    """The question, with all that was posted kept for the answer.

    ``words`` are ``title``, ``confirm`` (what the button says that it does), ``back`` (an address), ``lead``.
    """
    taken_back = [one for one in effects if one.takes_back]
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NOT_CARRIED_ON
        for value in values
    ]
    context = {
        **admin.site.each_context(request),
        "subtitle": None,
        "effects": taken_back,
        "knows": shown(taken_back),
        "knows_name": KNOWS,
        "kept": kept,
        "zone": course.zone,
        **words,
    }
    return TemplateResponse(request, template, context)
