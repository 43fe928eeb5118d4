"""What `manage.py check` tells of settings that do not go together."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks
from pytest_django import Settings


@pytest.mark.parametrize(
    ("lease", "timeout", "is_told"),
    [(180.0, 10, False), (120.0, 10, True), (180.0, 15, True), (6.0, 0.4, False)],
)
def test_a_lease_that_ends_before_a_slow_letter_is_told(
    settings: Settings, lease: float, timeout: float, is_told: bool
) -> None:
    settings.OUTBOX_LEASE, settings.EMAIL_TIMEOUT = lease, timeout
    assert ("courseportal.E003" in [found.id for found in run_checks()]) is is_told
