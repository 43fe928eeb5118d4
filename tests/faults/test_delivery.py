"""Delivery to a real SMTP server that answers as badly as one can; several workers at once."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from pytest_django import Settings

from people import kinds
from people.actions.deliver import deliver
from people.actions.outbox import write
from people.actions.settle import Delivered
from people.channels.answers import MAY_HAVE_ARRIVED
from people.channels.mail import Mail
from people.kinds import Facts, Kind, Letter
from people.models import Message, User
from tests.factories import make_user, moscow
from tests.faults.mail_server import NEVER_THERE, MailServer, Manner

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]
NOW = moscow(2025, 9, 23, 10)
State = Message.State


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    found = MailServer(tmp_path_factory.mktemp("post"))
    found.start()
    yield found
    found.stop()


@pytest.fixture(autouse=True)
def by_smtp(settings: Settings, post: MailServer) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", post.ports[0]
    settings.EMAIL_TIMEOUT = settings.EMAIL_ANSWER_TIMEOUT = 1
    post.behave(pace=0.0, away="")


@pytest.fixture(autouse=True)
def a_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    def words(facts: Sequence[Facts], zone: ZoneInfo) -> Letter:
        return Letter(str(facts[0]["what"]), "Lead")

    monkeypatch.setattr(kinds, "_kinds", {})
    kinds.register(Kind(name="plain", label="", hint="", write=words))


def tell(people: Sequence[User], what: str = "News") -> None:
    to = [person.pk for person in people]
    write(kind="plain", to=to, key=what, facts={"what": what}, zone="Europe/Moscow", now=NOW)


def run(now: datetime = NOW) -> Delivered:
    return deliver(clock=lambda: now)


def went_to(post: MailServer) -> Counter[str]:
    """How many mails each of this test's people got."""
    mine = set(User.objects.values_list("email", flat=True))
    return Counter(address for mail in post.mails() for address in mail.to if address in mine)


NOT_AT_ALL, FIVE_MINUTES, ONE_MINUTE = timedelta(0), timedelta(minutes=5), timedelta(minutes=1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("manner", "attempts", "copies", "waits"),
    [
        (Manner.BUSY, 0, 1, FIVE_MINUTES),
        (Manner.SOME, 1, 1, ONE_MINUTE),
        (Manner.MUTE, 0, 1, NOT_AT_ALL),
        (Manner.HANG_AT_DATA, 0, 1, FIVE_MINUTES),
        (Manner.HANG_BEFORE_ANSWER, 1, 2, ONE_MINUTE),
        (Manner.CUT_AT_DATA, 1, 1, ONE_MINUTE),
        (Manner.CUT_BEFORE_ANSWER, 1, 2, ONE_MINUTE),
    ],
)
def test_each_manner_of_the_server_and_its_recovery(
    post: MailServer, manner: Manner, attempts: int, copies: int, waits: timedelta
) -> None:
    tell([make_user(), make_user()])
    post.behave(manner, portion=1.0)
    run()
    first, second = Message.objects.order_by("pk")
    assert [first.state, second.state] == [State.WAITING, State.WAITING]
    assert first.error
    assert (first.attempts, first.due_at) == (attempts, NOW + waits)
    assert second.due_at == (NOW + waits if manner is Manner.SOME else NOW), "the others wait no longer"
    post.behave()
    run(NOW + waits)
    assert {message.state for message in Message.objects.all()} == {State.SENT}
    assert sorted(went_to(post).values()) == [1, copies]
    ids = {mail.message_id for mail in post.mails() if mail.to[0] in went_to(post)}
    assert len(ids) == 2, "the same Message-ID again"


def test_a_filter_that_looks_for_longer_than_a_word_takes_is_waited_for(
    post: MailServer, settings: Settings
) -> None:
    settings.EMAIL_ANSWER_TIMEOUT = 20
    tell([make_user()])
    post.behave(pace=1.2)
    assert run().sent == 1
    assert list(went_to(post).values()) == [1]


def test_what_may_have_arrived_is_given_away_eight_times_and_no_more(post: MailServer) -> None:
    tell([make_user()])
    post.behave(Manner.CUT_BEFORE_ANSWER)
    message = Message.objects.get()
    while message.state == State.WAITING and message.attempts < 20:
        run(message.due_at)
        message.refresh_from_db()
    assert (message.state, message.attempts) == (State.FAILED, 8)
    assert message.error.startswith(MAY_HAVE_ARRIVED)
    assert list(went_to(post).values()) == [8]


