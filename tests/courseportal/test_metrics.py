"""Figures for Prometheus: its own parser reads them, they are true, and a stranger finds nothing there."""

from __future__ import annotations

import os
import signal
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from subprocess import DEVNULL, Popen, TimeoutExpired
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries, Settings

from courseportal import counting, metrics
from courseportal.processes import web
from people.actions.sweep import sweep
from people.models import Message
from tests.factories import make_course, make_user
from tests.services import ROOT, free_port

TOKEN = "a-long-token-of-thirty-characters"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read(text: str) -> Figures:
    """Each figure by its name and labels, read as Prometheus reads it."""
    samples = [one for family in text_string_to_metric_families(text) for one in family.samples]
    figures = {(one.name, frozenset(one.labels.items())): one.value for one in samples}
    assert len(figures) == len(samples), "no figure twice"
    return figures


def value(figures: Figures, name: str, **labels: str) -> float | None:
    return figures.get((name, frozenset(labels.items())))


@pytest.fixture
def figures(client: Client, settings: Settings) -> Any:
    """Reads the figures."""
    settings.METRICS_TOKEN = TOKEN

    def get() -> Figures:
        answer = client.get("/metrics", headers=BEARER)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        return read(answer.text)

    return get


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given", [None, "", "Bearer ", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer ё"]
)
def test_a_stranger_finds_nothing(client: Client, settings: Settings, given: str | None) -> None:
    settings.METRICS_TOKEN = TOKEN
    headers = {} if given is None else {"Authorization": given}
    for path in ("/metrics", "/metrics/"):
        answer = client.get(path, headers=headers)
        other = client.get(path.replace("metrics", "nothing"))
        assert answer.status_code == other.status_code == 404
        assert len(answer.content) == len(other.content)


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["Bearer ", "Bearer None", ""])
def test_without_a_token_nobody_reads(client: Client, settings: Settings, given: str) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": given}).status_code == 404


def test_a_short_token_is_an_error_of_deployment(settings: Settings) -> None:
    settings.METRICS_TOKEN = "short"
    assert "courseportal.E002" in [found.id for found in run_checks(include_deployment_checks=True)]
    settings.METRICS_TOKEN = TOKEN
    assert "courseportal.E002" not in [found.id for found in run_checks(include_deployment_checks=True)]


@pytest.mark.django_db
def test_requests_are_counted_by_route_method_and_status(client: Client, figures: Any) -> None:
    def counts() -> tuple[float, float, float]:
        found = figures()
        labels = {"route": "account_login", "method": "GET"}
        return (
            value(found, "portal_requests_total", status="200", **labels) or 0,
            value(found, "portal_request_seconds_count", **labels) or 0,
            value(found, "portal_requests_total", route="unknown", method="other", status="404") or 0,
        )

    before = counts()
    client.get("/accounts/login/?next=/secret/")
    client.get("/accounts/login/")
    client.generic("BREW", "/coffee/")
    assert counts() == (before[0] + 2, before[1] + 2, before[2] + 1)
    assert all("secret" not in str(labels) and "coffee" not in str(labels) for _name, labels in figures())


def message(kind: str, state: str, *, number: int, **fields: Any) -> None:
    now = timezone.now()
    given: dict[str, Any] = {"created_at": now, "due_at": now, "settled_at": now, "kind": kind}
    if "chat" not in fields:
        given["person"] = make_user()
    if state == Message.State.DROPPED:
        given["reason"] = "moved"
    Message.objects.create(key=f"{kind}{state}{number}", state=state, **given | fields)


@pytest.mark.django_db(transaction=True)
@pytest.mark.sqlite
def test_the_outbox_is_told_by_state_kind_and_channel(figures: Any) -> None:
    state = Message.State
    for number in range(3):
        message("marks", state.SENT, number=number, attempts=number)
    message("marks", state.FAILED, number=0, attempts=8)
    message("dates", state.SENT, number=0, chat="effdl")
    message("dates", state.DROPPED, number=0)
    long_ago = timezone.now() - timedelta(hours=1)
    message("dates", state.WAITING, number=0, settled_at=None, due_at=long_ago, created_at=long_ago)
    found = figures()
    assert value(found, "portal_messages_sent", kind="marks", channel="mail") == 3
    assert value(found, "portal_messages_sent", kind="dates", channel="chat") == 1
    assert value(found, "portal_messages_failed", kind="marks", channel="mail") == 1
    assert value(found, "portal_messages_refused", kind="marks", channel="mail") == 11
    depths = {one: value(found, "portal_outbox_messages", state=one) for one in state.values}
    assert depths == {"waiting": 1, "claimed": 0, "sent": 4, "kept": 0, "dropped": 1, "failed": 1}
    counters = {
        name for name, _labels in found if name.startswith("portal_messages") and name.endswith("_total")
    }
    assert not counters, "rows go away, and a counter never goes down"
    late = value(found, "portal_outbox_oldest_due_seconds")
    assert late is not None and 3600 <= late < 3700


