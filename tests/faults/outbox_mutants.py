"""Faults of the outbox: each has to be reported by the run with real processes or by the project's tests."""

from __future__ import annotations

from tests.faults.planting import Mutant

OUTBOX: list[Mutant] = []
