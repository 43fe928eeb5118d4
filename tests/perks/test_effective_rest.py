"""docs/effective-rest.md draws what the tables say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from perks.rules import REQUEST_STEPS
from tests import drawings
from tests.services import ROOT


def test_the_drawings_are_those_of_the_tables() -> None:
    page = drawings.PAGE.read_text(encoding="utf-8")
    assert page == drawings.with_drawings(page), "make them anew: .venv/bin/python -m tests.drawings"


def test_a_step_more_is_another_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = drawings.request_drawing()
    monkeypatch.setattr(drawings, "REQUEST_STEPS", REQUEST_STEPS[1:])
    assert drawings.request_drawing() != before
    late = replace(REQUEST_STEPS[0], only_until_target=False)
    monkeypatch.setattr(drawings, "REQUEST_STEPS", (late, *REQUEST_STEPS[1:]))
    assert drawings.request_drawing() != before


def test_a_page_without_a_place_for_a_drawing_is_told() -> None:
    with pytest.raises(ValueError, match="request"):
        drawings.with_drawings("# Effective rest")


def test_the_page_names_files_that_exist() -> None:
    page = drawings.PAGE.read_text(encoding="utf-8")
    named = [part for part in page.split("`")[1::2] if part.endswith(".py")]
    assert len(named) > 8
    assert [name for name in named if not (ROOT / name).is_file()] == []
