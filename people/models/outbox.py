"""The outbox: one row for each message to one person, or to a course's chat, about one thing.

The row is the truth about the message: what it says, whether it went, when, and why not. It stands under the
person's bell from the moment it is written; e-mail is its delivery. docs/messages.md tells the whole way.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from people.models.users import User
from people.rules import MessageState, Wish

UNSETTLED = ("waiting", "claimed")


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, now: datetime) -> MessageQuerySet:
        """Those to hand over now: their time has come, and nobody has them in hand."""
        return self.filter(
            Q(state=MessageState.WAITING, due_at__lte=now)
            | Q(state=MessageState.CLAIMED, claimed_until__lte=now)
        )

    def unsettled(self) -> MessageQuerySet:
        """Those that still wait or are in somebody's hand."""
        return self.filter(state__in=UNSETTLED)

    def unseen(self) -> MessageQuerySet:
        """Those that still wait and of which nobody can have learnt yet, on the portal or by mail."""
        return self.unsettled().filter(shown_at__isnull=True, read_at__isnull=True, handed_at__isnull=True)

    def noticed_by(self, person: User) -> MessageQuerySet:
        """What stands under this person's bell, latest first: all that was not withdrawn as untrue."""
        return self.filter(person=person).exclude(state=MessageState.DROPPED).order_by("-pk")


class Message(models.Model):
    """One message: to whom, about what, once. Its text is written from ``facts`` when it is read or sent."""

    class State(models.TextChoices):
        WAITING = MessageState.WAITING, pgettext_lazy("message", "waiting")
        CLAIMED = MessageState.CLAIMED, pgettext_lazy("message", "being sent")
        SENT = MessageState.SENT, pgettext_lazy("message", "sent")
        KEPT = MessageState.KEPT, pgettext_lazy("message", "in the portal only")
        DROPPED = MessageState.DROPPED, pgettext_lazy("message", "dropped")
        FAILED = MessageState.FAILED, pgettext_lazy("message", "failed")

    kind = models.CharField(_("kind"), max_length=40)
    person = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="messages", verbose_name=_("to")
    )
    chat = models.CharField(
        _("chat"), max_length=60, blank=True, help_text=_("Whose chat, where it goes to no person.")
    )
    key = models.CharField(
        _("once-only key"), max_length=250, unique=True, help_text=_("The same key is the same message.")
    )
    scope = models.CharField(_("belongs to"), max_length=60, blank=True)
    facts = models.JSONField(_("what it says"), default=dict)
    zone = models.CharField(_("time zone"), max_length=60, default="UTC")

    created_at = models.DateTimeField(_("written at"))
    due_at = models.DateTimeField(_("due at"))
    useful_until = models.DateTimeField(_("useful until"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(_("why not sent"), max_length=200, blank=True)
    error = models.CharField(_("last answer"), max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField(
        _("attempts"), default=0, help_text=_("Hand-overs that the other side answered with a no.")
    )
    handed_at = models.DateTimeField(
        _("last handed over at"),
        null=True,
        blank=True,
        help_text=_("From then on it may have reached its reader."),
    )
    claimed_until = models.DateTimeField(_("in hand until"), null=True, blank=True)
    letter = models.UUIDField(
        _("letter"),
        default=uuid.uuid4,
        help_text=_("Several in one letter share it; the Message-ID is made of it."),
    )
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    shown_at = models.DateTimeField(
        _("shown at"),
        null=True,
        blank=True,
        help_text=_("When its reader first had it in the list of notices: what it says is known since."),
    )
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("-pk",)
        indexes = (
            models.Index("due_at", condition=Q(state__in=UNSETTLED), name="message_to_hand_over"),
            models.Index(F("person"), F("id").desc(), name="message_of_a_person"),
            models.Index("letter", name="message_of_a_letter"),
            models.Index("scope", "state", name="message_of_a_course"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(state__in=list(MessageState)), name="message_state_is_known"),
            models.CheckConstraint(
                condition=Q(person__isnull=False, chat="") | Q(person__isnull=True) & ~Q(chat=""),
                name="message_goes_to_a_person_or_a_chat",
            ),
            models.CheckConstraint(
                condition=Q(state=MessageState.CLAIMED, claimed_until__isnull=False)
                | ~Q(state=MessageState.CLAIMED) & Q(claimed_until__isnull=True),
                name="message_in_hand_has_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNSETTLED, settled_at__isnull=True)
                | ~Q(state__in=UNSETTLED) & Q(settled_at__isnull=False),
                name="message_is_settled_once",
            ),
            models.CheckConstraint(
                condition=~Q(state=MessageState.DROPPED) | ~Q(reason=""), name="message_dropped_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(useful_until__isnull=True) | Q(useful_until__gte=F("created_at")),
                name="message_is_useful_when_written",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Choice(models.Model):
    """How a person wants one kind of message. Without a row the kind's own way holds."""

    person = models.ForeignKey(User, models.CASCADE, related_name="choices", verbose_name=_("person"))

    class By(models.TextChoices):
        ON = Wish.ON, _("at once")
        DIGEST = Wish.DIGEST, _("once a day")
        OFF = Wish.OFF, _("never")

    kind = models.CharField(_("kind"), max_length=40)
    wish = models.CharField(_("by mail"), max_length=10, choices=By)

    class Meta:
        verbose_name = _("choice about messages")
        verbose_name_plural = _("choices about messages")
        constraints = (
            models.UniqueConstraint("person", "kind", name="choice_once_a_kind"),
            models.CheckConstraint(condition=Q(wish__in=list(Wish)), name="choice_wish_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.wish}"


class Sweep(models.Model):
    """One row: when the outbox was last gone through from one end to the other, and what failed then.

    ``not_swept`` is a list of ``{"part", "label", "pk", "error"}``: the sweeper, the row's model and id (""
    and 0 where all of that part failed), the name of the error.
    """

    THE_ONE = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=THE_ONE)
    swept_at = models.DateTimeField(_("swept at"))
    not_swept = models.JSONField(_("what could not be looked at"), default=list, blank=True)

    class Meta:
        verbose_name = _("sweep")
        verbose_name_plural = _("sweeps")
        constraints = (models.CheckConstraint(condition=Q(id=1), name="sweep_is_one_row"),)

    def __str__(self) -> str:
        return f"{self.swept_at:%Y-%m-%d %H:%M:%S}"


def new_secret() -> str:
    """256 random bits as text for an address."""
    return secrets.token_urlsafe(32)


class FeedSecret(models.Model):
    """The secret in the address of a person's calendar; a new one makes the old address worthless."""

    person = models.OneToOneField(User, models.CASCADE, related_name="feed_secret", verbose_name=_("person"))
    secret = models.CharField(_("secret"), max_length=64, unique=True, default=new_secret)
    language = models.CharField(_("language"), max_length=2, default="en")
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        constraints = (
            models.CheckConstraint(condition=Q(language__in=["en", "ru"]), name="feed_language_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.person}"
