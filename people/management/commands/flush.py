"""Django's `flush`, which the audit's triggers would refuse."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import flush

from people import audit_triggers


class Command(flush.Command):
    """Empty the whole database, the audit too; the triggers are back before anything else can be written."""

    def handle(self, **options: Any) -> None:
        audit_triggers.remove(options["database"])
        try:
            super().handle(**options)
        finally:
            audit_triggers.install(options["database"])
