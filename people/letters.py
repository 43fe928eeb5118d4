"""A message as an e-mail: its words in the reader's language, as text and as HTML, with its headers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from email.header import Header
from email.utils import formataddr, parseaddr
from textwrap import shorten
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.days import NBSP, tied
from people.kinds import Kind, Letter, kind_of
from people.models import Message, User
from people.optout import optout_token

CHOICES = "/preferences/messages/"
OPTOUT = "/preferences/messages/off/"
BLANKS: Final = re.compile(r"[^\S\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]+")
NARROW: Final = "\N{NARROW NO-BREAK SPACE}"
BARS: Final = (20, 15, 10, 5)
"""The mark of the portal, drawn with cells of a table: their heights in pixels."""

scope_names: Final[list[Callable[[str], str]]] = []
"""Each tells what people call that to which messages belong, as a course; "" for what it does not know."""
LONGEST_SENDER: Final = 64
"""Signs of a sender's name; lists of mail show fewer."""


def language_of(person: User) -> str:
    """The language in which somebody is written to: as chosen, as last read, else the portal's."""
    return person.language or person.seen_language or settings.LANGUAGE_CODE


def known_zone(name: str) -> ZoneInfo | None:
    """The time zone of that name; None where the name says nothing."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_of(message: Message) -> ZoneInfo:
    """The zone in which a message tells its moments; UTC where its name says nothing."""
    return known_zone(message.zone) or ZoneInfo("UTC")


def letter_of(messages: Sequence[Message]) -> Letter:
    """The words of messages of one kind, in the active language. Takes no query."""
    kind = kind_of(messages[0].kind)
    return kind.write([message.facts for message in messages], zone_of(messages[0]))


def _sent_letter(messages: Sequence[Message]) -> Letter:
    """The same as it is sent, with what no page shows."""
    letter, as_sent = letter_of(messages), kind_of(messages[0].kind).as_sent
    return letter if as_sent is None else as_sent(messages[-1].facts, letter)


def envelope(messages: Sequence[Message], person: User) -> EmailMultiAlternatives:
    """The e-mail that carries these messages to a person: one letter, or a digest where kinds differ."""
    with translation.override(language_of(person)):
        by_kind: dict[tuple[str, str], list[Message]] = {}
        for message in messages:
            kind = kind_of(message.kind)
            key = (message.kind, message.scope if kind.gathers else f"#{message.pk}")
            by_kind.setdefault(key, []).append(message)
        letters = [_sent_letter(some) for some in by_kind.values()]
        kinds = {kind_of(name): None for name, _scope in by_kind}
        subject = letters[0].subject
        if len(letters) > 1:
            subject = ngettext("%(count)s message today", "%(count)s messages today", len(letters)) % {
                "count": len(letters)
            }
        email = _email(subject, letters, list(kinds), messages[0].letter, person)
        email.from_email = sender({message.scope for message in messages})
        return email


def _email(
    subject: str, letters: Sequence[Letter], kinds: Sequence[Kind], letter: UUID, person: User
) -> EmailMultiAlternatives:
    can_be_off = [kind.name for kind in kinds if kind.can_be_off]
    optout = absolute(f"{OPTOUT}{optout_token(person.pk, *can_be_off)}/") if can_be_off else ""
    foot = Foot(
        why=_why(kinds),
        optout=optout,
        optout_label=_("No more of these by mail"),
        choices=absolute(CHOICES),
    )
    text, html = written(letters, title=subject, foot=foot)
    headers = {"Message-ID": message_id(letter), "Auto-Submitted": "auto-generated"}
    if optout:
        headers["List-Unsubscribe"] = f"<{optout}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    email = EmailMultiAlternatives(
        subject=plain(subject),
        body=text,
        to=[address(person)],
        reply_to=[settings.REPLY_TO_EMAIL] if settings.REPLY_TO_EMAIL else None,
        headers=headers,
    )
    email.attach_alternative(html, "text/html")
    return email


@dataclass(frozen=True, slots=True)
class Foot:
    """The end of a letter: why one gets it, how to have no more of it, where to choose. Whole addresses."""

    why: str = ""
    optout: str = ""
    optout_label: str = ""
    choices: str = ""


def written(letters: Sequence[Letter], *, title: str, foot: Foot) -> tuple[str, str]:
    """Some words as one letter in the active language: its text and its HTML. ``title`` heads several."""
    tidied = [tidy(letter) for letter in letters]
    context = {
        "title": _told(title),
        "letters": tidied,
        "preview": " · ".join(each.lead or each.subject for each in tidied),
        "home": settings.PORTAL_BASE_URL,
        "foot": foot,
        "bars": BARS,
    }
    text = render_to_string("people/letter.txt", context)
    return f"{text.strip()}\n", render_to_string("people/letter.html", context)


def tidy(letter: Letter) -> Letter:
    """The same words, free of what a name could do to the lines around it; paragraphs keep their lines."""
    return replace(
        letter,
        subject=_told(letter.subject),
        lead=_told(letter.lead),
        rows=tuple((_told(label), _told(value)) for label, value in letter.rows),
        paragraphs=tuple("\n".join(map(_told, text.splitlines())).strip() for text in letter.paragraphs),
        link_label=_told(letter.link_label),
        code=plain(letter.code),
    )


def _why(kinds: Sequence[Kind]) -> str:
    """Why somebody gets a letter with messages of these kinds, and whether they can have it otherwise."""
    names = ", ".join(_("“%(name)s”") % {"name": kind.label} for kind in kinds)
    if all(kind.can_be_off for kind in kinds):
        return _("You get this because mail of the kind %(names)s is on.") % {"names": names}
    return _("You get this because mail of the kind %(names)s always comes.") % {"names": names}


def message_id(letter: UUID) -> str:
    """The Message-ID of a letter: the same at every attempt, so that a reader's program shows one."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{letter.hex}@{domain or urlsplit(settings.PORTAL_BASE_URL).hostname}>"


