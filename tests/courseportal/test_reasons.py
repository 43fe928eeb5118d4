"""Whatever a kind of message answers to "does it still hold", staff read it in words."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable
from typing import Any

import pytest

from people.kinds import NOT_YET, Kind, kinds, reasons
from people.why import REASONS


def answers(kind: Kind) -> set[str]:
    """The words, named in capitals, that the kind's check or one that it asks may answer."""
    found: set[str] = set()
    todo: list[Callable[..., Any]] = [kind.holds]
    module = sys.modules[kind.holds.__module__]
    while todo:
        for node in ast.walk(ast.parse(inspect.getsource(todo.pop()))):
            if isinstance(node, ast.Return) and node.value is not None:
                names = [each.id for each in ast.walk(node.value) if isinstance(each, ast.Name)]
                found |= {getattr(module, name) for name in names if name.isupper()}
                todo += [getattr(module, name) for name in names if name.endswith(("_hold", "_holds"))]
    return found - {NOT_YET}


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_every_answer_has_its_words(kind: Kind) -> None:
    assert answers(kind) <= reasons.keys() | REASONS.keys()


def test_the_check_finds_answers() -> None:
    found = set().union(*(answers(kind) for kind in kinds()))
    assert len(found) > 6, found
