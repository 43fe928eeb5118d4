"""The outbox: what is written goes out once, and only while it is true."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, transaction

import people.actions.deliver
from people import kinds
from people.actions import claim as claiming
from people.actions.claim import TakenApart, claim
from people.actions.deliver import deliver
from people.actions.outbox import write
from people.kinds import Facts, Kind, Letter
from people.models import Choice, Message, User
from people.rules import Wish
from tests.factories import make_user, moscow

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
NOW = moscow(2025, 9, 23, 10)
State = Message.State
untrue: set[str] = set()


def words(facts: Sequence[Facts], zone: ZoneInfo) -> Letter:
    if facts[0].get("breaks"):
        raise RuntimeError("cannot be written")
    subject = ", ".join(str(one["what"]) for one in facts)
    return Letter(subject, "Lead", (("Row", "Value"),), ("More.",), "/courses/x/", "Open")


@pytest.fixture(autouse=True)
def kinds_of_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_kinds", {})
    untrue.clear()
    common: dict[str, Any] = {"label": "", "hint": "", "write": words}
    holds = lambda person, facts, now: "moved" if facts["what"] in untrue else ""  # noqa: E731
    kinds.register(Kind(name="plain", holds=holds, **common))
    kinds.register(Kind(name="date", can_be_off=False, **common))
    kinds.register(Kind(name="marks", gathers=True, holds=holds, **common))


def tell(
    person: User, what: str = "News", *, kind: str = "plain", now: datetime = NOW, **facts: Any
) -> Message:
    write(kind=kind, to=[person.pk], key=what, facts={"what": what} | facts, zone="Europe/Moscow", now=now)
    return Message.objects.get(person=person, kind=kind, key__contains=f":{what}:")


def run(now: datetime = NOW) -> None:
    deliver(clock=lambda: now)


def state(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.reason


def subjects() -> list[str]:
    return [str(letter.subject) for letter in mail.outbox]


def test_a_message_goes_out_once_however_often_it_is_written_and_delivered() -> None:
    person = make_user(name="Анна Ветрова", email="anna@example.org")
    message = tell(person)
    assert write(kind="plain", to=[person.pk], key="News", facts={"what": "x"}, zone="UTC", now=NOW) == 0
    run()
    run()
    assert subjects() == ["News"]
    assert state(message) == (State.SENT, "")
    letter = mail.outbox[0]
    assert letter.extra_headers["Message-ID"] == f"<{message.letter.hex}@localhost>"
    assert letter.to == ["=?utf-8?b?0JDQvdC90LAg0JLQtdGC0YDQvtCy0LA=?= <anna@example.org>"]
    assert "Row: Value" in letter.body
    assert "http://localhost:8000/courses/x/" in letter.body
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_what_is_no_longer_true_is_dropped_with_its_reason() -> None:
    message = tell(make_user())
    untrue.add("News")
    run()
    assert (subjects(), state(message)) == ([], (State.DROPPED, "moved"))


@pytest.mark.parametrize(
    ("kind", "wish", "expected"),
    [
        ("plain", Wish.OFF, State.KEPT),
        ("date", Wish.OFF, State.SENT),
        ("plain", Wish.ON, State.SENT),
        ("plain", Wish.DIGEST, State.WAITING),
    ],
)
def test_a_wish_holds_where_the_kind_lets_it(kind: str, wish: Wish, expected: str) -> None:
    person = make_user()
    Choice.objects.create(person=person, kind=kind, wish=wish)
    message = tell(person, kind=kind)
    run()
    assert state(message)[0] == expected


def test_a_digest_is_one_letter_at_six() -> None:
    person = make_user()
    Choice.objects.create(person=person, kind="plain", wish=Wish.DIGEST)
    first, second = tell(person, "One"), tell(person, "Two", now=NOW + timedelta(hours=2))
    run(NOW + timedelta(hours=2))
    assert subjects() == []
    run(moscow(2025, 9, 23, 18))
    assert subjects() == ["2 messages today"]
    assert state(first) == state(second) == (State.SENT, "")
    assert first.letter == second.letter


def test_quiet_hours_are_kept() -> None:
    person = make_user(quiet_from=time(22), quiet_until=time(8))
    message = tell(person, now=moscow(2025, 9, 23, 23))
    run(moscow(2025, 9, 23, 23))
    assert state(message)[0] == State.WAITING
    run(moscow(2025, 9, 24, 7, 59))
    assert subjects() == []
    run(moscow(2025, 9, 24, 8))
    assert subjects() == ["News"]


def test_an_evenings_marks_are_one_letter() -> None:
    person = make_user()
    for minutes, what in ((0, "One"), (50, "Two"), (100, "Three")):
        tell(person, what, kind="marks", now=NOW + timedelta(minutes=minutes))
        run(NOW + timedelta(minutes=minutes))
    run(NOW + timedelta(minutes=159))
    assert subjects() == []
    run(NOW + timedelta(minutes=160))
    assert subjects() == ["One, Two, Three"]


def test_what_became_untrue_while_the_mail_server_took_its_time_is_looked_at_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One message of a letter goes, the other waits for the next claim; the second look costs that alone."""
    person = make_user()
    first, second = tell(person, "One", kind="marks"), tell(person, "Two", kind="marks")
    real, looks = people.actions.deliver._still_true, []

    def look(in_hand: Any, *args: Any) -> Any:
        looks.append(len(in_hand.messages))
        untrue.update({"One"} if len(looks) == 2 else ())
        return real(in_hand, *args)

    monkeypatch.setattr(people.actions.deliver, "_still_true", look)
    monkeypatch.setattr(people.actions.deliver, "LOOK_AGAIN_AFTER", -1)
    run(NOW + timedelta(hours=1))
    assert subjects() == ["Two"]
    assert state(first) == (State.DROPPED, "moved") and first.handed_at is None
    assert state(second) == (State.SENT, "")
    assert looks == [2, 2, 1, 1]


