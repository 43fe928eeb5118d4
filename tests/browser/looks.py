"""In which of several looks a page is tried today; `make trust` has it in all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

Look = tuple[int, str, str]
"""The width in pixels, the theme, the language."""


def looks_of_today(looks: Sequence[Look], daily: int) -> list[object]:
    """All as parameters: one of the first ``daily``, another each day, the rest marked `trust`."""
    today = datetime.now(UTC).toordinal() % daily
    return [
        look if place == today else pytest.param(look, marks=pytest.mark.trust)
        for place, look in enumerate(looks)
    ]
