"""Classes are cancelled, or take place after all: whom it tells and what it says, before it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from people.kinds import Letter
from people.models import User
from schedule.actions.cancelling import cancel_classes, restore_classes
from schedule.audience import chat_of, people_of
from schedule.messages.classes import facts_if, write_classes
from schedule.models import ClassMeeting, Course

ASKED = "_asked"
"""Whoever decides has been shown whom it tells."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Whom a change of classes is told to, and the letters that say it: one for each course.

    ``silent`` are the classes of which nobody is told: they have passed, or nobody ever heard of them.
    """

    people: int
    chats: int
    letters: tuple[Letter, ...]
    silent: frozenset[int]

    def __bool__(self) -> bool:
        return bool(self.letters) and bool(self.people or self.chats)

    @property
    def sentence(self) -> str:
        """How many are told, and how."""
        if not self:
            return _("Nobody is told.")
        said = []
        if self.people:
            told = ngettext(
                "%(count)d person is told: under the bell, and by mail unless they have switched it off.",
                "%(count)d people are told: under the bell, and by mail unless they have switched it off.",
                self.people,
            )
            said.append(told % {"count": self.people})
        if self.chats:
            said.append(_("It goes to the course’s chat, too."))
        return " ".join(said)


def telling(rows: Sequence[ClassMeeting], whys: Mapping[int, str | None], by: Any, now: datetime) -> Telling:
    """What is told of these classes once each is cancelled for its reason, or takes place (None)."""
    heard = [row for row in rows if row.ends_at > now and hasattr(row, "announced")]
    by_course: dict[Course, list[ClassMeeting]] = {}
    for row in sorted(heard, key=lambda row: row.starts_at):
        by_course.setdefault(row.course, []).append(row)
    letters = tuple(
        write_classes([facts_if(row, whys[row.pk]) for row in some], course.zone)
        for course, some in by_course.items()
    )
    people = set[int]().union(*map(people_of, by_course)) - {by.pk}
    chats = sum(bool(chat_of(course)) for course in by_course)
    return Telling(len(people), chats, letters, frozenset(row.pk for row in rows if row not in heard))


def heard_by(course: Course, by: Any) -> str:
    """How many are told of what is saved about a class to come; empty where nobody is."""
    count = len(people_of(course) - {by.pk})
    if not count:
        return ""
    told = ngettext(
        "Another time or room, and whether the class takes place, is told to %(count)d person when you save.",
        "Another time or room, and whether the class takes place, is told to %(count)d people when you save.",
        count,
    )
    return told % {"count": count}


def asked_of_one(told: Telling, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The question on the page of one class, as it is typed there."""
    return {
        "telling": told,
        "asked": ASKED,
        "cancels": typed["is_cancelled"],
        "question": _("Nothing is saved yet: this class is cancelled with it.")
        if typed["is_cancelled"]
        else _("Nothing is saved yet: this class takes place with it after all."),
        "answer": _("Cancel the class") if typed["is_cancelled"] else _("Let the class take place"),
    }


class ReasonsForm(forms.Form):
    """One reason for all, and one of its own for each of several classes; cleans to ``reasons`` by class."""

    why = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Everyone in the course reads it."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    def __init__(self, rows: Sequence[ClassMeeting], data: QueryDict | None) -> None:
        super().__init__(data, label_suffix="")
        self.ids = [row.pk for row in rows]
        if len(rows) < 2:
            return
        self.fields["why"].label = _("Why, for all of them")
        for row in rows:
            self.fields[f"why_{row.pk}"] = forms.CharField(
                label=_("Another reason for this one"),
                required=False,
                max_length=300,
                widget=forms.TextInput(attrs={"class": "vTextField"}),
            )

    def own(self, class_id: int) -> Any:
        """The field of one of several classes; None where there is one reason alone."""
        return self[f"why_{class_id}"] if f"why_{class_id}" in self.fields else None

    def reasons(self) -> dict[int, str]:
        """For each class its own reason, else that of all. Of a form that is valid."""
        said = self.cleaned_data
        return {each: said.get(f"why_{each}") or said["why"] for each in self.ids}


@admin.action(description=gettext_lazy("Cancel the chosen classes…"))
def cancel(page: Any, request: HttpRequest, rows: QuerySet[ClassMeeting]) -> TemplateResponse | None:
    """Ask for the reasons, tell whom it tells, then cancel."""
    chosen = list(rows.filter(cancelled_at__isnull=True).select_related("course", "announced"))
    if not chosen:
        messages.warning(request, _("The chosen classes are cancelled already."))
        return None
    form = ReasonsForm(chosen, request.POST if ASKED in request.POST else None)
    if not form.is_valid():
        return _question(page, request, chosen, form)
    reasons = form.reasons()
    told = telling(chosen, reasons, request.user, timezone.now())
    count = 0
    for course, ids in _by_course(chosen).items():
        by, now = _user(request), timezone.now()
        count += cancel_classes(course=course, reasons={each: reasons[each] for each in ids}, by=by, now=now)
    said = ngettext("%(count)d class is cancelled.", "%(count)d classes are cancelled.", count)
    messages.success(request, f"{said % {'count': count}} {told.sentence}")
    return None


@admin.action(description=gettext_lazy("Let the chosen classes take place after all…"))
def restore(page: Any, request: HttpRequest, rows: QuerySet[ClassMeeting]) -> TemplateResponse | None:
    """Tell whom it tells, then take the cancelling back."""
    chosen = list(rows.filter(cancelled_at__isnull=False).select_related("course", "announced"))
    if not chosen:
        messages.warning(request, _("The chosen classes take place already."))
        return None
    if ASKED not in request.POST:
        return _question(page, request, chosen, None)
    told = telling(chosen, dict.fromkeys((row.pk for row in chosen), None), request.user, timezone.now())
    count = 0
    for course, ids in _by_course(chosen).items():
        count += restore_classes(course=course, ids=ids, by=_user(request), now=timezone.now())
    said = ngettext(
        "%(count)d class takes place after all.", "%(count)d classes take place after all.", count
    )
    messages.success(request, f"{said % {'count': count}} {told.sentence}")
    return None


def _user(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]  # nobody else is let into the administration


def _by_course(rows: Sequence[ClassMeeting]) -> dict[Course, list[int]]:
    by_course: dict[Course, list[int]] = {}
    for row in rows:
        by_course.setdefault(row.course, []).append(row.pk)
    return by_course


def _question(
    page: Any, request: HttpRequest, rows: Sequence[ClassMeeting], form: ReasonsForm | None
) -> TemplateResponse:
    """The page in between: the classes, the reasons, how many are told, and what."""
    whys = {row.pk: None if form is None else "…" for row in rows}
    told = telling(rows, whys, request.user, timezone.now())
    title = (
        ngettext("Let %(count)d class take place", "Let %(count)d classes take place", len(rows))
        if form is None
        else ngettext("Cancel %(count)d class", "Cancel %(count)d classes", len(rows))
    )
    context = {
        **page.admin_site.each_context(request),
        "title": title % {"count": len(rows)},
        "subtitle": None,
        "opts": page.opts,
        "action": "restore" if form is None else "cancel",
        "lines": [(row, capfirst(str(row)), form.own(row.pk) if form else None) for row in rows],
        "form": form,
        "telling": told,
        "asked": ASKED,
        "checkbox": ACTION_CHECKBOX_NAME,
        "list_url": request.get_full_path(),
        "list_title": page.list_name,
        "several_courses": len({row.course_id for row in rows}) > 1,
    }
    return TemplateResponse(request, "admin/schedule/classmeeting/together.html", context)
