"""The signed link that switches kinds of message off without signing in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.core import signing

from people.rules import Wish

SALT = "people.optout"
UNDO_SALT = "people.optout.undo"


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


def undo_token(person_id: int, kinds: Iterable[str], wishes: Mapping[str, Wish]) -> str:
    """What the form that switches mail on again brings back: the wishes as they stood; none is none."""
    stood = {kind: wishes[kind].value if kind in wishes else "" for kind in kinds}
    return signing.Signer(salt=UNDO_SALT).sign_object([person_id, stood])


def read_undo(token: str, person_id: int, kinds: Iterable[str]) -> dict[str, Wish | None] | None:
    """The wishes that stood for these kinds; None where the portal did not sign that for this person."""
    try:
        signed_for, stood = signing.Signer(salt=UNDO_SALT).unsign_object(token)
        if signed_for != person_id or set(stood) != set(kinds):
            return None
        return {kind: Wish(wish) if wish else None for kind, wish in stood.items()}
    except (signing.BadSignature, ValueError, TypeError):
        return None
