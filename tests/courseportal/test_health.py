"""The health page: 200 when all parts work, 503 that names the part that does not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import Popen

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

from courseportal import tasks
from courseportal.health import WORKER_SILENT_AFTER, health, mark_worker_seen

NOW = datetime(2025, 10, 1, 12, tzinfo=UTC)


@pytest.mark.sqlite
@pytest.mark.django_db
def test_all_well(client: Client) -> None:
    tasks.heartbeat()
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json()["database"] == answer.json()["files"] == answer.json()["worker"] == "ok"
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
def test_a_worker_that_was_never_seen(client: Client) -> None:
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json() == {
        "database": "ok",
        "files": "ok",
        "worker": "not seen yet",
        "worker_seen_at": None,
    }


@pytest.mark.django_db
@pytest.mark.parametrize(("later", "says"), [(timedelta(0), "ok"), (timedelta(seconds=1), "silent")])
def test_a_worker_that_fell_silent(tmp_path: Path, later: timedelta, says: str) -> None:
    mark_worker_seen(now=NOW)
    assert health(now=NOW + WORKER_SILENT_AFTER + later, folder=tmp_path).worker == says


@pytest.mark.django_db
def test_a_folder_that_cannot_be_written(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "gone"
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json()["files"] == "no such file or directory"
    assert str(tmp_path) not in answer.text


@pytest.mark.django_db
def test_a_database_that_does_not_answer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("password=secret")

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json()["database"] == "does not answer"
    assert "secret" not in answer.text


@pytest.mark.django_db
def test_a_cache_that_does_not_answer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(key: str) -> None:
        raise ConnectionError

    monkeypatch.setattr(cache, "get", refuse)
    assert client.get("/health/").json()["worker"] == "not seen yet"


@pytest.mark.worker
def test_a_real_worker_runs_what_the_timetable_sends(worker: Popen[bytes], client: Client) -> None:
    first = client.get("/health/").json()["worker_seen_at"]
    assert first, "a worker that has started is seen at once"
    tasks.heartbeat.delay()
    deadline = datetime.now(UTC) + timedelta(seconds=20)
    while client.get("/health/").json()["worker_seen_at"] == first:
        assert datetime.now(UTC) < deadline
