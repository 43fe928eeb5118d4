"""The outbox as staff see it: what goes to whom in their courses, what failed, and what to do then."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from people.actions.decide import give_up, send_again
from people.channels.chats import find_chat
from people.days import tied
from people.kinds import Letter, kind_of
from people.letters import language_of, letter_of, plain, zone_of
from people.models import Decision, Message
from people.queries.outbox import what_was_swept
from people.why import bare_answer, why
from schedule.admin.filters import CourseFilter, taught_courses
from schedule.admin.outbox_filters import KindFilter, StateFilter
from schedule.admin.taught import NOTHING, TaughtAdmin, moment_in
from schedule.models import Course
from schedule.moments import course_name
from schedule.not_swept import told_of
from schedule.wording import distance_text

logger = logging.getLogger(__name__)
AGAIN, GIVE_UP = "_again", "_give_up"


def kind_name(message: Message) -> str:
    """What a message is about; the bare name of a kind that no app knows any more."""
    try:
        return str(kind_of(message.kind).label)
    except KeyError:
        return message.kind


def subject_of(message: Message) -> str:
    """The line by which a reader knows the message, in the active language; empty where it cannot be written.

    Takes no query: a list asks it for each row.
    """
    try:
        return plain(letter_of([message]).subject)
    except Exception as error:  # noqa: BLE001 - whatever a kind's words run into; its own page logs it in full
        logger.warning("Message %s could not be written: %s", message.pk, type(error).__name__)
        return ""


def as_read(message: Message) -> Letter | None:
    """The message in words, in its reader's language; None where it cannot be written."""
    chat = find_chat(message.chat) if message.chat else None
    language = chat.language if chat else language_of(message.person) if message.person else None
    try:
        with translation.override(language):
            return letter_of([message])
    except Exception:
        logger.exception("Message %s could not be written", message.pk)
        return None


class Messages(ChangeList):
    """A list of messages, each with its course, in no statement more than without."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        courses = {course.slug: course for course in taught_courses(request)}
        self.result_list = list(self.result_list)
        for message in self.result_list:
            message.course = courses.get(message.scope)


@admin.register(Message)
class MessageAdmin(TaughtAdmin):
    """To read; what failed is sent again or given up. Messages of no course are for superusers."""

    nothing = gettext_lazy("No message has been written yet.")
    list_display = ("to", "about", "of_course", "stands", "due", "attempts", "what_is_wrong")
    list_filter = (CourseFilter, StateFilter, KindFilter)
    list_select_related = ("person",)
    search_fields = ("person__name", "person__email")
    search_help_text = gettext_lazy("A name or an e-mail.")
    ordering = ("-pk",)
    actions = ("send_them_again", "give_them_up")
    course_path = "scope"

    class Media:
        css = {"all": ("portal/css/deciding.css",)}

    # Whose messages: the outbox knows a course by its short address alone.

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        rows: QuerySet[Message] = admin.ModelAdmin.get_queryset(self, request)
        if request.user.is_superuser:
            return rows
        return rows.filter(scope__in=[course.slug for course in taught_courses(request)])

    def in_course(self, rows: QuerySet[Message], course: Course) -> QuerySet[Message]:
        return rows.filter(scope=course.slug)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Messages

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, and first what the last sweep could not look at."""
        last, everything = what_was_swept(), bool(request.user.is_superuser)
        told = told_of(last.not_swept if last else (), taught_courses(request), everything=everything)
        return super().changelist_view(request, {"not_swept": told, **(extra_context or {})})

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # Columns

    @admin.display(description=gettext_lazy("to"), ordering="person__name")
    def to(self, message: Message) -> str:
        return str(message.person) if message.person else _("the course’s chat")

    @admin.display(description=gettext_lazy("what it says"), ordering="kind")
    def about(self, message: Message) -> SafeString:
        subject = subject_of(message)
        said = tied(subject) or format_html('<span class="unwritten">{}</span>', _("It cannot be written."))
        return format_html('{}<br><span class="age">{}</span>', said, kind_name(message))

    @admin.display(description=gettext_lazy("course"))
    def of_course(self, message: Message) -> str:
        course: Course | None = message.course  # type: ignore[attr-defined]
        return course_name(course) if course else message.scope or NOTHING

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def stands(self, message: Message) -> SafeString:
        state = message.get_state_display()
        return format_html('<span class="state state-{}">{}</span>', message.state, state)

    @admin.display(description=gettext_lazy("due"), ordering="due_at")
    def due(self, message: Message) -> SafeString:
        at = moment_in(zone_of(message), message.due_at)
        if message.settled_at is not None and message.state != Message.State.FAILED:
            return at
        return format_html(
            '{}<br><span class="age">{}</span>', at, distance_text(message.due_at, timezone.now())
        )

    @admin.display(description=gettext_lazy("why"))
    def what_is_wrong(self, message: Message) -> str:
        return why(message) or NOTHING

    # What staff do

    @admin.action(description=gettext_lazy("Send again what failed"))
    def send_them_again(self, request: HttpRequest, rows: QuerySet[Message]) -> None:
        self._decide(request, send_again, rows)

    @admin.action(description=gettext_lazy("Give up what failed"))
    def give_them_up(self, request: HttpRequest, rows: QuerySet[Message]) -> None:
        self._decide(request, give_up, rows)

    def _decide(self, request: HttpRequest, act: Callable[..., int], rows: QuerySet[Message]) -> None:
        done = act(rows.values_list("pk", flat=True), by=request.user, now=timezone.now())
        if not done:
            told = _("Nothing that was chosen has failed, or somebody else decided before you.")
            self.message_user(request, told, messages.WARNING)
        elif act is send_again:
            told = ngettext(
                "%(count)d message waits to be sent again.", "%(count)d messages wait to be sent again.", done
            )
            self.message_user(request, told % {"count": done}, messages.SUCCESS)
        else:
            told = ngettext("%(count)d message is given up.", "%(count)d messages are given up.", done)
            self.message_user(request, told % {"count": done}, messages.SUCCESS)

    # One message

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """What its reader is told, how far it is, and what can be done if it failed."""
        message: Message = self._found(request, object_id)
        acts = {AGAIN: send_again, GIVE_UP: give_up}
        asked = next((act for name, act in acts.items() if name in request.POST), None)
        if request.method == "POST" and asked is not None:
            self._decide(request, asked, self.get_queryset(request).filter(pk=message.pk))
            return HttpResponseRedirect(reverse("admin:people_message_change", args=[message.pk]))
        course = next((each for each in taught_courses(request) if each.slug == message.scope), None)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{kind_name(message)}: {self.to(message)}",
            "subtitle": None,
            "opts": self.opts,
            "message": message,
            "kind": kind_name(message),
            "course": course_name(course) if course else message.scope,
            "why": why(message),
            "answer": bare_answer(message.error),
            "letter": as_read(message),
            "decisions": Decision.objects.filter(message=message).select_related("by"),
            "zone": zone_of(message),
            "may_decide": message.state == Message.State.FAILED,
            "is_too_late": message.useful_until is not None and message.useful_until < timezone.now(),
            "list_url": f"{reverse('admin:people_message_changelist')}?{_same_course(request, course)}",
        }
        return TemplateResponse(request, "admin/people/message/message.html", context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Its page tells what staff decided; nothing else of a message is anybody's change."""
        message = self._found(request, object_id)
        return HttpResponseRedirect(reverse("admin:people_message_change", args=[message.pk]))


def _same_course(request: HttpRequest, course: Course | None) -> str:
    return f"course={course.pk}" if course else "course=all"
