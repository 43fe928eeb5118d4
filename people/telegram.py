"""Telegram's Bot API: one text to one chat, and what became of it.

The text is plain, with the places that are set off told beside it, so that nothing in a name or a title can
be taken for markup. The API knows no key by which the same message would be taken once: after an answer that
did not come, nobody can say whether the chat has it (docs/administration.md, The course chat).
"""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext_noop

LONGEST: Final = 4096
"""Of a text, in the units by which Telegram counts: those of UTF-16."""

TIMEOUTS: Final[dict[str, Any]] = {"connect_timeout": 5.0, "write_timeout": 10.0, "read_timeout": 15.0}
"""Seconds for each step."""
WHOLE_TIMEOUT: Final = 25.0
"""Seconds for all of it: the others bound each step, and a server may take many."""

# The library's own way to ask for spans of time instead of numbers, without a warning.
os.environ.setdefault("PTB_TIMEDELTA", "true")

WRONG_TOKEN: Final = gettext_noop(
    "Telegram does not know this bot: its token is wrong or was withdrawn. Put in the one BotFather shows."
)
NO_CHAT: Final = gettext_noop(
    "Telegram finds no such chat, or the bot was never in it. Check the chat’s id, and add the bot there."
)
NOT_THERE: Final = gettext_noop("The bot is no longer in the chat. Add it to the chat again.")
NO_RIGHTS: Final = gettext_noop("The bot may not write in the chat. Let it send messages there.")
CHAT_GONE: Final = gettext_noop("The chat was deleted. Put in the id of the chat that took its place.")
REFUSED: Final = gettext_noop("Telegram refused the message.")

_ANSWERS: Final = (
    ("chat not found", NO_CHAT),
    ("chat_id is empty", NO_CHAT),
    ("chat was deleted", CHAT_GONE),
    ("chat was deactivated", CHAT_GONE),
    ("not enough rights", NO_RIGHTS),
    ("have no rights", NO_RIGHTS),
    ("need administrator rights", NO_RIGHTS),
    ("chat_write_forbidden", NO_RIGHTS),
    ("kicked", NOT_THERE),
    ("not a member", NOT_THERE),
    ("blocked by the user", NOT_THERE),
)


class NotTaken(Exception):
    """Telegram will not take it until staff change something.

    ``sentence`` tells them what, in English, for gettext to translate where it is shown; ``answer`` is what
    Telegram said.
    """

    def __init__(self, sentence: str, answer: str) -> None:
        super().__init__(f"{sentence} ({answer})")
        self.sentence, self.answer = sentence, answer


class Busy(Exception):
    """Telegram takes nothing from this bot for ``seconds``; nothing was sent."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Telegram asks to wait {seconds} s")
        self.seconds = seconds


class Unreachable(Exception):
    """No connection: nothing was sent."""


class NoAnswer(Exception):
    """No answer, or none of Telegram's: the chat may have the message all the same."""


class Moved(Exception):
    """The group has become a supergroup, with another id; nothing was sent."""

    def __init__(self, chat_id: str) -> None:
        super().__init__(f"The chat is now {chat_id}")
        self.chat_id = chat_id


def length(text: str) -> int:
    """How long Telegram takes a text to be."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def say(text: str, *, token: str, chat_id: str, title: int = 0, patience: float = WHOLE_TIMEOUT) -> None:
    """Send a text to a chat, its first ``title`` characters set off; returns when Telegram has it.

    Waits ``patience`` seconds at most. Raises NotTaken, Busy, Unreachable, NoAnswer, Moved; the token is in
    none of them.
    """
    from telegram import error  # noqa: PLC0415 - a third of a second, for those who have a chat

    try:
        with ThreadPoolExecutor(1) as apart:  # whoever calls may have a loop of their own running
            apart.submit(_run, text, token, chat_id, title, patience).result()
    except error.ChatMigrated as why:
        raise Moved(str(why.new_chat_id)) from None
    except error.RetryAfter as why:
        wait = why.retry_after
        raise Busy(wait if isinstance(wait, int) else ceil(wait.total_seconds())) from None
    except TimeoutError:
        raise NoAnswer("Telegram has not answered in time") from None
    except error.TelegramError as why:
        raise _told(why, str(why).replace(token, "…")) from None


def _run(text: str, token: str, chat_id: str, title: int, patience: float) -> None:
    asyncio.run(asyncio.wait_for(_say(text, token, chat_id, title), patience))


async def _say(text: str, token: str, chat_id: str, title: int) -> None:
    from telegram import Bot, LinkPreviewOptions, MessageEntity  # noqa: PLC0415
    from telegram.request import HTTPXRequest  # noqa: PLC0415

    request = HTTPXRequest(connection_pool_size=1, **TIMEOUTS)
    bot = Bot(token, f"{settings.TELEGRAM_API_URL}/bot", request=request, get_updates_request=request)
    marks = [MessageEntity(MessageEntity.BOLD, 0, length(text[:title]))] if title else None
    try:
        # Without bot.initialize(), which would ask Telegram each time who the bot is.
        await bot.send_message(
            chat_id, text, entities=marks, link_preview_options=LinkPreviewOptions(is_disabled=True)
        )
    finally:
        await request.shutdown()


def _told(why: Exception, answer: str) -> NotTaken | Unreachable | NoAnswer:
    """What an error of the library means here. One that is no answer of Telegram's is the network's."""
    from httpx import ConnectError, ConnectTimeout  # noqa: PLC0415
    from telegram import error  # noqa: PLC0415

    if isinstance(why.__cause__, ConnectError | ConnectTimeout):
        return Unreachable(answer)
    refused = isinstance(why, error.BadRequest | error.Forbidden | error.InvalidToken)
    if not refused or why.__cause__ is not None:
        return NoAnswer(answer)
    if isinstance(why, error.InvalidToken):
        return NotTaken(WRONG_TOKEN, answer)
    sentence = next((told for part, told in _ANSWERS if part in answer.lower()), REFUSED)
    return NotTaken(sentence, answer)