def sender(scopes: Collection[str] = ()) -> str:
    """Whom a letter is from, for its header, in the active language; ``scopes`` are those of its messages.

    The name is the operator's where ``DEFAULT_FROM_EMAIL`` has one. Without, it is that of the course to
    which the whole letter belongs, and the portal's where there is none such. Takes a query for a course's.
    """
    given, email = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return mailbox(plain(given) or _name_of(scopes) or _("Course portal"), email)


def _name_of(scopes: Collection[str]) -> str:
    """What they belong to where that is one thing, and somebody knows its name; else empty."""
    scope = next(iter(scopes)) if len(scopes) == 1 else ""
    name = next((found for tell in scope_names if (found := plain(tell(scope)))), "") if scope else ""
    whole_words = shorten(name, LONGEST_SENDER, placeholder="…")
    return whole_words if whole_words != "…" else f"{name[: LONGEST_SENDER - 1]}…"


def address(person: User) -> str:
    """A person's name and address for a header; a name cannot add a line or turn the text around."""
    return mailbox(plain(person.name)[:120], person.email)


def mailbox(name: str, email: str) -> str:
    """Both as a header has them: what is special is quoted, other letters are encoded, all in ASCII.

    No encoded word is longer than the 75 signs that RFC 2047 allows, so that a long name is read everywhere.
    """
    if name.isascii():
        return formataddr((name, email))
    return f"{' '.join(Header(name, 'utf-8', maxlinelen=75).encode().split())} <{email}>"


def absolute(path: str) -> str:
    """The whole address of a path of the portal."""
    return f"{settings.PORTAL_BASE_URL}{path}"


def plain(text: str) -> str:
    """The text on one line, without control characters and marks that turn the direction of writing.

    Its blanks are plain ones, as a header has them.
    """
    return _one_line(text).replace(NBSP, " ").replace(NARROW, " ")


def _one_line(text: str) -> str:
    """The same, with what holds a number and its word together."""
    kept = (" " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign for sign in text)
    told = "".join(sign for sign in kept if unicodedata.category(sign) not in {"Cf", "Cs"})
    return BLANKS.sub(" ", told).strip()


def _told(text: str) -> str:
    """A line of a letter: no number ends it whose word begins the next."""
    return tied(_one_line(text))
