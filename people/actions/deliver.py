"""Delivery: claim a letter (claim.py), check that it still holds, hand it over, write down what came of it
(settle.py).

At least once: a lease gives back what a dead worker had in hand, and the Message-ID stays the same. A message
is checked when the connection stands, and again before its text is given away where the mail server took its
time: what it says is true when it goes.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.core.mail import EmailMessage
from django.db import DatabaseError

from people.actions.claim import InHand, TakenApart, claim, known_kind, wish_for, wishes_of
from people.actions.settle import Delivered, end, forgive, mark_handed, put_back, put_off, settle
from people.channels.answers import Answer, Down, Outcome
from people.channels.chats import CHAT_OFF, find_chat, send_to_chat
from people.channels.mail import Mail
from people.kinds import NOT_YET, Kind
from people.letters import envelope, letter_of, zone_of
from people.models import Message, User
from people.rules import TOO_LATE, Action, MessageState, QuietHours, Verdict, Wish, verdict
from people.stopping import stops_soon

logger = logging.getLogger(__name__)

WAIT_FOR_THE_SWEEP = timedelta(minutes=1)

ACCOUNT_CLOSED = "account_closed"

LOOK_AGAIN_AFTER = 0.5
"""Seconds: so old the check may be when the mail server asks for the text."""


def deliver(*, clock: Callable[[], datetime], seconds: float = 45.0) -> Delivered:
    """Hand over what is due until nothing is, the time is up, or the process is told to stop.

    Any number of workers may do it at once.
    Trouble with one message never keeps the others: it is written down and the run goes on.
    """
    done = Delivered()
    started = time.monotonic()
    with Mail() as mail:
        while time.monotonic() - started < seconds and not stops_soon():
            try:
                in_hand = claim(clock(), done.down, done.silent)
            except TakenApart:
                time.sleep(random.uniform(0.01, 0.05))  # noqa: S311 - so that two do not meet again
                continue
            if in_hand is None:
                break
            _deliver_one(in_hand, clock, mail, done)
    forgive(done, clock)
    return done


def _deliver_one(in_hand: InHand, clock: Callable[[], datetime], mail: Mail, done: Delivered) -> None:
    channel = "chat" if in_hand.messages[0].person_id is None else "mail"
    try:
        if channel == "mail":
            mail.reach()
        checked = time.monotonic()
        person = User.objects.filter(pk=in_hand.messages[0].person_id or 0).first()
        true = _still_true(in_hand, person, clock(), done)
        if not true:
            return
        letter = envelope(true, person) if person else None
        letter_in_hand = InHand(true, in_hand.until)
        outcome = _hand_over(letter_in_hand, clock, mail, done, letter=letter, checked=checked)
        if outcome is None:
            return
        _note(outcome, true, person, done)
    except Down as reason:
        done.down.add(channel)
        put_back(in_hand, str(reason))
        return
    except DatabaseError:
        raise  # no message's fault: the lease gives the letter to the next run
    except Exception as error:
        # One message that cannot be written never keeps the others.
        logger.exception("Message %s could not be written", in_hand.messages[0].pk)
        outcome = _later(error)
        true = [one for one in in_hand.messages if not _can_be_written(one)] or in_hand.messages
        put_back(InHand([one for one in in_hand.messages if one not in true], in_hand.until), "")
    settle(in_hand, true, outcome, clock(), done)


def _note(outcome: Outcome, messages: Sequence[Message], person: User | None, done: Delivered) -> None:
    """What an answer says of the other side itself, for the rest of the run."""
    if outcome.answer in (Answer.DOWN, Answer.UNSURE):
        # It went away in a hand-over: over one domain it may be that domain, over two it is down.
        if person is None or done.silent:
            done.down.add("chat" if person is None else "mail")
        else:
            done.silent.add(person.email.rpartition("@")[2])
    elif person is not None:
        done.takes = done.takes or outcome.answer is Answer.TAKEN
        if outcome.answer is Answer.LATER:
            done.later[person.pk] = [message.pk for message in messages]


def _hand_over(
    in_hand: InHand,
    clock: Callable[[], datetime],
    mail: Mail,
    done: Delivered,
    *,
    letter: EmailMessage | None,
    checked: float,
) -> Outcome | None:
    """The other side's answer; None where nothing was given away, and what becomes of it is written down.

    ``checked`` is when what it says was looked at, in seconds of the monotonic clock.
    """

    def go_ahead() -> bool:
        if time.monotonic() - checked > LOOK_AGAIN_AFTER and not _as_before(in_hand, clock(), done):
            return False
        return mark_handed(in_hand, clock())  # not where the lease ran out: another worker has it

    if letter is None:
        return send_to_chat(in_hand.messages[0]) if go_ahead() else None
    return mail.send(letter, within=in_hand.left(clock()), go_ahead=go_ahead)


def _as_before(in_hand: InHand, now: datetime, done: Delivered) -> bool:
    """Whether the letter still says what is true; where not, what of it is true waits for the next claim."""
    messages = in_hand.messages
    facts = [message.facts for message in messages]
    person = User.objects.filter(pk=messages[0].person_id or 0).first()
    true = _still_true(in_hand, person, now, done)
    if true == messages and [message.facts for message in true] == facts:
        return True
    put_back(in_hand, "")
    return False


def _can_be_written(message: Message) -> bool:
    try:
        letter_of([message])
    except Exception:  # noqa: BLE001 - whatever it is, it was logged for the letter
        return False
    return True


def _still_true(in_hand: InHand, person: User | None, now: datetime, done: Delivered) -> list[Message]:
    """Those messages of a letter that are to go now; what becomes of the others is written down."""
    true = []
    wishes = wishes_of(person.pk) if person else {}
    for message in in_hand.messages:
        kind = known_kind(message)
        if kind is None:  # a worker of the version before may meet it: the next one knows it
            settle(in_hand, [message], Outcome(Answer.LATER, f"no kind {message.kind!r} is known"), now, done)
        elif person is not None and not person.is_active:
            end(in_hand, message, MessageState.DROPPED, now, reason=ACCOUNT_CLOSED)
            done.dropped += 1
        elif message.person_id is None and find_chat(message.chat) is None:
            end(in_hand, message, MessageState.DROPPED, now, reason=CHAT_OFF)
            done.dropped += 1
        else:
            try:
                wish = wish_for(message, wishes)
                if _goes_now(in_hand, message, kind, now, person=person, wish=wish, done=done):
                    true.append(_fresh(in_hand, message, kind, now))
            except DatabaseError:
                raise
            except Exception as error:
                # What it needs to be looked at keeps nothing else of its letter.
                logger.exception("Message %s could not be checked", message.pk)
                settle(in_hand, [message], _later(error), now, done)
    return true


def _goes_now(
    in_hand: InHand,
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
        put_off(in_hand, message, now + WAIT_FOR_THE_SWEEP, done)
        return False
    if why:
        reason = TOO_LATE if why == NOT_YET else why
        end(in_hand, message, MessageState.DROPPED, now, reason=reason)
        done.dropped += 1
        return False
    told = _verdict(message, person, wish, now)
    if told.action is Action.KEEP:
        end(in_hand, message, MessageState.KEPT, now, reason=told.reason)
        done.kept += 1
    elif told.action is Action.WAIT:
        put_off(in_hand, message, told.until or now, done)
    return told.action is Action.SEND


def _later(error: Exception) -> Outcome:
    return Outcome(Answer.LATER, f"{type(error).__name__}: {error}"[:300])


def _fresh(in_hand: InHand, message: Message, kind: Kind, now: datetime) -> Message:
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
