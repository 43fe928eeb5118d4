"""The portal's worker or timetable as it is, but that it dies of `kill -9` at a step where one waits for it.

`python -m tests.faults.celery_process worker …` is `celery -A courseportal worker …`. PORTAL_KILLS names a
folder; a file in it with the name of a step kills the first process that comes to that step, which takes the
file away and leaves a line in `killed`. PORTAL_PLANTED names a fault of tests/faults/outbox_mutants.py; it is
planted in the running code. PORTAL_MINUTE has every minute of waiting last so many seconds.
"""

from __future__ import annotations

import os
import signal
import smtplib
import sys
import time
from collections.abc import Callable
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any

KILLS, PLANTED, MINUTE = "PORTAL_KILLS", "PORTAL_PLANTED", "PORTAL_MINUTE"


class Step(StrEnum):
    """Where a worker can be killed on a message's way."""

    CLAIMED = "claimed"
    BEFORE = "before the hand-over"
    INSIDE = "inside the hand-over"
    AFTER = "after the hand-over"


def die_at(step: Step) -> None:
    """End here and now, if a file asks for it; of two processes one takes it."""
    folder = Path(os.environ[KILLS])
    try:
        (folder / step).unlink()
    except FileNotFoundError:
        return
    with (folder / "killed").open("a") as told:
        told.write(f"{time.time()} {os.getpid()} {step}\n")
    os.kill(os.getpid(), signal.SIGKILL)


def after(owner: Any, name: str, step: Step) -> None:
    """Die when that function has given something back."""
    right: Callable[..., Any] = getattr(owner, name)

    def watched(*args: Any, **kwargs: Any) -> Any:
        answer = right(*args, **kwargs)
        if answer:
            die_at(step)
        return answer

    setattr(owner, name, watched)


def watch_hand_over() -> None:
    """Have Python's own SMTP client die before a mail, once all of it is out, or once it was taken."""
    right_data, right_getreply = smtplib.SMTP.data, smtplib.SMTP.getreply

    def data(client: Any, message: Any) -> tuple[int, bytes]:
        die_at(Step.BEFORE)
        client.replies_of_data = 1
        try:
            answer = right_data(client, message)
        finally:
            client.replies_of_data = 0
        die_at(Step.AFTER)
        return answer

    def getreply(client: Any) -> tuple[int, bytes]:
        number = getattr(client, "replies_of_data", 0)
        if number == 2:  # the first is the go-ahead, the second says that the mail was taken
            time.sleep(0.05)  # so that the server has it, as a rule
            die_at(Step.INSIDE)
        client.replies_of_data = number + bool(number)
        return right_getreply(client)

    setattr(smtplib.SMTP, "data", data)  # noqa: B010 - types of a class are not assigned to
    setattr(smtplib.SMTP, "getreply", getreply)  # noqa: B010


def shorten_minutes(delivery: Any, seconds: float) -> None:
    """Have what was not taken wait so many seconds for each minute."""
    settling: Any = import_module("people.actions.settle")
    right = settling.wait_after
    settling.wait_after = lambda attempts: right(attempts) * (seconds / 60)
    settling.WAIT_WHEN_DOWN *= seconds / 60
    delivery.WAIT_FOR_THE_SWEEP *= seconds / 60


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "courseportal.settings")
    import django
    from celery.bin.celery import main as celery

    django.setup()
    if planted := os.environ.get(PLANTED):
        from tests.faults.outbox_mutants import PROCESS
        from tests.faults.planting import plant

        plant(next(mutant for mutant in PROCESS if mutant.name == planted))
    watch_hand_over()
    delivery = import_module("people.actions.deliver")
    after(delivery, "claim", Step.CLAIMED)
    if MINUTE in os.environ:
        shorten_minutes(delivery, float(os.environ[MINUTE]))
    sys.argv = ["celery", "-A", "courseportal", *sys.argv[1:]]
    celery()


if __name__ == "__main__":
    main()
