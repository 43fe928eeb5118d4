"""What the style sheets and templates promise: one dark theme, nothing inline, nothing from elsewhere."""

import re
from pathlib import Path

import pytest

from courseportal.finders import NeededFilesFinder

ROOT = Path(__file__).parents[2]
SHEETS = sorted((ROOT / "static/portal/css").glob("*.css"))
LETTERS = {ROOT / "templates/people/letter.html"}
"""Mail programs read no style sheet: tests/people/test_letters.py says what holds there."""

TEMPLATES = sorted(set((ROOT / "templates").rglob("*.html")) - LETTERS)


def tokens(sheet: str, selector: str) -> dict[str, str]:
    """The custom properties and colour scheme of the one rule with that selector."""
    body = re.search(rf"{re.escape(selector)} \{{(.*?)\}}", sheet, re.DOTALL)
    assert body is not None, selector
    return dict(re.findall(r"([\w-]+):\s*([^;]+);", body[1]))


def test_the_dark_tokens_are_the_same_by_choice_and_by_device() -> None:
    sheet = (ROOT / "static/portal/css/tokens.css").read_text()
    chosen = tokens(sheet, "[data-bs-theme=dark], .theme-dark")
    assert len(chosen) > 20
    assert tokens(sheet, "[data-bs-theme=auto], .theme-auto") == chosen


def test_light_and_dark_set_the_same_tokens() -> None:
    sheet = (ROOT / "static/portal/css/tokens.css").read_text()
    assert set(tokens(sheet, ":root, [data-bs-theme=light], .theme-light")) == set(
        tokens(sheet, "[data-bs-theme=dark], .theme-dark")
    )


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_style_sheets_bring_nothing_from_elsewhere(path: Path) -> None:
    sheet = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    assert "@import" not in sheet
    assert re.findall(r"url\((?!#)[^)]*\)", sheet) == []
    assert sheet.count("{") == sheet.count("}")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_templates_have_nothing_inline(path: Path) -> None:
    source = path.read_text()
    assert not re.search(r"\sstyle\s*=", source)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", source)
    assert "<style" not in source
    assert all("src=" in tag or "json" in tag for tag in re.findall(r"<script\b[^>]*>", source))
    assert "http://" not in source.replace("http://www.w3.org/", "")


def test_of_bootstrap_only_the_style_sheet_and_its_map_are_served() -> None:
    finder = NeededFilesFinder()
    served = [path for path, storage in finder.list([]) if getattr(storage, "prefix", "") == "bootstrap"]
    assert sorted(served) == ["bootstrap.min.css", "bootstrap.min.css.map"]
    assert finder.find("bootstrap/bootstrap.min.css")
    assert not finder.find("bootstrap/bootstrap.css")
    assert finder.find("portal/css/tokens.css")
