"""Dates given to one person, with the reason that the person reads."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from grading.actions.telling import tell_student
from grading.admin.filters import AssignmentFilter
from grading.admin.moving import MovesDates
from grading.models import PersonalDate
from people.models import User
from schedule.admin.filters import CourseFilter
from schedule.admin.taught import moment_in
from schedule.models import Assignment, Course, Enrolment
from schedule.moments import CourseForm

WHOSE = ("assignment", "student")


class PersonalDateForm(CourseForm):
    """A later date for a student of the assignment's course, never for oneself."""

    by_id: int

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        student, assignment = cleaned.get("student"), cleaned.get("assignment")
        wrong = self._wrong(student, assignment) if student and assignment else None
        if wrong is not None:
            self.add_error("student", wrong)
        return cleaned

    def _wrong(self, student: User, assignment: Assignment) -> Any:
        """Why this student may not have a new date for this assignment; None where they may."""
        if student.pk == self.by_id:
            return _("Nobody gives a date to themselves.")
        if not Enrolment.objects.students().filter(course=assignment.course_id, person=student).exists():
            return _("This person is not a student of the assignment’s course.")
        if PersonalDate.objects.filter(assignment=assignment, student=student).exists():
            return _("This student has a date for this assignment already.")
        return None

    def _course(self) -> Course | None:
        """That of the assignment, the row's or the one that is being chosen."""
        if self.instance.assignment_id is not None:
            return self.instance.assignment.course  # type: ignore[no-any-return]
        field = self.fields.get("assignment")
        if not isinstance(field, forms.ModelChoiceField):
            return None
        given = self.data.get(self.add_prefix("assignment")) if self.is_bound else None
        try:
            chosen = field.clean(given if self.is_bound else self.initial.get("assignment"))
        except forms.ValidationError:
            return None
        return chosen.course  # type: ignore[no-any-return]


@admin.register(PersonalDate)
class PersonalDateAdmin(MovesDates):
    """Given by staff and taken back by them; one's own is only to read."""

    form = PersonalDateForm
    course_path = "assignment__course"
    nothing = _("Nobody has a date of their own.")
    fields = (*WHOSE, "due_at", "is_hard", "is_penalised", "reason")
    autocomplete_fields = ("student",)
    list_display = ("student", "what", "of_course", "due", "is_hard", "is_penalised", "why", "given")
    list_filter = (CourseFilter, AssignmentFilter)
    list_select_related = ("student", "assignment__course", "set_by")
    search_fields = ("student__name", "student__email", "reason")
    ordering = ("-due_at", "pk")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The form for a new date; asked for one that stands already, its page."""
        standing = self._standing(request)
        if request.method == "GET" and standing is not None:
            address = reverse("admin:grading_personaldate_change", args=[standing.pk])
            return HttpResponseRedirect(address)
        return super().add_view(request, form_url, extra_context)

    def _standing(self, request: HttpRequest) -> PersonalDate | None:
        asked = [request.GET.get(name, "") for name in WHOSE]
        if not all(each.isdecimal() and len(each) < 19 for each in asked):
            return None
        return self.get_queryset(request).filter(assignment=asked[0], student=asked[1]).first()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.by_id = request.user.pk  # type: ignore[attr-defined]
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A date stays whose it is: for another student or assignment there is another one."""
        return (*(WHOSE if obj is not None else ()), *super().get_readonly_fields(request, obj))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        own = obj is not None and obj.student_id == request.user.pk
        return not own and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Given by mistake, it is taken back; the audit keeps it."""
        return obj is not None and self.has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: PersonalDate, form: Any, change: bool) -> None:
        obj.set_by, obj.set_at = request.user, timezone.now()  # type: ignore[assignment]  # signed in
        super().save_model(request, obj, form, change)
        tell_student(obj.assignment.course, obj.student_id, obj.set_at)

    def delete_model(self, request: HttpRequest, obj: PersonalDate) -> None:
        super().delete_model(request, obj)
        tell_student(obj.assignment.course, obj.student_id, timezone.now())

    @admin.display(description=_("assignment"), ordering="assignment__number")
    def what(self, date: PersonalDate) -> str:
        return Truncator(str(date.assignment)).chars(32)

    @admin.display(description=_("deadline"), ordering="due_at")
    def due(self, date: PersonalDate) -> SafeString:
        return moment_in(date.assignment.course.zone, date.due_at)

    @admin.display(description=_("reason"))
    def why(self, date: PersonalDate) -> str:
        return Truncator(date.reason).chars(60)

    @admin.display(description=_("set by"), ordering="set_at")
    def given(self, date: PersonalDate) -> str:
        return str(date.set_by) if date.set_by else str(_("a command"))
