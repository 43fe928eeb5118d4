"""A web server killed at any moment: every receipt shown has its bytes, every row has all of its own."""

from __future__ import annotations

import hashlib
import os
import random
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection as database
from django.utils import timezone

from courseportal.processes import web
from grading.models import Submission, SubmissionFile
from people.models import User
from schedule.models import Assignment
from tests.bucket_server import BucketPlace, Server, new_bucket
from tests.courseportal.test_middleware import post_of
from tests.factories import make_assignment, make_course, make_enrolment, make_group
from tests.services import ROOT, free_port

ROUNDS = int(os.environ.get("PORTAL_FAULT_ROUNDS", "3"))
SEED = int(os.environ.get("PORTAL_FAULT_SEED", "20250916"))
STUDENTS = 8

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@contextmanager
def server(environment: dict[str, str], log: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    port = free_port()
    with log.open("ab") as out:
        process = subprocess.Popen(
            web("127.0.0.1", port, 1),
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 30
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield port, process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=20)


def hand_in_until_it_breaks(
    port: int, assignment: Assignment, student: User, receipts: dict[str, str]
) -> None:
    """Hand in again and again; note the SHA-256 behind each receipt that was shown."""
    try:
        while True:
            data = os.urandom(200_000)
            start, body = post_of(assignment, student, data)
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                connection.sendall(start + body)
                answer = connection.recv(65536).decode()
            shown = re.search(r"/receipts/([A-Z0-9-]+)/", answer)
            if not shown:
                return
            receipts[shown[1]] = hashlib.sha256(data).hexdigest()
    except OSError:
        return  # the server is gone
    finally:
        database.close()


IN_A_BUCKET = pytest.param(
    "bucket",
    marks=pytest.mark.skipif("PORTAL_FAULT_ROUNDS" not in os.environ, reason="`make trust` tries it"),
)


@pytest.mark.parametrize("kind", ["disk", IN_A_BUCKET])
def test_every_receipt_shown_outlives_the_server(
    process_env: dict[str, str], tmp_path: Path, s3: Server, kind: str
) -> None:
    chance = random.Random(SEED)
    print(f"seed {SEED}, {ROUNDS} rounds")  # noqa: T201 - shown when it fails
    url = new_bucket(s3) if kind == "bucket" else f"file://{tmp_path / 'files'}"
    environment = process_env | {"FILES_URL": url}
    course = make_course(slug="effdl")
    group = make_group(course=course)
    now = timezone.now()
    assignment = make_assignment(course=course, number=1, issued_on=now.date(), due_at=now)
    students = [make_enrolment(course=course, group=group).person for _number in range(STUDENTS)]
    receipts: dict[str, str] = {}
    for _round in range(ROUNDS):
        with server(environment, tmp_path / "web.log") as (port, process):
            threads = [
                threading.Thread(target=hand_in_until_it_breaks, args=(port, assignment, student, receipts))
                for student in students
            ]
            for thread in threads:
                thread.start()
            before, until = len(receipts), time.monotonic() + 20
            while len(receipts) == before and time.monotonic() < until:
                time.sleep(0.05)  # a busy machine takes long to be well under way
            time.sleep(chance.uniform(0, 2))
            os.killpg(process.pid, signal.SIGKILL)
            for thread in threads:
                thread.join(timeout=30)
    assert len(receipts) >= ROUNDS, "nothing was handed in: this proves nothing"
    rows = dict(SubmissionFile.objects.values_list("submission__receipt", "sha256"))
    assert {receipt: rows.get(receipt) for receipt in receipts} == receipts
    assert len(rows) == Submission.objects.count(), "no submission without its file"
    files: Any = BucketPlace(url.split("/")[-2]) if kind == "bucket" else tmp_path / "files"
    for path, sha256 in SubmissionFile.objects.values_list("path", "sha256"):
        assert hashlib.sha256((files / path).read_bytes()).hexdigest() == sha256
