"""The advisor: what each choice of deadlines would give a group back, by the gradebook's own code."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from grading.queries.advisor import Advice, advice
from grading.queries.gradebook import gradebook
from people.models import User
from perks.rules import MoveRule
from schedule.models import Assignment, Course, StudyGroup
from tests.factories import (
    make_activity,
    make_assignment,
    make_enrolment,
    make_extension_rule,
    make_group,
    make_proof,
    make_request,
    make_submission,
    moscow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

TARGET = moscow(2025, 12, 14, 23, 59, 59)
NOW = moscow(2025, 11, 20, 12)
RULE = MoveRule(TARGET, 2)


@pytest.fixture
def assignments(course: Course) -> list[Assignment]:
    """Six, all due at the end of 30 September 2025."""
    return [make_assignment(course=course, number=number) for number in range(1, 7)]


def late(assignment: Assignment, student: User, days: int, score: int = 1000) -> None:
    """Graded work that is so many days late."""
    at = moscow(2025, 10, days, 12)
    make_submission(assignment=assignment, student=student, submitted_at=at, score=score)


def asked(course: Course, group: StudyGroup, **kept: object) -> Advice:
    return advice(course, group.pk, RULE, NOW, **kept)  # type: ignore[arg-type]


def test_every_choice_with_what_it_returns(
    course: Course, group: StudyGroup, assignments: list[Assignment], student: User, group_mate: User
) -> None:
    late(assignments[1], student, 2)
    late(assignments[2], student, 3)
    late(assignments[2], group_mate, 1)
    late(assignments[0], group_mate, 9)  # the first one never moves
    found = {one.numbers: one.regained for one in asked(course, group).choices}
    assert found == {
        (2, 3): 600,
        (3, 4): 400,
        (3, 5): 400,
        (2, 4): 200,
        (2, 5): 200,
        (4, 5): 0,
        (2,): 200,
        (3,): 400,
        (4,): 0,
        (5,): 0,
    }
    assert asked(course, group).choices[0].numbers == (2, 3)


def test_it_says_what_the_gradebook_says_once_the_move_is_active(
    course: Course, group: StudyGroup, assignments: list[Assignment], student: User, group_mate: User
) -> None:
    for number, assignment in enumerate(assignments):
        late(assignment, student, 2 + number, 900)
        late(assignment, group_mate, 8 - number, 700)
    before = {row.student_id: row for row in gradebook(course, NOW).rows}
    foretold = asked(course, group).choice([5, 2])
    assert foretold is not None
    make_extension_rule(course=course)
    make_request(group=group, assignments=[assignments[1], assignments[4]])
    make_proof(group=group, activity=make_activity(course=course, min_people=2), people=[student, group_mate])
    after = {row.student_id: row for row in gradebook(course, NOW).rows}
    assert foretold.changes
    for change in foretold.changes:
        stands, becomes = before[change.student_id].standing, after[change.student_id].standing
        assert (change.total, change.total_after) == (stands.total, becomes.total)
        assert (change.grade, change.grade_after) == (stands.accumulated.code, becomes.accumulated.code)
    assert foretold.regained == sum(row.standing.total for row in after.values()) - sum(
        row.standing.total for row in before.values()
    )
    # What stands already does not change what a choice is worth: it is held against no move at all.
    assert asked(course, group).choice([2, 5]) == foretold


def test_whose_grade_rises(
    course: Course, group: StudyGroup, assignments: list[Assignment], student: User, group_mate: User
) -> None:
    for assignment in assignments[:4]:
        late(assignment, student, 2, 850)
        late(assignment, group_mate, 1, 1000)
    choice = asked(course, group).choice([2, 3])
    assert choice is not None
    # 26 points become 30: satisfactory; 36 become 38 and stay good.
    assert [(one.student_id, one.grade, one.grade_after) for one in choice.rises] == [
        (student.pk, "unsatisfactory", "satisfactory")
    ]
    assert [one.regained for one in choice.changes] == [400, 200]


def test_work_after_the_target_is_told_as_lost(
    course: Course, group: StudyGroup, assignments: list[Assignment], student: User
) -> None:
    assignment = make_assignment(course=course, number=7, due_at=moscow(2025, 12, 20))
    make_submission(assignment=assignments[5], student=student, submitted_at=moscow(2025, 9, 25), score=900)
    make_submission(assignment=assignments[5], student=student, submitted_at=moscow(2025, 12, 16), score=1000)
    make_submission(assignment=assignment, student=student, submitted_at=moscow(2025, 12, 19), score=800)
    make_assignment(course=course, number=8)
    found = {one.numbers: one.regained for one in asked(course, group).choices}
    assert found[7,] == -800
    assert found[6,] == 0


def test_what_has_moved_stays_in_every_choice(
    course: Course, group: StudyGroup, assignments: list[Assignment], student: User
) -> None:
    late(assignments[4], student, 5)
    numbers = [one.numbers for one in asked(course, group, kept=[3]).choices]
    assert numbers[0] == (3, 5)
    assert sorted(numbers) == [(2, 3), (3,), (3, 4), (3, 5)]


def test_other_groups_do_not_count(
    course: Course, group: StudyGroup, assignments: list[Assignment], student: User
) -> None:
    elsewhere = make_enrolment(group=make_group(course=course)).person
    late(assignments[1], elsewhere, 5)
    assert {one.regained for one in asked(course, group).choices} == {0}


def test_a_course_of_very_many_assignments(course: Course, group: StudyGroup, student: User) -> None:
    many = [make_assignment(course=course, number=number) for number in range(1, 61)]
    late(many[40], student, 3)
    late(many[50], student, 2)
    assert asked(course, group).choices[0].numbers == (41, 51)


@pytest.mark.parametrize("students", [1, 30])
def test_statements_do_not_grow(
    course: Course,
    group: StudyGroup,
    assignments: list[Assignment],
    students: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _each in range(students):
        person = make_enrolment(group=group).person
        late(assignments[1], person, 3)
    with django_assert_num_queries(7):
        assert asked(course, group).choices[0].regained == 300 * students
