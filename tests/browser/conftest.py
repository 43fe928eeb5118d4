"""Browser journeys: marked `browser`, and named as not run where no browser could be brought up."""

import os
from pathlib import Path

import pytest

from tests.grading.perk_story import *  # noqa: F403 - a fixture
from tests.services import chromium, playwright_chromium

# Playwright keeps an event loop in this thread; the tests' own queries beside it are meant.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = not (chromium() or playwright_chromium())
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if missing:
                item.add_marker(pytest.mark.skip(reason="no Chromium could be brought up"))
