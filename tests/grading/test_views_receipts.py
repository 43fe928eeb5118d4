"""Receipts, and the files they promise, given back to those who may have them."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from io import BytesIO
from urllib.parse import quote

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from grading.models import Submission, SubmissionFile
from grading.views.receipts import attachment_header
from people.models import User
from people.storage import durable_storage
from schedule.models import Assignment, Course, Enrolment
from tests.factories import make_file, make_submission, moscow
from tests.grading.posting import post, url

pytestmark = pytest.mark.usefixtures("place")

BYTES = os.urandom(100_000)


@pytest.fixture
def kept(client: Client, course: Course, assignment: Assignment, student: User) -> SubmissionFile:
    """A file handed in by the form."""
    client.force_login(student)
    with time_machine.travel(moscow(2025, 9, 29, 12, 30, 15)):
        post(client, course, files=SimpleUploadedFile("Отчёт «5».ipynb", BYTES), link="https://example.org/a")
    client.logout()
    return SubmissionFile.objects.get()


def place_of(course: Course, file: SubmissionFile) -> str:
    return url(course, f"files/{file.pk}/{quote(file.name)}")


@pytest.mark.parametrize("who", ["student", "assistant", "lecturer"])
def test_who_may_see_a_receipt_and_its_file(
    client: Client, course: Course, kept: SubmissionFile, who: str, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))
    answer = client.get(url(course, f"receipts/{kept.submission.receipt}/"))
    page, text = answer.context["page"], answer.content.decode()
    assert page.is_own is (who == "student")
    assert (page.group, page.student.name) == ("417", "Ветрова Алиса")
    assert kept.submission.receipt in text and hashlib.sha256(BYTES).hexdigest() in text
    assert "12:30:15" in text and "Отчёт «5».ipynb" in text
    assert client.get(place_of(course, kept)).getvalue() == BYTES


@pytest.mark.parametrize("who", ["group_mate", "representative", "stranger", "foreign_assistant"])
def test_nobody_else_does(
    client: Client, course: Course, kept: SubmissionFile, who: str, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))
    assert client.get(url(course, f"receipts/{kept.submission.receipt}/")).status_code == 404
    assert client.get(place_of(course, kept)).status_code == 404


def test_nothing_is_found_through_another_course(
    client: Client, kept: SubmissionFile, foreign_assistant: User
) -> None:
    client.force_login(foreign_assistant)
    other = Course.objects.get(slug="other")
    assert client.get(url(other, f"receipts/{kept.submission.receipt}/")).status_code == 404
    assert client.get(place_of(other, kept)).status_code == 404


def test_who_has_left_the_course_sees_nothing_more(
    client: Client, course: Course, kept: SubmissionFile, student: User
) -> None:
    Enrolment.objects.filter(person=student).update(left_at=moscow(2025, 10, 1))
    client.force_login(student)
    assert client.get(place_of(course, kept)).status_code == 404


def test_a_file_never_opens_in_the_portals_origin(
    client: Client, course: Course, kept: SubmissionFile, student: User
) -> None:
    client.force_login(student)
    answer = client.get(place_of(course, kept))
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert int(answer.headers["Content-Length"]) == len(BYTES)
    assert answer.streaming


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("work.py", "attachment; filename=\"work.py\"; filename*=UTF-8''work.py"),
        (
            "Ёж 1.py",
            "attachment; filename=\"__ 1.py\"; filename*=UTF-8''%D0%81%D0%B6%201.py",
        ),
        ("a;b=c'%.py", "attachment; filename=\"a;b=c'_.py\"; filename*=UTF-8''a%3Bb%3Dc%27%25.py"),
    ],
)
def test_names_survive_the_way_back(name: str, header: str) -> None:
    assert attachment_header(name) == header


def test_another_name_is_another_address(
    client: Client, course: Course, kept: SubmissionFile, student: User
) -> None:
    client.force_login(student)
    assert client.get(url(course, f"files/{kept.pk}/other.py")).status_code == 404
    assert client.get(url(course, f"files/{10**30}/other.py")).status_code == 404
    assert client.get(url(course, f"files/{kept.pk}/%00")).status_code == 404
    assert client.get(url(course, "receipts/%00/")).status_code == 404


def test_bytes_that_are_gone_are_a_503_not_a_500(
    client: Client, course: Course, kept: SubmissionFile, student: User
) -> None:
    durable_storage().forget([kept.path])
    client.force_login(student)
    assert client.get(place_of(course, kept)).status_code == 503


def test_the_number_of_statements_of_a_receipt_does_not_grow(
    client: Client,
    course: Course,
    assignment: Assignment,
    student: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client.force_login(student)
    submission = make_submission(assignment=assignment, student=student)
    make_file(submission=submission)
    with django_assert_num_queries(13):
        client.get(url(course, f"receipts/{submission.receipt}/"))
    for _number in range(30):
        make_file(submission=make_submission(assignment=assignment, student=student))
        make_file(submission=submission)
    assert Submission.objects.count() == 31
    with django_assert_num_queries(13):
        client.get(url(course, f"receipts/{submission.receipt}/"))


# Archives -------------------------------------------------------------------------------------------------


def archive_of(client: Client, course: Course, data: bytes) -> SubmissionFile:
    post(client, course, files=SimpleUploadedFile("work.zip", data))
    return SubmissionFile.objects.get()


def test_an_archive_is_listed(client: Client, course: Course, assignment: Assignment, student: User) -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("src/<b>main</b>.py", b"x" * 2048)
    client.force_login(student)
    with time_machine.travel(moscow(2025, 9, 29, 12)):
        file = archive_of(client, course, out.getvalue())
    text = client.get(url(course, f"files/{file.pk}/contents/")).content.decode()
    assert "src/&lt;b&gt;main&lt;/b&gt;.py" in text and "2\N{NO-BREAK SPACE}KB" in text


def test_a_damaged_archive_is_told(
    client: Client, course: Course, assignment: Assignment, student: User
) -> None:
    client.force_login(student)
    with time_machine.travel(moscow(2025, 9, 29, 12)):
        file = archive_of(client, course, b"PK not really")
    answer = client.get(url(course, f"files/{file.pk}/contents/"))
    assert answer.status_code == 200 and "cannot be listed" in answer.content.decode()


def test_a_notebook_is_read_on_a_page(
    client: Client, course: Course, assignment: Assignment, student: User
) -> None:
    client.force_login(student)
    source = {"cells": [{"cell_type": "code", "source": "print('<b>')", "outputs": []}]}
    file = SimpleUploadedFile("a.ipynb", json.dumps(source).encode())
    with time_machine.travel(moscow(2025, 9, 29, 12)):
        post(client, course, files=file)
    row = SubmissionFile.objects.get()
    answer = client.get(url(course, f"files/{row.pk}/contents/"))
    shown = answer.text.partition('class="reading"')[2]
    assert "&lt;b&gt;" in shown and "<b>" not in shown
    assert "style-src 'self'" in answer["Content-Security-Policy"]
    durable_storage().delete(row.path)
    assert client.get(url(course, f"files/{row.pk}/contents/")).status_code == 503


def test_a_file_is_opened_only_where_it_can_be_and_only_to_those_who_may(
    client: Client, course: Course, kept: SubmissionFile, student: User, group_mate: User
) -> None:
    client.force_login(student)
    page = client.get(url(course, f"files/{kept.pk}/contents/"))  # random bytes
    assert "cannot be shown here" in page.text and "Download" in page.text
    SubmissionFile.objects.update(name="a.pdf")
    assert client.get(url(course, f"files/{kept.pk}/contents/")).status_code == 404
    SubmissionFile.objects.update(name="a.zip")
    client.force_login(group_mate)
    assert client.get(url(course, f"files/{kept.pk}/contents/")).status_code == 404
    assert client.post(url(course, f"files/{kept.pk}/contents/")).status_code == 405
    client.logout()
    assert client.get(url(course, f"files/{kept.pk}/contents/")).status_code == 302
