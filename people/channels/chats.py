"""A course's chat as a channel. Whose chat a name is, the app that knows courses tells (``chat_finders``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils import translation

from people import telegram
from people.channels.answers import Answer, Outcome
from people.kinds import Letter
from people.letters import absolute, letter_of, plain
from people.models import Message


@dataclass(frozen=True, slots=True)
class Chat:
    """Where and how a chat is written to; ``move`` stores its new id when Telegram gives it one."""

    token: str
    chat_id: str
    language: str
    move: Callable[[str], None]


chat_finders: Final[list[Callable[[str], Chat | None]]] = []
"""Each tells the chat of a name, or None where it has none that is switched on."""

NO_CHAT: Final = "no chat of that name is switched on"
PAUSE_WHEN_UNREACHABLE: Final = timedelta(minutes=1)


def find_chat(name: str) -> Chat | None:
    """The chat of that name; None where there is none, or it is switched off."""
    return next((found for finder in chat_finders if (found := finder(name))), None)


def send_to_chat(message: Message) -> Outcome:
    """Hand one message over to its chat; a group that was given a new id is followed once."""
    chat = find_chat(message.chat)
    if chat is None:
        return Outcome(Answer.REFUSED, NO_CHAT)
    with translation.override(chat.language):
        letter = letter_of([message])
    text, title = text_of(letter)
    chat_id = chat.chat_id
    for _try in range(2):
        try:
            telegram.say(text, token=chat.token, chat_id=chat_id, title=title)
        except telegram.Moved as moved:
            chat_id = moved.chat_id
            chat.move(chat_id)
        except telegram.Busy as busy:
            return Outcome(Answer.DOWN, str(busy), timedelta(seconds=busy.seconds))
        except telegram.Unreachable as reason:
            return Outcome(Answer.DOWN, str(reason), PAUSE_WHEN_UNREACHABLE)
        except telegram.NotTaken as reason:
            return Outcome(Answer.REFUSED, f"{reason.sentence} ({reason.answer})"[:300])
        else:
            return Outcome(Answer.TAKEN)
    return Outcome(Answer.LATER, "the chat moved twice")


def text_of(letter: Letter) -> tuple[str, int]:
    """A letter as one text of what the chat takes, and how many of its first characters are the title."""
    title = plain(letter.subject)
    link = f"\n\n{absolute(letter.link)}" if letter.link else ""
    parts = [title, "", letter.lead, *(f"{name}: {value}" for name, value in letter.rows), *letter.paragraphs]
    text = "\n".join(parts)
    while telegram.length(text) + telegram.length(link) > telegram.LONGEST:
        text = (
            text[: -max(1, telegram.length(text) + telegram.length(link) - telegram.LONGEST + 1)].rstrip()
            + "…"
        )
    return text + link, len(title)
