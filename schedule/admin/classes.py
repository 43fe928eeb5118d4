"""What happens in a course and what is asked for: classes with their materials, assignments, the exam."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from people.history import listed_day
from schedule.admin.filters import CourseFilter
from schedule.admin.taught import TaughtAdmin, TaughtInline, moment_in
from schedule.models import Assignment, ClassMeeting, Exam, Material
from schedule.models.assignments import default_suffixes, validate_suffixes
from schedule.moments import CourseForm
from schedule.rules import is_whole_day


class MaterialInline(TaughtInline):
    model = Material
    fields = ("position", "title", "url")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)


@admin.register(ClassMeeting)
class ClassMeetingAdmin(TaughtAdmin):
    inlines = (MaterialInline,)
    list_display = ("starts", "kind", "number", "title", "room", "of_course")
    list_display_links = ("starts", "title")
    list_filter = (CourseFilter, "kind")
    list_select_related = ("course",)
    search_fields = ("title", "number", "key")
    ordering = ("-course__starts_on", "starts_at", "key")

    @admin.display(description=_("starts at"), ordering="starts_at")
    def starts(self, meeting: ClassMeeting) -> SafeString | str:
        zone = meeting.course.zone
        if is_whole_day(meeting.starts_at, meeting.ends_at, zone):
            return _("%(day)s, time not known yet") % {
                "day": listed_day(meeting.starts_at.astimezone(zone).date())
            }
        return moment_in(zone, meeting.starts_at)

    def has_delete_permission(self, request: HttpRequest, obj: ClassMeeting | None = None) -> bool:
        """A class has no results; an assignment given at it stays."""
        return obj is not None and self.has_change_permission(request, obj)


class SuffixesField(forms.CharField):
    """Endings of file names, typed with blanks between them."""

    def prepare_value(self, value: Any) -> Any:
        return " ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return list(dict.fromkeys((super().to_python(value) or "").lower().replace(",", " ").split()))

    def validate(self, value: Any) -> None:
        super().validate(value)
        validate_suffixes(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != initial)


class AssignmentForm(CourseForm):
    suffixes = SuffixesField(
        label=_("Kinds of file"), initial=default_suffixes, help_text=_("For example: .ipynb .pdf")
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        course, meeting = cleaned.get("course") or self._course(), cleaned.get("given_at_class")
        if meeting is not None and course is not None and meeting.course_id != course.pk:
            self.add_error("given_at_class", _("This class belongs to another course."))
        issued_on, due_at = cleaned.get("issued_on"), cleaned.get("due_at")
        if course is not None and issued_on and due_at and due_at.astimezone(course.zone).date() < issued_on:
            self.add_error("due_at", _("The deadline is before the day of issue."))
        return cleaned


@admin.register(Assignment)
class AssignmentAdmin(TaughtAdmin):
    form = AssignmentForm
    list_display = ("number", "title", "issued", "due", "closes", "of_course")
    list_display_links = ("number", "title")
    list_filter = (CourseFilter,)
    list_select_related = ("course",)
    search_fields = ("title", "=number")
    ordering = ("-course__starts_on", "course", "number")

    @admin.display(description=_("issued on"), ordering="issued_on")
    def issued(self, assignment: Assignment) -> str:
        return listed_day(assignment.issued_on)

    @admin.display(description=_("deadline"), ordering="due_at")
    def due(self, assignment: Assignment) -> SafeString:
        return moment_in(assignment.course.zone, assignment.due_at)

    @admin.display(description=_("hard deadline"), ordering="closes_at")
    def closes(self, assignment: Assignment) -> SafeString:
        return moment_in(assignment.course.zone, assignment.closes_at)


@admin.register(Exam)
class ExamAdmin(TaughtAdmin):
    list_display = ("of_course", "not_before", "not_after", "starts", "room")
    list_select_related = ("course",)

    @admin.display(description=_("not before"), ordering="not_before_on")
    def not_before(self, exam: Exam) -> str:
        return listed_day(exam.not_before_on)

    @admin.display(description=_("not after"), ordering="not_after_on")
    def not_after(self, exam: Exam) -> str:
        return listed_day(exam.not_after_on)

    @admin.display(description=_("starts at"), ordering="starts_at")
    def starts(self, exam: Exam) -> SafeString:
        return moment_in(exam.course.zone, exam.starts_at)
