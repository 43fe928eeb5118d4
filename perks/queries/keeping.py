"""How long the pictures of a course's proofs are kept."""

from __future__ import annotations

from datetime import date, timedelta

from perks.models import ExtensionRule
from schedule.models import Course


def kept_until(course: Course, rule: ExtensionRule | None) -> date:
    """The last day, by the course's clocks, on which photos and tracks are kept; they go in the night after.

    A course without an extension rule keeps them as long as such a rule would by default.
    """
    days: int = (rule or ExtensionRule(course=course)).photos_kept_days
    return course.ends_on + timedelta(days=days)
