"""Kinds of message for tests of what treats them all alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import gettext as _

from people import kinds
from people.kinds import Audience, Facts, Kind, Letter


def words(facts: Sequence[Facts], zone: ZoneInfo) -> Letter:
    """One known word in the reader's language, the facts' own, and where they lead."""
    what = str(facts[-1].get("what", "News"))
    return Letter(
        f"{_('Schedule')}: {what}",
        f"Lead of {what}",
        (),
        (f"More of {what}",),
        str(facts[-1].get("link", "")),
    )


@pytest.fixture
def only_these_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind for each audience, and one that cannot be off; no others."""
    monkeypatch.setattr(kinds, "_kinds", {})
    common: dict[str, Any] = {"hint": "What it is.", "write": words}
    kinds.register(Kind(name="reminder", label="Reminders", audience=Audience.STUDENTS, **common))
    kinds.register(Kind(name="report", label="Report", audience=Audience.REPRESENTATIVES, **common))
    kinds.register(Kind(name="queue", label="Queue", audience=Audience.STAFF, is_digest=True, **common))
    kinds.register(Kind(name="news", label="News", **common))
    kinds.register(Kind(name="dates", label="Moved dates", can_be_off=False, always="It matters.", **common))