def test_a_closed_account_gets_nothing_and_the_others_theirs() -> None:
    gone, here = make_user(is_active=False), make_user()
    message = tell(gone)
    tell(here)
    run()
    assert [letter.to for letter in mail.outbox] == [[f"{here.name} <{here.email}>"]]
    assert state(message)[0] == State.DROPPED


def test_one_message_that_cannot_be_written_keeps_no_other() -> None:
    person = make_user()
    broken = tell(person, "Bad", breaks=True)
    tell(person, "Good")
    run()
    assert subjects() == ["Good"]
    assert state(broken)[0] == State.WAITING
    assert (broken.attempts, broken.due_at) == (1, NOW + timedelta(minutes=1))
    for _attempt in range(7):
        broken.refresh_from_db()
        run(broken.due_at)
    assert state(broken)[0] == State.FAILED
    assert (broken.attempts, "cannot be written" in broken.error) == (8, True)


def test_a_message_of_an_unknown_kind_waits_for_who_knows_it_then_fails_and_staff_can_read_why() -> None:
    message = tell(make_user())
    Message.objects.update(kind="forgotten")
    run()
    assert (state(message)[0], message.attempts) == (State.WAITING, 1), "a new version may know it"
    for _attempt in range(7):
        run(message.due_at)
        message.refresh_from_db()
    assert state(message)[0] == State.FAILED
    assert "forgotten" in message.error


@pytest.mark.parametrize("zone", ["", "Nowhere/At all", "../etc/passwd"])
def test_a_message_without_a_zone_goes_out(zone: str) -> None:
    tell(make_user())
    Message.objects.update(zone=zone)
    run()
    assert subjects() == ["News"]


class Trouble(EmailBackend):
    """A mail server that says no, in the ways that smtplib tells."""

    reason: Exception

    def send_messages(self, messages: Sequence[Any]) -> int:
        raise self.reason


REFUSED = smtplib.SMTPRecipientsRefused


