"""When a request came, and how much of it a view is willing to read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar, cast

from django.http import HttpRequest

PATIENCE = timedelta(seconds=120)
"""A body that takes longer to come than this counts from its end (docs/course-rules.md, Time)."""

BodyLimit = Callable[..., int]
"""Given the request and the view's arguments: the most bytes that the files in a body may have."""

_View = TypeVar("_View", bound=Callable[..., Any])


class Body(Protocol):
    """What is known of a request's body as it is being read."""

    ended_at: datetime | None


@dataclass(slots=True)
class Arrival:
    """A request's arrival: when its headers were here, by the server's clock, and its body."""

    headers_at: datetime
    body: Body | None = None

    @property
    def at(self) -> datetime:
        """The moment that counts, in whole seconds: the headers', or the body's end if that took too long."""
        ended_at = self.body.ended_at if self.body else None
        moment = self.headers_at
        if ended_at is not None and ended_at - self.headers_at > PATIENCE:
            moment = ended_at
        return moment.replace(microsecond=0)


def arrived_at(request: HttpRequest) -> datetime:
    """When the request counts as having come: read it after the body."""
    return cast(Arrival, request.arrival).at  # type: ignore[attr-defined]


def takes_body(limit: BodyLimit, *, frame: int) -> Callable[[_View], _View]:
    """Mark a view that takes large bodies: more than ``limit`` says is refused before it is read.

    ``frame`` is the room in bytes for what surrounds the files; people are told the limit without it.
    """

    def mark(view: _View) -> _View:
        view.body_limit = limit  # type: ignore[attr-defined]
        view.body_frame = frame  # type: ignore[attr-defined]
        return view

    return mark


def takes_uploads(view: Callable[..., Any]) -> bool:
    """Whether the view is marked as one that takes large bodies."""
    return hasattr(view, "body_limit")


def body_limit(view: Callable[..., Any], request: HttpRequest, kwargs: dict[str, Any]) -> int | None:
    """The limit in bytes that the view asked for, without its frame; None where it asked for none."""
    limit: BodyLimit | None = getattr(view, "body_limit", None)
    return None if limit is None else limit(request, **kwargs)


def body_frame(view: Callable[..., Any]) -> int:
    """The room in bytes that the view leaves around the files, above its limit."""
    return int(getattr(view, "body_frame", 0))
