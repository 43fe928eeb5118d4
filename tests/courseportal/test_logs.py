"""What happens is told as lines of JSON that name request and task and hold nothing that people wrote."""

import io
import json
import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path
from pytest_django import Settings

from courseportal import tasks
from courseportal.answers import AnswersMiddleware
from courseportal.logs import JsonFormatter, request_id
from courseportal.processes import beat, web
from people.models import User
from people.waking import wake
from tests.factories import make_user
from tests.services import ROOT, free_port


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the portal's handler writes, from every logger."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)
    yield text
    logging.getLogger().removeHandler(handler)


def lines_of(text: str) -> list[dict[str, Any]]:
    """Each line, all of which must be JSON."""
    return [json.loads(line) for line in text.splitlines()]


def fail(request: HttpRequest) -> HttpResponse:
    try:
        raise SuspiciousOperation("too odd")
    except SuspiciousOperation:
        logging.getLogger("courseportal").exception("Не вышло: %s", "page")
    return HttpResponse("done")


def test_an_error_is_one_line_with_its_request_and_traceback(log: io.StringIO) -> None:
    response = AnswersMiddleware(fail)(RequestFactory().post("/", {"essay": "private words"}))
    line, answered = lines_of(log.getvalue())
    assert line["message"] == "Не вышло: page"
    assert line["level"] == "error"
    assert line["request"] == answered["request"] == response.headers["X-Request-ID"]
    assert line["traceback"].endswith("SuspiciousOperation: too odd")
    assert "private words" not in log.getvalue()


@pytest.mark.parametrize(
    ("given", "kept"),
    [("0123456789abcdef", True), ("short", False), ("a" * 65, False), ('bad"\r\nid: 1', False)],
)
def test_the_proxys_name_is_kept_if_it_is_plain(given: str, kept: bool) -> None:
    response = AnswersMiddleware(fail)(RequestFactory().get("/", headers={"X-Request-ID": given}))
    assert (response.headers["X-Request-ID"] == given) is kept


def test_outside_a_request_none_is_named(log: io.StringIO) -> None:
    logging.getLogger("courseportal").warning("alone")
    assert "request" not in json.loads(log.getvalue())


@pytest.mark.django_db
def test_every_answer_names_its_request(client: Client) -> None:
    first, second = client.get("/health/live"), client.get("/health/live")
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]


def test_a_failing_page_is_told_in_the_log(log: io.StringIO) -> None:
    assert logging.getLogger("django.request").getEffectiveLevel() <= logging.ERROR
    logging.getLogger("django.request").error("Internal Server Error: %s", "/x/")
    assert json.loads(log.getvalue())["message"] == "Internal Server Error: /x/"


@pytest.mark.django_db
def test_each_request_is_one_line_by_its_route_alone(client: Client, log: io.StringIO) -> None:
    client.get("/accounts/login/?next=/a-secret-place/", {"q": "private"})
    (line,) = lines_of(log.getvalue())
    told = {name: line[name] for name in ("level", "method", "route", "status")}
    assert told == {"level": "info", "method": "GET", "route": "account_login", "status": 200}
    assert line["ms"] >= 0
    assert line["request"]
    assert not {"secret", "private"} & set(log.getvalue().replace("-", " ").split())


@pytest.mark.django_db
def test_a_page_that_is_not_there_is_one_line_without_its_address(client: Client, log: io.StringIO) -> None:
    client.get("/a-secret-place/")
    client.get("/static/portal/none.css")
    client.generic("BREW", "/a-secret-place/")
    lines = lines_of(log.getvalue())
    assert [(line["method"], line["route"], line["status"]) for line in lines] == [
        ("GET", "unknown", 404),
        ("GET", "static", 404),
        ("other", "unknown", 404),
    ]
    assert "secret" not in log.getvalue()


def broken(request: HttpRequest, secret: str) -> HttpResponse:
    raise RuntimeError("broken on purpose")


urlpatterns = [path("calendar/<str:secret>/", broken, name="calendar")]


