"""A worker that is told to stop finishes the letter in its hand and leaves the others to the next."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from celery.signals import worker_shutting_down
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

import courseportal.celery  # noqa: F401  # listens to Celery's signals
from people import stopping
from people.actions.deliver import deliver
from people.actions.outbox import write
from people.models import Message
from tests.factories import make_user, moscow

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
NOW = moscow(2025, 9, 23, 10)


def test_it_takes_no_further_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        facts = {"what": "password_set", "at": NOW.isoformat(), "ip": "", "browser": ""}
        write(kind="account", to=[make_user().pk], key=f"{number}", facts=facts, zone="UTC", now=NOW)
    right = EmailBackend.send_messages

    def send_and_stop(self: EmailBackend, letters: list[object]) -> int:
        worker_shutting_down.send(sender="worker", sig="TERM", how="Warm", exitcode=0)
        return right(self, letters)  # type: ignore[arg-type]

    with monkeypatch.context() as stopped:
        stopped.setattr(stopping, "_ends", threading.Event())
        stopped.setattr(EmailBackend, "send_messages", send_and_stop)
        assert deliver(clock=lambda: NOW).sent == 1
    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == [
        "sent",
        "waiting",
        "waiting",
    ]
    assert deliver(clock=lambda: NOW + timedelta(minutes=1)).sent == 2
    assert len(mail.outbox) == 3
