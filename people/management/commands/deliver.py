"""Deliver what is due, as the worker does each minute, with no worker and no broker."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from people.actions.sweep import sweep


class Command(BaseCommand):
    """`manage.py deliver`: safe beside a running worker, and as often as one likes."""

    help = "Write the messages that have become due, and deliver all that is due; prints what was done."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seconds", type=float, default=600.0, help="stop taking letters after so long")

    def handle(self, *args: Any, seconds: float, **options: Any) -> None:
        done = sweep(clock=timezone.now, seconds=seconds)
        print(
            f"sent {done.sent}, in the portal only {done.kept}, no longer true {done.dropped},"
            f" put off {done.put_off}, failed {done.failed}"
        )
        for channel in sorted(done.down):
            print(f"the {channel} server takes nothing now; what is due waits for it")
