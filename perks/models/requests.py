"""A group's request to move deadlines: each choice it made, one of which stands."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from people.models import User
from schedule.models import Assignment, StudyGroup


class ExtensionRequestQuerySet(models.QuerySet["ExtensionRequest"]):
    def standing(self) -> ExtensionRequestQuerySet:
        """Those that were neither replaced nor withdrawn: one a group at most."""
        return self.filter(ended_at__isnull=True)


class ExtensionRequest(models.Model):
    """The whole choice of a group, as it was asked for at one moment. A change ends it and begins the next.

    What it means (provisional, active, expired) is concluded from the proofs and the clock, never stored.
    """

    class End(models.TextChoices):
        REPLACED = "replaced", pgettext_lazy("request", "changed")
        WITHDRAWN = "withdrawn", pgettext_lazy("request", "withdrawn")

    group = models.ForeignKey(
        StudyGroup, models.PROTECT, related_name="extension_requests", verbose_name=_("group")
    )
    assignments = models.ManyToManyField(
        Assignment, through="RequestedAssignment", related_name="extension_requests"
    )
    filed_at = models.DateTimeField(_("asked at"))
    filed_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="requests_filed",
        verbose_name=_("asked by"),
        help_text=_("Empty where it was filed by a command."),
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="requests_ended", verbose_name=_("ended by")
    )
    end = models.CharField(_("end"), max_length=10, choices=End, blank=True)

    objects = ExtensionRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to move deadlines")
        verbose_name_plural = _("requests to move deadlines")
        ordering = ("group", "filed_at", "pk")
        constraints = (
            models.UniqueConstraint(
                "group", condition=Q(ended_at__isnull=True), name="one_standing_request_a_group"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end="")
                | Q(ended_at__isnull=False, end__in=["replaced", "withdrawn"]),
                name="request_end_says_how",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("filed_at")),
                name="request_ends_after_it_was_filed",
            ),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | Q(ended_at__isnull=False), name="request_ended_by_and_at"
            ),
        )

    def __str__(self) -> str:
        return str(self.group)


class RequestedAssignment(models.Model):
    """An assignment whose deadline a request asks to move."""

    request = models.ForeignKey(
        ExtensionRequest, models.CASCADE, related_name="choices", verbose_name=_("request")
    )
    assignment = models.ForeignKey(
        Assignment, models.PROTECT, related_name="requested", verbose_name=_("assignment")
    )

    class Meta:
        verbose_name = _("assignment asked for")
        verbose_name_plural = _("assignments asked for")
        constraints = (models.UniqueConstraint("request", "assignment", name="assignment_once_a_request"),)

    def __str__(self) -> str:
        return str(self.assignment)
