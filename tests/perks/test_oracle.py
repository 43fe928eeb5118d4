"""The rules of effective rest against an oracle by brute force.

`make test` compares 5,000 cases; PERK_ORACLE_CASES and ORACLE_SEED set another number and another seed.
"""

from __future__ import annotations

import os
import random
from datetime import timedelta
from itertools import product

import pytest

from perks import rules
from tests.perks import oracle

CASES = int(os.environ.get("PERK_ORACLE_CASES", "5000"))
SEED = int(os.environ.get("ORACLE_SEED") or random.SystemRandom().randrange(2**32))
SECOND = timedelta(seconds=1)


@pytest.mark.slow
def test_the_rules_agree_with_the_oracle_on_what_a_group_has_done() -> None:
    found = list(oracle.differences(CASES, SEED))
    assert not found, f"{len(found)} of {CASES} cases differ, seed {SEED}; the first: {found[:3]}"


def test_the_cases_have_everything_in_them_and_a_seed_its_own() -> None:
    answers = [(case, oracle.answer(case.asked, case.proofs, case.target)) for case in oracle.cases(3000, 1)]
    for counts, has_window in product(oracle.COUNTS, (True, False)):
        kinds = {
            (answer.complete, bool(case.asked.places))
            for case, answer in answers
            if case.asked.counts == counts and (case.asked.within is not None) is has_window
        }
        assert kinds == set(product((True, False), repeat=2)), (counts, has_window)
    assert list(oracle.cases(50, 1)) == list(oracle.cases(50, 1)) != list(oracle.cases(50, 2))


def test_a_target_a_second_later_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = rules.counted_proofs
    monkeypatch.setattr(
        rules, "counted_proofs", lambda proofs, rule, target: right(proofs, rule, target and target + SECOND)
    )
    assert any(oracle.differences(500, seed=1))


def test_a_window_half_as_wide_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = rules._windows
    monkeypatch.setattr(rules, "_windows", lambda counted, span: right(counted, span / 2))
    assert any(oracle.differences(500, seed=1))
