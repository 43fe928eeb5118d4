"""Why a message did not go, in words for staff: the reason kept with it, and what the other side answered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people import telegram
from people.actions.deliver import ACCOUNT_CLOSED
from people.actions.retelling import OVERTAKEN
from people.channels.answers import MAY_HAVE_ARRIVED
from people.channels.chats import CHAT_OFF
from people.kinds import reasons
from people.models import Message
from people.rules import GIVEN_UP, SWITCHED_OFF, TOO_LATE, MessageState

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

REASONS: Final[dict[str, StrOrPromise]] = {
    TOO_LATE: gettext_lazy("It would have come too late."),
    SWITCHED_OFF: gettext_lazy("Its reader has switched mail of this kind off."),
    ACCOUNT_CLOSED: gettext_lazy("The account is closed."),
    CHAT_OFF: gettext_lazy("The course’s chat is not switched on."),
    GIVEN_UP: gettext_lazy("Staff gave it up."),
    OVERTAKEN: gettext_lazy("It was told anew before it went."),
}
"""The outbox's own; the apps' are in `people.kinds.reasons`."""

_SENTENCES: Final = (
    telegram.WRONG_TOKEN,
    telegram.NO_CHAT,
    telegram.NOT_THERE,
    telegram.NO_RIGHTS,
    telegram.CHAT_GONE,
    telegram.REFUSED,
)
_CODE: Final = re.compile(r"[245][0-9]{2}[ -]")
_NO_CONNECTION: Final = re.compile(
    r"(ConnectionRefused|ConnectionReset|ConnectionAborted|BrokenPipe|Timeout|OSError|gaierror|SSL|"
    r"SMTPServerDisconnected|SMTPConnect|httpx\.|Timed out|Telegram has not answered)"
)


def why(message: Message) -> str:
    """Why a message did not go, or does not yet, in the active language; empty where all is well."""
    if message.reason:
        return str(reasons.get(message.reason) or REASONS.get(message.reason) or message.reason)
    if message.state == MessageState.SENT or not message.error:
        return ""
    return answer_in_words(message.error, to_chat=bool(message.chat))


def answer_in_words(error: str, *, to_chat: bool = False) -> str:
    """What an answer means and what staff can do about it; in the active language."""
    told = next((sentence for sentence in _SENTENCES if error.startswith(sentence)), None)
    if told is not None:
        return _(told)
    if error.startswith(MAY_HAVE_ARRIVED):
        if to_chat:
            return _("Telegram did not say whether it took the message: it may be in the chat.")
        return _("The mail server did not say whether it took the letter: it may have arrived.")
    if error in REASONS:
        return str(REASONS[error])
    if error.startswith("no kind"):
        return _("The portal no longer knows messages of this kind.")
    found = _of_telegram(error) if to_chat else _of_a_mail_server(error)
    return found or _("The portal could not write it. Whoever looks after the portal finds more in its log.")


def bare_answer(error: str) -> str:
    """What the other side said, without the sentence that we put before it."""
    told = next((sentence for sentence in _SENTENCES if error.startswith(sentence)), "")
    return error[len(told) :].strip().removeprefix("(").removesuffix(")") if told else error


def _of_telegram(error: str) -> str:
    if error.startswith("Telegram asks to wait"):
        return _("Telegram asks to wait; it is sent after that.")
    return _("Telegram could not be reached.") if _NO_CONNECTION.match(error) else ""


def _of_a_mail_server(error: str) -> str:
    code = int(error[:3]) if _CODE.match(error) else 0
    if not code:
        return _("The mail server could not be reached.") if _NO_CONNECTION.match(error) else ""
    if code < 500:
        return _("The mail server asks to try again later.")
    if code in (550, 551, 553) or "5.1." in error:
        return _("The mail server does not take mail for this address. Is it right?")
    if code == 552 or "5.2.2" in error:
        return _("The mailbox is full.")
    return _("The mail server refused the letter.")
