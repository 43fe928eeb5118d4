"""What tests of hand-ins share: a folder for files, and an assignment."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from schedule.models import Assignment, Course
from tests.factories import make_assignment


@pytest.fixture
def place(tmp_path: Path, settings: Settings) -> Path:
    """An empty folder of files, uploads arriving inside it."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "files/incoming"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir(parents=True)
    return tmp_path / "files"


@pytest.fixture
def assignment(course: Course) -> Assignment:
    """The first of the course: issued on 16 September 2025, due at the end of the 30th."""
    return make_assignment(course=course, number=1, title="Triton kernels", statement="Write **one** kernel.")
