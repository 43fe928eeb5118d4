"""Delivery: claim a letter, check that it still holds, hand it over, write down what came of it.

At least once: a lease gives back what a dead worker had in hand, and the Message-ID stays the same. A message
is checked when the connection stands, just before its hand-over: what it says is true when it goes.
"""

from __future__ import annotations

import logging
import random
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Q

from people.channels.answers import Answer, Down, Outcome
from people.channels.chats import CHAT_OFF, find_chat, send_to_chat
from people.channels.mail import Mail
from people.kinds import NOT_YET, Kind, kind_of
from people.letters import envelope, letter_of, zone_of
from people.models import Choice, Message, User
from people.rules import (
    MAX_ATTEMPTS,
    TOO_LATE,
    Action,
    MessageState,
    QuietHours,
    Verdict,
    Wish,
    verdict,
    wait_after,
)

logger = logging.getLogger(__name__)

WAIT_FOR_THE_SWEEP = timedelta(minutes=1)

ACCOUNT_CLOSED = "account_closed"

WAIT_WHEN_DOWN = timedelta(minutes=5)
"""For a message in whose hand-over the other side went away: others go first, should it be the cause."""


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


@dataclass(frozen=True, slots=True)
class _InHand:
    """A claimed letter: its messages, and until when they are ours."""

    messages: list[Message]
    until: datetime

    def rows(self, messages: Sequence[Message] | None = None) -> Q:
        """These rows while they are still ours; a later claim has another lease."""
        some = self.messages if messages is None else messages
        return Q(pk__in=[one.pk for one in some], state=MessageState.CLAIMED, claimed_until=self.until)


def deliver(*, clock: Callable[[], datetime], seconds: float = 45.0) -> Delivered:
    """Hand over what is due until nothing is, or the time is up. Any number of workers may do it at once.

    Trouble with one message never keeps the others: it is written down and the run goes on.
    """
    done = Delivered()
    started = time.monotonic()
    with Mail() as mail:
        while time.monotonic() - started < seconds:
            try:
                in_hand = _claim(clock(), done.down)
            except _TakenApart:
                time.sleep(random.uniform(0.01, 0.05))  # noqa: S311 - so that two do not meet again
                continue
            if in_hand is None:
                break
            _deliver_one(in_hand, clock, mail, done)
    return done


def _claim(now: datetime, down: set[str]) -> _InHand | None:
    """Take the letter that has been due for longest; None where none is."""
    until = now + timedelta(seconds=settings.OUTBOX_LEASE)
    due = Message.objects.due(now)
    if "mail" in down:
        due = due.exclude(person__isnull=False)
    if "chat" in down:
        due = due.exclude(person__isnull=True)
    with transaction.atomic():
        first = due.select_for_update(skip_locked=True).order_by("due_at", "pk").first()
        if first is None:
            return None
        messages = _locked(first, _same_letter(first, now))
        # What was never handed over is a letter of its own, whatever it was gathered with before: two letters
        # with one Message-ID would show as one.
        letter = uuid.uuid4() if _is_fresh(first) else first.letter
        Message.objects.filter(pk__in=[one.pk for one in messages]).update(
            state=MessageState.CLAIMED, claimed_until=until, letter=letter
        )
    for one in messages:
        one.state, one.claimed_until, one.letter = Message.State.CLAIMED, until, letter
    return _InHand(messages, until)


def _is_fresh(message: Message) -> bool:
    """Whether it certainly has reached nobody yet."""
    return message.handed_at is None and message.state == MessageState.WAITING


def _same_letter(first: Message, now: datetime) -> list[int]:
    """The ids of what goes with a message: all of its letter before, or what its reader wants gathered."""
    others = Message.objects.exclude(pk=first.pk).order_by("pk")
    if not _is_fresh(first):
        return list(others.due(now).filter(letter=first.letter).values_list("pk", flat=True))
    if first.person_id is None:
        return []
    fresh = others.filter(
        person=first.person_id, state=MessageState.WAITING, due_at__lte=now, handed_at__isnull=True
    )
    wishes = _wishes(first.person_id)
    if _wish(first, wishes) is Wish.DIGEST:
        return [one.pk for one in fresh if _wish(one, wishes) is Wish.DIGEST]
    if (kind := _kind(first)) and kind.gathers:
        return list(fresh.filter(kind=first.kind, scope=first.scope).values_list("pk", flat=True))
    return []


