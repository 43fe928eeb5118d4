"""What tests of grading share: an assignment, and the story of a perk."""

from __future__ import annotations

import pytest

from schedule.models import Assignment, Course
from tests.factories import make_assignment
from tests.grading.perk_story import *  # noqa: F403 - a fixture


@pytest.fixture
def assignment(course: Course) -> Assignment:
    """The first of the course: issued on 16 September 2025, due at the end of the 30th."""
    return make_assignment(course=course, number=1, title="Triton kernels", statement="Write **one** kernel.")
