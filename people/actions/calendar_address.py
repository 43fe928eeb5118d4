"""The secret in the address of a person's calendar: made, made anew, told in another language."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from people.models import FeedSecret, User
from people.models.outbox import new_secret


class UnknownLanguage(Exception):
    """The portal does not speak this language; nothing is changed."""


def calendar_secret(*, person: User, language: str, now: datetime) -> FeedSecret:
    """The person's secret, made with that language where there is none yet. Twice at once makes one."""
    _check(language)
    made = {"language": language, "made_at": now}
    return FeedSecret.objects.get_or_create(person=person, defaults=made)[0]


def renew_calendar_secret(*, person: User, language: str, now: datetime) -> None:
    """A new secret in the place of the old one, which opens nothing from this moment on."""
    _check(language)
    changes = {"secret": new_secret(), "made_at": now}
    FeedSecret.objects.update_or_create(
        person=person, defaults=changes, create_defaults=changes | {"language": language}
    )


def tell_calendar_in(*, person: User, language: str) -> None:
    """Events are told in this language from now on, under the same address. Without a secret, nothing."""
    _check(language)
    FeedSecret.objects.filter(person=person).update(language=language)


def _check(language: str) -> None:
    if language not in dict(settings.LANGUAGES):
        raise UnknownLanguage(language)
