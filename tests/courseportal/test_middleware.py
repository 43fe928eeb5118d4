"""When a request counts as having come, and what is let in: values first, then the real web server."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as portal_settings
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.test.client import BOUNDARY, encode_multipart
from django.utils import timezone
from pytest_django import Settings

from courseportal.middleware import WatchedBody, content_length, proxy_stamp
from courseportal.processes import web
from grading.models import Submission
from people.arrival import Arrival
from people.models import User
from schedule.models import Assignment, Course
from tests.factories import make_assignment
from tests.services import ROOT, free_port

NOW = datetime(2025, 10, 1, 12, 0, 5, 900_000, tzinfo=UTC)


@dataclass
class Ended:
    ended_at: datetime | None


@pytest.mark.parametrize(
    ("seconds", "counts"),
    [
        (None, "12:00:05"),
        (0, "12:00:05"),
        (119.9, "12:00:05"),
        (120, "12:00:05"),
        (120.000001, "12:02:05"),
        (3600, "13:00:05"),
    ],
)
def test_the_headers_count_if_the_body_came_within_two_minutes(seconds: float | None, counts: str) -> None:
    body = None if seconds is None else Ended(NOW + timedelta(seconds=seconds))
    assert Arrival(NOW, body).at.isoformat() == f"2025-10-01T{counts}+00:00"


def test_a_body_that_is_not_read_to_its_end_does_not_move_the_arrival() -> None:
    assert Arrival(NOW, Ended(None)).at == NOW.replace(microsecond=0)


@pytest.mark.parametrize(
    ("header", "stamp"),
    [
        (f"t={(NOW - timedelta(seconds=3)).timestamp():.3f}", NOW - timedelta(seconds=3)),
        (f"{(NOW - timedelta(seconds=3)).timestamp():.3f}", NOW - timedelta(seconds=3)),
        (f"t={(NOW + timedelta(seconds=1)).timestamp():.3f}", None),
        (f"t={(NOW - timedelta(hours=2)).timestamp():.3f}", None),
        ("t=yesterday", None),
        (f"t={NOW.timestamp():.0f}, t={NOW.timestamp():.0f}", None),
        ("", None),
    ],
)
def test_a_stamp_is_believed_only_if_it_is_sound(
    header: str, stamp: datetime | None, settings: Settings
) -> None:
    request = RequestFactory().get("/", headers={"X-Request-Start": header})
    assert proxy_stamp(request, NOW) is None, "no proxy stamps unless the settings name its header"
    settings.PROXY_ARRIVAL_HEADER = "X-Request-Start"
    assert proxy_stamp(request, NOW) == stamp


@pytest.mark.parametrize(
    ("meta", "length"),
    [
        ({}, 0),
        ({"CONTENT_LENGTH": ""}, 0),
        ({"CONTENT_LENGTH": "12"}, 12),
        ({"CONTENT_LENGTH": "-1"}, None),
        ({"CONTENT_LENGTH": "1e3"}, None),
        ({"CONTENT_LENGTH": "²"}, None),
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, None),
        ({"CONTENT_LENGTH": "12", "HTTP_TRANSFER_ENCODING": "chunked"}, None),
    ],
)
def test_lengths(meta: dict[str, str], length: int | None) -> None:
    request = HttpRequest()
    request.META = meta
    assert content_length(request) == length


@time_machine.travel(NOW, tick=False)
def test_a_body_ends_with_its_last_byte() -> None:
    body = WatchedBody(BytesIO(b"12345"), 5)
    assert body.read(4) == b"1234" and body.ended_at is None
    assert body.read(4) == b"5" and body.ended_at == NOW
    assert body.read(4) == b""


def test_a_body_that_broke_off_is_not_taken_for_a_whole_one() -> None:
    body = WatchedBody(BytesIO(b"12345"), 6)
    assert body.read(5) == b"12345"
    with pytest.raises(OSError, match="1 bytes are missing"):
        body.read(5)


def test_a_request_without_a_length_is_refused(client: Client) -> None:
    answer = client.post("/accounts/login/", headers={"Transfer-Encoding": "chunked"})
    assert answer.status_code == 411


# In front of the forms ----------------------------------------------------------------------------------


@pytest.fixture
def assignment(course: Course) -> Assignment:
    return make_assignment(
        course=course, number=1, max_bytes=2**20, issued_on=timezone.now().date(), due_at=timezone.now()
    )


def address(assignment: Assignment) -> str:
    return f"/courses/{assignment.course.slug}/assignments/{assignment.number}/"


class Untouched:
    """A body that must not be read."""

    def read(self, size: int = -1) -> bytes:
        raise AssertionError("the body was read")

    readline = read


def announce(client: Client, path: str, length: int, kind: str = "multipart/form-data; boundary=x") -> Any:
    """A post whose body is announced and must not be read."""
    extra: Any = {"wsgi.input": Untouched(), "CONTENT_LENGTH": str(length), "CONTENT_TYPE": kind}
    return client.generic("POST", path, **extra)


def test_a_visitors_upload_is_sent_to_sign_in_unread(assignment: Assignment) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrf"] = "a" * 32
    for length in (100, 500_000_000):
        answer = announce(client, address(assignment), length)
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"/accounts/login/?next={address(assignment)}"


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])
def test_a_visitors_large_body_is_unread_wherever_it_goes(db: None, kind: str) -> None:
    assert announce(Client(), "/accounts/login/", 500_000, kind).status_code == 302


def test_too_large_is_said_with_both_sizes_unread(
    client: Client, assignment: Assignment, student: User
) -> None:
    client.force_login(student)
    answer = announce(client, address(assignment), 40_000_000)
    assert answer.status_code == 413
    page = next(iter(answer.streaming_content)).decode()
    assert "38.1\N{NO-BREAK SPACE}MB" in page and " 1\N{NO-BREAK SPACE}MB" in page and "1.3" not in page
    assert announce(client, address(assignment), 500_000_000).status_code == 413


def test_a_form_elsewhere_has_the_usual_limit(client: Client, student: User) -> None:
    client.force_login(student)
    assert announce(client, "/preferences/theme/", 6 * 2**20).status_code == 413
    assert announce(client, "/no/such/page/", 6 * 2**20).status_code == 404


def test_somebody_elses_assignment_takes_nothing_large(
    client: Client, assignment: Assignment, stranger: User
) -> None:
    client.force_login(stranger)
    assert announce(client, address(assignment), 900_000).status_code == 413


# The real web server ------------------------------------------------------------------------------------


@pytest.fixture
def server(process_env: dict[str, str], tmp_path: Path) -> Iterator[int]:
    """The portal's own web server on this test's database; the port."""
    port, log = free_port(), tmp_path / "web.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            web("127.0.0.1", port, 1), cwd=ROOT, env=process_env, stdout=out, stderr=out
        )
    try:
        deadline = time.monotonic() + 30
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def head(path: str, length: int, cookies: dict[str, str]) -> bytes:
    pairs = "; ".join(f"{name}={value}" for name, value in cookies.items())
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}",
        f"Content-Length: {length}",
        f"Cookie: {pairs}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def post_of(assignment: Assignment, student: User, data: bytes) -> tuple[bytes, bytes]:
    """The head and the body of a hand-in by somebody who has signed in."""
    client = Client()
    client.force_login(student)
    token = "a" * 32
    cookies = {
        portal_settings.SESSION_COOKIE_NAME: client.cookies[portal_settings.SESSION_COOKIE_NAME].value,
        portal_settings.CSRF_COOKIE_NAME: token,
    }
    upload = BytesIO(data)
    upload.name = "work.py"
    fields = {"csrfmiddlewaretoken": token, "form_token": str(uuid.uuid4()), "link": "", "comment": ""}
    body = encode_multipart(BOUNDARY, fields | {"files": upload})
    return head(address(assignment), len(body), cookies), body


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_work_counts_from_its_headers_however_slowly_its_body_comes(
    server: int, assignment: Assignment, student: User
) -> None:
    start, body = post_of(assignment, student, os.urandom(300_000))
    with socket.create_connection(("127.0.0.1", server), timeout=20) as connection:
        before = timezone.now().replace(microsecond=0)
        connection.sendall(start)
        time.sleep(0.4)
        after = timezone.now()
        for at in range(0, len(body), 100_000):
            time.sleep(0.8)
            connection.sendall(body[at : at + 100_000])
        answer = connection.recv(4096).decode()
    assert answer.startswith("HTTP/1.1 302") and "/receipts/" in answer
    submission = Submission.objects.get()
    assert before <= submission.submitted_at <= after
    assert submission.recorded_at - submission.submitted_at > timedelta(seconds=2)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_body_that_breaks_off_hands_nothing_in(server: int, assignment: Assignment, student: User) -> None:
    start, body = post_of(assignment, student, os.urandom(300_000))
    with socket.create_connection(("127.0.0.1", server), timeout=20) as connection:
        connection.sendall(start + body[:200_000])
        connection.shutdown(socket.SHUT_WR)
        connection.recv(4096)
    time.sleep(0.5)
    assert not Submission.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_refusal_of_too_much_can_be_read_by_who_sends_it_all_first(
    server: int, assignment: Assignment, student: User
) -> None:
    start, body = post_of(assignment, student, os.urandom(20 * 2**20))
    with socket.create_connection(("127.0.0.1", server), timeout=20) as connection:
        connection.sendall(start + body)
        answer = b""
        while not answer.endswith(b"\r\n0\r\n\r\n"):
            piece = connection.recv(65536)
            assert piece, "the connection broke before the answer ended"
            answer += piece
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert "These files are larger than we can take." in answer.decode()
    assert not Submission.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_refusal_of_too_much_comes_before_the_body(
    server: int, assignment: Assignment, student: User
) -> None:
    start, _body = post_of(assignment, student, os.urandom(2 * 2**20))
    with socket.create_connection(("127.0.0.1", server), timeout=20) as connection:
        connection.sendall(start)
        assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_visitor_is_refused_long_before_all_is_sent(server: int, assignment: Assignment) -> None:
    length = 200_000_000
    with socket.create_connection(("127.0.0.1", server), timeout=20) as connection:
        connection.sendall(head(address(assignment), length, {"csrf": "a" * 32}))
        answer = connection.recv(4096).decode()
        sent = 0
        try:
            while sent < length:
                sent += connection.send(b"x" * 65536)
                time.sleep(0.001)
        except OSError:
            pass
    assert re.match(r"HTTP/1.1 302 .*location: /accounts/login/", answer, re.DOTALL | re.IGNORECASE)
    assert sent < length / 4, "the server went on reading"