@pytest.mark.parametrize(
    ("reason", "expected", "attempts", "wait"),
    [
        (REFUSED({"a": (550, b"no such user")}), State.FAILED, 1, None),
        (REFUSED({"a": (450, b"try later")}), State.WAITING, 1, 1),
        (REFUSED({"a": (421, b"closing")}), State.WAITING, 0, 5),
        (smtplib.SMTPDataError(554, b"spam"), State.FAILED, 1, None),
        (smtplib.SMTPDataError(451, b"local error"), State.WAITING, 1, 1),
        (smtplib.SMTPSenderRefused(550, b"who are you", "p"), State.WAITING, 0, 5),
        (smtplib.SMTPServerDisconnected("gone"), State.WAITING, 0, 5),
        (TimeoutError("timed out"), State.WAITING, 0, 5),
    ],
)
def test_the_mail_servers_answer_decides(
    settings: Any, reason: Exception, expected: str, attempts: int, wait: int | None
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Trouble"
    Trouble.reason = reason
    message = tell(make_user())
    run()
    assert state(message)[0] == expected
    assert message.attempts == attempts
    assert message.error
    if wait is not None:
        assert message.due_at == NOW + timedelta(minutes=wait)


def test_what_a_dead_worker_had_in_hand_goes_out_with_the_same_id() -> None:
    message = tell(make_user())
    letter = message.letter
    Message.objects.update(state=State.CLAIMED, claimed_until=NOW + timedelta(minutes=3), handed_at=NOW)
    run(NOW + timedelta(minutes=2))
    assert subjects() == []
    run(NOW + timedelta(minutes=3))
    assert mail.outbox[0].extra_headers["Message-ID"] == f"<{letter.hex}@localhost>"
    assert state(message)[0] == State.SENT


def test_a_worker_that_slept_over_its_lease_hands_nothing_over() -> None:
    message = tell(make_user())
    moments = iter([NOW, NOW, NOW, NOW + timedelta(minutes=2), NOW + timedelta(minutes=2)])
    deliver(clock=lambda: next(moments))
    assert subjects() == []
    assert state(message)[0] == State.CLAIMED


def test_after_its_time_it_stands_in_the_portal_alone() -> None:
    message = tell(make_user())
    run(NOW + timedelta(days=8))
    assert state(message) == (State.KEPT, "too_late")


def test_a_name_adds_no_header_and_turns_no_text() -> None:
    tell(make_user(name="Eve\r\nBcc: all@example.org\N{RIGHT-TO-LEFT OVERRIDE}"), "Line\nbreak")
    run()
    assert mail.outbox[0].message()["To"].startswith('"Eve Bcc: all@example.org"')
    assert mail.outbox[0].subject == "Line break"


def test_what_was_gathered_and_then_goes_apart_has_two_message_ids() -> None:
    person = make_user()
    for what in ("One", "Two"):
        Choice.objects.update_or_create(person=person, kind="plain", defaults={"wish": Wish.DIGEST})
        tell(person, what)
    letter = Message.objects.earliest("pk").letter
    Message.objects.update(letter=letter)  # gathered once, and put back while the mail server was away
    Choice.objects.update(wish=Wish.ON)
    run()
    ids = {sent.extra_headers["Message-ID"] for sent in mail.outbox}
    assert len(mail.outbox) == len(ids) == 2


def test_one_message_that_cannot_be_written_keeps_nothing_of_its_digest() -> None:
    person = make_user()
    Choice.objects.create(person=person, kind="plain", wish=Wish.DIGEST)
    broken, good = tell(person, "Bad", breaks=True), tell(person, "Good")
    run(moscow(2025, 9, 23, 18))
    assert subjects() == ["Good"]
    assert (state(broken)[0], broken.attempts, state(good)[0]) == (State.WAITING, 1, State.SENT)


def test_one_message_that_cannot_be_checked_keeps_nothing_of_its_digest() -> None:
    def holds(person: int | None, facts: Facts, now: datetime) -> str:
        if facts["what"] == "Bad":
            raise ValueError("facts of another version")
        return ""

    kinds.register(Kind(name="odd", label="", hint="", write=words, holds=holds, wish=Wish.DIGEST))
    person = make_user()
    bad, good = tell(person, "Bad", kind="odd"), tell(person, "Good", kind="odd")
    run(moscow(2025, 9, 23, 18))
    assert (state(good)[0], state(bad)[0], bad.attempts) == (State.SENT, State.WAITING, 1)


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_share_out_one_letter() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("one writer at a time")
    person = make_user()
    letter = tell(person, "One").letter
    tell(person, "Two")
    Message.objects.update(letter=letter, handed_at=NOW)
    rows = Message.objects.order_by("pk")
    with transaction.atomic():
        list(Message.objects.select_for_update().filter(pk=rows[1].pk))

        def other() -> None:
            with pytest.raises(TakenApart):
                claim(NOW, set())
            connection.close()

        with ThreadPoolExecutor(1) as pool:
            pool.submit(other).result()
    in_hand = claim(NOW, set())
    assert in_hand is not None
    assert len(in_hand.messages) == 2


def test_what_another_worker_has_been_through_with_meanwhile_is_not_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = make_user()
    first, second = tell(person, "One", kind="marks"), tell(person, "Two", kind="marks")
    found = claiming._same_letter

    def found_late(*args: Any) -> list[int]:
        ids = found(*args)
        Message.objects.filter(pk=second.pk).update(state=State.SENT, settled_at=NOW, handed_at=NOW)
        return ids

    monkeypatch.setattr(claiming, "_same_letter", found_late)
    with pytest.raises(TakenApart):
        claim(NOW + timedelta(hours=1), set())
    assert state(first)[0] == State.WAITING


def test_what_was_put_off_is_no_part_of_a_letter_that_may_have_arrived() -> None:
    person = make_user()
    given, put_off = tell(person, "One"), tell(person, "Two")
    Message.objects.update(letter=given.letter)
    Message.objects.filter(pk=given.pk).update(handed_at=NOW)
    run()
    assert sorted(subjects()) == ["One", "Two"], "a letter each"
    assert state(put_off)[0] == State.SENT and put_off.letter != given.letter
