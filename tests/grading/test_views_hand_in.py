"""Handing in by the form: to the receipt, or to a clear word with all that was typed."""

from __future__ import annotations

import errno
import html
import os
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client

from grading.models import Submission
from people.models import User
from schedule.models import Assignment, Course
from tests.factories import make_assignment, moscow
from tests.grading.posting import post, url, work

BEFORE = moscow(2025, 9, 29, 12)
LATE = moscow(2025, 10, 2, 12)

pytestmark = pytest.mark.usefixtures("place")


@time_machine.travel(LATE)
def test_handing_in_leads_to_the_receipt(
    client: Client, course: Course, assignment: Assignment, student: User
) -> None:
    client.force_login(student)
    response = post(
        client, course, files=[work(), work("b.py", b"b")], link="github.com/a/b", comment="Привет"
    )
    submission = Submission.objects.get()
    assert response.status_code == 302
    assert response.headers["Location"] == url(course, f"receipts/{submission.receipt}/")
    assert (submission.link, submission.comment) == ("https://github.com/a/b", "Привет")
    assert submission.submitted_at == LATE
    page = client.get(response.headers["Location"]).context["page"]
    assert [file.name for file in page.attempt.files] == ["работа.ipynb", "b.py"]
    assert (page.attempt.number, page.attempt.price, page.attempt.days_late) == (1, 200, 2)


@time_machine.travel(LATE)
def test_pressing_twice_shows_the_same_receipt(
    client: Client, course: Course, assignment: Assignment, student: User
) -> None:
    client.force_login(student)
    token = str(uuid.uuid4())
    first = post(client, course, files=work(), form_token=token)
    second = post(client, course, files=work(), form_token=token)
    assert first.headers["Location"] == second.headers["Location"]
    assert Submission.objects.count() == 1


BAD: list[tuple[dict[str, Any], str]] = [
    ({}, "There is nothing to hand in yet"),
    ({"files": work(data=b"")}, "is empty"),
    ({"files": work("a.exe")}, "of a kind that is not taken here"),
    ({"files": work("a" * 300 + ".exe")}, "of a kind that is not taken here"),
    ({"files": work("../../etc/passwd")}, "of a kind that is not taken here"),
    ({"files": work(data=b"x" * 1001)}, "the limit is"),
    ({"files": [work() for _ in range(11)]}, "at most 10 files are taken"),
    ({"link": "javascript:alert(1)"}, "Write an address that begins with https://"),
    ({"link": "ftp://example.org"}, "Write an address that begins with https://"),
    ({"link": "a\x00b"}, "Null characters are not allowed"),
    ({"files": work(), "form_token": "nonsense"}, ""),
    ({"files": work(), "form_token": ""}, ""),
    ({"files": work(), "price_seen": "dear"}, ""),
    ({"files": "not a file at all"}, "There is nothing to hand in yet"),
]


@time_machine.travel(BEFORE)
@pytest.mark.parametrize(("data", "words"), BAD)
def test_bad_input_is_told_keeps_what_was_typed_and_saves_nothing(
    client: Client, course: Course, student: User, tmp_path: Path, data: dict[str, Any], words: str
) -> None:
    make_assignment(course=course, number=1, max_bytes=1000)
    client.force_login(student)
    response = post(client, course, **{"comment": "typed with care"} | data)
    text = html.unescape(response.content.decode())
    assert response.status_code == 422
    assert words in text and "typed with care" in text
    assert 'role="alert"></div>' not in text
    assert not Submission.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@time_machine.travel(BEFORE)
def test_what_is_wrong_with_files_and_with_the_link_is_told_at_once(
    client: Client, course: Course, assignment: Assignment, student: User
) -> None:
    client.force_login(student)
    response = post(client, course, files=work("a.exe"), link="no address")
    text = html.unescape(response.content.decode())
    assert "of a kind that is not taken here" in text
    assert "Write an address that begins with https://" in text


@time_machine.travel(BEFORE)
@pytest.mark.parametrize(
    ("data", "hidden"), [({"link": "no address"}, True), ({"files": work("a.exe")}, False)]
)
def test_the_list_of_problems_is_not_shown_empty(
    client: Client, course: Course, assignment: Assignment, student: User, data: dict[str, Any], hidden: bool
) -> None:
    client.force_login(student)
    page = post(client, course, **data).content.decode()
    box = page[page.index("data-problems") :].partition(">")[0]
    assert ("hidden" in box) is hidden


@time_machine.travel(BEFORE)
@pytest.mark.parametrize(
    "body",
    [b"", b"--x", b"--x\r\nContent-Disposition: form-data\r\n\r\n", b"\x00\xff" * 50, b"--x\r\n" * 200],
)
def test_a_mangled_form_is_no_500(course: Course, assignment: Assignment, student: User, body: bytes) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(student)
    for kind in (
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "text/plain",
        "application/json",
        "",
    ):
        response = client.generic("POST", url(course, "assignments/1/"), body, content_type=kind)
        assert 400 <= response.status_code < 500, kind
    assert not Submission.objects.exists()


