"""The signed link that switches one kind of message off without signing in."""

from __future__ import annotations

from django.core import signing

SALT = "people.optout"


def optout_token(person_id: int, kind: str) -> str:
    """What stands in the link: who and what, signed; the same for ever, so that old mails keep their word."""
    return signing.Signer(salt=SALT).sign_object([person_id, kind])


def read_optout(token: str) -> tuple[int, str] | None:
    """Whom and what a link names; None where the portal did not sign it."""
    try:
        person_id, kind = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return (person_id, kind) if isinstance(person_id, int) and isinstance(kind, str) else None
