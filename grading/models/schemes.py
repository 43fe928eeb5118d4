"""How a course grades, as data: its scale, its pass, its late penalties."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grading import rules
from schedule.fields import PointsField
from schedule.models import Assignment, Course


def validate_by_day(value: Any) -> None:
    """Refuse anything but a list of hundredths of points that never falls."""
    if not isinstance(value, list) or not all(type(points) is int and points >= 0 for points in value):
        raise ValidationError(_("A list of points in hundredths, one for each day."))
    if value != sorted(value):
        raise ValidationError(_("A table of penalties never falls from one day to the next."))


class GradingScheme(models.Model):
    """A course's scale of grades and its rule for the pass (docs/course-rules.md, Accumulated grade)."""

    class PassBasis(models.TextChoices):
        FINAL = rules.PassBasis.FINAL, _("the final grade")
        ACCUMULATED = rules.PassBasis.ACCUMULATED, _("the accumulated grade")

    course = models.OneToOneField(
        Course, models.CASCADE, related_name="grading_scheme", verbose_name=_("course")
    )
    pass_score = PointsField(_("points from which an assignment is passed"), default=400)
    pass_grade = models.CharField(_("grade from which the pass is given"), max_length=40)
    pass_basis = models.CharField(
        _("the pass is read from"), max_length=20, choices=PassBasis, default=PassBasis.FINAL
    )

    class Meta:
        verbose_name = _("grading scheme")
        verbose_name_plural = _("grading schemes")
        constraints = (
            models.CheckConstraint(
                condition=Q(pass_basis__in=["final", "accumulated"]), name="pass_basis_is_known"
            ),
            models.CheckConstraint(condition=Q(pass_score__gte=0), name="pass_score_is_not_negative"),
        )

    def __str__(self) -> str:
        return f"{self.course}"


class GradeRow(models.Model):
    """One grade of a scheme with the thresholds that give it; position 0 is the best."""

    scheme = models.ForeignKey(
        GradingScheme, models.CASCADE, related_name="grades", verbose_name=_("grading scheme")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    code = models.CharField(_("code"), max_length=40)
    title = models.CharField(
        _("title"), max_length=80, blank=True, help_text=_("Empty: the usual word for the code.")
    )
    min_total = PointsField(_("points in all from"), default=0)
    min_passed = models.PositiveSmallIntegerField(_("assignments passed from"), default=0)

    class Meta:
        verbose_name = _("grade")
        verbose_name_plural = _("grades")
        ordering = ("scheme", "position")
        constraints = (
            models.UniqueConstraint("scheme", "position", name="grade_position_once_a_scheme"),
            models.UniqueConstraint("scheme", "code", name="grade_code_once_a_scheme"),
            models.CheckConstraint(condition=~Q(code=""), name="grade_has_a_code"),
            models.CheckConstraint(condition=Q(min_total__gte=0), name="grade_threshold_is_not_negative"),
        )

    def __str__(self) -> str:
        return self.title or self.code


class LatePenalty(models.Model):
    """What lateness costs in a course, or on one assignment of it (docs/course-rules.md, Late penalty)."""

    course = models.ForeignKey(
        Course, models.CASCADE, related_name="late_penalties", verbose_name=_("course")
    )
    assignment = models.OneToOneField(
        Assignment,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="late_penalty",
        verbose_name=_("assignment"),
        help_text=_("Empty: all assignments without a penalty of their own."),
    )
    per_day = PointsField(_("points for each day"), default=0)
    by_day = models.JSONField(
        _("whole penalty by day"),
        default=list,
        blank=True,
        validators=[validate_by_day],
        help_text=_(
            "In hundredths of a point; after the last day no work is taken. Empty: the same each day."
        ),
    )

    class Meta:
        verbose_name = _("late penalty")
        verbose_name_plural = _("late penalties")
        ordering = ("course", "assignment")
        constraints = (
            models.UniqueConstraint(
                "course",
                condition=Q(assignment__isnull=True),
                name="one_late_penalty_for_the_course",
                violation_error_message=_("The course has a penalty for all assignments already."),
            ),
            models.CheckConstraint(condition=Q(per_day__gte=0), name="late_penalty_is_not_negative"),
            models.CheckConstraint(
                condition=Q(per_day=0) | Q(by_day=[]),
                name="late_penalty_is_a_rate_or_a_table",
                violation_error_message=_("A penalty is a rate for each day or a table by day, not both."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.assignment or self.course}"

    @property
    def policy(self) -> rules.LatePolicy:
        """The same as a value for the rules."""
        return rules.LatePolicy(per_day=self.per_day, by_day=tuple(self.by_day))
