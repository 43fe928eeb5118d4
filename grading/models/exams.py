"""What exams made of grades."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grading import rules
from people.models import User
from schedule.models import Course


class ExamResult(models.Model):
    """One outcome of a student's exam. A retake is a further one; the last counts and all are kept."""

    class Outcome(models.TextChoices):
        CONFIRM = rules.Outcome.CONFIRM, _("grade confirmed")
        LOWER = rules.Outcome.LOWER, _("one grade lower")
        RAISE = rules.Outcome.RAISE, _("one grade higher")
        FAIL = rules.Outcome.FAIL, _("failed")
        ABSENT = rules.Outcome.ABSENT, _("absent")

    course = models.ForeignKey(Course, models.PROTECT, related_name="exam_results", verbose_name=_("course"))
    student = models.ForeignKey(User, models.PROTECT, related_name="exam_results", verbose_name=_("student"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recorded by")
    )

    class Meta:
        verbose_name = _("exam outcome")
        verbose_name_plural = _("exam outcomes")
        ordering = ("course", "student", "recorded_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(outcome__in=[outcome.value for outcome in rules.Outcome]),
                name="exam_outcome_is_known",
            ),
        )

    def __str__(self) -> str:
        return self.get_outcome_display()
