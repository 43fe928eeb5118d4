"""docs/course-rules.md names code and tests that exist, and its worked examples hold."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from pkgutil import resolve_name

from grading.rules import days_late
from schedule.points import parse_points
from tests.grading.autumn_2025 import DUE, MOSCOW, MOVED, ORDINARY, score_of

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "course-rules.md").read_text()
CODE = re.compile(r"`((?:people|schedule|perks|grading)\.(?:rules|models|queries|actions|arrival)\.[\w.]+)`")
TEST = re.compile(r"`(test_\w+)`")
EXAMPLE = re.compile(
    r"^\| (2025-[-\d]+ [:\d]+) \| (\d+) \| (\d+) \| (\w+) \| (\w+) \| (\w+) \|$", re.MULTILINE
)


def test_the_page_names_code_that_exists() -> None:
    named = set(CODE.findall(PAGE))
    assert len(named) > 20
    for name in sorted(named):
        assert resolve_name(name), name


def test_the_page_names_tests_that_exist() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    written = set(re.findall(r"^ *def (test_\w+)", sources, re.MULTILINE))
    named = set(TEST.findall(PAGE))
    assert len(named) > 50
    assert named <= written, named - written


def test_every_rule_that_is_in_the_portal_names_its_code_and_its_test() -> None:
    settled = [
        part
        for part in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
        if "not in the portal" not in part.lower()
    ]
    rules = [rule for part in settled for rule in re.split(r"\n\n(?=\*\*)", part)[1:]]
    assert len(rules) > 20
    for rule in rules:
        assert CODE.search(rule) and TEST.search(rule), rule


def test_every_worked_example_of_the_page_holds() -> None:
    examples = EXAMPLE.findall(PAGE)
    assert len(examples) == 7
    for handed_in, given, late, ordinary, earned, not_earned in examples:
        moment, score = datetime.fromisoformat(f"{handed_in}+03:00"), parse_points(given)
        assert days_late(moment, DUE, MOSCOW) == int(late)
        assert score_of(moment, score, ORDINARY) == parse_points(ordinary) == parse_points(not_earned)
        assert score_of(moment, score, MOVED) == (None if earned == "refused" else parse_points(earned))
