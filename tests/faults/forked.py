"""A pytest plugin: the tests of a module once for each fault in it, in forks of one process with a database.

`PORTAL_TEST_DB=sqlite python -m pytest -p tests.faults.forked tests/…` prints a line for each fault of
MUTANTS: whether a test noticed it, and which did first. The database is in memory: each fork has its own.
Without a fault the tests have to pass in a fork too, or they would notice anything.
"""

from __future__ import annotations

import os
import sys

import pytest
from _pytest.runner import runtestprotocol

from tests.faults import outbox_mutants, perk_mutants
from tests.faults.planting import Mutant, plant

MUTANTS = [*perk_mutants.QUERIES, *outbox_mutants.OUTBOX]
TESTS = perk_mutants.TESTS | outbox_mutants.TESTS
NOTICED, SURVIVED, NO_FAULT = "noticed", "survived", "no fault for"


def _fails(item: pytest.Item, nextitem: pytest.Item) -> bool:
    return any(report.failed for report in runtestprotocol(item, nextitem=nextitem, log=False))


def _first_failure(items: list[pytest.Item]) -> str | None:
    """The name of the first of the tests that fails."""
    for item, nextitem in zip(items, [*items[1:], items[0]], strict=True):
        if _fails(item, nextitem):
            return item.nodeid
    return None


def _outcome(mutant: Mutant | None, items: list[pytest.Item]) -> str:
    """What becomes of a fault, or of none, found out in a process of its own."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        try:
            if mutant is not None:
                plant(mutant)
            found = _first_failure(items)
            os.write(writing, (f"{NOTICED} by {found}" if found else SURVIVED).encode())
        except BaseException as error:  # noqa: BLE001 - whatever it was, a fork goes no further
            os.write(writing, repr(error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        said = told.read()
    os.wait()
    return said


def pytest_runtestloop(session: pytest.Session) -> bool:
    first, *others = session.items
    # The last is of another folder, so that only what is the session's own stays for the forks: the database.
    _fails(first, others[-1])
    of_file = {path: [item for item in others if item.nodeid.startswith(path)] for path in TESTS.values()}
    for path, items in of_file.items():
        print(f"{NO_FAULT} {path}: {_outcome(None, items)}", file=sys.__stdout__, flush=True)
    for mutant in MUTANTS:
        said = _outcome(mutant, of_file[TESTS[mutant.path]])
        print(f"{mutant.name}: {said}", file=sys.__stdout__, flush=True)
    return True
