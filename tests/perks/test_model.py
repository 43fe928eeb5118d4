"""Two groups through a whole autumn in any order: the portal and plain Python say the same at each step.

Hypothesis chooses what happens (tests/perks/autumn.py): people join, leave and change groups; proofs come,
are decided, disputed and corrected; requests are made by those who may and those who may not; work is handed
in, imported and marked; staff give personal dates; the clock moves on, past the target. `make test` takes a
few hundred steps, `make trust LONG=1` 20,000; MODEL_STEPS and ORACLE_SEED set another number and seed.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from grading.queries import deadlines
from grading.rules import Regime, moved
from perks import rules
from perks.queries.standing import Move
from perks.rules import ActivityRule, ProofFacts, ProofState, RequestState, counted_proofs
from tests.perks.autumn import Autumn

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

STEPS = int(os.environ.get("MODEL_STEPS", "150"))
SEED = int(os.environ.get("ORACLE_SEED") or random.SystemRandom().randrange(2**32))
ONE_RUN = 50


def play(steps: int, first_seed: int) -> int:
    """Take so many steps at least, in runs of fifty; how many were taken. AssertionError at a difference."""
    before, number = Autumn.steps, 0
    quietly = settings(
        max_examples=5,
        stateful_step_count=ONE_RUN,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    while Autumn.steps - before < steps:
        run_state_machine_as_test(seed(first_seed + number)(Autumn), settings=quietly)
        number += 1
    return Autumn.steps - before


def test_the_portal_and_plain_python_say_the_same_at_each_step() -> None:
    try:
        play(STEPS, SEED)
    except AssertionError as error:
        error.add_note(f"seed {SEED}")
        raise
    assert Autumn.seen == set(RequestState) or STEPS < 500


# The run finds what is planted -----------------------------------------------------------------------


def _pending_proofs_count(
    proofs: Iterable[ProofFacts], rule: ActivityRule, target_at: datetime | None
) -> list[ProofFacts]:
    return counted_proofs(
        (replace(one, state=ProofState.APPROVED) for one in proofs if one.state is not ProofState.REJECTED),
        rule,
        target_at,
    )


def _moved_but_not_hard(target_at: datetime, zone: ZoneInfo) -> Regime:
    return replace(moved(target_at, zone), closes_at=None)


@pytest.mark.trust
@pytest.mark.parametrize(
    ("place", "name", "fault"),
    [
        (rules, "counted_proofs", _pending_proofs_count),
        (deadlines, "moved", _moved_but_not_hard),
        (Move, "is_active", property(lambda _move: False)),
    ],
)
def test_a_fault_that_is_planted_is_found(
    monkeypatch: pytest.MonkeyPatch, place: object, name: str, fault: object
) -> None:
    monkeypatch.setattr(place, name, fault)
    with pytest.raises(AssertionError):
        play(1000, first_seed=1)
