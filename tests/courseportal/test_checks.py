"""What `manage.py check` tells of settings that do not go together."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks
from pytest_django import Settings


@pytest.mark.parametrize(
    ("lease", "timeout", "answer", "is_told"),
    [
        (180.0, 10, 60, False),
        (120.0, 10, 60, True),
        (180.0, 10, 61, True),
        (180.0, 15, 60, True),
        (6.0, 0.4, 1, False),
    ],
)
def test_a_lease_that_ends_before_a_slow_letter_is_told(
    settings: Settings, lease: float, timeout: float, answer: float, is_told: bool
) -> None:
    settings.OUTBOX_LEASE, settings.EMAIL_TIMEOUT, settings.EMAIL_ANSWER_TIMEOUT = lease, timeout, answer
    assert ("courseportal.E003" in [found.id for found in run_checks()]) is is_told
