"""What a lecturer or a TA has to say to a course or to one of its groups: written, looked at, published."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from schedule.actions.announcements import edit, publish, withdraw
from schedule.admin.filters import CourseFilter
from schedule.admin.taught import TaughtAdmin, moment_in
from schedule.markdown import render_markdown
from schedule.models import Announcement
from schedule.moments import CourseForm

PREVIEW = "_preview"


class AnnouncementForm(CourseForm):
    """Title and text; what is only looked at is never saved."""

    class Meta:
        widgets = {
            "title": forms.TextInput(attrs={"class": "vLargeTextField"}),
            "body": forms.Textarea(attrs={"rows": 14, "class": "vLargeTextField"}),
        }

    def is_valid(self) -> bool:
        return bool(super().is_valid()) and PREVIEW not in self.data

    @property
    def preview(self) -> SafeString:
        """The text as it will be read; empty unless it is to be looked at and nothing is wrong."""
        if PREVIEW not in self.data or not super().is_valid():
            return SafeString("")
        return render_markdown(self.cleaned_data["body"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        course, group = cleaned.get("course") or self._course(), cleaned.get("group")
        if group is not None and course is not None and group.course_id != course.pk:
            self.add_error("group", _("This group belongs to another course."))
        return cleaned


@admin.register(Announcement)
class AnnouncementAdmin(TaughtAdmin):
    """Published at once, and by mail to everybody it is for; edited without another mail, or withdrawn."""

    form = AnnouncementForm
    change_form_template = "admin/schedule/announcement/change_form.html"
    nothing = _("Nothing has been announced yet.")
    fields = ("course", "group", "title", "body")
    list_display = ("title", "to", "of_course", "published", "by", "state")
    list_filter = (CourseFilter,)
    list_select_related = ("course", "group", "by")
    search_fields = ("title", "body")
    ordering = ("-published_at", "-pk")
    actions = None

    def get_readonly_fields(self, request: HttpRequest, obj: Announcement | None = None) -> Any:
        """Whom it is for is said once: they have it by mail."""
        return ("course", "group") if obj is not None else ()

    def has_change_permission(self, request: HttpRequest, obj: Announcement | None = None) -> bool:
        """What is withdrawn is over."""
        return super().has_change_permission(request, obj) and (obj is None or obj.withdrawn_at is None)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        form = context["adminform"].form
        if preview := getattr(form, "preview", ""):
            context |= {"preview": preview, "preview_title": form.cleaned_data.get("title", "")}
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Announcement, form: Any, change: bool) -> None:
        by: Any = request.user
        if change:
            edit(announcement=obj, title=obj.title, body=obj.body, by=by)
            return
        row = publish(
            course=obj.course, group=obj.group, title=obj.title, body=obj.body, by=by, now=timezone.now()
        )
        obj.pk, obj.by, obj.published_at = row.pk, row.by, row.published_at

    def response_change(self, request: HttpRequest, obj: Announcement) -> HttpResponse:
        if "_withdraw" in request.POST:
            by: Any = request.user
            withdraw(announcement=obj, by=by, now=timezone.now())
            self.message_user(request, _("It is withdrawn. Whoever may have read it sees so under the bell."))
            return self.response_post_save_change(request, obj)
        return super().response_change(request, obj)

    @admin.display(description=_("for"))
    def to(self, row: Announcement) -> str:
        return str(row.group) if row.group else str(_("everybody in the course"))

    @admin.display(description=_("published at"), ordering="published_at")
    def published(self, row: Announcement) -> SafeString:
        return moment_in(row.course.zone, row.published_at)

    @admin.display(description=_("state"))
    def state(self, row: Announcement) -> SafeString | str:
        if row.withdrawn_at is not None:
            return pgettext("announcement", "withdrawn")
        address = reverse("schedule:announcement", args=[row.course.slug, row.pk])
        return format_html('<a href="{}">{}</a>', address, _("on the portal"))
