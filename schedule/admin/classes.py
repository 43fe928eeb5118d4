"""What happens in a course and what is asked for: classes with their materials, assignments, the exam."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from people.history import listed_day
from schedule.actions.telling import tell_removed, tell_schedule
from schedule.admin.cancelling import ASKED, Telling, asked_of_one, cancel, heard_by, restore, telling
from schedule.admin.filters import CourseFilter
from schedule.admin.taught import TaughtAdmin, TaughtInline, moment_in, yes_or_no
from schedule.models import Assignment, ClassMeeting, Enrolment, Exam, Material
from schedule.models.assignments import default_suffixes, validate_suffixes
from schedule.moments import CourseForm
from schedule.rules import is_whole_day


class MaterialInline(TaughtInline):
    model = Material
    fields = ("position", "title", "url")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)


class ClassForm(CourseForm):
    """A class, and whether it takes place."""

    is_cancelled = forms.BooleanField(
        label=_("Cancelled"), required=False, help_text=_("It stays in the schedule, struck out.")
    )
    why = forms.CharField(
        label=_("Why it is cancelled"),
        required=False,
        max_length=300,
        help_text=_("Everyone in the course reads it."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("is_cancelled", self.instance.cancelled_at is not None)
        self.initial.setdefault("why", self.instance.cancelled_why)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("why") and not cleaned.get("is_cancelled"):
            self.add_error("why", _("A class that takes place has no reason of being cancelled."))
        return cleaned

    def is_valid(self) -> bool:
        return bool(super().is_valid()) and not self.asks

    @property
    def asks(self) -> bool:
        """Whether to say first whom it tells: the class is cancelled with this, or takes place after all."""
        if self.instance.pk is None or ASKED in self.data or not super().is_valid():
            return False
        return bool(self.cleaned_data["is_cancelled"] != (self.instance.cancelled_at is not None))

    def telling(self, by: Any, now: datetime) -> Telling:
        """What is told of the class as it is typed."""
        why = self.cleaned_data["why"] if self.cleaned_data["is_cancelled"] else None
        return telling([self.instance], {self.instance.pk: why}, by, now)


@admin.register(ClassMeeting)
class ClassMeetingAdmin(TaughtAdmin):
    form = ClassForm
    change_form_template = "admin/schedule/classmeeting/change_form.html"
    delete_confirmation_template = "admin/schedule/classmeeting/delete_confirmation.html"
    fields = (
        "course",
        "key",
        "kind",
        "number",
        "title",
        "starts_at",
        "ends_at",
        "room",
        "is_cancelled",
        "why",
    )
    inlines = (MaterialInline,)
    actions = (cancel, restore)
    list_display = ("starts", "kind", "number", "title", "room", "takes_place", "of_course")
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

    @admin.display(description=_("takes place"), ordering="cancelled_at")
    def takes_place(self, meeting: ClassMeeting) -> SafeString:
        return yes_or_no(meeting.cancelled_at is None)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        form = context["adminform"].form
        if getattr(form, "asks", False):
            context |= asked_of_one(form.telling(request.user, timezone.now()), form.cleaned_data)
        elif form.instance.pk is not None and form.instance.ends_at > timezone.now():
            context |= {"heard": heard_by(form.instance.course, request.user)}
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: ClassMeeting, form: Any, change: bool) -> None:
        """What is news about the class is told with it."""
        now = timezone.now()
        if not form.cleaned_data["is_cancelled"]:
            obj.cancelled_at = None
        elif obj.cancelled_at is None:
            obj.cancelled_at = now
        obj.cancelled_why = form.cleaned_data["why"] if obj.cancelled_at else ""
        super().save_model(request, obj, form, change)
        tell_schedule(course=obj.course, now=now, but=[request.user.pk or 0])

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Whom it tells is said first."""
        meeting: ClassMeeting = self._found(request, object_id)
        heard = [meeting] if meeting.cancelled_at is None else []
        told = telling(heard, {meeting.pk: ""}, request.user, timezone.now())
        return super().delete_view(request, object_id, {"telling": told, **(extra_context or {})})

    def delete_model(self, request: HttpRequest, obj: ClassMeeting) -> None:
        """Whoever was told of it is told that it does not take place."""
        tell_removed(course=obj.course, keys=[obj.key], now=timezone.now(), but=[request.user.pk or 0])
        super().delete_model(request, obj)

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
    class Meta:
        help_texts = {
            "number": _("Stays once the students have it: letters, calendars and bookmarks lead to it.")
        }

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


def _students_have(assignment: Assignment, now: datetime) -> bool:
    today = now.astimezone(assignment.course.zone).date()
    return (
        assignment.issued_on <= today
        and Enrolment.objects.students().filter(course=assignment.course).exists()
    )


@admin.register(Assignment)
class AssignmentAdmin(TaughtAdmin):
    form = AssignmentForm
    list_display = ("number", "title", "issued", "due", "closes", "of_course")
    list_display_links = ("number", "title")
    list_filter = (CourseFilter,)
    list_select_related = ("course",)
    search_fields = ("title", "=number")
    ordering = ("-course__starts_on", "course", "number")

    def get_readonly_fields(self, request: HttpRequest, obj: Assignment | None = None) -> Any:
        """Its number, which is its address, stays from the day of issue on where the course has students."""
        fixed = ("number",) if obj is not None and _students_have(obj, timezone.now()) else ()
        return (*super().get_readonly_fields(request, obj), *fixed)

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

    def save_model(self, request: HttpRequest, obj: Exam, form: Any, change: bool) -> None:
        """What is news about the exam is told with it."""
        super().save_model(request, obj, form, change)
        tell_schedule(course=obj.course, now=timezone.now(), but=[request.user.pk or 0])

    @admin.display(description=_("not before"), ordering="not_before_on")
    def not_before(self, exam: Exam) -> str:
        return listed_day(exam.not_before_on)

    @admin.display(description=_("not after"), ordering="not_after_on")
    def not_after(self, exam: Exam) -> str:
        return listed_day(exam.not_after_on)

    @admin.display(description=_("starts at"), ordering="starts_at")
    def starts(self, exam: Exam) -> SafeString:
        return moment_in(exam.course.zone, exam.starts_at)
