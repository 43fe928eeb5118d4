"""A message as an e-mail: its words in the reader's language, as text and as HTML, with its headers."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from email.utils import formataddr, parseaddr
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import ngettext

from people.kinds import Kind, Letter, kind_of
from people.models import Message, User
from people.optout import optout_token

CHOICES = "/preferences/messages/"
OPTOUT = "/preferences/messages/off/"


def language_of(person: User) -> str:
    """The language in which somebody is written to: as chosen, as last read, else the portal's."""
    return person.language or person.seen_language or settings.LANGUAGE_CODE


def zone_of(message: Message) -> ZoneInfo:
    """The zone in which a message tells its moments; UTC where its name says nothing."""
    try:
        return ZoneInfo(message.zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def letter_of(messages: Sequence[Message]) -> Letter:
    """The words of messages of one kind, in the active language. Takes no query."""
    kind = kind_of(messages[0].kind)
    return kind.write([message.facts for message in messages], zone_of(messages[0]))


def envelope(messages: Sequence[Message], person: User) -> EmailMultiAlternatives:
    """The e-mail that carries these messages to a person: one letter, or a digest where kinds differ."""
    with translation.override(language_of(person)):
        by_kind: dict[tuple[str, str], list[Message]] = {}
        for message in messages:
            kind = kind_of(message.kind)
            key = (message.kind, message.scope if kind.gathers else f"#{message.pk}")
            by_kind.setdefault(key, []).append(message)
        letters = [letter_of(some) for some in by_kind.values()]
        kinds = {kind_of(name): None for name, _scope in by_kind}
        subject = letters[0].subject
        if len(letters) > 1:
            subject = ngettext("%(count)s message today", "%(count)s messages today", len(letters)) % {
                "count": len(letters)
            }
        return _email(subject, letters, list(kinds), messages[0].letter, person)


def _email(
    subject: str, letters: Sequence[Letter], kinds: Sequence[Kind], letter: UUID, person: User
) -> EmailMultiAlternatives:
    kind = kinds[0] if len(kinds) == 1 else None
    can_be_off = kind is not None and kind.can_be_off
    optout = absolute(f"{OPTOUT}{optout_token(person.pk, kind.name)}/") if kind and can_be_off else ""
    choices = absolute(CHOICES)
    context = {
        "subject": plain(subject),
        "person": person,
        "letters": letters,
        "kind": kind,
        "base": settings.PORTAL_BASE_URL,
        "optout": optout,
        "choices": choices,
        "language": translation.get_language(),
    }
    headers = {
        "Message-ID": message_id(letter),
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{optout or choices}>",
    }
    if optout:
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    email = EmailMultiAlternatives(
        subject=plain(subject),
        body=render_to_string("people/letter.txt", context),
        to=[address(person)],
        headers=headers,
    )
    email.attach_alternative(render_to_string("people/letter.html", context), "text/html")
    return email


def message_id(letter: UUID) -> str:
    """The Message-ID of a letter: the same at every attempt, so that a reader's program shows one."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{letter.hex}@{domain or urlsplit(settings.PORTAL_BASE_URL).hostname}>"


def address(person: User) -> str:
    """A person's name and address for a header; a name cannot add a line or turn the text around."""
    return formataddr((plain(person.name)[:120], person.email))


def absolute(path: str) -> str:
    """The whole address of a path of the portal."""
    return f"{settings.PORTAL_BASE_URL}{path}"


def plain(text: str) -> str:
    """The text on one line, without control characters and marks that turn the direction of writing."""
    kept = (" " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign for sign in text)
    return " ".join("".join(sign for sign in kept if unicodedata.category(sign) not in {"Cf", "Cs"}).split())
