"""What a clock that ran ahead wrote down keeps nothing once it is right again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from people.actions.claim import claim
from people.actions.deliver import deliver
from people.actions.outbox import write
from people.actions.sweep import sweep
from people.models import Choice, Message
from tests.factories import make_user, moscow

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
NOW = moscow(2025, 9, 23, 10)
AHEAD = NOW + timedelta(days=42)
State = Message.State


@pytest.fixture
def message() -> Message:
    """Written by the wrong clock."""
    facts = {"what": "password_set", "at": NOW.isoformat(), "ip": "", "browser": ""}
    write(kind="account", to=[make_user().pk], key="k", facts=facts, zone="UTC", now=AHEAD)
    return Message.objects.get()


def run(minutes: float = 0.0) -> int:
    sweep(clock=lambda: NOW + timedelta(minutes=minutes))
    return len(mail.outbox)


def test_what_was_written_for_a_day_to_come_goes_now(message: Message) -> None:
    deliver(clock=lambda: NOW)
    assert len(mail.outbox) == 0
    assert run() == 1


def test_what_is_wanted_once_a_day_goes_with_todays(message: Message) -> None:
    assert message.person is not None
    Message.objects.update(kind="announcement")
    Choice.objects.create(person=message.person, kind="announcement", wish="digest")
    run()
    message.refresh_from_db()
    assert message.created_at == NOW
    assert message.due_at <= NOW + timedelta(days=1)


def test_a_lease_lasts_no_longer_than_one(message: Message) -> None:
    claim(AHEAD, set())
    assert (run(), run(2.9)) == (0, 0), "its worker may be alive"
    assert run(3.1) == 1


def test_what_waits_for_its_time_goes_on_waiting(message: Message) -> None:
    later = NOW + timedelta(days=2)
    Message.objects.update(created_at=NOW, due_at=later)
    assert run() == 0
    assert Message.objects.get().due_at == later