def test_who_are_all_told_to_come_later_have_no_attempt_against_them(post: MailServer) -> None:
    tell([make_user() for _number in range(3)])
    post.behave(Manner.SOME, portion=1.0)
    moment = NOW
    for _round in range(9):
        run(moment)
        moment += FIVE_MINUTES
    assert set(Message.objects.values_list("state", "attempts", "due_at")) == {(State.WAITING, 0, moment)}
    run(NOW + timedelta(days=1))
    assert set(Message.objects.values_list("attempts", flat=True)) == {1}, "the server seems to be well"
    post.behave()
    assert run(NOW + timedelta(days=1, minutes=1)).sent == 3


def test_a_domain_over_which_the_server_goes_away_keeps_no_other(post: MailServer) -> None:
    away = [make_user(email=f"{number}@away.example.net") for number in range(3)]
    tell([*away, make_user()])
    post.behave(away="away.example.net")
    done = run()
    assert (done.sent, done.silent, done.down) == (1, {"away.example.net"}, set())
    waiting = Message.objects.filter(person__in=away).order_by("pk").values_list("attempts", "due_at")
    assert list(waiting) == [(0, NOW + FIVE_MINUTES), (0, NOW), (0, NOW)]


def test_a_server_that_answers_drop_by_drop_holds_no_letter_beyond_its_lease(
    post: MailServer, settings: Settings
) -> None:
    settings.OUTBOX_LEASE = 2
    tell([make_user()])
    post.behave(Manner.DROP_BY_DROP)
    began = time.monotonic()
    run()
    assert time.monotonic() - began < 4, "each drop comes in time, and so would the next ones"
    message = Message.objects.get()
    assert (message.state, message.attempts) == (State.WAITING, 0)
    post.behave()
    run(message.due_at)
    assert list(went_to(post).values()) == [1]


def test_one_address_that_does_not_exist_keeps_no_other(post: MailServer) -> None:
    post.behave(refused=(NEVER_THERE,))
    tell([make_user(), make_user(email=NEVER_THERE), make_user()])
    done = run()
    assert (done.sent, done.failed, done.down) == (2, 1, set())
    failed = Message.objects.get(state=State.FAILED)
    assert failed.error == "550 5.1.1 No such person here"
    assert sorted(went_to(post).values()) == [1, 1]


TURNED = "\N{RIGHT-TO-LEFT OVERRIDE}gro.elpmaxe@lla"


@pytest.mark.parametrize(
    "name", ["Eve\r\nBcc: all@example.org", TURNED, "", " ", '"', "<x@y>,", "Ё" * 300], ids=ascii
)
def test_any_name_goes_to_its_own_address_alone(post: MailServer, name: str) -> None:
    person = make_user()
    User.objects.filter(pk=person.pk).update(name=name[:150])
    tell([person], "Two\r\nlines")
    assert run().sent == 1
    mail = post.mails()[-1]
    assert mail.to == (person.email,)
    parsed = mail.parsed()
    assert [address.addr_spec for address in parsed["To"].addresses] == [person.email]
    assert (parsed["Bcc"], parsed["Subject"]) == (None, "Two lines")


def test_many_workers_at_once_send_each_message_once(post: MailServer) -> None:
    people = [make_user() for _number in range(24)]
    tell(people)
    start = threading.Barrier(4)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            start.wait(timeout=20)
            run()
        except BaseException as error:  # noqa: BLE001 - told to the test
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    assert went_to(post) == {person.email: 1 for person in people}
    assert set(Message.objects.values_list("state", flat=True)) == {State.SENT}


def test_what_becomes_untrue_while_the_connection_is_made_does_not_go(
    post: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make_user()
    tell([person])
    reach = Mail.reach

    def reach_slowly(mail: Any) -> None:
        reach(mail)
        User.objects.filter(pk=person.pk).update(is_active=False)

    monkeypatch.setattr(Mail, "reach", reach_slowly)
    assert run().dropped == 1
    assert went_to(post) == {}
