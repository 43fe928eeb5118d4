"""Errors are told as lines of JSON that name the request and hold nothing that people wrote."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from courseportal.logs import JsonFormatter, RequestIdMiddleware


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the portal's handler writes, from every logger."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)
    yield text
    logging.getLogger().removeHandler(handler)


def fail(request: HttpRequest) -> HttpResponse:
    try:
        raise SuspiciousOperation("too odd")
    except SuspiciousOperation:
        logging.getLogger("courseportal").exception("Не вышло: %s", "page")
    return HttpResponse("done")


def test_an_error_is_one_line_with_its_request_and_traceback(log: io.StringIO) -> None:
    response = RequestIdMiddleware(fail)(RequestFactory().post("/", {"essay": "private words"}))
    line = json.loads(log.getvalue())
    assert line["message"] == "Не вышло: page"
    assert line["level"] == "error"
    assert line["request"] == response.headers["X-Request-ID"]
    assert line["traceback"].endswith("SuspiciousOperation: too odd")
    assert "private words" not in log.getvalue()


@pytest.mark.parametrize(
    ("given", "kept"),
    [("0123456789abcdef", True), ("short", False), ("a" * 65, False), ('bad"\r\nid: 1', False)],
)
def test_the_proxys_name_is_kept_if_it_is_plain(given: str, kept: bool) -> None:
    response = RequestIdMiddleware(fail)(RequestFactory().get("/", headers={"X-Request-ID": given}))
    assert (response.headers["X-Request-ID"] == given) is kept


def test_outside_a_request_none_is_named(log: io.StringIO) -> None:
    logging.getLogger("courseportal").warning("alone")
    assert "request" not in json.loads(log.getvalue())


@pytest.mark.django_db
def test_every_answer_names_its_request(client: Client) -> None:
    first, second = client.get("/health/"), client.get("/health/")
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]


def test_a_failing_page_is_told_in_the_log(log: io.StringIO) -> None:
    assert logging.getLogger("django.request").getEffectiveLevel() <= logging.ERROR
    logging.getLogger("django.request").error("Internal Server Error: %s", "/x/")
    assert json.loads(log.getvalue())["message"] == "Internal Server Error: /x/"
