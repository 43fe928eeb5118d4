"""Claiming: which messages make one letter, and the lease for which a worker has it in hand."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from people.kinds import Kind, kind_of
from people.models import Choice, Message
from people.rules import MessageState, Wish


@dataclass(frozen=True, slots=True)
class InHand:
    """A claimed letter: its messages, and until when they are ours."""

    messages: list[Message]
    until: datetime

    def left(self, now: datetime) -> timedelta:
        """How long it is still ours."""
        return self.until - now

    def rows(self, messages: Sequence[Message] | None = None) -> Q:
        """These rows while they are still ours; a later claim has another lease."""
        some = self.messages if messages is None else messages
        return Q(pk__in=[one.pk for one in some], state=MessageState.CLAIMED, claimed_until=self.until)


class TakenApart(Exception):
    """Another worker is about to take a part of the same letter: one of the two must take all of it."""


def claim(now: datetime, down: Collection[str], domains: Collection[str] = ()) -> InHand | None:
    """Take the letter that has been due for longest; None where none is.

    Of a channel that is ``down``, and to an address in one of the ``domains``, none is taken.

    Raises TakenApart where another worker takes a part of it at this moment.
    """
    until = now + timedelta(seconds=settings.OUTBOX_LEASE)
    due = Message.objects.due(now)
    if "mail" in down:
        due = due.exclude(person__isnull=False)
    if "chat" in down:
        due = due.exclude(person__isnull=True)
    for domain in domains:
        due = due.exclude(person__email__iendswith=f"@{domain}")
    with transaction.atomic():
        first = due.select_for_update(skip_locked=True, of=("self",)).order_by("due_at", "pk").first()
        if first is None:
            return None
        messages = _locked(first, _same_letter(first, now), now)
        # What was never handed over is a letter of its own, whatever it was gathered with before: two letters
        # with one Message-ID would show as one.
        letter = uuid.uuid4() if _is_fresh(first) else first.letter
        Message.objects.filter(pk__in=[one.pk for one in messages]).update(
            state=MessageState.CLAIMED, claimed_until=until, letter=letter
        )
    for one in messages:
        one.state, one.claimed_until, one.letter = Message.State.CLAIMED, until, letter
    return InHand(messages, until)


def _is_fresh(message: Message) -> bool:
    """Whether it certainly has reached nobody yet."""
    return message.handed_at is None and message.state == MessageState.WAITING


def _same_letter(first: Message, now: datetime) -> list[int]:
    """The ids of what goes with a message: all of its letter before, or what its reader wants gathered."""
    others = Message.objects.exclude(pk=first.pk).order_by("pk")
    if not _is_fresh(first):
        # What was put off before the hand-over is no part of the letter that may have arrived.
        given = others.exclude(state=MessageState.WAITING, handed_at__isnull=True)
        return list(given.due(now).filter(letter=first.letter).values_list("pk", flat=True))
    if first.person_id is None:
        return []
    fresh = others.filter(
        person=first.person_id, state=MessageState.WAITING, due_at__lte=now, handed_at__isnull=True
    )
    wishes = wishes_of(first.person_id)
    if wish_for(first, wishes) is Wish.DIGEST:
        return [one.pk for one in fresh if wish_for(one, wishes) is Wish.DIGEST]
    if (kind := known_kind(first)) and kind.gathers:
        return list(fresh.filter(kind=first.kind, scope=first.scope).values_list("pk", flat=True))
    return []


def _locked(first: Message, others: Sequence[int], now: datetime) -> list[Message]:
    """A letter's messages, their rows locked. Raises TakenApart where another worker has some of them."""
    # Looked at again under the lock: another worker may have been through with them since they were found.
    rows = list(Message.objects.due(now).select_for_update(skip_locked=True).filter(pk__in=others))
    if len(rows) < len(others) or {_is_fresh(row) for row in rows} - {_is_fresh(first)}:
        raise TakenApart
    return sorted([first, *rows], key=lambda one: one.pk)


def known_kind(message: Message) -> Kind | None:
    """The kind of a message; None where an app that knew it is gone."""
    try:
        return kind_of(message.kind)
    except KeyError:
        return None


def wishes_of(person_id: int) -> dict[str, Wish]:
    """By kind: what a person has chosen; a kind that is not there is as it is by default."""
    rows = Choice.objects.filter(person=person_id).values_list("kind", "wish")
    return {kind: Wish(wish) for kind, wish in rows}


def wish_for(message: Message, wishes: dict[str, Wish]) -> Wish:
    """How a message's reader wants it, of whom these are the wishes."""
    kind = known_kind(message)
    if kind is None or not kind.can_be_off:
        return Wish.ON
    return wishes.get(message.kind, kind.wish)
