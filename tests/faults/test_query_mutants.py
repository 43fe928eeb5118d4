"""Wrong queries and actions are noticed: a fault planted in running code fails a test."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.faults.forked import MUTANTS, NO_FAULT, SURVIVED, TESTS
from tests.services import ROOT


@pytest.mark.trust
def test_each_fault_is_noticed() -> None:
    """In one process that forks: making a database for each would take a minute more for every fault."""
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "tests.faults.forked"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *sorted(set(TESTS.values()))],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "PORTAL_TEST_DB": "sqlite",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    told = dict(line.split(": ", 1) for line in run.stdout.splitlines() if ": " in line)
    outcomes = {mutant.name: told.get(mutant.name, "not tried") for mutant in MUTANTS}
    unnoticed = {name: said for name, said in outcomes.items() if not said.startswith("noticed by")}
    assert not unnoticed, run.stdout + run.stderr
    without = {path: told.get(f"{NO_FAULT} {path}") for path in set(TESTS.values())}
    assert set(without.values()) == {SURVIVED}, without
