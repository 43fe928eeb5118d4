"""What happens in a course: lectures and seminars with their materials, and the exam."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from schedule.models.courses import SLUG, Course


class ClassMeeting(models.Model):
    """One lecture or seminar, or a class that the course calls neither."""

    class Kind(models.TextChoices):
        LECTURE = "lecture", _("lecture")
        SEMINAR = "seminar", _("seminar")
        CLASS = "class", _("class")

    course = models.ForeignKey(Course, models.CASCADE, related_name="classes", verbose_name=_("course"))
    key = models.CharField(
        _("key"),
        max_length=60,
        validators=[SLUG],
        help_text=_("Stays the same when the class is moved, for example 2025-09-09-lecture."),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    number = models.CharField(_("number"), max_length=20, blank=True, help_text=_("As the course writes it."))
    title = models.CharField(
        _("title"), max_length=300, blank=True, help_text=_("Empty while the topic is not known.")
    )
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    room = models.CharField(_("room"), max_length=120, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True, editable=False)
    cancelled_why = models.CharField(
        _("why it is cancelled"),
        max_length=300,
        blank=True,
        editable=False,
        help_text=_("Everyone in the course reads it."),
    )

    class Meta:
        verbose_name = _("class")
        verbose_name_plural = _("classes")
        ordering = ("course", "starts_at", "key")
        constraints = (
            models.UniqueConstraint("course", "key", name="class_key_once_a_course"),
            models.CheckConstraint(
                condition=Q(kind__in=["lecture", "seminar", "class"]), name="class_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="class_ends_after_it_starts",
                violation_error_message=_("A class ends after it starts."),
            ),
            models.CheckConstraint(
                condition=~Q(title="") | ~Q(number=""),
                name="class_has_a_title_or_a_number",
                violation_error_message=_("A class has a title, a number or both."),
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=False) | Q(cancelled_why=""),
                name="class_is_cancelled_for_a_reason",
                violation_error_message=_("A class that takes place has no reason of being cancelled."),
            ),
        )

    def __str__(self) -> str:
        name = f"{self.get_kind_display()} {self.number}".strip()
        return f"{name}: {self.title}" if self.title else name


class Material(models.Model):
    """A link that belongs to a class: slides, a notebook, a recording."""

    class_meeting = models.ForeignKey(
        ClassMeeting, models.CASCADE, related_name="materials", verbose_name=_("class")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("title"), max_length=300)
    url = models.CharField(
        _("address"),
        max_length=1000,
        blank=True,
        help_text=_("May be relative to the course’s base of links."),
    )

    class Meta:
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        ordering = ("class_meeting", "position")
        constraints = (
            models.UniqueConstraint("class_meeting", "position", name="material_position_once_a_class"),
            models.CheckConstraint(condition=~Q(title=""), name="material_has_a_title"),
        )

    def __str__(self) -> str:
        return self.title


class Exam(models.Model):
    """The exam of a course: first the days between which it will be, later its time, room and format."""

    course = models.OneToOneField(Course, models.CASCADE, related_name="exam", verbose_name=_("course"))
    not_before_on = models.DateField(_("not before"))
    not_after_on = models.DateField(_("not after"))
    starts_at = models.DateTimeField(_("starts at"), null=True, blank=True)
    room = models.CharField(_("room"), max_length=120, blank=True)
    format = models.TextField(_("format"), blank=True, help_text=_("Markdown."))

    class Meta:
        verbose_name = _("exam")
        verbose_name_plural = _("exams")
        constraints = (
            models.CheckConstraint(
                condition=Q(not_after_on__gte=F("not_before_on")),
                name="exam_window_is_not_reversed",
                violation_error_message=_("The last day of the exam is before the first."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.course}"
