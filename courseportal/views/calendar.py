"""Calendar feeds for programs, and the page that gives people their addresses."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courseportal import errors
from courseportal.calendar.addresses import course_of, language_of, reader_of
from courseportal.calendar.events import Feed
from courseportal.calendar.feeds import NoZone, course_feed, personal_feed
from courseportal.calendar.page import calendar_page
from courseportal.calendar.writing import ics
from people.actions.calendar_address import (
    UnknownLanguage,
    calendar_secret,
    renew_calendar_secret,
    tell_calendar_in,
)
from people.models import FeedSecret, User

logger = logging.getLogger(__name__)

NOT_KEPT = "private, no-store"


@require_safe
@login_required
def calendar(request: HttpRequest) -> HttpResponse:
    """The addresses of the reader's calendars; the first visit makes the secret in them."""
    now, person = timezone.now(), cast(User, request.user)
    feed = calendar_secret(person=person, language=get_language() or "en", now=now)
    answer = render(request, "courseportal/calendar.html", {"page": calendar_page(feed, person, now)})
    answer["Cache-Control"] = NOT_KEPT
    return answer


@require_POST
@login_required
def new_address(request: HttpRequest) -> HttpResponse:
    """Make the old addresses worthless and new ones in their place."""
    person = cast(User, request.user)
    renew_calendar_secret(person=person, language=get_language() or "en", now=timezone.now())
    messages.success(request, _("You have new addresses. The old ones open nothing any more."))
    return redirect("calendar:page")


@require_POST
@login_required
def feed_language(request: HttpRequest) -> HttpResponse:
    """Tell events in another language under the same address; an unknown one changes nothing."""
    try:
        tell_calendar_in(person=cast(User, request.user), language=request.POST.get("language", ""))
    except UnknownLanguage:
        messages.error(request, _("The portal does not speak this language. Nothing has changed."))
    else:
        messages.success(request, _("Events are told in this language from now on."))
    return redirect("calendar:page")


@require_safe
@login_required
def download(request: HttpRequest) -> HttpResponse:
    """The reader's calendar as it is now, as a file."""
    now, person = timezone.now(), cast(User, request.user)
    feed = calendar_secret(person=person, language=get_language() or "en", now=now)
    answer = _feed(request, feed, lambda: personal_feed(person, now))
    answer["Content-Disposition"] = 'attachment; filename="calendar.ics"'
    answer["Cache-Control"] = NOT_KEPT
    return answer


@require_safe
def personal(request: HttpRequest, secret: str) -> HttpResponse:
    """A person's calendar, for whoever has its secret address."""
    feed = reader_of(secret)
    if feed is None:
        raise Http404
    return _feed(request, feed, lambda: personal_feed(feed.person, timezone.now()))


@require_safe
def course(request: HttpRequest, slug: str, number: int, token: str) -> HttpResponse:
    """A course's classes, for whoever has the secret address of somebody who takes part in it."""
    found = course_of(slug, number, token)
    if found is None:
        raise Http404
    feed, of = found
    return _feed(request, feed, lambda: course_feed(of))


def _feed(request: HttpRequest, feed: FeedSecret, read: Callable[[], Feed]) -> HttpResponse:
    """The file, or the word that it is the one the program has already; 503 where it cannot be told.

    There is no Last-Modified: an event that is gone would not move it on.
    """
    try:
        with override(language_of(feed)):
            body = ics(read())
    except NoZone as error:
        logger.error("No calendar for person %s: %s", feed.person_id, error)
        return errors.unavailable(request, seconds=3600)
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="calendar.ics"'
    answer["Content-Language"] = language_of(feed)
    answer["X-Robots-Tag"] = "noindex"
    answer["ETag"] = etag = quote_etag(hashlib.sha256(body).hexdigest())
    # Kept by the program alone, and asked about each time, so that a revoked address is gone at once.
    answer["Cache-Control"] = "private, no-cache"
    return cast(HttpResponse, get_conditional_response(request, etag=etag, response=answer))
