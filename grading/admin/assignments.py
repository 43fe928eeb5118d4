"""What dates follow from, as soon as there is work: what was given for it stays possible."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from grading.admin.moving import MovesDates
from grading.admin.words import points_text
from grading.models import Review
from perks.admin import ActivityAdmin, ExtensionRuleAdmin
from perks.models import Activity, ExtensionRule
from schedule.admin.classes import AssignmentAdmin, AssignmentForm
from schedule.admin.courses import CourseAdmin, EnrolmentAdmin
from schedule.models import Assignment, Course, Enrolment


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


for model in (Activity, Assignment, Course, Enrolment, ExtensionRule):
    admin.site.unregister(model)


@admin.register(Assignment)
class GradedAssignmentAdmin(MovesDates, AssignmentAdmin):
    form = GradedAssignmentForm


@admin.register(Course)
class GradedCourseAdmin(MovesDates, CourseAdmin):
    """With its closing date."""


@admin.register(ExtensionRule)
class GradedExtensionRuleAdmin(MovesDates, ExtensionRuleAdmin):
    """With the date to which groups have moved."""


@admin.register(Activity)
class GradedActivityAdmin(MovesDates, ActivityAdmin):
    """What it asks for may take a perk back, and so the dates that have moved."""


@admin.register(Enrolment)
class GradedEnrolmentAdmin(MovesDates, EnrolmentAdmin):
    """In another group other dates may hold."""
