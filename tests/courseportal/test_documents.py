"""The documents: what they point at is there."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT: Path = settings.BASE_DIR
PAGES = sorted(path.relative_to(ROOT) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINKS = re.compile(r'\]\(([^)#\s]+)(?:#[^)]*)?\)|src="([^"]+)"')


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", (ROOT / page).read_text("utf-8"), flags=re.DOTALL)
    targets = [found[1] or found[2] for found in LINKS.finditer(text)]
    missing = [
        target
        for target in targets
        if not target.startswith(("http://", "https://")) and not (ROOT / page.parent / target).exists()
    ]
    assert missing == []


def test_the_readme_shows_a_page_of_the_portal() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    pictures = re.findall(r"docs/pictures/\w+\.png", text)
    assert pictures
    assert all((ROOT / each).read_bytes().startswith(b"\x89PNG") for each in pictures)


COMMANDS = re.compile(r"\bmanage(?:\.py)? ([a-z]\w+)\b(?! *\()")


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_commands_are_there(page: Path) -> None:
    told = set(COMMANDS.findall((ROOT / page).read_text("utf-8")))
    assert told <= {*get_commands(), "check"}
