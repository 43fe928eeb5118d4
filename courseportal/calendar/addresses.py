"""The addresses of calendar feeds, who reads them, and the names of events that never change."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from people.models import FeedSecret
from schedule.models import Course


def portal_address(view: str, *args: str | int) -> str:
    """The full address of a page, as people open it from outside."""
    return f"{settings.PORTAL_BASE_URL}{reverse(view, args=args)}"


def uid(kind: str, *ids: int) -> str:
    """The name of an event: the same for as long as the rows that it is about are there."""
    return f"{kind}-{'-'.join(map(str, ids))}@{urlsplit(settings.PORTAL_BASE_URL).hostname}"


def personal_address(feed: FeedSecret) -> str:
    """Where a person's own calendar is read."""
    return portal_address("calendar:personal", feed.secret)


def course_address(feed: FeedSecret, course: Course) -> str:
    """Where a course's classes are read by whoever got the address from this person."""
    return portal_address("calendar:course", course.slug, feed.pk, course_token(feed, course))


def course_token(feed: FeedSecret, course: Course) -> str:
    """What opens one course's classes: made of the person's secret, which it does not give away."""
    return hmac.digest(feed.secret.encode(), f"course {course.pk}".encode(), hashlib.sha256).hex()


def reader_of(secret: str) -> FeedSecret | None:
    """The feed that this secret opens, with its person; None for a wrong one and a disabled account's."""
    return FeedSecret.objects.filter(secret=secret, person__is_active=True).select_related("person").first()


def course_of(slug: str, number: int, token: str) -> tuple[FeedSecret, Course] | None:
    """The course that this address opens, and through whom; None where it opens nothing.

    It opens for as long as that person takes part in the course and keeps the secret.
    """
    found = FeedSecret.objects.filter(pk=number, person__is_active=True).select_related("person").first()
    course = Course.objects.visible_to(found.person).filter(slug=slug).first() if found else None
    if found is None or course is None:
        return None
    return (found, course) if hmac.compare_digest(course_token(found, course), token) else None


def language_of(feed: FeedSecret) -> str:
    """In which language events are told: the one the person chose for the portal, else the address's."""
    return feed.person.language or feed.language
