"""Assignments, as soon as there is work: what was given for it stays possible."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from grading.admin.words import points_text
from grading.models import Review
from schedule.admin.classes import AssignmentAdmin, AssignmentForm
from schedule.models import Assignment


class GradedAssignmentForm(AssignmentForm):
    def clean_max_score(self) -> int:
        """Refuse fewer points than a TA gave: the price list of the assignment would not reach them."""
        worth: int = self.cleaned_data["max_score"]
        reviews = Review.objects.filter(submission__assignment=self.instance.pk)
        best = reviews.aggregate(best=Max("score"))["best"] or 0
        if worth < best:
            raise forms.ValidationError(
                _("A work was given %(points)s points."), params={"points": points_text(best)}
            )
        return worth


admin.site.unregister(Assignment)


@admin.register(Assignment)
class GradedAssignmentAdmin(AssignmentAdmin):
    form = GradedAssignmentForm
