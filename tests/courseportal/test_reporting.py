"""Reports of errors: they come with the request's id, and with nothing of what people sent."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from courseportal import reporting
from courseportal.reporting import reported
from tests.services import ROOT

BROKEN = """
import logging, os, sys, types
os.environ["DJANGO_SETTINGS_MODULE"] = "courseportal.settings"
import django; django.setup()
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

@csrf_exempt
def failing(request, secret):
    typed = request.POST["comment"]
    try:
        int(typed)
    except ValueError as error:
        raise LookupError(f"no row {typed}") from error

def telling(request):
    logging.getLogger("grading").error("Receipt %s is not there", "hush-receipt")
    logging.getLogger("some.library").error("of hush-hush")
    return HttpResponse("told")

urls = types.ModuleType("urls")
urls.urlpatterns = [path("feed/<slug:secret>/", failing, name="feed"), path("tell/", telling)]
from courseportal import errors
urls.handler500 = errors.server_error
sys.modules["urls"] = urls
settings.ROOT_URLCONF = "urls"
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()  # as the web server calls it

def started(status, headers):
    print(status[:3], dict(headers)["X-Request-ID"])

sent = {"User-Agent": "hush-agent", "Authorization": "Bearer hush-token"}
browser = RequestFactory(SERVER_NAME="localhost", headers=sent)
browser.cookies["session"] = "hush-cookie"
typed = {"comment": "hush-comment", "password": "hush-password"}
list(application(browser.post("/feed/hush-path/?q=hush-query", typed).environ, started))
list(application(browser.get("/tell/").environ, started))
import sentry_sdk
sentry_sdk.flush(10)
"""


@pytest.fixture
def sentry() -> Iterator[tuple[str, list[bytes]]]:
    """A server that takes what the library sends: its DSN, and the envelopes."""
    taken: list[bytes] = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://public@127.0.0.1:{server.server_port}/7", taken
    server.shutdown()
    server.server_close()


def events(envelopes: list[bytes]) -> list[dict[str, Any]]:
    found = []
    for envelope in envelopes:
        lines = envelope.split(b"\n")
        heads = [json.loads(line) for line in lines if line]
        found += [body for head, body in pairwise(heads) if head.get("type") == "event"]
    return found


def test_a_report_says_where_and_nothing_of_what_people_sent(
    tmp_path: Path, sentry: tuple[str, list[bytes]]
) -> None:
    dsn, taken = sentry
    given = {
        "PATH": os.environ["PATH"],
        "PORTAL_DATA_DIR": str(tmp_path),
        "SECRET_KEY": "x",
        "SENTRY_DSN": dsn,
    }
    command = [sys.executable, "-c", BROKEN]
    done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=True)
    status, request_id = done.stdout.splitlines()[0].split()
    assert status == "500"

    told = events(taken)
    broken = next(event for event in told if event.get("exception"))
    assert broken["tags"]["request_id"] == request_id
    assert broken["transaction"] == "__main__.failing" and broken["request"] == {"method": "POST"}
    assert [error["type"] for error in broken["exception"]["values"]] == ["ValueError", "LookupError"]
    functions = [frame["function"] for frame in broken["exception"]["values"][-1]["stacktrace"]["frames"]]
    assert functions[-1] == "failing"
    assert broken["environment"] == "production" and broken["release"].startswith("courseportal@")
    said = {event["logentry"]["message"] for event in told if "logentry" in event}
    assert {"Receipt %s is not there", "(text of some.library left out)"} <= said
    everything = b"\n".join(taken)
    assert b"hush" not in everything, everything
    for name in ("user", "extra", "breadcrumbs", "contexts"):
        assert all(name not in event for event in told)


def test_an_address_is_no_name_of_a_page() -> None:
    event = {"transaction": "/feed/hush/", "transaction_info": {"source": "url"}, "user": {"id": 1}}
    assert reported(event, {}) == {"tags": {}}


def test_what_cannot_be_reported_is_told_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match="https://KEY@HOST/NUMBER"):
        reporting.start("sentry.example.org", environment="production")
    monkeypatch.setattr("courseportal.reporting.find_spec", lambda _name: None)
    with pytest.raises(ImproperlyConfigured, match=r"requirements/production\.txt"):
        reporting.start("https://key@sentry.example.org/7", environment="production")
