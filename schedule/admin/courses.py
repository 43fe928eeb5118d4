"""Courses, their groups and who takes part."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from people.history import listed_day
from schedule.actions.inviting import invite
from schedule.admin.filters import CourseFilter, GroupFilter
from schedule.admin.taught import TaughtAdmin, moment_in
from schedule.models import STUDENT_ROLES, Course, Enrolment, StudyGroup
from schedule.models.courses import validate_zone
from schedule.moments import CourseForm


class DaysField(forms.CharField):
    """Whole numbers of days, typed with commas or blanks between them."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        words = str(super().to_python(value) or "").replace(",", " ").split()
        # What is no number stays as it was typed, and the model's field says what is wrong.
        return [int(word) if word.isascii() and word.isdigit() and len(word) < 4 else word for word in words]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(initial != self.to_python(data))


def _days(field: str) -> DaysField:
    known: Any = Course._meta.get_field(field)
    return DaysField(label=capfirst(known.verbose_name), help_text=known.help_text, required=False)


class CourseOwnForm(CourseForm):
    """A course's own moments are read in the zone that is being typed."""

    class Meta:
        help_texts = {
            "slug": _("Chosen once: letters, calendars, bookmarks and messages that wait lead to it.")
        }

    remind_days, report_days = _days("remind_days"), _days("report_days")
    links_base_url = forms.URLField(
        label=_("Base of relative links"),
        required=False,
        assume_scheme="https",
        help_text=_("Where the course’s repository is read."),
    )

    def _zone(self) -> ZoneInfo | None:
        name = self.data.get(self.add_prefix("time_zone")) or self.instance.time_zone
        try:
            validate_zone(name)
        except forms.ValidationError:
            return None
        return ZoneInfo(name)


@admin.register(Course)
class CourseAdmin(TaughtAdmin):
    form = CourseOwnForm
    course_path = "pk"
    list_display = ("title", "term", "first_day", "last_day", "time_zone")
    search_fields = ("title", "short_title", "slug")
    ordering = ("-starts_on", "slug")

    @admin.display(description=_("first day"), ordering="starts_on")
    def first_day(self, course: Course) -> str:
        return listed_day(course.starts_on)

    @admin.display(description=_("last day"), ordering="ends_on")
    def last_day(self, course: Course) -> str:
        return listed_day(course.ends_on)

    def get_fields(self, request: HttpRequest, obj: Course | None = None) -> Any:
        return sorted(super().get_fields(request, obj), key=lambda field: field != "slug")

    def get_readonly_fields(self, request: HttpRequest, obj: Course | None = None) -> Any:
        """Its short address stays: bookmarks, letters, calendars and messages that wait hold it."""
        fixed = ("slug",) if obj is not None else ()
        return (*super().get_readonly_fields(request, obj), *fixed)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody teaches a course that is not there yet."""
        return request.user.is_superuser

    def zone_of(self, row: Course) -> ZoneInfo:
        return row.zone


@admin.register(StudyGroup)
class StudyGroupAdmin(TaughtAdmin):
    list_display = ("name", "of_course")
    list_filter = (CourseFilter,)
    list_select_related = ("course",)
    search_fields = ("name",)

    def has_delete_permission(self, request: HttpRequest, obj: StudyGroup | None = None) -> bool:
        """Only a group that nobody was ever in."""
        return obj is not None and not obj.enrolments.exists()


class EnrolmentForm(CourseForm):
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        course, group = cleaned.get("course") or self._course(), cleaned.get("group")
        if group is not None and course is not None and group.course_id != course.pk:
            self.add_error("group", _("This group belongs to another course."))
        if group is None and cleaned.get("role") in STUDENT_ROLES and "group" not in self.errors:
            self.add_error("group", _("A student has a group."))
        return cleaned


INVITE = _("Invite: a letter with a link to choose a password")


@admin.action(description=INVITE)
def invite_people(page: Any, request: HttpRequest, rows: QuerySet[Enrolment]) -> None:
    """Each person once, to the latest of the courses."""
    latest = {row.person_id: row.course for row in rows.order_by("course__starts_on", "course__pk")}
    by_course: dict[Course, set[int]] = {}
    for person_id, course in latest.items():
        by_course.setdefault(course, set()).add(person_id)
    count = sum(
        invite(course=course, people=people, now=timezone.now()) for course, people in by_course.items()
    )
    others = sum(map(len, by_course.values())) - count
    said = ngettext("%(count)d person is invited.", "%(count)d people are invited.", count)
    page.message_user(request, said % {"count": count})
    if others:
        said = ngettext(
            "%(count)d has a password already, or takes part no more.",
            "%(count)d have a password already, or take part no more.",
            others,
        )
        page.message_user(request, said % {"count": others})


@admin.register(Enrolment)
class EnrolmentAdmin(TaughtAdmin):
    """Who takes part. An enrolment is ended, never deleted: who was in which group when stays known."""

    form = EnrolmentForm
    actions = (invite_people,)
    fields = ("course", "person", "role", "group", "joined_at", "left_at")
    autocomplete_fields = ("person",)
    list_display = ("person", "role", "group", "of_course", "since", "until")
    list_filter = (CourseFilter, GroupFilter, "role")
    list_select_related = ("person", "group", "course")
    search_fields = ("person__name", "person__email", "group__name")
    ordering = ("-course__starts_on", "course", "group__name", "person__name", "pk")

    def get_readonly_fields(self, request: HttpRequest, obj: Enrolment | None = None) -> Any:
        fixed = ("person",) if obj is not None else ()
        return (*super().get_readonly_fields(request, obj), *fixed)

    @admin.display(description=_("since"), ordering="joined_at")
    def since(self, enrolment: Enrolment) -> SafeString:
        return moment_in(enrolment.course.zone, enrolment.joined_at)

    @admin.display(description=_("until"), ordering="left_at")
    def until(self, enrolment: Enrolment) -> SafeString:
        return moment_in(enrolment.course.zone, enrolment.left_at)
