"""A course's chat: saying something in it, and following it when Telegram gives it another id."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from people import telegram
from people.audit import audited
from people.models import AuditEntry
from schedule.models import CourseChat

PATIENCE: Final = 10.0
"""Seconds that somebody who watches the page waits for Telegram."""


def move_chat(course_id: int, chat_id: str) -> None:
    """Keep the id that Telegram has given to a group that became a supergroup."""
    with audited(how=AuditEntry.How.TASK, why="Telegram gave the group another id"):
        CourseChat.objects.filter(pk=course_id).update(chat_id=chat_id)


def send_test(chat: CourseChat) -> None:
    """Say in the chat, whether or not it is switched on, that notices will come here.

    Never call it inside a transaction: it waits for Telegram. Raises what `people.telegram.say` raises.
    """
    with translation.override(chat.language):
        title = _("A test message")
        body = _("What is news in the course “%(course)s” will be written here. The portal: %(address)s") % {
            "course": chat.course.title,
            "address": settings.PORTAL_BASE_URL,
        }
    text = f"{title}\n\n{body}"
    try:
        telegram.say(text, token=chat.token, chat_id=chat.chat_id, title=len(title), patience=PATIENCE)
    except telegram.Moved as moved:
        move_chat(chat.pk, moved.chat_id)
        telegram.say(text, token=chat.token, chat_id=moved.chat_id, title=len(title), patience=PATIENCE)
