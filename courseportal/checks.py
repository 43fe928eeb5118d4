"""What must be right about a machine before the portal can keep its promises there."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's word
from django.core.management.base import CommandError

TOKEN_LENGTH = 24

WORDS_OF_A_LETTER = 3
"""So often a hand-over waits for the mail server before the text: MAIL, RCPT, DATA."""


def require_given_key() -> None:
    """In production, raise CommandError unless SECRET_KEY is given: a kept one differs between machines."""
    if settings.PORTAL_ENV == "production" and not settings.SECRET_KEY_GIVEN:
        raise CommandError(
            "SECRET_KEY is not set: in production set it to a long random text, the same everywhere"
        )


@register(deploy=True)
def secret_key_is_given(**kwargs: Any) -> list[CheckMessage]:
    """`check --deploy` tells before the web server does."""
    try:
        require_given_key()
    except CommandError as why:
        return [Error(str(why), id="courseportal.E001")]
    return []


@register(deploy=True)
def metrics_token_is_long(**kwargs: Any) -> list[CheckMessage]:
    """Whoever guesses the token reads how the portal stands."""
    if not settings.METRICS_TOKEN or len(settings.METRICS_TOKEN) >= TOKEN_LENGTH:
        return []
    return [Error(f"METRICS_TOKEN has fewer than {TOKEN_LENGTH} characters.", id="courseportal.E002")]


@register
def lease_outlasts_a_letter(**kwargs: Any) -> list[CheckMessage]:
    """A hand-over begins in the first half of the lease; with the lease it is hung up on, answered or not."""
    if (
        settings.OUTBOX_LEASE / 2
        >= WORDS_OF_A_LETTER * settings.EMAIL_TIMEOUT + settings.EMAIL_ANSWER_TIMEOUT
    ):
        return []
    told = "OUTBOX_LEASE is so short that a slow mail server is hung up on, and gets letters again."
    hint = f"Half of it must be {WORDS_OF_A_LETTER} times EMAIL_TIMEOUT and EMAIL_ANSWER_TIMEOUT."
    return [Error(told, hint=hint, id="courseportal.E003")]


@register(deploy=True)
def letters_are_sent(**kwargs: Any) -> list[CheckMessage]:
    """People of a roster have no password: without letters nobody gets the code that lets them in."""
    if not settings.EMAIL_BACKEND.endswith(("filebased.EmailBackend", "mailbox.EmailBackend")):
        return []
    hint = "Set EMAIL_URL, for example smtp+tls://user:password@host:587."
    return [Warning("Letters are kept in files and reach nobody.", hint=hint, id="courseportal.W001")]
