"""The list of assignments and the page of one: who sees them, and what they say."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from grading.models import LatePenalty
from people.models import User
from schedule.models import Assignment, Course
from tests.factories import make_assignment, make_file, make_review, make_submission, moscow
from tests.grading.posting import post, url, work

BEFORE = moscow(2025, 9, 29, 12)
LATE = moscow(2025, 10, 2, 12)

pytestmark = pytest.mark.usefixtures("place")


# Who, and how ------------------------------------------------------------------------------------------

PAGES = ["assignments/", "assignments/1/", "grades/"]


@pytest.mark.parametrize("page", [*PAGES, "receipts/AAAA-AAAA-AAAA/", "files/1/a.py"])
def test_a_visitor_is_asked_to_sign_in(
    client: Client, course: Course, assignment: Assignment, page: str
) -> None:
    response = client.get(url(course, page))
    assert response.status_code == 302 and response.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("page", [*PAGES, "receipts/AAAA-AAAA-AAAA/", "files/1/a.py"])
def test_a_stranger_finds_nothing(
    client: Client, course: Course, assignment: Assignment, stranger: User, page: str
) -> None:
    client.force_login(stranger)
    assert client.get(url(course, page)).status_code == 404


@pytest.mark.parametrize("page", [*PAGES, "receipts/AAAA-AAAA-AAAA/", "files/1/a.py"])
def test_pages_are_not_deleted_or_put(client: Client, course: Course, student: User, page: str) -> None:
    client.force_login(student)
    assert client.delete(url(course, page)).status_code == 405
    assert client.put(url(course, page)).status_code == 405


@time_machine.travel(BEFORE)
def test_choosing_is_a_post_and_whoever_had_to_sign_in_first_comes_back_to_the_assignment(
    client: Client, course: Course, assignment: Assignment, student: User
) -> None:
    first = make_submission(assignment=assignment, student=student)
    make_submission(assignment=assignment, student=student)
    choosing = url(course, "assignments/1/choose/")
    asked = client.post(choosing, {"attempt": first.pk})
    assert asked.headers["Location"] == f"/accounts/login/?next={choosing}"
    client.force_login(student)
    assert client.get(choosing).headers["Location"] == url(course, "assignments/1/")
    page = client.get(url(course, "assignments/1/")).context["page"]
    assert [one.number for one in page.attempts if one.is_pointed_to] == [2]
    assert client.put(choosing).status_code == 405


@pytest.mark.parametrize("tail", ["assignments/7/", "assignments/99999999999999999999/", "receipts/x/"])
def test_what_is_not_there_is_not_found(client: Client, course: Course, student: User, tail: str) -> None:
    client.force_login(student)
    assert client.get(url(course, tail)).status_code == 404


# The pages ---------------------------------------------------------------------------------------------


@time_machine.travel(BEFORE)
def test_the_list_says_what_to_do_next(
    client: Client, course: Course, assignment: Assignment, student: User
) -> None:
    make_assignment(course=course, number=2, issued_on=BEFORE.date(), due_at=moscow(2025, 10, 13, 23, 59, 59))
    make_submission(assignment=assignment, student=student)
    client.force_login(student)
    page = client.get(url(course, "assignments/")).context["page"]
    assert [(line.number, line.state, line.needs_you) for line in page.lines] == [
        (1, "waiting", False),
        (2, "open", True),
    ]


@time_machine.travel(LATE)
def test_a_deadline_that_has_passed_and_costs_nothing_is_not_told_as_coming(
    client: Client, course: Course, assignment: Assignment, student: User
) -> None:
    LatePenalty.objects.filter(course=course).delete()
    client.force_login(student)
    text = client.get(url(course, "assignments/")).content.decode()
    assert "№\u00a01\u00a0was due on 30\u00a0September; handing in costs nothing." in text


@time_machine.travel(LATE)
def test_the_page_has_the_price_and_the_statement(
    client: Client, course: Course, assignment: Assignment, student: User
) -> None:
    client.force_login(student)
    response = client.get(url(course, "assignments/1/"))
    page = response.context["page"]
    assert page.price_now == 200 and page.state == "late"
    assert [step.penalty for step in page.steps[:3]] == [200, 300, 400]
    assert page.steps[0].until == moscow(2025, 10, 2, 23, 59, 59)
    assert "<strong>one</strong>" in response.content.decode()


@time_machine.travel(moscow(2025, 9, 15, 23, 59, 59))
def test_a_task_is_not_shown_before_its_day(
    client: Client, course: Course, assignment: Assignment, student: User, assistant: User
) -> None:
    client.force_login(student)
    response = client.get(url(course, "assignments/1/"))
    assert response.status_code == 200 and "kernel." not in response.content.decode()
    assert response.context["page"].hand_in == "not_issued"
    client.force_login(assistant)
    assert "kernel." in client.get(url(course, "assignments/1/")).content.decode()


@time_machine.travel(LATE)
@pytest.mark.parametrize("path", ["assignments/", "assignments/1/", "grades/"])
def test_the_number_of_statements_does_not_grow(
    client: Client,
    course: Course,
    assignment: Assignment,
    student: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    path: str,
) -> None:
    client.force_login(student)
    make_file(submission=make_submission(assignment=assignment, student=student, score=700))
    with django_assert_num_queries(STATEMENTS[path]):
        assert client.get(url(course, path)).status_code == 200
    for number in range(2, 31):
        other = make_assignment(course=course, number=number)
        for _attempt in range(2):
            make_file(submission=make_submission(assignment=other, student=student, score=500))
        make_file(submission=make_submission(assignment=assignment, student=student, score=300))
    with django_assert_num_queries(STATEMENTS[path]):
        assert client.get(url(course, path)).status_code == 200


STATEMENTS = {"assignments/": 11, "assignments/1/": 12, "grades/": 13}
"""Session, person, course, the page's own, and the frame's enrolments."""


# What came of it ---------------------------------------------------------------------------------------


@time_machine.travel(LATE)
def test_attempts_show_three_numbers_feedback_and_which_counts(
    client: Client, course: Course, assignment: Assignment, student: User, assistant: User
) -> None:
    first = make_submission(assignment=assignment, student=student, submitted_at=moscow(2025, 10, 1, 12))
    make_review(submission=first, score=900, feedback="Good *work*<script>", reviewer=assistant)
    make_submission(assignment=assignment, student=student, submitted_at=moscow(2025, 10, 2, 9))
    client.force_login(student)
    response = client.get(url(course, "assignments/1/"))
    page = response.context["page"]
    second, best = page.attempts
    assert (best.mark.score, best.mark.penalty, best.mark.result) == (900, 100, 800)
    assert (best.state, second.state) == ("counts", "waiting")
    assert (page.state, page.score, page.is_passed, best.reviewer) == ("new_version", 800, True, "Ким Павел")
    text = response.content.decode()
    assert "Good <em>work</em>" in text and "<script>" not in text.replace('<script type="module"', "")


@time_machine.travel(BEFORE)
def test_an_equal_file_is_told_not_refused(
    client: Client, course: Course, assignment: Assignment, student: User
) -> None:
    client.force_login(student)
    post(client, course, files=work())
    again = post(client, course, files=work("other.ipynb"))
    page = client.get(again.headers["Location"]).context["page"]
    assert page.attempt.number == 2 and page.attempt.files[0].same_as == 1
    known = client.get(url(course, "assignments/1/")).context["page"].known_files
    assert list(known.values()) == [1]


@time_machine.travel(BEFORE)
def test_choosing_an_attempt(client: Client, course: Course, assignment: Assignment, student: User) -> None:
    first = make_submission(assignment=assignment, student=student)
    make_submission(assignment=assignment, student=student)
    client.force_login(student)
    answer = client.post(url(course, "assignments/1/choose/"), {"attempt": first.pk})
    assert answer.headers["Location"] == url(course, "assignments/1/")
    page = client.get(url(course, "assignments/1/")).context["page"]
    assert [one.number for one in page.attempts if one.is_pointed_to] == [1]


@pytest.mark.parametrize("attempt", ["", "x", "-1", "0", "²", "9" * 18, "9" * 40])
def test_choosing_what_is_not_ones_own_is_404(
    client: Client, course: Course, assignment: Assignment, student: User, group_mate: User, attempt: str
) -> None:
    client.force_login(student)
    theirs = make_submission(assignment=assignment, student=group_mate)
    assert client.post(url(course, "assignments/1/choose/"), {"attempt": theirs.pk}).status_code == 404
    assert client.post(url(course, "assignments/1/choose/"), {"attempt": attempt}).status_code == 404
    assert client.post(url(course, "assignments/9/choose/"), {"attempt": theirs.pk}).status_code == 404
