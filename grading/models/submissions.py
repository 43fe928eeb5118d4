"""What students handed in, kept for ever, and what TAs wrote about it."""

from __future__ import annotations

import secrets
from typing import Final

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models import User
from schedule.fields import PointsField
from schedule.models import Assignment, Course

RECEIPT_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Digits and capitals that are not mistaken for each other when read aloud."""

SUBMISSIONS: Final = "submissions"
"""The folder of the storage for what students handed in; rows of SubmissionFile point into it, none other."""


def new_receipt() -> str:
    """A receipt number nobody can guess, twelve characters in three groups: "7QKM-4T2X-9PWA"."""
    letters = "".join(secrets.choice(RECEIPT_ALPHABET) for _place in range(12))
    return "-".join((letters[:4], letters[4:8], letters[8:]))


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def visible_to(self, user: User | AnonymousUser) -> SubmissionQuerySet:
        """A person's own, and everyone's in the courses where this person teaches."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(
            Q(student=user, assignment__course__in=Course.objects.visible_to(user))
            | Q(assignment__course__in=Course.objects.staffed_by(user))
        )

    def gradable_by(self, user: User | AnonymousUser) -> SubmissionQuerySet:
        """Those a person may give points to: in the courses they teach, never their own."""
        taught = self.filter(assignment__course__in=Course.objects.staffed_by(user))
        return taught.exclude(student_id=user.pk)

    def waiting(self) -> SubmissionQuerySet:
        """Those no TA has given points yet, oldest first."""
        return self.filter(Q(review__isnull=True) | Q(review__score__isnull=True)).order_by(
            "submitted_at", "pk"
        )

    def graded(self) -> SubmissionQuerySet:
        """Those that have points."""
        return self.filter(review__score__isnull=False)

    def in_order(self) -> SubmissionQuerySet:
        """By time of arrival. The number of an attempt is its place in this order, counted from one."""
        return self.order_by("submitted_at", "pk")


class Submission(models.Model):
    """One attempt at an assignment, with the moment of its arrival; never changed, never deleted."""

    class Origin(models.TextChoices):
        BROWSER = "browser", _("handed in here")
        IMPORT = "import", _("imported")

    receipt = models.CharField(_("receipt"), max_length=14, unique=True, default=new_receipt, editable=False)
    assignment = models.ForeignKey(
        Assignment, models.PROTECT, related_name="submissions", verbose_name=_("assignment")
    )
    student = models.ForeignKey(User, models.PROTECT, related_name="submissions", verbose_name=_("student"))
    submitted_at = models.DateTimeField(
        _("handed in at"), help_text=_("By the server’s clock, whole seconds.")
    )
    link = models.URLField(_("repository"), max_length=1000, blank=True)
    comment = models.TextField(_("comment"), blank=True, max_length=10_000)
    origin = models.CharField(_("origin"), max_length=10, choices=Origin, default=Origin.BROWSER)
    form_token = models.UUIDField(_("form token"), null=True, editable=False)
    chosen_at = models.DateTimeField(
        _("pointed to at"),
        null=True,
        blank=True,
        help_text=_("When the student asked to look at this attempt; the last one asked for holds."),
    )
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ("submitted_at", "pk")
        indexes = (models.Index("assignment", "student", "submitted_at", name="submission_by_student"),)
        constraints = (
            models.UniqueConstraint("student", "form_token", name="a_form_hands_in_once"),
            models.UniqueConstraint(
                "assignment",
                "student",
                "submitted_at",
                condition=Q(origin="import"),
                name="imported_once_for_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(origin__in=["browser", "import"]), name="submission_origin_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.receipt}"


class SubmissionFile(models.Model):
    """One file of a submission. Its bytes lie in the storage before this row is written."""

    submission = models.ForeignKey(
        Submission, models.PROTECT, related_name="files", verbose_name=_("submission")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=255, help_text=_("As the student’s file was called."))
    size = models.PositiveBigIntegerField(_("bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)
    path = models.CharField(_("name in the storage"), max_length=200, unique=True, editable=False)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ("submission", "position")
        constraints = (
            models.UniqueConstraint("submission", "position", name="file_position_once_a_submission"),
            models.CheckConstraint(condition=~Q(name=""), name="file_has_a_name"),
            models.CheckConstraint(condition=Q(size__gte=1), name="file_is_not_empty"),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="file_sha256_is_a_hash"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Review(models.Model):
    """What a TA made of a submission: points before any penalty, and feedback.

    Without points it is a comment only, and the work still waits. ``version`` grows with each change,
    so that of two TAs who save from the same base the second is told.
    """

    submission = models.OneToOneField(
        Submission, models.PROTECT, related_name="review", verbose_name=_("submission")
    )
    score = PointsField(_("points"), null=True, blank=True)
    bonus = PointsField(_("bonus points"), default=0, help_text=_("Never penalised."))
    feedback = models.TextField(_("feedback"), blank=True, help_text=_("Markdown."))
    reviewer = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reviews",
        verbose_name=_("reviewer"),
        help_text=_("Empty for imported points."),
    )
    reviewed_at = models.DateTimeField(_("reviewed at"))
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = (
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0), name="score_is_not_negative"
            ),
            models.CheckConstraint(condition=Q(bonus__gte=0), name="bonus_is_not_negative"),
            models.CheckConstraint(condition=Q(version__gte=1), name="review_version_from_one"),
        )

    def __str__(self) -> str:
        return f"{self.submission}"


class Claim(models.Model):
    """A TA's word that they review a submission. It is advice to the others: any of them may give points."""

    submission = models.OneToOneField(
        Submission, models.PROTECT, related_name="claim", verbose_name=_("submission")
    )
    ta = models.ForeignKey(User, models.PROTECT, related_name="claims", verbose_name=_("teaching assistant"))
    claimed_at = models.DateTimeField(_("taken at"))

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")

    def __str__(self) -> str:
        return f"{self.submission}: {self.ta}"
