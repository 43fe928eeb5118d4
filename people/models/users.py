"""Who somebody is: an account, signed in to by e-mail."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


def canonical_email(email: str) -> str:
    """An e-mail address as it is stored and compared: without outer blanks, in lower case."""
    return email.strip().lower()


class UserManager(BaseUserManager["User"]):
    """Makes accounts; their addresses are stored in canonical form."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Store a new account. Without a password it can be signed in to only by a code or a reset."""
        user = self.model(email=canonical_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Store a new account with every permission."""
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        """The account with this address, however it was typed."""
        return self.get(email=canonical_email(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What they may do in a course is an enrolment of that course, not part of the account."""

    class Language(models.TextChoices):
        BROWSER = "", _("as the browser asks")
        ENGLISH = "en", "English"
        RUSSIAN = "ru", "Русский"

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("full name"), max_length=200)
    language = models.CharField(
        _("language"), max_length=2, choices=Language, default=Language.BROWSER, blank=True
    )
    seen_language = models.CharField(
        _("language last read"),
        max_length=2,
        blank=True,
        editable=False,
        help_text=_("Letters use it where none is chosen."),
    )
    quiet_from = models.TimeField(_("no mail from"), null=True, blank=True)
    quiet_until = models.TimeField(_("until"), null=True, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_demo = models.BooleanField(_("made-up person of the demo"), default=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ("name", "email")
        constraints = (
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_lower_case"),
            models.CheckConstraint(condition=~models.Q(email=""), name="user_has_email"),
            models.CheckConstraint(
                condition=models.Q(language__in=["", "en", "ru"]), name="user_language_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(seen_language__in=["", "en", "ru"]),
                name="user_seen_language_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False)
                & ~models.Q(quiet_from=models.F("quiet_until")),
                name="user_quiet_hours_begin_and_end",
                violation_error_message=_("Quiet hours have a beginning and another end."),
            ),
        )

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        self.email = canonical_email(self.email)

    @property
    def is_staff(self) -> bool:
        """What third-party code asks. Who may open the administration is decided by its own site."""
        return self.is_superuser

    @property
    def initials(self) -> str:
        """Up to two capitals for a round mark, "ВА" for "Ветрова Алиса"."""
        words = self.name.split() or [self.email]
        return "".join(word[0] for word in words[:2]).upper()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name
