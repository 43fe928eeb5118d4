"""What staff decided about messages that failed: again, or given up."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models.outbox import Message
from people.models.users import User


class Decision(models.Model):
    """Somebody had a failed message sent again, or gave it up; never changed."""

    class What(models.TextChoices):
        AGAIN = "again", _("sent again")
        GIVEN_UP = "given_up", _("given up")

    message = models.ForeignKey(Message, models.CASCADE, related_name="decisions", verbose_name=_("message"))
    what = models.CharField(_("what"), max_length=10, choices=What)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    decided_at = models.DateTimeField(_("when"))
    error = models.CharField(
        _("last answer"), max_length=500, blank=True, help_text=_("As it stood at that moment.")
    )

    class Meta:
        verbose_name = _("decision about a message")
        verbose_name_plural = _("decisions about messages")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(condition=Q(what__in=["again", "given_up"]), name="decision_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.message_id}: {self.what}"
