"""The signed link that switches kinds of message off without signing in."""

from __future__ import annotations

from django.core import signing

SALT = "people.optout"


def optout_token(person_id: int, *kinds: str) -> str:
    """What stands in the link: who and what, signed; the same for ever, so that old mails keep their word."""
    return signing.Signer(salt=SALT).sign_object([person_id, *kinds])


def read_optout(token: str) -> tuple[int, list[str]] | None:
    """Whom and what kinds a link names; None where the portal did not sign it."""
    try:
        person_id, *kinds = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    sound = isinstance(person_id, int) and bool(kinds) and all(isinstance(kind, str) for kind in kinds)
    return (person_id, kinds) if sound else None
