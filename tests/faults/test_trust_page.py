"""docs/trust.md says of each run what it was, and no run takes another's figures away."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from benchmarks import trust
from benchmarks.proofs import PROOFS, Proof
from benchmarks.trust import chosen
from benchmarks.trust_page import COLUMNS, Row, page, summary
from tests.services import ROOT

PROMISES = ["nothing is lost", "nothing goes twice", "nothing | is false"]
LOST = Row("nothing is lost", "lost", "long", 10_000, "3 passed", 61.4, date(2026, 11, 24), 7, holds=True)
TWICE = replace(LOST, promise="nothing goes twice", name="twice", size=0)


def rows(document: str) -> list[str]:
    return [line for line in document.splitlines() if line.startswith("| nothing")]


def test_a_row_says_when_how_hard_with_which_seed_and_how_to_make_it_again() -> None:
    again = "`make trust ONLY=lost LONG=1 SEED=7`"
    assert LOST.line() == (
        f"| nothing is lost | yes | long | 10,000 | 3 passed | 61 | 24 Nov 2026 | 7 | {again} |"
    )
    short = replace(TWICE, length="short", found="1 failed", holds=False).line()
    assert "**no** | short | – | 1 failed" in short and "ONLY=twice SEED=7" in short


def test_a_run_replaces_its_own_rows_and_leaves_the_others_and_the_words_around() -> None:
    first = page("", [TWICE, LOST], PROMISES)
    assert rows(first) == [LOST.line(), TWICE.line()], "in the order of the promises"
    around = (
        f"# Mine\n\nBefore.\n\n{first[first.index(COLUMNS) :]}\nAfter.\n\n| another | table |\n|---|---|\n"
    )
    again = replace(TWICE, day=date(2026, 11, 25), found="1 failed, 2 passed", holds=False)
    second = page(around, [again], PROMISES)
    assert second == around.replace(TWICE.line(), again.line())
    assert page(second, [TWICE], PROMISES) == around


def test_a_short_run_takes_no_long_run_away() -> None:
    short = replace(LOST, length="short", size=300, seed=8)
    both = page(page("", [LOST, TWICE], PROMISES), [short], PROMISES)
    assert rows(both) == [LOST.line(), short.line(), TWICE.line()]


def test_a_promise_in_other_words_was_not_tried() -> None:
    assert rows(page(page("", [LOST, TWICE], PROMISES), [], ["nothing goes twice"])) == [TWICE.line()]


@pytest.mark.parametrize(
    ("output", "said", "holds"),
    [
        ("..\n2 passed, 1 skipped in 3.05s\n", "2 passed, 1 skipped", True),
        (
            "F.\n1 failed, 1 passed, 6 deselected in 256.37s (0:04:16)\n",
            "1 failed, 1 passed, 6 deselected",
            False,
        ),
        ("== 4 passed in 1.2s ==\n", "4 passed", True),
        ("1 passed, 1 error in 2.0s\n", "1 passed, 1 error", False),
        ("2 skipped in 0.05s\n", "2 skipped", False),
        ("5 deselected in 0.05s\n", "5 deselected", False),
        ("INTERNALERROR> KeyError\n", "no tests ran", False),
    ],
)
def test_what_pytest_said(output: str, said: str, holds: bool) -> None:
    assert summary(output) == (said, holds)


def test_a_run_of_one_writes_its_row_and_ends_with_its_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = tmp_path / "trust.md"
    document.write_text(page("", [LOST, TWICE], PROMISES))
    proofs = tuple(
        Proof(name, promise, ()) for name, promise in zip(("lost", "twice"), PROMISES, strict=False)
    )
    monkeypatch.setattr(trust, "PROOFS", proofs)
    failed = replace(TWICE, length="short", holds=False)
    monkeypatch.setattr(trust, "prove", lambda proof, seed, *, long: failed)
    monkeypatch.setattr(sys, "argv", ["trust", "--only", "twice", "--output", str(document)])
    assert trust.main() == 1
    assert rows(document.read_text()) == [LOST.line(), TWICE.line(), failed.line()]


def test_names_are_words_of_their_own_and_choose_one() -> None:
    assert len({proof.name for proof in PROOFS}) == len({proof.promise for proof in PROOFS}) == len(PROOFS)
    assert all(" " not in proof.name and " | " not in proof.promise for proof in PROOFS)
    assert [proof.name for proof in chosen("reminders")] == ["reminders"]
    assert {proof.name for proof in chosen("planted")} >= {"rules", "queries"}
    with pytest.raises(SystemExit, match="no promise has 'remainders'"):
        chosen("remainders")


def test_the_page_in_the_repository_has_only_rows_of_promises_that_are_made() -> None:
    document = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")
    assert page(document, [], [proof.promise for proof in PROOFS]) == document
