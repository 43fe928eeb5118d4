"""A request does not wait for the broker, be it killed or frozen: measured on the real web server."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest
from django.test import override_settings
from django.utils import timezone

from courseportal.lifeline import end_with_parent
from courseportal.processes import web
from schedule.models import Assignment
from tests.courseportal.test_middleware import post_of
from tests.factories import PASSWORD, make_assignment, make_course, make_enrolment, make_user
from tests.faults.stage import RedisBroker
from tests.services import ROOT, free_port

LONGEST = 2.0  # seconds more than with the broker well

pytestmark = [pytest.mark.trust, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[RedisBroker]:
    if "TEST_REDIS_URL" not in os.environ:
        pytest.skip("Redis could not be brought up")
    found = RedisBroker(tmp_path / "redis")
    found.start()
    yield found
    found.thaw()
    found.stop()


@pytest.fixture
def portal(process_env: dict[str, str], broker: RedisBroker, tmp_path: Path) -> Iterator[int]:
    """The real web server on that broker; its port."""
    port, log = free_port(), tmp_path / "web.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            web("127.0.0.1", port, 1),
            cwd=ROOT,
            env=process_env | broker.environment | {"PORTAL_DATA_DIR": str(tmp_path / "var")},
            stdout=out,
            stderr=out,
            preexec_fn=partial(end_with_parent, signal.SIGKILL),  # noqa: PLW1509 - no thread was started
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


@pytest.fixture
def assignment() -> Assignment:
    now = timezone.now()
    return make_assignment(course=make_course(), issued_on=now.date(), due_at=now)


def hand_in(port: int, assignment: Assignment) -> float:
    """Seconds until somebody's work is taken, with a receipt by mail."""
    student = make_enrolment(course=assignment.course).person
    start, body = post_of(assignment, student, os.urandom(10_000))
    begun = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(start + body)
        answer = connection.recv(65536).decode()
    assert re.search(r"/receipts/([A-Z0-9-]+)/", answer), answer
    return time.monotonic() - begun


def sign_in(port: int, assignment: Assignment) -> float:
    """Seconds until somebody is in, limits on wrong passwords and all."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.Argon2PasswordHasher"]):
        person = make_user(password=PASSWORD)
    with httpx.Client(base_url=f"http://localhost:{port}", timeout=60) as client:
        page = client.get("/accounts/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        assert token
        begun = time.monotonic()
        answer = client.post(
            "/accounts/login/",
            data={"login": person.email, "password": PASSWORD, "csrfmiddlewaretoken": token[1]},
        )
    assert answer.status_code == 302, answer.text[-3000:]
    return time.monotonic() - begun


@pytest.mark.parametrize("request_of", [hand_in, sign_in], ids=["a hand-in", "signing in"])
@pytest.mark.parametrize("trouble", ["frozen", "killed"])
def test_no_request_waits_for_the_broker(
    portal: int, broker: RedisBroker, assignment: Assignment, request_of: object, trouble: str
) -> None:
    assert callable(request_of)
    request_of(portal, assignment)  # the first loads what later ones find loaded
    well = request_of(portal, assignment)
    if trouble == "frozen":
        broker.freeze()
    else:
        broker.stop()
    took = [request_of(portal, assignment) for _again in range(3)]
    print(f"{trouble}: {well:.2f} s before, {took} s with it")  # noqa: T201 - shown when it fails
    assert max(took) < well + LONGEST