class _TakenApart(Exception):
    """Another worker is about to take a part of the same letter: one of the two must take all of it."""


def _locked(first: Message, others: Sequence[int]) -> list[Message]:
    """A letter's messages, their rows locked. Raises _TakenApart where another worker has some of them."""
    rows = list(Message.objects.select_for_update(skip_locked=True).filter(pk__in=others))
    if len(rows) < len(others):
        raise _TakenApart
    return sorted([first, *rows], key=lambda one: one.pk)


def _kind(message: Message) -> Kind | None:
    """The kind of a message; None where an app that knew it is gone."""
    try:
        return kind_of(message.kind)
    except KeyError:
        return None


def _wishes(person_id: int) -> dict[str, Wish]:
    rows = Choice.objects.filter(person=person_id).values_list("kind", "wish")
    return {kind: Wish(wish) for kind, wish in rows}


def _wish(message: Message, wishes: dict[str, Wish]) -> Wish:
    kind = _kind(message)
    if kind is None or not kind.can_be_off:
        return Wish.ON
    return wishes.get(message.kind, kind.wish)


def _deliver_one(in_hand: _InHand, clock: Callable[[], datetime], mail: Mail, done: Delivered) -> None:
    channel = "chat" if in_hand.messages[0].person_id is None else "mail"
    try:
        if channel == "mail":
            mail.reach()
        person = User.objects.filter(pk=in_hand.messages[0].person_id or 0).first()
        true = _still_true(in_hand, person, clock(), done)
        if not true:
            return
        letter = envelope(true, person) if person else None
        if not _mark_handed(in_hand, true, clock()):
            return  # the lease ran out meanwhile: another worker has it
        outcome = mail.send(letter) if letter else send_to_chat(true[0])
    except Down as reason:
        done.down.add(channel)
        _put_back(in_hand, str(reason))
        return
    except DatabaseError:
        raise  # no message's fault: the lease gives the letter to the next run
    except Exception as error:
        # One message that cannot be written never keeps the others.
        logger.exception("Message %s could not be written", in_hand.messages[0].pk)
        outcome = _later(error)
        true = [one for one in in_hand.messages if not _can_be_written(one)] or in_hand.messages
        _put_back(_InHand([one for one in in_hand.messages if one not in true], in_hand.until), "")
    _settle(in_hand, true, outcome, clock(), done)
    if outcome.answer is Answer.DOWN:
        done.down.add(channel)


def _can_be_written(message: Message) -> bool:
    try:
        letter_of([message])
    except Exception:  # noqa: BLE001 - whatever it is, it was logged for the letter
        return False
    return True


def _still_true(in_hand: _InHand, person: User | None, now: datetime, done: Delivered) -> list[Message]:
    """Those messages of a letter that are to go now; what becomes of the others is written down."""
    true = []
    wishes = _wishes(person.pk) if person else {}
    for message in in_hand.messages:
        kind = _kind(message)
        if kind is None:
            _end(in_hand, message, MessageState.FAILED, now, error=f"no kind {message.kind!r} is known")
            done.failed += 1
        elif person is not None and not person.is_active:
            _end(in_hand, message, MessageState.DROPPED, now, reason=ACCOUNT_CLOSED)
            done.dropped += 1
        elif message.person_id is None and find_chat(message.chat) is None:
            _end(in_hand, message, MessageState.DROPPED, now, reason=CHAT_OFF)
            done.dropped += 1
        else:
            try:
                wish = _wish(message, wishes)
                if _goes_now(in_hand, message, kind, now, person=person, wish=wish, done=done):
                    true.append(_fresh(in_hand, message, kind, now))
            except DatabaseError:
                raise
            except Exception as error:
                # What it needs to be looked at keeps nothing else of its letter.
                logger.exception("Message %s could not be checked", message.pk)
                _settle(in_hand, [message], _later(error), now, done)
    return true