def test_a_broken_page_is_told_by_its_route(log: io.StringIO, settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    answer = Client(raise_request_exception=False).get("/calendar/a-secret-place/")
    assert answer.status_code == 500
    with_traceback, told = lines_of(log.getvalue())
    assert with_traceback["message"] == "Internal Server Error: calendar"
    assert with_traceback["traceback"].endswith("RuntimeError: broken on purpose")
    assert (told["level"], told["route"], told["status"]) == ("error", "calendar", 500)
    assert with_traceback["request"] == told["request"]
    assert "secret-place" not in log.getvalue()


@pytest.mark.django_db
def test_probes_are_told_when_something_is_wrong(client: Client, log: io.StringIO) -> None:
    assert client.get("/health/live").status_code == 200
    assert log.getvalue() == ""
    assert client.get("/health/ready").status_code == 503
    (line,) = lines_of(log.getvalue())
    assert (line["level"], line["route"], line["status"]) == ("error", "health_ready", 503)


@pytest.mark.django_db
def test_what_a_refused_row_held_is_not_told(log: io.StringIO) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL tells the row")
    private = make_user(name="Private\nName").email
    try:
        with transaction.atomic():
            User.objects.create(email=private, name="Private\nName")
    except IntegrityError as error:
        logging.getLogger("courseportal").exception("Refused: %s", error)
    (line,) = lines_of(log.getvalue())
    assert "duplicate key" in line["message"]
    assert "UniqueViolation" in line["traceback"]
    assert "The above exception was the direct cause" in line["traceback"]
    assert private not in log.getvalue()


def _until(log: Path, text: str) -> list[dict[str, Any]]:
    deadline = time.monotonic() + 20
    while text not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
    return lines_of(log.read_text())


@pytest.mark.worker
def test_a_request_is_followed_into_the_worker(worker: Popen[bytes], tmp_path: Path) -> None:
    def ask(request: HttpRequest) -> HttpResponse:
        tasks.heartbeat.delay()
        return HttpResponse("done")

    given = {"X-Request-ID": "followed-into-the-worker"}
    AnswersMiddleware(ask)(RequestFactory().get("/", headers=given))
    tasks.heartbeat.delay()
    lines = _until(tmp_path / "worker.log", given["X-Request-ID"])
    (line,) = (line for line in lines if line.get("request") == given["X-Request-ID"])
    assert (line["task"], line["outcome"], line["level"]) == (
        "courseportal.tasks.heartbeat",
        "success",
        "info",
    )
    assert len(line["task_id"]) == 36
    assert line["ms"] >= 0
    deadline = time.monotonic() + 20
    while len(own := [each for each in lines if "task" in each and "request" not in each]) < 1:
        assert time.monotonic() < deadline, "the next task is of no request"
        lines = lines_of((tmp_path / "worker.log").read_text())
    assert own[0]["task_id"] != line["task_id"]
    worker.terminate()
    worker.wait(timeout=20)
    last_words = [line["message"] for line in lines_of((tmp_path / "worker.log").read_text())]
    assert any(words.startswith("worker: Warm shutdown") for words in last_words)


def test_a_task_names_the_request_that_another_task_came_from() -> None:
    from courseportal.task_lines import HEADER, name_request

    headers: dict[str, Any] = {}
    token = request_id.set("from-a-request")
    try:
        name_request(headers=headers)
    finally:
        request_id.reset(token)
    assert headers == {HEADER: "from-a-request"}
    of_no_request: dict[str, Any] = {}
    name_request(headers=of_no_request)
    assert of_no_request == {}


def test_a_word_that_wakes_a_worker_is_said_in_the_name_of_its_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is said from a thread of its own, which knows of no request by itself."""
    said: list[tuple[str, str | None]] = []
    heard = threading.Event()

    def send(task: str, **_how: object) -> None:
        said.append((task, request_id.get()))
        heard.set()

    monkeypatch.setattr("people.waking.current_app", SimpleNamespace(send_task=send))
    token = request_id.set("asked-for-delivery")
    try:
        wake()
    finally:
        request_id.reset(token)
    assert heard.wait(timeout=20)
    assert said == [("people.tasks.deliver_due", "asked-for-delivery")]


@pytest.mark.slow
def test_web_server_and_timetable_write_nothing_but_json(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "PORTAL_DATA_DIR": str(tmp_path), "SECRET_KEY": "only for tests"}
    talkative = [word if word != "warning" else "info" for word in web("127.0.0.1", free_port(), 1)]
    log = tmp_path / "log"
    with log.open("wb") as out:
        commands = (talkative, beat(tmp_path / "beat"))
        started = [Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out) for command in commands]
        _until(log, "Started worker-1")
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=20)
    assert {line["logger"] for line in lines_of(log.read_text())} >= {"_granian", "_granian.serve"}
