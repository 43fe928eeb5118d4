"""Exam outcomes: recorded, never changed; a retake is a further one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from grading.actions.record_outcome import record_outcome
from grading.models import ExamResult
from schedule.admin.filters import CourseFilter
from schedule.admin.taught import TaughtAdmin, moment_in
from schedule.models import STUDENT_ROLES, Enrolment
from schedule.moments import CourseForm


class OutcomeForm(CourseForm):
    """An outcome for a student of the course, never for oneself."""

    by_id: int

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        course, student = cleaned.get("course"), cleaned.get("student")
        if student is None or course is None:
            return cleaned
        if student.pk == self.by_id:
            raise forms.ValidationError(_("Nobody records the outcome of their own exam."))
        studied = Enrolment.objects.filter(course=course, person=student, role__in=STUDENT_ROLES)
        if not studied.exists():
            self.add_error("student", _("This person is not a student of the course."))
        return cleaned


@admin.register(ExamResult)
class ExamResultAdmin(TaughtAdmin):
    form = OutcomeForm
    nothing = _("No outcome is recorded yet. The command import_exam reads many from one table.")
    fields = ("course", "student", "outcome")
    autocomplete_fields = ("student",)
    list_display = ("student", "of_course", "outcome", "recorded", "recorded_by")
    list_filter = (CourseFilter, "outcome")
    list_select_related = ("student", "course", "recorded_by")
    search_fields = ("student__name", "student__email")
    ordering = ("-recorded_at", "-pk")
    actions = None

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.by_id = request.user.pk  # type: ignore[attr-defined]
        return form

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ExamResult, form: Any, change: bool) -> None:
        recorded = record_outcome(
            course=obj.course,
            student=obj.student,
            outcome=obj.outcome,
            by=request.user,  # type: ignore[arg-type]  # who got here is signed in
            now=timezone.now(),
        )
        obj.pk, obj.recorded_at, obj.recorded_by = recorded.pk, recorded.recorded_at, recorded.recorded_by

    @admin.display(description=_("recorded at"), ordering="recorded_at")
    def recorded(self, result: ExamResult) -> SafeString:
        return moment_in(result.course.zone, result.recorded_at)
