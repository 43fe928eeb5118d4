"""What becomes of a message that a worker had in hand, written down as long as it is still that worker's."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from people.actions.claim import InHand
from people.channels.answers import Answer, Outcome
from people.models import Message
from people.rules import MAX_ATTEMPTS, MessageState, wait_after

logger = logging.getLogger(__name__)

WAIT_WHEN_DOWN = timedelta(minutes=5)
"""For a message in whose hand-over the other side went away: others go first, should it be the cause."""

SEVERAL = 3
"""So many readers who are all told to come later are not the reason."""

A_DAY = timedelta(days=1)


@dataclass(slots=True)
class Delivered:
    """What one run did, in messages."""

    sent: int = 0
    kept: int = 0
    dropped: int = 0
    put_off: int = 0
    failed: int = 0
    down: set[str] = field(default_factory=set)
    """Channels whose other side took nothing."""
    silent: set[str] = field(default_factory=set)
    """Domains over whose address the mail server went away: their letters wait for the next run."""
    later: dict[int, list[int]] = field(default_factory=dict, repr=False)
    """By person: the messages that the mail server told to come later."""
    takes: bool = False
    """The mail server has taken a letter."""


def put_off(in_hand: InHand, message: Message, until: datetime, done: Delivered) -> None:
    """It waits until then: not yet true, or not yet wanted."""
    Message.objects.filter(in_hand.rows([message])).update(
        state=MessageState.WAITING, claimed_until=None, due_at=until
    )
    done.put_off += 1


def mark_handed(in_hand: InHand, now: datetime) -> bool:
    """Write down that the hand-over begins, if all of it is still ours and will be for long enough."""
    if in_hand.left(now) < timedelta(seconds=settings.OUTBOX_LEASE / 2):
        return False
    with transaction.atomic():
        rows = Message.objects.filter(in_hand.rows()).update(handed_at=now)
        if rows != len(in_hand.messages):
            transaction.set_rollback(True)
    return rows == len(in_hand.messages)


def put_back(in_hand: InHand, words: str) -> None:
    """Nothing was handed over: the letter waits as before, for the next run."""
    Message.objects.filter(in_hand.rows()).update(
        state=MessageState.WAITING, claimed_until=None, error=words[:500]
    )


def settle(
    in_hand: InHand, messages: Sequence[Message], outcome: Outcome, now: datetime, done: Delivered
) -> None:
    """Write down the other side's answer."""
    facts = {"letter": messages[0].letter.hex, "kind": messages[0].kind, "messages": len(messages)}
    logger.info("A letter was handed over: %s", outcome.answer, extra={"facts": facts})
    if outcome.answer is Answer.TAKEN:
        Message.objects.filter(in_hand.rows(messages)).update(
            state=MessageState.SENT, claimed_until=None, settled_at=now, error=""
        )
        done.sent += len(messages)
        return
    for message in messages:
        attempts = message.attempts + (outcome.answer not in (Answer.DOWN, Answer.BUSY))
        if outcome.answer is Answer.REFUSED or attempts >= MAX_ATTEMPTS:
            end(in_hand, message, MessageState.FAILED, now, error=outcome.words, attempts=attempts)
            done.failed += 1
            continue
        wait = outcome.wait or (WAIT_WHEN_DOWN if outcome.answer is Answer.DOWN else wait_after(attempts))
        Message.objects.filter(in_hand.rows([message])).update(
            state=MessageState.WAITING,
            claimed_until=None,
            due_at=now + wait,
            attempts=attempts,
            error=outcome.words[:500],
        )
        done.put_off += 1
    if outcome.answer is Answer.BUSY and outcome.wait is not None:
        # What else goes to that chat would be told the same; other chats have nothing to wait for.
        others = Message.objects.filter(chat=messages[0].chat, state=MessageState.WAITING)
        others.filter(due_at__lt=now + outcome.wait).update(due_at=now + outcome.wait)


def forgive(done: Delivered, clock: Callable[[], datetime]) -> None:
    """Take the attempts of a run back in which the mail server told everybody to come later, and took nobody.

    That is trouble of its own, such as a filter that is away, and no address's; as with any such trouble what
    waits goes on waiting. Not for what is older than a day: it may be these few addresses after all.
    """
    if done.takes or len(done.later) < SEVERAL:
        return
    now = clock()
    ids = [pk for several in done.later.values() for pk in several]
    young = Message.objects.filter(pk__in=ids, state=MessageState.WAITING, created_at__gt=now - A_DAY)
    young.filter(attempts__gt=0).update(attempts=F("attempts") - 1, due_at=now + WAIT_WHEN_DOWN)


def end(
    in_hand: InHand,
    message: Message,
    state: MessageState,
    now: datetime,
    *,
    reason: str = "",
    error: str | None = None,
    attempts: int | None = None,
) -> None:
    """It is over with a message: this state is its last."""
    Message.objects.filter(in_hand.rows([message])).update(
        state=state,
        claimed_until=None,
        settled_at=now,
        reason=reason[:200],
        error=(message.error if error is None else error)[:500],
        attempts=message.attempts if attempts is None else attempts,
    )
