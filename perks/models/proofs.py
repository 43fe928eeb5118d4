"""Proofs of effective rest: what a group did, when, and who took part; photos and GPS tracks with them."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models import User
from perks.models.definitions import Activity, Checkpoint
from perks.rules import PartState, ProofState
from schedule.models import STUDENT_ROLES, Course, Enrolment, StudyGroup


class ProofQuerySet(models.QuerySet["Proof"]):
    def visible_to(self, user: User | AnonymousUser) -> ProofQuerySet:
        """Those of a person's own group, those that name the person, all in the courses they teach."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        own = Enrolment.objects.of(user).students()
        taking_part = Course.objects.visible_to(user)
        return self.filter(
            Q(group__in=own.values("group"))
            | Q(parts__in=Participation.objects.filter(person=user), activity__course__in=taking_part)
            | Q(activity__course__in=Course.objects.staffed_by(user))
        ).distinct()

    def decidable_by(self, user: User | AnonymousUser) -> ProofQuerySet:
        """Those a person may approve or reject: in the courses they teach, none of a group of their own."""
        taught = self.filter(activity__course__in=Course.objects.staffed_by(user))
        own = Enrolment.objects.of(user).filter(role__in=STUDENT_ROLES)
        return taught.exclude(group__in=own.values("group"))

    def pending(self) -> ProofQuerySet:
        """Those that nobody has looked at yet, the first handed in first."""
        return self.filter(state=ProofState.PENDING).order_by("posted_at", "pk")


