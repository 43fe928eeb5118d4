"""Whose chat a message's chat is: that of the course with this short address."""

from __future__ import annotations

from functools import partial

from people.channels.chats import Chat
from schedule.actions.chat import move_chat
from schedule.models import CourseChat


def course_chat(slug: str) -> Chat | None:
    """The chat of the course with that short address; None where it has none, or it is switched off."""
    chat = CourseChat.objects.filter(course__slug=slug, is_on=True).first()
    if chat is None:
        return None
    return Chat(chat.token, chat.chat_id, chat.language, partial(move_chat, chat.pk))