@pytest.mark.django_db(transaction=True)
def test_parts_and_ages_are_told(figures: Any) -> None:
    found = figures()
    assert value(found, "portal_part_up", part="database") == 1
    assert value(found, "portal_part_up", part="sweep") == 0
    assert value(found, "portal_sweep_age_seconds") is None, "never swept is not a number"
    assert value(found, "portal_outbox_oldest_due_seconds") == 0
    assert value(found, "portal_info", version="0.1.0") == 1
    sweep(clock=timezone.now)
    age = value(figures(), "portal_sweep_age_seconds")
    assert age is not None and 0 <= age < 60
    make_course(time_zone="Mars/Phobos", ends_on=timezone.now().date())
    sweep(clock=timezone.now)
    found = figures()
    assert value(found, "portal_not_swept", part="sweep_reminders") == 1
    assert value(found, "portal_part_up", part="sweep") == 1


@pytest.mark.django_db(transaction=True)
def test_the_figures_cost_as_much_with_many_messages(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(5):
        message(f"kind{number}", Message.State.SENT, number=number)
    with django_assert_num_queries(2):
        list(metrics._outbox(timezone.now()))


@pytest.mark.django_db
def test_a_database_that_is_away_leaves_its_figures_out(
    figures: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(now: object) -> None:
        raise OSError

    monkeypatch.setattr(metrics, "_outbox", refuse)
    found = figures()
    assert value(found, "portal_outbox_messages", state="waiting") is None
    assert any(name == "portal_requests_total" for name, _labels in found)


# --- Several processes ------------------------------------------------------------------------------------


@contextmanager
def server(environment: dict[str, str], port: int) -> Iterator[Popen[bytes]]:
    with Popen(
        web("127.0.0.1", port, 2), cwd=ROOT, env=environment, stdout=DEVNULL, stderr=DEVNULL
    ) as process:
        try:
            deadline = time.monotonic() + 60
            while True:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                assert process.poll() is None and time.monotonic() < deadline
                time.sleep(0.05)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except TimeoutExpired:
                process.kill()


def ask(port: int, path: str) -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=BEARER)
    with urllib.request.urlopen(request, timeout=20) as answer:
        text: str = answer.read().decode()
        return text


@pytest.mark.trust
def test_two_processes_count_together_and_go_on_when_one_is_killed(
    process_env: dict[str, str], tmp_path: Path
) -> None:
    port, folder = free_port(), tmp_path / "data"
    dead = folder / "metrics" / f"{socket.gethostname()}-999999999"
    dead.mkdir(parents=True)
    environment = process_env | {"PORTAL_DATA_DIR": str(folder), "METRICS_TOKEN": TOKEN}

    def counted() -> float:
        labels = {"route": "health_live", "method": "GET", "status": "200"}
        return value(read(ask(port, "/metrics")), "portal_requests_total", **labels) or 0

    with server(environment, port) as process:
        own = folder / "metrics" / f"{socket.gethostname()}-{process.pid}"
        asked, deadline = 0, time.monotonic() + 60
        while len(files := list(own.glob("counter_*.db"))) < 2:
            assert time.monotonic() < deadline, "only one process ever answered"
            ask(port, "/health/live")
            asked += 1
        assert not dead.exists(), "the counts of a server that has ended are gone"
        assert [counted() for _time in range(6)] == [asked] * 6, "whichever process answers"
        os.kill(int(files[0].stem.removeprefix("counter_")), signal.SIGKILL)
        for _time in range(4):
            try:
                ask(port, "/health/live")
            except OSError:
                continue
            asked += 1
        assert counted() == asked, "what a killed process counted stays counted"


def test_a_server_that_runs_keeps_its_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(counting.SHARED, "")
    monkeypatch.setattr(socket, "gethostname", lambda: "web-1")
    names = ("web-1-1", "web-1-999999999", "web-2-7", "web-3-7")
    running, ended, elsewhere, forgotten = folders = [tmp_path / name for name in names]
    for folder in folders:
        folder.mkdir()
    long_ago = running.stat().st_mtime - counting.FORGOTTEN_AFTER - 9
    os.utime(forgotten, (long_ago, long_ago))
    counting.count_together(tmp_path)
    assert [folder.exists() for folder in (running, ended, elsewhere)] == [True, False, True]
    assert not forgotten.exists(), "nothing was counted there for a month"
    assert Path(os.environ[counting.SHARED]).is_dir()
