"""Work in a bucket from the form to the archive a TA downloads; and what a student sees when it is away."""

from __future__ import annotations

import os
import uuid
import zipfile
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import pytest
import time_machine
from django.test import Client

from grading.actions.hand_in import hand_in
from grading.models import Submission, SubmissionFile
from grading.queries.reading import preview_of_row
from grading.views.receipts import attachment_header
from people.models import User
from people.storage import NotSaved
from schedule.models import Assignment, Course
from tests.bucket_server import Server
from tests.factories import moscow
from tests.grading.posting import post, url, work
from tests.people.test_bucket import only, refuse
from tests.people.uploading import files_under, upload

BEFORE = moscow(2025, 9, 29, 12)
NAME = "Ёж «в тумане» №1.ipynb"
BYTES = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}' + b" " * 300_000

pytestmark = pytest.mark.parametrize("place", ["bucket"], indirect=True)


@time_machine.travel(BEFORE)
def test_from_the_form_to_the_reader(
    client: Client, course: Course, assignment: Assignment, student: User, assistant: User, place: Path
) -> None:
    client.force_login(student)
    answer = post(client, course, files=work(NAME, BYTES))
    assert answer.status_code == 302 and "/receipts/" in answer["Location"]
    row = SubmissionFile.objects.get()
    assert (place / row.path).read_bytes() == BYTES and row.name == NAME

    given = client.get(url(course, f"files/{row.pk}/{quote(row.name)}"))
    assert given.getvalue() == BYTES
    assert given["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert given["X-Content-Type-Options"] == "nosniff" and given["Cache-Control"] == "private, no-store"
    assert given["Content-Length"] == str(len(BYTES))
    assert given["Content-Disposition"] == attachment_header(NAME)
    assert preview_of_row(row).parts is not None

    client.force_login(assistant)
    action = {"action": "download", "_selected_action": [row.submission_id]}
    archive = client.post("/admin/grading/submission/", action)
    [entry] = (packed := zipfile.ZipFile(BytesIO(archive.getvalue()))).namelist()
    assert entry.endswith(NAME) and packed.read(entry) == BYTES


@time_machine.travel(BEFORE)
@pytest.mark.parametrize("method", ["PUT", "HEAD"])
def test_a_bucket_that_is_away_is_a_503_that_keeps_what_was_typed(
    client: Client,
    course: Course,
    assignment: Assignment,
    student: User,
    place: Path,
    s3: Server,
    method: str,
) -> None:
    """Before the bytes are there, and after, when it cannot be asked what it has."""
    client.force_login(student)
    s3.in_between = only(method, refuse("503 Service Unavailable", "ServiceUnavailable"))
    token = str(uuid.uuid4())
    answer = post(client, course, files=work(), comment="typed with care", form_token=token)
    text = answer.content.decode()
    assert answer.status_code == 503 and "Not saved" in text and "typed with care" in text
    assert not Submission.objects.exists() and not SubmissionFile.objects.exists()
    assert files_under(place) == []
    s3.in_between = None
    assert post(client, course, files=work(), comment="typed with care", form_token=token).status_code == 302
    assert Submission.objects.get().comment == "typed with care" and len(files_under(place)) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_of_three_files_all_or_none_have_rows(
    assignment: Assignment, student: User, place: Path, s3: Server, nth: int
) -> None:
    s3.in_between = only("PUT", refuse("500 Internal Error", "InternalError"), nth=nth)
    files = [upload(os.urandom(1000), f"{number}.py") for number in range(3)]
    with pytest.raises(NotSaved):
        hand_in(assignment=assignment, by=student, now=BEFORE, form_token=uuid.uuid4(), files=files)
    assert not Submission.objects.exists() and files_under(place) == []


@time_machine.travel(BEFORE)
def test_a_file_that_cannot_be_read_now_is_a_503(
    client: Client, course: Course, assignment: Assignment, student: User, place: Path, s3: Server
) -> None:
    client.force_login(student)
    post(client, course, files=work(NAME, BYTES))
    row = SubmissionFile.objects.get()
    s3.in_between = only("GET", refuse("503 Service Unavailable", "ServiceUnavailable"))
    for page in (f"files/{row.pk}/{quote(row.name)}", f"files/{row.pk}/contents/"):
        assert client.get(url(course, page)).status_code == 503, page
