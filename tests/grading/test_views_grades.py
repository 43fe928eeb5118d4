"""My grades: the gradebook's own verdicts, and the rule laid open."""

from __future__ import annotations

import pytest
from django.test import Client

from grading.models import GradingScheme
from grading.queries.gradebook import gradebook
from grading.queries.grades import GradesPage, grades_page
from people.models import User
from schedule.models import Course
from tests.factories import make_assignment, make_course, make_exam_result, make_submission, moscow
from tests.grading.posting import url

NOW = moscow(2025, 12, 31, 12)

LATE = moscow(2025, 10, 2, 12)


@pytest.fixture
def graded(course: Course, student: User) -> Course:
    """Six assignments: 10, 9 late by two days, 3, waiting, nothing, 10 that came too late to count."""
    assignments = [make_assignment(course=course, number=number) for number in range(1, 7)]
    make_submission(assignment=assignments[0], student=student, score=1000)
    make_submission(assignment=assignments[0], student=student, score=200)
    make_submission(assignment=assignments[1], student=student, score=900, submitted_at=LATE)
    make_submission(assignment=assignments[2], student=student, score=300)
    make_submission(assignment=assignments[3], student=student)
    assignments[5].closes_at = assignments[5].due_at
    assignments[5].save()
    make_submission(assignment=assignments[5], student=student, score=1000, submitted_at=LATE)
    return course


def page_of(course: Course, student: User) -> GradesPage:
    page = grades_page(course, student, NOW)
    assert page is not None
    return page


def test_every_number_shows_its_sum(graded: Course, student: User) -> None:
    page = page_of(graded, student)
    sums = [(one.mark.score, one.mark.penalty, one.mark.result) if one.mark else None for one in page.lines]
    assert sums == [(1000, 0, 1000), (900, 200, 700), (300, 0, 300), None, None, None]
    assert [line.waiting for line in page.lines] == [False, False, False, True, False, False]
    assert (page.total, page.passed, page.passed_numbers) == (2000, 2, (1, 2))
    assert page.accumulated_title == "unsatisfactory"


def test_the_marks_are_the_gradebooks(graded: Course, student: User) -> None:
    page, [row] = page_of(graded, student), gradebook(graded, NOW, students=[student.pk]).rows
    assert [one.mark.result if one.mark else None for one in page.lines] == list(row.scores)
    assert (page.total, page.passed) == (row.standing.total, row.standing.passed)
    assert page.final == row.final


def test_the_rule_is_laid_open(course: Course, student: User) -> None:
    for number in range(1, 7):
        score = 1000 if number <= 4 else 300
        make_submission(
            assignment=make_assignment(course=course, number=number), student=student, score=score
        )
    page = page_of(course, student)
    assert page.total == 4600
    assert [(row.code, row.total_holds, row.passed_holds, row.is_mine) for row in page.scale] == [
        ("excellent", False, False, False),
        ("good", True, True, True),
        ("satisfactory", True, True, False),
        ("unsatisfactory", True, True, False),
    ]
    assert page.next_grade is not None and page.next_grade.code == "excellent"


@pytest.mark.parametrize(
    ("outcomes", "outcome", "final", "passed", "words"),
    [
        ([], "", "", None, "pending"),
        (["confirm"], "grade confirmed", "good", True, "given"),
        (["lower"], "one grade lower", "satisfactory", False, "not given"),
        (["absent"], "absent", "", None, "none, absent"),
        (["fail", "raise"], "one grade higher", "excellent", True, "given"),
    ],
)
def test_the_exam_and_the_pass(
    client: Client,
    course: Course,
    student: User,
    outcomes: list[str],
    outcome: str,
    final: str,
    passed: bool | None,
    words: str,
) -> None:
    for number in range(1, 5):
        make_submission(assignment=make_assignment(course=course, number=number), student=student, score=900)
    for day, one in enumerate(outcomes):
        make_exam_result(course=course, student=student, outcome=one, recorded_at=moscow(2025, 12, 20 + day))
    page = page_of(course, student)
    assert (page.outcome_title, page.final_title, page.final.passed) == (outcome, final, passed)
    client.force_login(student)
    assert words in client.get(url(course, "grades/")).content.decode()


def test_a_course_without_a_scale_says_so(client: Client, course: Course, student: User) -> None:
    GradingScheme.objects.all().delete()
    client.force_login(student)
    answer = client.get(url(course, "grades/"))
    assert answer.status_code == 200 and "no grade scale yet" in answer.content.decode()


def test_staff_have_no_grades_of_their_own(client: Client, course: Course, assistant: User) -> None:
    client.force_login(assistant)
    assert client.get(url(course, "grades/")).status_code == 404


def test_only_ones_own_work_is_summed(course: Course, student: User, group_mate: User) -> None:
    assignment = make_assignment(course=course)
    make_submission(assignment=assignment, student=group_mate, score=1000)
    make_submission(assignment=make_assignment(course=make_course()), student=student, score=1000)
    page = page_of(course, student)
    assert page.total == 0 and [line.mark for line in page.lines] == [None]