def _goes_now(
    in_hand: _InHand,
    message: Message,
    kind: Kind,
    now: datetime,
    *,
    person: User | None,
    wish: Wish,
    done: Delivered,
) -> bool:
    """Whether a message still holds and is wanted now; where not, what becomes of it is written down."""
    why = kind.holds(message.person_id, message.facts, now)
    if why == NOT_YET and (message.useful_until is None or now <= message.useful_until):
        _put_off(in_hand, message, now + WAIT_FOR_THE_SWEEP, done)
        return False
    if why:
        reason = TOO_LATE if why == NOT_YET else why
        _end(in_hand, message, MessageState.DROPPED, now, reason=reason)
        done.dropped += 1
        return False
    told = _verdict(message, person, wish, now)
    if told.action is Action.KEEP:
        _end(in_hand, message, MessageState.KEPT, now, reason=told.reason)
        done.kept += 1
    elif told.action is Action.WAIT:
        _put_off(in_hand, message, told.until or now, done)
    return told.action is Action.SEND


def _later(error: Exception) -> Outcome:
    return Outcome(Answer.LATER, f"{type(error).__name__}: {error}"[:300])


def _put_off(in_hand: _InHand, message: Message, until: datetime, done: Delivered) -> None:
    Message.objects.filter(in_hand.rows([message])).update(
        state=MessageState.WAITING, claimed_until=None, due_at=until
    )
    done.put_off += 1


def _fresh(in_hand: _InHand, message: Message, kind: Kind, now: datetime) -> Message:
    """The message with what follows from other facts as it is now, in the letter and under the bell."""
    facts = kind.fresh(message.person_id, message.facts, now) if kind.fresh else message.facts
    if facts != message.facts:
        message.facts = facts
        Message.objects.filter(in_hand.rows([message])).update(facts=facts)
    return message


def _verdict(message: Message, person: User | None, wish: Wish, now: datetime) -> Verdict:
    quiet = None
    if person is not None and person.quiet_from is not None and person.quiet_until is not None:
        quiet = QuietHours(person.quiet_from, person.quiet_until)
    return verdict(
        now=now,
        created_at=message.created_at,
        useful_until=message.useful_until,
        wish=wish,
        quiet=quiet,
        zone=zone_of(message),
    )


def _mark_handed(in_hand: _InHand, messages: Sequence[Message], now: datetime) -> bool:
    """Write down that the hand-over begins, if all of it is still ours and will be for long enough."""
    if in_hand.until - now < timedelta(seconds=settings.OUTBOX_LEASE / 2):
        return False
    with transaction.atomic():
        rows = Message.objects.filter(in_hand.rows(messages)).update(handed_at=now)
        if rows != len(messages):
            transaction.set_rollback(True)
    return rows == len(messages)


def _put_back(in_hand: _InHand, words: str) -> None:
    """Nothing was handed over: the letter waits as before, for the next run."""
    Message.objects.filter(in_hand.rows()).update(
        state=MessageState.WAITING, claimed_until=None, error=words[:500]
    )


def _settle(
    in_hand: _InHand, messages: Sequence[Message], outcome: Outcome, now: datetime, done: Delivered
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
            _end(in_hand, message, MessageState.FAILED, now, error=outcome.words, attempts=attempts)
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


def _end(
    in_hand: _InHand,
    message: Message,
    state: MessageState,
    now: datetime,
    *,
    reason: str = "",
    error: str | None = None,
    attempts: int | None = None,
) -> None:
    Message.objects.filter(in_hand.rows([message])).update(
        state=state,
        claimed_until=None,
        settled_at=now,
        reason=reason[:200],
        error=(message.error if error is None else error)[:500],
        attempts=message.attempts if attempts is None else attempts,
    )
