"""A course's chat as a channel. Whose chat a name is, the app that knows courses tells (``chat_finders``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from django.utils import translation

from people import telegram
from people.channels.answers import MAY_HAVE_ARRIVED, Answer, Outcome
from people.kinds import Letter
from people.letters import absolute, letter_of, tidy
from people.models import Message


@dataclass(frozen=True, slots=True)
class Chat:
    """Where and how a chat is written to; ``move`` stores its new id when Telegram gives it one."""

    token: str = field(repr=False)
    chat_id: str
    language: str
    move: Callable[[str], None]


chat_finders: Final[list[Callable[[str], Chat | None]]] = []
"""Each tells the chat of a name, or None where it has none that is switched on."""

CHAT_OFF: Final = "chat_off"
"""Why a message is not sent where no chat of its name is switched on."""

PAUSE_WHEN_UNREACHABLE: Final = timedelta(minutes=1)
LONGEST_TITLE: Final = 300
"""Of a subject, as Telegram counts."""


def find_chat(name: str) -> Chat | None:
    """The chat of that name; None where there is none, or it is switched off."""
    return next((found for finder in chat_finders if (found := finder(name))), None)


def send_to_chat(message: Message) -> Outcome:
    """Hand one message over to its chat; a group that was given a new id is followed once."""
    chat = find_chat(message.chat)
    if chat is None:
        return Outcome(Answer.LATER, CHAT_OFF)
    with translation.override(chat.language):
        text, title = text_of(letter_of([message]))
    chat_id = chat.chat_id
    for _try in range(2):
        try:
            telegram.say(text, token=chat.token, chat_id=chat_id, title=title)
        except telegram.Moved as moved:
            chat_id = moved.chat_id
            chat.move(chat_id)
        except (telegram.Busy, telegram.Unreachable, telegram.NoAnswer, telegram.NotTaken) as reason:
            return _outcome_of(reason)
        else:
            return Outcome(Answer.TAKEN)
    return Outcome(Answer.LATER, f"{telegram.REFUSED} (the chat moved twice)")


def _outcome_of(reason: Exception) -> Outcome:
    match reason:
        case telegram.Busy(seconds=seconds):
            return Outcome(Answer.BUSY, str(reason), timedelta(seconds=seconds))
        case telegram.Unreachable():
            return Outcome(Answer.DOWN, str(reason), PAUSE_WHEN_UNREACHABLE)
        case telegram.NoAnswer():
            return Outcome(Answer.UNSURE, f"{MAY_HAVE_ARRIVED}{reason}")
    return Outcome(Answer.REFUSED, str(reason)[:300])


def text_of(letter: Letter) -> tuple[str, int]:
    """A letter as a chat shows it, at most as long as Telegram takes, and how much of it is the title.

    The link is told as an address and never cut; what is too long ends in an ellipsis.
    """
    letter = tidy(letter)
    title = _cut(letter.subject, LONGEST_TITLE)
    rows = "\n".join(f"{name}: {value}" for name, value in letter.rows)
    parts = [part.strip() for part in (letter.lead, rows, *letter.paragraphs)]
    link = absolute(letter.link) if letter.link else ""
    if link and letter.link_label:
        link = f"{letter.link_label}: {link}"
    around = f"{title}\n\n" + (f"\n\n{link}" if link else "")
    room = telegram.LONGEST - telegram.length(around)
    body = _cut("\n\n".join(part for part in parts if part), room)
    return "\n\n".join(part for part in (title, body, link) if part), len(title)


def _cut(text: str, longest: int) -> str:
    """The text, or as much of its beginning as leaves room for an ellipsis."""
    if telegram.length(text) <= longest:
        return text
    units = text.encode("utf-16-le", "surrogatepass")[: 2 * (longest - 1)]
    return units.decode("utf-16-le", "ignore").rstrip() + "…"  # half of a pair at the end is left out
