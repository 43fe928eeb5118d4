"""What students are asked to hand in, and until when."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from people.models import User
from schedule.fields import PointsField
from schedule.models.classes import ClassMeeting
from schedule.models.courses import Course

SUFFIX = RegexValidator(
    r"^\.[a-z0-9][a-z0-9.]{0,14}$", _("A file name’s ending such as .ipynb, in small letters.")
)

MEBIBYTE = 2**20


def default_suffixes() -> list[str]:
    """Kinds of file that a course takes unless it says otherwise."""
    return [".ipynb", ".pdf", ".py", ".zip"]


def validate_suffixes(value: object) -> None:
    """Refuse anything but a list of file name endings."""
    if not isinstance(value, list) or not all(isinstance(suffix, str) for suffix in value):
        SUFFIX("not a list")
        return
    for suffix in value:
        SUFFIX(suffix)


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def visible_to(self, user: User | AnonymousUser) -> AssignmentQuerySet:
        """Those of the courses in which this person takes part."""
        return self.filter(course__in=Course.objects.visible_to(user))


class Assignment(models.Model):
    """A piece of homework. The dates here are the course's; what holds for a person may be later."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="assignments", verbose_name=_("course"))
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    title = models.CharField(_("title"), max_length=300)
    statement = models.TextField(_("statement"), blank=True, help_text=_("Markdown."))
    statement_url = models.CharField(
        _("statement’s address"),
        max_length=1000,
        blank=True,
        help_text=_("May be relative to the course’s base of links."),
    )
    given_at_class = models.ForeignKey(
        ClassMeeting,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="assignments",
        verbose_name=_("given at"),
    )
    issued_on = models.DateField(_("issued on"))
    due_at = models.DateTimeField(_("deadline"), help_text=_("The last moment that costs nothing."))
    closes_at = models.DateTimeField(
        _("hard deadline"), null=True, blank=True, help_text=_("After it no work is taken.")
    )
    max_score = PointsField(_("points"), default=1000)
    takes_files = models.BooleanField(_("takes files"), default=True)
    takes_link = models.BooleanField(_("takes a link to a repository"), default=True)
    suffixes = models.JSONField(_("kinds of file"), default=default_suffixes, validators=[validate_suffixes])
    max_files = models.PositiveSmallIntegerField(_("files at most"), default=10)
    max_bytes = models.PositiveBigIntegerField(_("bytes at most, together"), default=20 * MEBIBYTE)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ("course", "number")
        constraints = (
            models.UniqueConstraint("course", "number", name="assignment_number_once_a_course"),
            models.CheckConstraint(condition=Q(number__gte=1), name="assignment_number_from_one"),
            models.CheckConstraint(condition=~Q(title=""), name="assignment_has_a_title"),
            models.CheckConstraint(
                condition=Q(closes_at__isnull=True) | Q(closes_at__gte=F("due_at")),
                name="assignment_closes_after_it_is_due",
                violation_error_message=_("The hard deadline is before the deadline."),
            ),
            models.CheckConstraint(
                condition=Q(max_score__gt=0),
                name="assignment_is_worth_points",
                violation_error_message=_("An assignment is worth points."),
            ),
            models.CheckConstraint(
                condition=Q(takes_files=True) | Q(takes_link=True),
                name="assignment_takes_something",
                violation_error_message=_("An assignment takes files, a link or both."),
            ),
            models.CheckConstraint(
                condition=Q(max_files__gte=1) & Q(max_bytes__gte=1),
                name="assignment_limits_let_work_in",
                violation_error_message=_("These limits let no file in."),
            ),
        )

    def __str__(self) -> str:
        return f"№ {self.number}. {self.title}"
