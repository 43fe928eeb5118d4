"""Wrong rules are noticed: each fault planted in a copy of the rules makes their tables of cases fail.

The tests of the rules run in a process of their own on the copy, without the portal's settings or a database.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.perk_mutants import PERKS, RULES
from tests.faults.planting import Mutant

ROOT = Path(__file__).parent.parent.parent
COPIED = (
    "grading/__init__.py",
    "grading/rules.py",
    "perks/__init__.py",
    "perks/rules.py",
    "schedule/__init__.py",
    "schedule/rules.py",
    "tests/__init__.py",
    "tests/grading/__init__.py",
    "tests/grading/autumn_2025.py",
    "tests/grading/test_rules.py",
    "tests/grading/test_rules_grades.py",
    "tests/grading/test_rules_lateness.py",
    "tests/perks/__init__.py",
    "tests/perks/oracle.py",
    "tests/perks/test_rules.py",
    "tests/schedule/__init__.py",
    "tests/schedule/test_rules.py",
)
ALL_PASSED, SOME_FAILED = 0, 1


MUTANTS = [
    Mutant("late at the very deadline", "if submitted_at <= due_at:", "if submitted_at < due_at:"),
    Mutant("a day more", "    return days\n", "    return days + 1\n"),
    Mutant("a day less", "    return days\n", "    return days - 1\n"),
    Mutant(
        "the end of a day is the next day",
        "while submitted_at > days_after",
        "while submitted_at >= days_after",
    ),
    Mutant(
        "days of 24 hours",
        "return instant(wall + timedelta(days=days), zone)",
        "return due_at + timedelta(days=days)",
    ),
    Mutant(
        "an ambiguous time is the earlier instant",
        "return max(local",
        "return min(local",
        "schedule/rules.py",
    ),
    Mutant("a date means its first second", "time(23, 59, 59)", "time(0, 0, 0)", "schedule/rules.py"),
    Mutant("a date means its last minute", "time(23, 59, 59)", "time(23, 59, 0)", "schedule/rules.py"),
    Mutant("any moment has a zone", "if moment.tzinfo is None:", "if False:", "schedule/rules.py"),
    Mutant("one day is free", "return self.per_day * days", "return self.per_day * (days - 1)"),
    Mutant(
        "the table is read a day ahead",
        "self.by_day[days - 1] if",
        "self.by_day[days % len(self.by_day)] if",
    ),
    Mutant(
        "the table closes a day early",
        "if days <= len(self.by_day) else",
        "if days < len(self.by_day) else",
    ),
    Mutant("a move is not hard", "FREE, closes_at=target_at, source", "FREE, closes_at=None, source"),
    Mutant(
        "the hard date closes a second early",
        "utc(submitted_at) > self.closes_at",
        "utc(submitted_at) >= self.closes_at",
    ),
    Mutant(
        "a price ends before its last second",
        "from bisect import bisect_left",
        "from bisect import bisect as bisect_left",
    ),
    Mutant("the dearest regime holds", "Step(end, *min((offer", "Step(end, *max((offer"),
    Mutant(
        "the penalty eats the bonus",
        "max(0, score - penalty) + bonus",
        "max(0, score + bonus - penalty)",
    ),
    Mutant("scores fall below zero", "max(0, score - penalty) + bonus", "score - penalty + bonus"),
    Mutant(
        "closed counts as zero",
        "return None if price is None else penalised",
        "return 0 if price is None else penalised",
    ),
    Mutant("the worst work counts", "return max((result for", "return min((result for"),
    Mutant(
        "the last of equals wins",
        "(-offer[0], utc(offer[1].submitted_at))",
        "(-offer[0], -utc(offer[1].submitted_at).timestamp())",
    ),
    Mutant("four points do not pass", "score >= self.pass_score", "score > self.pass_score"),
    Mutant("equality goes against the student", "if total >= grade.min_total", "if total > grade.min_total"),
    Mutant("passed work is not asked for", "and passed >= grade.min_passed", "and passed >= 0"),
    Mutant("one passed assignment is lost", "passed >= grade.min_passed:", "passed > grade.min_passed:"),
    Mutant(
        "the exam goes past the scale",
        "self.grades[min(max(place, 0), len(self.grades) - 1)]",
        "self.grades[place]",
    ),
    Mutant("lower is higher", "Outcome.LOWER: -1, Outcome.RAISE: 1", "Outcome.LOWER: 1, Outcome.RAISE: -1"),
    Mutant("the first outcome counts", "last = outcomes[-1]", "last = outcomes[0]"),
    Mutant("absent is failed", "if last is Outcome.ABSENT:", "if False:"),
    Mutant(
        "pending is confirmed",
        "        return Final(None, None, None)",
        "        outcomes = [Outcome.CONFIRM]",
    ),
    Mutant(
        "the pass is always by the final grade",
        "if rule.basis is PassBasis.FINAL else accumulated",
        "if rule.basis else accumulated",
    ),
    Mutant(
        "the pass needs more than its grade",
        "<= scale.rank(rule.from_grade)",
        "< scale.rank(rule.from_grade)",
    ),
]


def outcome_of_rule_tests(folder: Path, mutant: Mutant | None = None) -> int:
    """Copy the rules and their tests to a folder, plant the fault, run the tests; pytest's exit status."""
    for path in COPIED:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, folder / path)
    if mutant:
        target = folder / mutant.path
        target.write_text(mutant.planted(target.read_text()))
    tests = "tests" if mutant is None or mutant.path != PERKS else "tests/perks"
    options = ["-x", "--assert=plain", "-p", "no:cacheprovider", "-c", os.devnull, f"--rootdir={folder}"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, tests],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        check=False,
    )
    return done.returncode


@pytest.mark.trust
def test_the_rules_as_they_are_pass(tmp_path: Path) -> None:
    assert outcome_of_rule_tests(tmp_path) == ALL_PASSED


@pytest.mark.trust
@pytest.mark.parametrize("mutant", [*MUTANTS, *RULES], ids=lambda mutant: mutant.name)
def test_a_wrong_rule_is_noticed(mutant: Mutant, tmp_path: Path) -> None:
    assert outcome_of_rule_tests(tmp_path, mutant) == SOME_FAILED
