"""How a course grades: its scale, its pass, its late penalties."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grading.admin.words import points_text
from grading.models import GradeRow, GradingScheme, LatePenalty
from grading.models.schemes import validate_by_day
from grading.queries.scheme import USUAL_TITLES
from grading.rules import Grade, GradeScale
from schedule.admin.taught import TaughtAdmin, TaughtFormSet, TaughtInline
from schedule.moments import CourseForm
from schedule.points import parse_points


class GradeFormSet(TaughtFormSet):
    """The rows together are a scale: best first, thresholds in order, the last one needs nothing."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        gone = self.deleted_forms
        kept = [form.cleaned_data for form in self.forms if form.cleaned_data and form not in gone]
        rows = sorted(kept, key=lambda row: row["position"])
        grades = tuple(Grade(row["code"], row["min_total"], row["min_passed"]) for row in rows)
        try:
            GradeScale(grades, pass_score=0)
        except ValueError:
            raise forms.ValidationError(
                _(
                    "These rows are no scale: the best grade stands first, each grade stands once, "
                    "thresholds never rise from a row to the next, and the last row needs nothing."
                )
            ) from None
        pass_grade = getattr(self.instance, "pass_grade", "")
        if pass_grade and pass_grade not in {grade.code for grade in grades}:
            raise forms.ValidationError(
                _("The pass is given from “%(code)s”, which is no grade of this scale."),
                params={"code": pass_grade},
            )


class GradeInline(TaughtInline):
    model = GradeRow
    formset = GradeFormSet
    fields = ("position", "code", "title", "min_total", "min_passed")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)


@admin.register(GradingScheme)
class GradingSchemeAdmin(TaughtAdmin):
    inlines = (GradeInline,)
    list_display = ("of_course", "pass_from", "pass_basis")

    @admin.display(description=_("grade from which the pass is given"), ordering="pass_grade")
    def pass_from(self, scheme: GradingScheme) -> str:
        return str(USUAL_TITLES.get(scheme.pass_grade, scheme.pass_grade))

    def history_rows(self, row: GradingScheme) -> tuple[Model | None, ...]:
        """With its grades: their thresholds are what a scale is changed by."""
        return (row, *row.grades.all())

    list_select_related = ("course",)


class ByDayField(forms.CharField):
    """The whole penalty of each day, typed in points with blanks between them; cleans to hundredths."""

    def prepare_value(self, value: Any) -> Any:
        return " ".join(map(points_text, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        try:
            return [parse_points(word) for word in (super().to_python(value) or "").split()]
        except ValueError:
            raise forms.ValidationError(
                _("Write points with blanks between them, for example 1 2 4 7.")
            ) from None

    def validate(self, value: Any) -> None:
        super().validate(value)
        validate_by_day(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != initial)
        except forms.ValidationError:
            return True


class LatePenaltyForm(CourseForm):
    by_day = ByDayField(
        label=_("Whole penalty by day"),
        required=False,
        initial=list,
        help_text=_("In points, a number for each day; after the last day no work is taken."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "per_day" in self.fields:  # not where it is only shown
            self.fields["per_day"].required = False

    def clean_per_day(self) -> int:
        """Nothing typed beside a table by day is no points for each day."""
        return self.cleaned_data["per_day"] or 0

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        course, assignment = cleaned.get("course") or self._course(), cleaned.get("assignment")
        if assignment is not None and course is not None and assignment.course_id != course.pk:
            self.add_error("assignment", _("This assignment belongs to another course."))
        return cleaned


@admin.register(LatePenalty)
class LatePenaltyAdmin(TaughtAdmin):
    form = LatePenaltyForm
    list_display = ("of_course", "assignment", "per_day_in_words", "by_day_in_words")
    list_select_related = ("course", "assignment")

    @admin.display(description=_("points for each day"), ordering="per_day")
    def per_day_in_words(self, penalty: LatePenalty) -> str:
        return points_text(penalty.per_day)

    @admin.display(description=_("whole penalty by day"))
    def by_day_in_words(self, penalty: LatePenalty) -> str:
        return " ".join(map(points_text, penalty.by_day)) or "–"
