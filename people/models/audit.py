"""What was changed, by whom, when: rows that only the database's triggers write."""

from __future__ import annotations

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

from people.models.users import User


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
        return f"{self.table_name} {self.row_id}: {self.get_operation_display()}"

    @property
    def table_name(self) -> str:
        """What a row of the table is, in words; the table itself where no model has it any more."""
        named = (model._meta for model in apps.get_models() if model._meta.db_table == self.table)
        return next((str(meta.verbose_name) for meta in named), self.table)
