"""What a course asks for: activities with their checkpoints, and what completing them lets a group move."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from perks import rules
from schedule.models import Course


class Activity(models.Model):
    """One activity of "effective rest"; the perk is earned when a group has completed all of them."""

    class CountPeople(models.TextChoices):
        """Whose participation counts towards the minimum."""

        ACTIVITY = rules.CountPeople.ACTIVITY, _("everyone on a proof of the activity")
        EACH_CHECKPOINT = rules.CountPeople.EACH_CHECKPOINT, _("the minimum at every checkpoint")
        EVERY_CHECKPOINT = rules.CountPeople.EVERY_CHECKPOINT, _("only people who were at all checkpoints")

    course = models.ForeignKey(Course, models.CASCADE, related_name="activities", verbose_name=_("course"))
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    short_title = models.CharField(_("short title"), max_length=40)
    description = models.TextField(_("description"), blank=True, help_text=_("Markdown."))
    min_people = models.PositiveSmallIntegerField(_("people at least"), default=10)
    count_people = models.CharField(
        _("who counts"), max_length=20, choices=CountPeople, default=CountPeople.ACTIVITY
    )
    min_people_per_proof = models.PositiveSmallIntegerField(_("people on a proof at least"), default=1)
    within_minutes = models.PositiveSmallIntegerField(
        _("at the same time, within minutes"),
        null=True,
        blank=True,
        help_text=_("All checkpoints within so many minutes before or after one moment; empty: at any time."),
    )
    takes_tracks = models.BooleanField(_("takes GPS tracks"), default=False)

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ("course", "number")
        constraints = (
            models.UniqueConstraint("course", "number", name="activity_number_once_a_course"),
            models.CheckConstraint(condition=Q(number__gte=1), name="activity_number_from_one"),
            models.CheckConstraint(condition=~Q(title=""), name="activity_has_a_title"),
            models.CheckConstraint(
                condition=Q(min_people__gte=1) & Q(min_people_per_proof__gte=1),
                name="activity_needs_people",
                violation_error_message=_("An activity needs one person at least."),
            ),
            models.CheckConstraint(
                condition=Q(count_people__in=["activity", "each_checkpoint", "every_checkpoint"]),
                name="activity_count_people_is_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class Checkpoint(models.Model):
    """A place or a point that an activity has to cover."""

    activity = models.ForeignKey(
        Activity, models.CASCADE, related_name="checkpoints", verbose_name=_("activity")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        ordering = ("activity", "number")
        constraints = (
            models.UniqueConstraint("activity", "number", name="checkpoint_number_once_an_activity"),
            models.CheckConstraint(condition=Q(number__gte=1), name="checkpoint_number_from_one"),
            models.CheckConstraint(condition=~Q(title=""), name="checkpoint_has_a_title"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="checkpoint_is_on_earth",
                violation_error_message=_("Give latitude and longitude in degrees, both or neither."),
            ),
        )

    def __str__(self) -> str:
        return self.title


class ExtensionRule(models.Model):
    """What a group that has earned the perk may move: how many deadlines, which not, and until when."""

    course = models.OneToOneField(
        Course, models.CASCADE, related_name="extension_rule", verbose_name=_("course")
    )
    target_at = models.DateTimeField(
        _("target"), help_text=_("The moved deadline, hard and without a penalty.")
    )
    max_assignments = models.PositiveSmallIntegerField(_("assignments at most"), default=2)
    excludes_first = models.BooleanField(_("never the first assignment"), default=True)
    excludes_last = models.BooleanField(_("never the last assignment"), default=True)
    photos_kept_days = models.PositiveSmallIntegerField(
        _("days photos are kept after the course"), default=30
    )

    class Meta:
        verbose_name = _("extension rule")
        verbose_name_plural = _("extension rules")
        constraints = (
            models.CheckConstraint(
                condition=Q(max_assignments__gte=1),
                name="extension_moves_something",
                violation_error_message=_("A group may move one deadline at least."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.course}"

    @property
    def rule(self) -> rules.MoveRule:
        """The same as a value for the rules."""
        return rules.MoveRule(self.target_at, self.max_assignments, self.excludes_first, self.excludes_last)
