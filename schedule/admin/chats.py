"""A course's chat in Telegram: its settings, and a message to try them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people import telegram
from schedule.actions.chat import send_test
from schedule.admin.taught import TaughtAdmin, yes_or_no
from schedule.models import CourseChat
from schedule.moments import CourseForm

TEST = "_test"


class ChatForm(CourseForm):
    """The token is typed, never shown: what stands is kept where nothing is typed."""

    token = forms.CharField(
        label=gettext_lazy("Bot token"),
        required=False,
        max_length=100,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "vTextField"}),
        help_text=gettext_lazy("As @BotFather gives it: 123456789:AAE… It is not shown again."),
    )

    class Meta:
        help_texts = {
            "chat_id": gettext_lazy(
                "A number, with a minus for a group, or @name of a channel. Add the bot to the chat first."
            ),
            "language": gettext_lazy("In which the bot writes."),
            "is_on": gettext_lazy(
                "Announcements, moved classes and the like: what is news to a whole group."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "token" in self.fields and self.instance.token:
            self.fields["token"].help_text = _(
                "Stored: %(bot)s:••••••. Leave the field empty to keep it; a new one takes its place."
            ) % {"bot": self.instance.token.partition(":")[0]}

    def clean_token(self) -> str:
        typed: str = self.cleaned_data["token"] or self.instance.token
        if not typed:
            raise forms.ValidationError(_("Put in the token that @BotFather gave for the bot."))
        return typed

    def clean_chat_id(self) -> str:
        typed: str = self.cleaned_data["chat_id"]
        if typed.isdecimal() and len(typed) > 12 and typed.startswith("100"):
            raise forms.ValidationError(
                _("The number of a group begins with a minus: -%(id)s.") % {"id": typed}
            )
        return typed


@admin.register(CourseChat)
class CourseChatAdmin(TaughtAdmin):
    """One for a course. Switched off until somebody switches it on."""

    form = ChatForm
    nothing = gettext_lazy("No course writes to a chat.")
    fields = ("course", "token", "chat_id", "language", "is_on")
    list_display = ("of_course", "chat_id", "language", "on")
    list_select_related = ("course",)

    @admin.display(description=CourseChat._meta.get_field("is_on").verbose_name, ordering="is_on")
    def on(self, chat: CourseChat) -> SafeString:
        return yes_or_no(chat.is_on)

    def has_delete_permission(self, request: HttpRequest, obj: CourseChat | None = None) -> bool:
        """With its token: what was said in the chat stays there."""
        return obj is not None and self.has_change_permission(request, obj)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Saved first, in a transaction of its own; then, if asked for, tried."""
        answer = super().changeform_view(request, *args, **kwargs)
        saved: CourseChat | None = getattr(request, "_saved_chat", None)
        if saved is not None:
            self._test(request, saved)
        return answer

    def response_add(self, request: HttpRequest, obj: CourseChat, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._stay(request, obj) or super().response_add(request, obj, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: CourseChat) -> HttpResponse:
        return self._stay(request, obj) or super().response_change(request, obj)

    def _stay(self, request: HttpRequest, chat: CourseChat) -> HttpResponse | None:
        if TEST not in request.POST:
            return None
        request._saved_chat = chat  # type: ignore[attr-defined]
        return HttpResponseRedirect(reverse("admin:schedule_coursechat_change", args=[chat.pk]))

    def _test(self, request: HttpRequest, chat: CourseChat) -> None:
        """Send a message and tell what came of it, with what to do."""
        try:
            send_test(chat)
        except telegram.NotTaken as why:
            told = _("Saved, but the test message was not taken. %(what)s (Telegram: %(answer)s)")
            words = {"what": _(why.sentence), "answer": why.answer}
            self.message_user(request, told % words, messages.ERROR)
        except telegram.Busy as why:
            told = _("Saved. Telegram asks to wait %(seconds)s seconds before the next message.")
            self.message_user(request, told % {"seconds": why.seconds}, messages.WARNING)
        except telegram.NoAnswer as why:
            told = _("Saved, but Telegram did not answer: %(why)s. Look whether the message is in the chat.")
            self.message_user(request, told % {"why": why}, messages.ERROR)
        except (telegram.Unreachable, telegram.Moved) as why:
            told = _("Saved, but Telegram could not be reached: %(why)s. Try again in a few minutes.")
            self.message_user(request, told % {"why": why}, messages.ERROR)
        else:
            if chat.is_on:
                told = _("Saved. The test message is in the chat.")
            else:
                told = _("Saved. The test message is in the chat; notices are still switched off.")
            self.message_user(request, told, messages.SUCCESS)