class Proof(models.Model):
    """A group's proof of one activity, at one checkpoint where it has any.

    Only an approved one that was handed in by the target counts; who is on it counts as a member of the group
    as of ``taken_at``. ``version`` grows with each change, so that of two people who decide from the same
    page the second is told.
    """

    class State(models.TextChoices):
        PENDING = ProofState.PENDING, _("waits for a check")
        APPROVED = ProofState.APPROVED, _("approved")
        REJECTED = ProofState.REJECTED, _("rejected")

    class Origin(models.TextChoices):
        BROWSER = "browser", _("handed in here")
        IMPORT = "import", _("imported")

    group = models.ForeignKey(StudyGroup, models.PROTECT, related_name="proofs", verbose_name=_("group"))
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="proofs", verbose_name=_("activity"))
    checkpoint = models.ForeignKey(
        Checkpoint, models.PROTECT, null=True, blank=True, related_name="proofs", verbose_name=_("checkpoint")
    )
    taken_at = models.DateTimeField(
        _("taken at"), help_text=_("The moment that it shows; for a track its start.")
    )
    posted_at = models.DateTimeField(_("handed in at"), help_text=_("By the server’s clock, whole seconds."))
    posted_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proofs_posted",
        verbose_name=_("handed in by"),
        help_text=_("Empty where it was imported."),
    )
    note = models.CharField(_("note"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    reason = models.TextField(
        _("reason"), max_length=1000, blank=True, help_text=_("Of a rejection; the group reads it.")
    )
    decided_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proofs_decided",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    origin = models.CharField(_("origin"), max_length=10, choices=Origin, default=Origin.BROWSER)
    external_id = models.CharField(
        _("id in the file it came from"), max_length=100, blank=True, editable=False
    )
    form_token = models.UUIDField(_("form token"), null=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = ProofQuerySet.as_manager()

    class Meta:
        verbose_name = _("proof")
        verbose_name_plural = _("proofs")
        ordering = ("posted_at", "pk")
        indexes = (models.Index("group", "activity", name="proof_of_a_group"),)
        constraints = (
            models.UniqueConstraint("posted_by", "form_token", name="a_form_posts_once"),
            models.UniqueConstraint(
                "group", "external_id", condition=~Q(external_id=""), name="proof_id_once_a_group"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "approved", "rejected"]), name="proof_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(origin__in=["browser", "import"]), name="proof_origin_is_known"
            ),
            models.CheckConstraint(
                condition=Q(reason="") | Q(state="rejected"),
                name="a_reason_is_of_a_rejection",
                violation_error_message=_("A reason belongs to a rejection."),
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | (Q(decided_at__isnull=False) & ~Q(state="pending")),
                name="proof_decided_by_and_at",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="proof_version_from_one"),
        )

    def __str__(self) -> str:
        place = f", {self.checkpoint}" if self.checkpoint_id else ""
        return f"{self.activity.short_title or self.activity.title}{place}"


class Participation(models.Model):
    """A person named on a proof. Who was struck off stays written down, and no longer counts."""

    class State(models.TextChoices):
        NAMED = PartState.NAMED, _("counts")
        DISPUTED = PartState.DISPUTED, _("says: not me")
        STRUCK = PartState.STRUCK, _("struck off")

    proof = models.ForeignKey(Proof, models.CASCADE, related_name="parts", verbose_name=_("proof"))
    person = models.ForeignKey(User, models.PROTECT, related_name="participations", verbose_name=_("person"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.NAMED)
    changed_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="participations_changed",
        verbose_name=_("changed by"),
    )
    changed_at = models.DateTimeField(_("changed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ("proof", "person")
        constraints = (
            models.UniqueConstraint(
                "proof",
                "person",
                name="person_once_on_a_proof",
                violation_error_message=_("This person is on the proof already."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["named", "disputed", "struck"]), name="participation_state_is_known"
            ),
        )

    def __str__(self) -> str:
        return str(self.person)


class PhotoQuerySet(models.QuerySet["Photo"]):
    def there(self) -> PhotoQuerySet:
        """Those whose picture is still kept."""
        return self.filter(removed_at__isnull=True)

    def visible_to(self, user: User | AnonymousUser) -> PhotoQuerySet:
        """Those on proofs that the person sees; one that is taken down, staff only."""
        seen = self.there().filter(proof__in=Proof.objects.visible_to(user))
        taught = Course.objects.staffed_by(user)
        return seen.filter(Q(hidden_at__isnull=True) | Q(proof__activity__course__in=taught))


class Photo(models.Model):
    """A photo of a proof: two JPEGs made anew from what was sent, which itself is not kept.

    ``sha256`` is of the bytes that were sent, ``look`` a perceptual hash in hex: both tell a photo that was
    used before. Time and place are what the sent file said of itself, for staff; they go with the picture.
    Somebody may have it taken down (``hidden_at``): only staff see it then, until they remove it for good.
    The proof counts all the same.
    """

    proof = models.ForeignKey(Proof, models.PROTECT, related_name="photos", verbose_name=_("proof"))
    position = models.PositiveSmallIntegerField(_("position"))
    path = models.CharField(_("name in the storage"), max_length=200, blank=True, editable=False)
    small_path = models.CharField(_("name of the small one"), max_length=200, blank=True, editable=False)
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    sha256 = models.CharField("SHA-256", max_length=64)
    look = models.CharField(_("perceptual hash"), max_length=64, editable=False)
    shows_at = models.DateTimeField(_("time in the file"), null=True, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    hidden_at = models.DateTimeField(_("taken down at"), null=True, blank=True)
    hidden_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="photos_hidden",
        verbose_name=_("taken down by"),
    )
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)

    objects = PhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ("proof", "position")
        constraints = (
            models.UniqueConstraint("proof", "position", name="photo_position_once_a_proof"),
            models.UniqueConstraint("path", condition=~Q(path=""), name="photo_path_once"),
            models.UniqueConstraint("small_path", condition=~Q(small_path=""), name="photo_small_path_once"),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) | Q(path="", small_path=""),
                name="a_removed_photo_has_no_picture",
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="photo_sha256_is_a_hash"
            ),
        )

    def __str__(self) -> str:
        return f"{self.proof} · {self.position}"


class Track(models.Model):
    """A GPS track of a proof: its line, simplified, when it began and ended, how long it is.

    ``lines`` is a list of lines of ``[latitude, longitude]`` in degrees, empty once it was removed.
    """

    proof = models.OneToOneField(Proof, models.PROTECT, related_name="track", verbose_name=_("proof"))
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"))
    length_m = models.PositiveIntegerField(_("metres"))
    lines = models.JSONField(_("lines"), default=list)
    sha256 = models.CharField("SHA-256", max_length=64)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("track")
        verbose_name_plural = _("tracks")
        constraints = (
            models.CheckConstraint(
                condition=Q(ended_at__gte=models.F("started_at")), name="track_ends_after_it_starts"
            ),
        )

    def __str__(self) -> str:
        return str(self.proof)
