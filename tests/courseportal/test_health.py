"""The health pages: 200 when all parts work, 503 that names the one that does not; whatever hangs."""

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from subprocess import Popen
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import caches
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from django.utils import timezone
from kombu import Connection
from pytest_django import Settings

from courseportal import health, tasks
from courseportal.health import NO_ANSWER, SWEPT_WITHIN, WORKER_SILENT_AFTER, Seen, mark_worker_seen
from courseportal.looking import look_at
from grading.actions import reminding
from people.actions.sweep import sweep
from people.models import Sweep
from schedule.models import Course
from tests.bucket_server import use_bucket
from tests.factories import make_course
from tests.services import free_port

NOW = datetime(2025, 10, 1, 12, tzinfo=UTC)
READY = ("/health/", "/health", "/health/ready", "/health/ready/")
LIVE = ("/health/live", "/health/live/")


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", READY)
def test_all_well(client: Client, path: str) -> None:
    tasks.heartbeat()
    sweep(clock=timezone.now)
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    parts = answer.json()
    assert {parts[name] for name in ("database", "broker", "storage", "worker", "sweep")} == {"ok"}
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", LIVE)
def test_life_asks_nothing(client: Client, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No database is let in by this test, and a cache would fail."""
    monkeypatch.setattr(type(caches["default"]), "get", None)
    client.cookies["session"] = "a" * 32
    answer = client.get(path)
    assert (answer.status_code, answer.json()) == (200, {"process": "ok"})


@pytest.mark.parametrize("path", [*READY, *LIVE])
def test_probes_call_by_any_name_and_are_not_sent_elsewhere(
    client: Client, path: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    monkeypatch.setattr(health, "look_at", lambda parts, **_how: {name: Seen("ok") for name in parts})
    answer = client.get(path, headers={"host": "web:8000"})
    assert answer.status_code == 200
    assert client.get("/", headers={"host": "web:8000"}).status_code in {301, 400}
    assert client.post(path).status_code == 405


@pytest.mark.django_db
def test_a_worker_that_was_never_seen(client: Client) -> None:
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json() == {
        "database": "ok",
        "broker": "ok",
        "storage": "ok",
        "worker": "not seen yet",
        "sweep": "not yet",
        "worker_seen_at": None,
        "swept_at": None,
        "not_swept": [],
    }


@pytest.mark.django_db
@pytest.mark.parametrize(("later", "says"), [(timedelta(0), "ok"), (timedelta(seconds=1), "silent")])
def test_a_worker_that_fell_silent(later: timedelta, says: str) -> None:
    mark_worker_seen(now=NOW)
    assert health.health(now=NOW + WORKER_SILENT_AFTER + later).worker == says


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("later", "says"), [(timedelta(0), "ok"), (timedelta(seconds=1), "too long ago")])
def test_an_outbox_that_nobody_goes_through(later: timedelta, says: str) -> None:
    Sweep.objects.create(swept_at=NOW)
    found = health.health(now=NOW + SWEPT_WITHIN + later)
    assert (found.sweep, found.swept_at) == (says, NOW)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("ahead", "says"), [(timedelta(0), "ok"), (timedelta(days=42), "ahead of the clock")]
)
def test_a_sweep_that_is_to_come_says_nothing_of_today(ahead: timedelta, says: str) -> None:
    Sweep.objects.create(swept_at=NOW + ahead)
    mark_worker_seen(now=NOW + ahead)
    found = health.health(now=NOW)
    assert (found.sweep, found.worker) == (says, "silent" if ahead else "ok")


@pytest.mark.django_db(transaction=True)
def test_what_could_not_be_looked_at_is_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """One course that makes no sense takes no web server out; a part that looks at nothing does."""
    bad = make_course(time_zone="Mars/Phobos", ends_on=timezone.now().date())
    tasks.heartbeat()
    sweep(clock=timezone.now)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["sweep"]) == (200, "ok")
    assert f"sweep_reminders of schedule.Course {bad.pk}: ZoneInfoNotFoundError" in answer.json()["not_swept"]
    monkeypatch.setattr(reminding, "running_courses", lambda _now: 1 / 0)
    sweep(clock=timezone.now)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["sweep"]) == (503, "failed in part")
    assert "sweep_reminders: ZeroDivisionError" in answer.json()["not_swept"]
    monkeypatch.undo()
    Course.objects.all().delete()
    sweep(clock=timezone.now)
    assert client.get("/health/ready").json()["not_swept"] == []


@pytest.mark.django_db
def test_a_folder_that_cannot_be_written(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "gone"
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["storage"] == "no such file or directory"
    assert str(tmp_path) not in answer.text


@pytest.mark.django_db
def test_a_bucket_that_does_not_answer(client: Client, settings: Settings, tmp_path: Path) -> None:
    url = f"s3+http://key:secret@127.0.0.1:{free_port()}/bucket"
    use_bucket(settings, url, uploads=tmp_path / "uploads")
    answer = client.get("/health/ready")
    assert answer.json()["storage"] in {"the storage does not answer", NO_ANSWER}
    assert "secret" not in answer.text


@pytest.mark.django_db
def test_a_database_that_does_not_answer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: object) -> None:
        raise OperationalError("password=secret")

    monkeypatch.setattr(BaseDatabaseWrapper, "cursor", refuse)
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["database"] == NO_ANSWER
    assert "secret" not in answer.text


@pytest.mark.django_db
def test_a_cache_that_does_not_answer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: object, key: str) -> None:
        raise ConnectionError

    monkeypatch.setattr(type(caches["default"]), "get", refuse)
    assert client.get("/health/ready").json()["worker"] == NO_ANSWER


@contextmanager
def redis_of_its_own(folder: Path) -> Iterator[tuple[Popen[bytes], int]]:
    """A Redis that a test may freeze and stop."""
    from tests.services import redis_binary

    port = free_port()
    command = [
        redis_binary(),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(folder),
    ]
    with Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            yield server, port
        finally:
            server.send_signal(signal.SIGCONT)
            server.kill()


@pytest.mark.django_db
def test_a_redis_that_is_frozen_then_gone_is_named_in_time(
    client: Client, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with redis_of_its_own(tmp_path) as (server, port):
        options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
        address = f"redis://127.0.0.1:{port}/0"
        connection_for_write = partial(Connection, address, transport_options=options)
        monkeypatch.setattr(health, "app", SimpleNamespace(connection_for_write=connection_for_write))
        deadline = time.monotonic() + 10
        while client.get("/health/ready").json()["broker"] != "ok":
            assert time.monotonic() < deadline
        server.send_signal(signal.SIGSTOP)
        for _again in range(2):
            began = time.monotonic()
            assert client.get("/health/ready").json()["broker"] == NO_ANSWER
            assert time.monotonic() - began < health.PATIENCE + 1
        server.send_signal(signal.SIGCONT)
        server.terminate()
        server.wait()
        assert client.get("/health/ready").json()["broker"] == NO_ANSWER


def test_what_hangs_is_waited_for_once_and_never_twice_at_a_time() -> None:
    began: list[float] = []

    def hang() -> Seen:
        began.append(time.monotonic())
        time.sleep(0.6)
        return Seen("ok")

    parts: dict[str, Any] = {"hanging-in-this-test": hang, "quick-in-this-test": lambda: Seen("ok")}
    first = time.monotonic()
    seen = look_at(parts, seconds=0.2, otherwise=Seen(NO_ANSWER))
    assert [part.word for part in seen.values()] == [NO_ANSWER, "ok"]
    second = time.monotonic()
    assert second - first < 0.5
    assert look_at(parts, seconds=0.2, otherwise=Seen(NO_ANSWER))["hanging-in-this-test"].word == NO_ANSWER
    assert time.monotonic() - second < 0.15, "it has hung for long enough"
    assert len(began) == 1
    time.sleep(0.6)
    assert look_at(parts, seconds=5, otherwise=Seen(NO_ANSWER))["hanging-in-this-test"].word == "ok", (
        "it came back"
    )


@pytest.mark.worker
def test_a_real_worker_runs_what_the_timetable_sends(worker: Popen[bytes], client: Client) -> None:
    first = client.get("/health/").json()["worker_seen_at"]
    assert first, "a worker that has started is seen at once"
    tasks.heartbeat.delay()
    deadline = datetime.now(UTC) + timedelta(seconds=20)
    while client.get("/health/").json()["worker_seen_at"] == first:
        assert datetime.now(UTC) < deadline


@pytest.mark.django_db
def test_a_database_that_is_frozen_is_named_in_time(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the connection, as the system does for it, and never says a word."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite is no server")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        frozen = connection.copy()
        options = {"connect_timeout": 5}
        host, port = silent.getsockname()
        frozen.settings_dict |= {"HOST": host, "PORT": port, "OPTIONS": options}
        monkeypatch.setattr(health, "connection", frozen)
        began = time.monotonic()
        answer = client.get("/health/ready")
        assert time.monotonic() - began < health.PATIENCE + 1
        assert answer.json()["database"] == NO_ANSWER
        assert client.get("/health/live").status_code == 200
