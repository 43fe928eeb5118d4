"""Dates that staff set for one person."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models import User
from schedule.models import Assignment


class PersonalDate(models.Model):
    """A date that staff gave one student for one assignment, with a reason.

    It stands beside what holds for the student without it, and never makes anything worse
    (docs/course-rules.md, Personal dates).
    """

    assignment = models.ForeignKey(
        Assignment, models.PROTECT, related_name="personal_dates", verbose_name=_("assignment")
    )
    student = models.ForeignKey(
        User, models.PROTECT, related_name="personal_dates", verbose_name=_("student")
    )
    due_at = models.DateTimeField(_("deadline"), help_text=_("The last moment that costs nothing."))
    is_hard = models.BooleanField(
        _("hard"), default=False, help_text=_("After it this date takes no work any more.")
    )
    is_penalised = models.BooleanField(
        _("late work is penalised"),
        default=True,
        help_text=_("As usual for the assignment, from this date on."),
    )
    reason = models.CharField(_("reason"), max_length=500, help_text=_("The student reads it."))
    set_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="dates_set", verbose_name=_("set by")
    )
    set_at = models.DateTimeField(_("set at"))

    class Meta:
        verbose_name = _("personal date")
        verbose_name_plural = _("personal dates")
        ordering = ("assignment", "student")
        constraints = (
            models.UniqueConstraint(
                "assignment",
                "student",
                name="one_personal_date_an_assignment",
                violation_error_message=_("This student has a date for this assignment already."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="personal_date_has_a_reason",
                violation_error_message=_("Give the reason: the student reads it."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.student}, № {self.assignment.number}"
