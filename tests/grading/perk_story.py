"""A group that has earned the perk and moved a deadline, as a fixture."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from people.models import User
from perks.models import Activity, Proof
from schedule.models import Course, StudyGroup
from tests.factories import (
    make_activity,
    make_assignment,
    make_extension_rule,
    make_proof,
    make_request,
    make_submission,
    moscow,
)

__all__ = ["story"]


@dataclass(frozen=True)
class Story:
    """A group of three that did both activities with two people, asked for № 2 and handed it in late."""

    course: Course
    group: StudyGroup
    match: Activity
    photo: Activity
    on_match: Proof
    on_photo: Proof


@pytest.fixture
def story(course: Course, group: StudyGroup, student: User, group_mate: User, representative: User) -> Story:
    make_extension_rule(course=course)
    assignments = [make_assignment(course=course) for _number in range(4)]
    match = make_activity(course=course, title="Match", min_people=2)
    photo = make_activity(course=course, title="Photo", min_people=2, checkpoints=1)
    people = (student, group_mate)
    on_match = make_proof(group=group, activity=match, people=people)
    on_photo = make_proof(group=group, activity=photo, people=people, checkpoint=1)
    make_request(group=group, assignments=assignments[1:2])
    for person, day in ((student, 3), (group_mate, 5)):
        make_submission(
            assignment=assignments[1], student=person, submitted_at=moscow(2025, 10, day, 12), score=900
        )
    # Handed in by the representative in time: nothing changes for him.
    make_submission(assignment=assignments[1], student=representative, score=800)
    return Story(course, group, match, photo, on_match, on_photo)
