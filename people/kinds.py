"""The kinds of message that the portal knows: how each is written, and how to tell that it still holds.

This app knows no course. Each app registers its kinds here when it is ready, and what has to be looked at by
the clock (``sweepers``); docs/messages.md lists them all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from people.rules import GATHER_FOR, Wish

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Facts = dict[str, Any]
"""What a message says, in values that JSON knows; moments are ISO 8601 with an offset."""


NOT_YET: Final = "not_yet"
"""Answered by ``holds``: not true as it is written, and the next sweep writes it anew; it waits for that."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in words, of which its text, its HTML and its line under the bell are made."""

    subject: str
    """Says it all: many read no more."""
    lead: str
    rows: tuple[tuple[str, str], ...] = ()
    """Facts worth a line of their own: a name and its value."""
    paragraphs: tuple[str, ...] = ()
    link: str = ""
    """A path of the portal, "/courses/…"; what one wants to open next."""
    link_label: str = ""
    code: str = ""
    """What is to be typed somewhere; stands large."""
    prose: str = ""
    """What the paragraphs say, as harmless HTML, for where it can be shown; its links are whole addresses."""


class Audience(StrEnum):
    """Who gets messages of a kind, and so is offered the choice."""

    EVERYBODY = "everybody"
    STUDENTS = "students"
    REPRESENTATIVES = "representatives"
    STAFF = "staff"


def always_holds(person_id: int | None, facts: Facts, now: datetime) -> str:
    """What has happened has happened."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of message."""

    name: str
    label: StrOrPromise
    hint: StrOrPromise
    write: Callable[[Sequence[Facts], ZoneInfo], Letter]
    """The letter in the active language, its moments in that zone; of several facts where the kind gathers.

    Takes no query: the facts hold all that it says.
    """
    as_sent: Callable[[Facts, Letter], Letter] | None = None
    """The letter as the e-mail alone says it, made when it goes: what lets its reader in is shown nowhere."""
    holds: Callable[[int | None, Facts, datetime], str] = always_holds
    """Asked when the message is about to go: "" where it is still true, else in a word why not."""
    fresh: Callable[[int | None, Facts, datetime], Facts] | None = None
    """Where facts are conclusions: asked just after ``holds``, the facts as they are then."""
    audience: Audience = Audience.EVERYBODY
    wish: Wish = Wish.ON
    can_be_off: bool = True
    always: StrOrPromise = ""
    """Why it cannot be switched off, where it cannot."""
    is_listed: bool = True
    """Whether people are shown it among their choices: not what goes only to who has none to make yet."""
    is_digest: bool = False
    """Gathers a day's or a week's news by itself: "once a day" is no choice for it."""
    gathers: bool = False
    """Several to one person in one course wait for each other and go in one letter."""
    patience: timedelta = GATHER_FOR
    """How long a gathering kind waits for more after what was written last; four times that at most."""
    useful_for: timedelta = timedelta(days=7)
    """After that no mail goes out any more; the message stands in the portal."""


_kinds: Final[dict[str, Kind]] = {}

sweepers: Final[list[Callable[[datetime], None]]] = []
"""What each sweep looks at before it delivers: functions of the moment that write what is due, once."""

parts: Final[dict[str, StrOrPromise]] = {}
"""In words, what a sweeper looks at, by its ``name_of``."""

reasons: Final[dict[str, StrOrPromise]] = {}
"""In words, why a message was not sent, by the word that ``holds`` answers."""


def name_of(sweeper: Callable[[datetime], None]) -> str:
    """By which a sweeper is known in the log, in figures, to staff."""
    return sweeper.__qualname__


def register(kind: Kind) -> None:
    """Make a kind known; each name once."""
    if kind.name in _kinds:
        raise ValueError(f"there is a kind of message {kind.name!r} already")
    _kinds[kind.name] = kind


def kinds() -> tuple[Kind, ...]:
    """All kinds, in the order in which the apps registered them."""
    return tuple(_kinds.values())


def kind_of(name: str) -> Kind:
    """The kind of that name. Raises KeyError for a name that nothing has registered."""
    return _kinds[name]
