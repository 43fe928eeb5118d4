"""The gradebook: one set of rules for one student and for all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.db.models import QuerySet
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from courseportal.home_page import home_page
from grading.models import GradeRow, GradingScheme
from grading.queries.assignments import assignments_page
from grading.queries.deadlines import course_deadlines
from grading.queries.gradebook import gradebook
from grading.queries.grades import grades_page
from grading.queries.scheme import SchemeMissing, SchemeUnsound
from people.models import User
from schedule.models import Course, StudyGroup
from tests.factories import (
    make_assignment,
    make_course,
    make_enrolment,
    make_exam_result,
    make_review,
    make_submission,
    moscow,
)

NOW = moscow(2025, 12, 31, 12)

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def test_scores_are_the_best_penalised_ones(course: Course, student: User) -> None:
    first, second, third = (make_assignment(course=course) for _number in range(3))
    make_submission(
        assignment=first, student=student, submitted_at=moscow(2025, 9, 30, 23, 59, 59), score=700
    )
    make_submission(assignment=first, student=student, submitted_at=moscow(2025, 10, 1), score=1000)
    make_submission(assignment=first, student=student, submitted_at=moscow(2025, 10, 2))
    make_submission(assignment=second, student=student, submitted_at=moscow(2025, 12, 1), score=900)

    row = gradebook(course, NOW).rows[0]

    assert row.scores == (900, 0, None)
    assert row.waiting == (True, False, False)
    assert (row.standing.total, row.standing.passed) == (900, 1)
    assert row.standing.accumulated.code == "unsatisfactory"
    assert row.final.outcome is None
    assert third.number == 3


def test_an_assignment_that_is_made_while_a_page_is_read_breaks_nothing(
    course: Course, student: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_assignment(course=course)
    deadlines = course_deadlines(course, NOW)
    make_assignment(course=course)
    assert [column.number for column in gradebook(course, NOW, deadlines=deadlines).columns] == [1]

    monkeypatch.setattr("grading.queries.assignments.course_deadlines", lambda *_asked, **_of: deadlines)
    page = assignments_page(course, student, moscow(2025, 9, 20))
    assert [line.number for line in page.lines] == [1]


def test_exam_shifts_the_grade_and_the_last_outcome_counts(course: Course, student: User) -> None:
    for _number in range(6):
        make_submission(assignment=make_assignment(course=course), student=student, score=800)
    make_exam_result(course=course, student=student, outcome="fail", recorded_at=moscow(2025, 12, 20))
    make_exam_result(course=course, student=student, outcome="lower", recorded_at=moscow(2025, 12, 27))

    row = gradebook(course, NOW).rows[0]

    assert row.standing.accumulated.code == "excellent"
    assert row.final.grade is not None
    assert (row.final.grade.code, row.final.passed) == ("good", True)


def test_students_only_in_order_of_group_name_and_email(
    course: Course, student: User, group_mate: User, representative: User, assistant: User, group: StudyGroup
) -> None:
    gone = make_enrolment(group=group, left_at=moscow(2025, 10, 1)).person

    people = [row.email for row in gradebook(course, NOW).rows]

    assert people == [group_mate.email, student.email, representative.email]
    assert gone.email not in people
    assert assistant.email not in people


def test_bonus_is_never_penalised(course: Course, student: User) -> None:
    late = make_submission(
        assignment=make_assignment(course=course), student=student, submitted_at=moscow(2025, 12, 1)
    )
    make_review(submission=late, score=1000, bonus=50)

    assert gradebook(course, NOW).rows[0].scores == (50,)


def test_work_after_the_hard_date_does_not_count(course: Course, student: User) -> None:
    hard = make_assignment(course=course, closes_at=moscow(2025, 9, 30, 23, 59, 59))
    make_submission(assignment=hard, student=student, submitted_at=moscow(2025, 10, 1), score=1000)

    assert gradebook(course, NOW).rows[0].scores == (None,)


def test_the_course_closes_its_assignments_but_never_before_they_are_due(course: Course) -> None:
    course.closes_at = moscow(2025, 10, 5)
    early, late = make_assignment(course=course), make_assignment(course=course, due_at=moscow(2025, 11, 1))
    deadlines = course_deadlines(course, NOW)

    assert deadlines.of_course[early.pk].closes_at == moscow(2025, 10, 5)
    assert deadlines.of_course[late.pk].closes_at == moscow(2025, 11, 1)
    assert deadlines.of_course[late.pk].is_hard


@pytest.mark.parametrize("students", [1, 30])
def test_statements_do_not_grow_with_students(
    course: Course, group: StudyGroup, students: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assignments = [make_assignment(course=course) for _number in range(6)]
    for _number in range(students):
        person = make_enrolment(group=group).person
        for assignment in assignments:
            make_submission(assignment=assignment, student=person, score=500)

    with django_assert_num_queries(8):
        assert len(gradebook(course, NOW).rows) == students


def test_one_student_has_the_same_row_as_in_the_whole_table(
    course: Course, student: User, group_mate: User
) -> None:
    for person in (student, group_mate):
        make_submission(assignment=make_assignment(course=course), student=person, score=950)

    (row,) = gradebook(course, NOW, students=[student.pk]).rows

    assert row in gradebook(course, NOW).rows


def test_a_course_without_a_scale_is_named() -> None:
    with pytest.raises(SchemeMissing, match="no grade scale"):
        gradebook(make_course(scheme=False), NOW)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda rows: GradingScheme.objects.filter(grades__in=rows).update(pass_grade="superb"),
        lambda rows: rows.filter(position=0).update(min_total=10),
        lambda rows: rows.filter(position=3).delete(),
    ],
)
def test_a_scale_that_contradicts_itself_is_named_and_breaks_no_page(
    course: Course, student: User, client: Client, spoil: Callable[[QuerySet[GradeRow]], object]
) -> None:
    make_assignment(course=course)
    make_exam_result(course=course, student=student)
    client.force_login(student)
    spoil(GradeRow.objects.filter(scheme__course=course))

    with pytest.raises(SchemeUnsound, match="contradicts itself"):
        gradebook(course, NOW)
    with pytest.raises(CommandError, match="contradicts itself"):
        call_command("gradebook", course.slug)
    for page in ("/", f"/courses/{course.slug}/schedule/", f"/courses/{course.slug}/assignments/"):
        assert client.get(page).status_code == 200
    assert "contradicts itself" in client.get(f"/courses/{course.slug}/grades/").text


def test_waiting_work_may_add_full_points_less_its_lateness(course: Course, student: User) -> None:
    new, better, hopeless = (make_assignment(course=course) for _number in range(3))
    make_submission(assignment=new, student=student, submitted_at=moscow(2025, 10, 3, 12))  # 3 days late
    make_submission(assignment=better, student=student, submitted_at=moscow(2025, 9, 30), score=400)
    make_submission(assignment=better, student=student, submitted_at=moscow(2025, 10, 1, 12))
    make_submission(assignment=hopeless, student=student, submitted_at=moscow(2025, 9, 30), score=900)
    make_submission(assignment=hopeless, student=student, submitted_at=moscow(2025, 12, 1))

    page = grades_page(course, student, NOW)
    today = home_page(course, student, moscow(2025, 12, 2))

    assert page is not None
    assert [line.may_add for line in page.lines] == [700, 500, 0]
    assert today.standing is not None
    assert today.standing.waiting == 1200
