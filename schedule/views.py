"""Pages about a course, and how every page of a course begins."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from people.models import User
from schedule.models import Course

Args = ParamSpec("Args")


class CourseRequest(HttpRequest):
    """A request of a signed-in person for a page of a course in which they take part."""

    user: User
    course: Course


CourseView = Callable[Concatenate[CourseRequest, Args], HttpResponseBase]


def course_page(view: CourseView[Args]) -> Callable[..., HttpResponseBase]:
    """Open a page of ``/courses/<slug>/`` to those who take part in the course.

    A visitor is asked to sign in, a stranger gets 404. The view finds the course at ``request.course``.
    """

    @login_required
    @wraps(view)
    def inner(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.course = get_object_or_404(  # type: ignore[attr-defined]
            Course.objects.visible_to(cast(User, request.user)), slug=slug
        )
        return view(cast(CourseRequest, request), *args, **kwargs)

    return inner
