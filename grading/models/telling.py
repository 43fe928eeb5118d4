"""What people were last told about dates and the perk: facts, with which conclusions are compared.

A conclusion that differs from what was told last is news (grading/actions/telling.py).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from people.models import User
from perks.rules import RequestState
from schedule.models import Course, StudyGroup


class AnnouncedDates(models.Model):
    """The dates that hold for a student of a course, as the student was last told.

    ``dates`` is ``{"<id of the assignment>": "<ISO moment, UTC>"}``; ``late`` is what was told of lateness,
    ``{"<id>": [<price of the first second after, hundredths, null where nothing is taken>, "<the last moment
    at which work is taken>" or null]}``. What it lacks, from before it was kept, counts as it holds.
    """

    person = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("student"))
    course = models.ForeignKey(Course, models.CASCADE, related_name="+", verbose_name=_("course"))
    dates = models.JSONField(_("dates"), default=dict)
    late = models.JSONField(_("lateness"), default=dict)

    class Meta:
        verbose_name = _("dates as announced")
        verbose_name_plural = _("dates as announced")
        constraints = (models.UniqueConstraint("person", "course", name="dates_announced_once_a_student"),)

    def __str__(self) -> str:
        return f"{self.person}"


class AnnouncedPerk(models.Model):
    """Whether a group has earned the perk, and what its request means, as its members were last told."""

    group = models.OneToOneField(
        StudyGroup, models.CASCADE, primary_key=True, related_name="+", verbose_name=_("study group")
    )
    earned = models.BooleanField(_("earned"), default=False)
    request_id = models.BigIntegerField(_("request"), null=True, blank=True)
    state = models.CharField(_("state of the request"), max_length=20, default=RequestState.NONE)

    class Meta:
        verbose_name = _("perk as announced")
        verbose_name_plural = _("perks as announced")
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=list(RequestState)), name="announced_state_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.group}"


class Standstill(models.Model):
    """A time in which nobody looked for what was due. It stays until staff were told, whatever kept them."""

    last_swept_at = models.DateTimeField(_("last swept at"), unique=True)
    found_at = models.DateTimeField(_("found at"))
    told_at = models.DateTimeField(_("told at"), null=True, blank=True)

    class Meta:
        verbose_name = _("standstill")
        verbose_name_plural = _("standstills")
        constraints = (
            models.CheckConstraint(
                condition=Q(found_at__gt=F("last_swept_at")), name="standstill_ends_after_it_began"
            ),
        )

    def __str__(self) -> str:
        return f"{self.last_swept_at:%Y-%m-%d %H:%M:%S}"


class Reminded(models.Model):
    """Up to which day a course's reminders, reports and digests were written."""

    course = models.OneToOneField(
        Course, models.CASCADE, primary_key=True, related_name="+", verbose_name=_("course")
    )
    through_on = models.DateField(_("through"))

    class Meta:
        verbose_name = _("reminders written")
        verbose_name_plural = _("reminders written")

    def __str__(self) -> str:
        return f"{self.course}: {self.through_on}"
