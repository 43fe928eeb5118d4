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


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    def of(self, *rows: models.Model | None) -> AuditQuerySet:
        """What happened to these rows, latest first; None among them stands for nothing."""
        these = models.Q(pk__in=())
        for row in rows:
            if row is not None:
                these |= models.Q(table=row._meta.db_table, row_id=row.pk)
        return self.filter(these).order_by("-pk")


class AuditEntry(models.Model):
    """One change of one row of an audited table, written by the database itself in the same transaction.

    Never written by Python, never changed and never deleted: people/audit_triggers.py. ``old`` and ``new``
    hold the audited columns that the change touched, all of them where a row was added or removed.
    """

    class How(models.TextChoices):
        PAGE = "page", _("on a page")
        ADMIN = "admin", _("in the administration")
        COMMAND = "command", _("by a command")
        IMPORT = "import", _("by an import")
        TASK = "task", _("by a background task")
        SHELL = "shell", _("by hand, past the portal")

    class Operation(models.TextChoices):
        INSERT = "insert", _("added")
        UPDATE = "update", _("changed")
        DELETE = "delete", _("removed")

    changed_at = models.DateTimeField(_("when"))
    # Without a constraint: the entry outlives the account, and a trigger never fails.
    person = models.ForeignKey(
        User, models.DO_NOTHING, null=True, db_constraint=False, related_name="+", verbose_name=_("who")
    )
    account = models.CharField(
        _("database account"), max_length=63, help_text=_("Says who, where the person is not known.")
    )
    how = models.CharField(_("how"), max_length=10, choices=How)
    why = models.TextField(_("why"), blank=True)
    table = models.CharField(_("table"), max_length=63)
    row_id = models.BigIntegerField(_("row"))
    operation = models.CharField(_("what"), max_length=6, choices=Operation)
    old = models.JSONField(_("before"), null=True)
    new = models.JSONField(_("after"), null=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ("-pk",)
        indexes = (models.Index("table", "row_id", name="audit_of_a_row"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(operation="insert", old__isnull=True, new__isnull=False)
                | models.Q(operation="update", old__isnull=False, new__isnull=False)
                | models.Q(operation="delete", old__isnull=False, new__isnull=True),
                name="audit_has_old_and_new_values",
            ),
        )

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}: {self.operation}"