@time_machine.travel(BEFORE)
def test_too_many_fields_or_files_are_no_500(course: Course, assignment: Assignment, student: User) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(student)
    path = url(course, "assignments/1/")
    assert client.post(path, {"files": [work() for _ in range(101)]}).status_code == 400
    assert client.post(path, {f"x{number}": "" for number in range(1001)}).status_code == 400


def test_a_deadline_that_passes_while_the_page_is_open(client: Client, course: Course, student: User) -> None:
    due = moscow(2025, 9, 30, 23, 59, 59)
    make_assignment(course=course, number=1, closes_at=moscow(2025, 10, 1, 23, 59, 59))
    client.force_login(student)
    with time_machine.travel(due, tick=False):
        seen = client.get(url(course, "assignments/1/")).context["form"]["price_seen"].value()
        assert seen == 0
        in_time = post(client, course, files=work(), price_seen="0")
        text = client.get(in_time.headers["Location"]).content.decode()
        assert "The price changed" not in text
    with time_machine.travel(due + timedelta(seconds=1), tick=False):
        late = post(client, course, files=work(), price_seen="0")
        text = client.get(late.headers["Location"]).content.decode()
        assert "it showed 0, handing in cost −1." in text
        refused = post(client, course, price_seen="0")
        assert refused.context["form"]["price_seen"].value() == "100"  # type: ignore[attr-defined]
    with time_machine.travel(due + timedelta(days=1, seconds=1), tick=False):
        closed = post(client, course, files=work(), comment="typed with care")
        text = closed.content.decode()
        assert closed.status_code == 409
        assert "This assignment is closed" in text and "typed with care" in text
    assert Submission.objects.count() == 2


@time_machine.travel(BEFORE)
def test_a_used_form_comes_back_fresh_with_what_was_typed(
    client: Client, course: Course, assignment: Assignment, student: User
) -> None:
    client.force_login(student)
    token = str(uuid.uuid4())
    post(client, course, files=work(), form_token=token)
    again = post(client, course, files=work(data=b"new version"), form_token=token, comment="typed with care")
    form = again.context["form"]  # type: ignore[attr-defined]
    assert again.status_code == 409
    assert form["price_seen"].value() == "0"
    assert form["form_token"].value() != token and form["comment"].value() == "typed with care"
    assert Submission.objects.get().receipt in again.content.decode()
    assert (
        post(client, course, files=work(data=b"new"), form_token=form["form_token"].value()).status_code
        == 302
    )


@time_machine.travel(BEFORE)
@pytest.mark.parametrize("place", ["disk"], indirect=True)
def test_a_full_disk_is_a_503_that_keeps_what_was_typed(
    client: Client,
    course: Course,
    assignment: Assignment,
    student: User,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    client.force_login(student)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        response = post(client, course, files=work(), comment="typed with care")
    text = response.content.decode()
    assert response.status_code == 503 and "Not saved" in text and "typed with care" in text
    assert not Submission.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@time_machine.travel(BEFORE)
def test_a_database_that_does_not_answer_is_a_503_that_says_not_saved(
    course: Course, assignment: Assignment, student: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError("the server is gone")

    client = Client(raise_request_exception=False)
    client.force_login(student)
    with monkeypatch.context() as patch:
        patch.setattr(Submission.objects, "create", gone)
        response = post(client, course, files=work())
    assert response.status_code == 503 and "Not saved" in response.content.decode()
    assert not Submission.objects.exists()


@time_machine.travel(BEFORE)
def test_staff_see_the_page_without_a_form_and_hand_nothing_in(
    client: Client, course: Course, assignment: Assignment, assistant: User
) -> None:
    client.force_login(assistant)
    assert "multipart/form-data" not in client.get(url(course, "assignments/1/")).content.decode()
    assert post(client, course, files=work()).status_code == 409
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    ("taken_away", "sent", "said"),
    [
        ({"takes_files": False}, {"files": work(), "link": "github.com/a/b"}, "takes no files, only a link"),
        ({"takes_link": False}, {"files": work(), "link": "https://github.com/a/b"}, "takes no links"),
    ],
)
@time_machine.travel(BEFORE)
def test_what_is_no_longer_taken_is_refused_and_not_left_out_in_silence(
    client: Client,
    course: Course,
    assignment: Assignment,
    student: User,
    taken_away: dict[str, bool],
    sent: dict[str, Any],
    said: str,
) -> None:
    Assignment.objects.filter(pk=assignment.pk).update(**taken_away)
    client.force_login(student)
    response = post(client, course, **sent)
    assert response.status_code == 422
    assert said in html.unescape(response.text)
    assert ("Drop files here" in response.text) is taken_away.get("takes_files", True)
    assert not Submission.objects.exists()
