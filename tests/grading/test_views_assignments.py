"""The list of assignments and the page of one, in the browser's words."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from people.models import User
from schedule.models import Assignment, Course
from tests.factories import make_assignment, make_file, make_submission, moscow

BEFORE = moscow(2025, 9, 29, 12)
LATE = moscow(2025, 10, 2, 12)


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "incoming"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()


@pytest.fixture
def assignment(course: Course) -> Assignment:
    return make_assignment(course=course, number=1, title="Triton kernels", statement="Write **one** kernel.")


def url(course: Course, tail: str) -> str:
    return f"/courses/{course.slug}/{tail}"


def post(client: Client, course: Course, **data: Any) -> HttpResponse:
    values: dict[str, Any] = {"form_token": str(uuid.uuid4()), "comment": "", "link": ""}
    response: Any = client.post(url(course, "assignments/1/"), values | data)
    return response  # type: ignore[no-any-return]


def work(name: str = "работа.ipynb", data: bytes = b"{}") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


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


def test_choosing_is_a_post(client: Client, course: Course, student: User) -> None:
    client.force_login(student)
    assert client.get(url(course, "assignments/1/choose/")).status_code == 405


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
def test_the_page_has_the_price_and_the_statement(
    client: Client, course: Course, assignment: Assignment, student: User
) -> None:
    client.force_login(student)
    response = client.get(url(course, "assignments/1/"))
    page = response.context["page"]
    assert page.price_now == 200 and page.state == "late"
    assert [step.penalty for step in page.steps[:3]] == [200, 300, 400]
    assert page.steps[0].until == moscow(2025, 10, 2, 23, 59, 59)
    assert page.price_list[0] == [int(moscow(2025, 10, 2, 23, 59, 59).timestamp()), 200]
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


STATEMENTS = {"assignments/": 8, "assignments/1/": 9, "grades/": 12}
"""Session, person, course, the page's own, and the frame's enrolments."""
