"""nginx as it stands in front of the web servers: what it passes on, what it adds, what it says by itself."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from courseportal.production.proxy import DEPLOY, nginx, proxy
from tests.services import ROOT, free_port

PROGRAM = nginx() or ""

pytestmark = pytest.mark.skipif(not PROGRAM, reason="nginx is not installed (as root: apt-get install nginx)")


@dataclass
class Behind:
    """A web server that notes what reaches it, and nginx in front of it."""

    port: int
    seen: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    arrived_at: list[float] = field(default_factory=list)

    def says(self, start: str, *, headers: str = "", body: bytes = b"", wait: float = 0.0) -> str:
        """The answer to a request whose body comes later than its headers."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            head = f"{start} HTTP/1.1\r\nHost: portal.example.org:8000\r\nConnection: close\r\n{headers}"
            connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode())
            time.sleep(wait)
            connection.sendall(body)
            parts = []
            while part := connection.recv(65536):
                parts.append(part)
        return b"".join(parts).decode()


@pytest.fixture
def behind(tmp_path: Path) -> Iterator[Behind]:
    found = Behind(free_port())

    class Web(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            found.arrived_at.append(time.time())
            found.seen.append({name.lower(): value for name, value in self.headers.items()})
            found.bodies.append(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        do_GET = do_POST = answer  # noqa: N815 - the library's names

        def log_message(self, *_args: object) -> None:
            pass

    web = ThreadingHTTPServer(("127.0.0.1", 0), Web)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    nobody = free_port()
    with running(tmp_path, found.port, [web.server_port, nobody]):
        yield found
    web.shutdown()
    web.server_close()


class running:  # noqa: N801 - reads as a word: with running(…)
    """nginx in front of these ports."""

    def __init__(self, folder: Path, port: int, web_ports: list[int]) -> None:
        self.port = port
        self.command = proxy(PROGRAM, folder, host="127.0.0.1", port=port, web_ports=web_ports).command

    def __enter__(self) -> None:
        self.process = subprocess.Popen(self.command)
        until = time.monotonic() + 10
        while socket.socket().connect_ex(("127.0.0.1", self.port)):
            assert self.process.poll() is None and time.monotonic() < until
            time.sleep(0.02)

    def __exit__(self, *_error: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)


def test_it_says_when_the_headers_came_who_sent_them_and_which_request_it_is(
    behind: Behind, tmp_path: Path
) -> None:
    forged = (
        "X-Request-Start: t=1000000000.0\r\nX-Forwarded-For: 192.0.2.7\r\nX-Request-ID: of-the-visitor\r\n"
    )
    before = time.time()
    answer = behind.says("POST /courses/", headers=forged, body=b"x" * 100_000, wait=1.5)
    assert answer.startswith("HTTP/1.1 200")
    [seen] = behind.seen
    stamp = re.fullmatch(r"t=(\d+\.\d{3})", seen["x-request-start"])
    assert stamp and before - 0.01 <= float(stamp[1]) <= before + 1, "the headers', not the body's"
    assert behind.arrived_at[0] >= before + 1.5, "a slow body keeps no web server waiting"
    assert behind.bodies == [b"x" * 100_000]
    assert seen["x-forwarded-for"] == "192.0.2.7, 127.0.0.1", "the last one is the proxy's own word"
    assert seen["host"] == "portal.example.org:8000" and seen["x-forwarded-proto"] == "http"
    assert re.fullmatch(r"[0-9a-f]{32}", seen["x-request-id"])
    until = time.monotonic() + 10
    while not (tmp_path / "access.log").read_text():  # written when the connection is done with
        assert time.monotonic() < until
        time.sleep(0.02)
    [line] = [json.loads(line) for line in (tmp_path / "access.log").read_text().splitlines()]
    assert line["request"] == seen["x-request-id"] and line["status"] == 200
    assert "/courses/" not in json.dumps(line), "secrets stand in some paths"


def test_another_proxy_in_front_says_that_it_was_https(behind: Behind) -> None:
    behind.says("GET /", headers="X-Forwarded-Proto: https\r\n")
    behind.says("GET /", headers="X-Forwarded-Proto: gopher\r\n")
    assert [seen["x-forwarded-proto"] for seen in behind.seen] == ["https", "http"]


def test_a_web_server_that_is_away_is_not_noticed(behind: Behind) -> None:
    assert all(behind.says("POST /", body=b"x").startswith("HTTP/1.1 200") for _number in range(6))
    assert len(behind.seen) == 6, "each form once"


def test_what_only_those_inside_may_see(behind: Behind) -> None:
    for path in ("/metrics", "/metrics/"):
        assert behind.says(f"GET {path}").startswith("HTTP/1.1 404")
    assert behind.seen == []


def test_with_no_web_server_left_it_says_so_in_both_languages(tmp_path: Path) -> None:
    alone = Behind(free_port())
    with running(tmp_path, alone.port, [free_port()]):
        answer = alone.says("POST /courses/", body=b"x")
    assert answer.startswith("HTTP/1.1 502") and "Retry-After: 30" in answer
    assert "does not answer just now" in answer and "Портал сейчас не отвечает" in answer


def test_trouble_behind_it_writes_no_path_anywhere(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """nginx's own words on an error have the whole request line in them: secrets stand in some paths."""
    alone = Behind(free_port())
    with running(tmp_path, alone.port, [free_port()]):
        for path in (
            "/calendar/s3cret.ics",
            "/preferences/messages/off/s3cret/",
            "/accounts/password/s3cret/",
        ):
            assert alone.says(f"GET {path}").startswith("HTTP/1.1 502")
        too_large = b"POST /calendar/s3cret HTTP/1.1\r\nHost: a\r\nContent-Length: 200000000\r\n\r\n"
        with socket.create_connection(("127.0.0.1", alone.port), timeout=20) as connection:
            connection.sendall(too_large)
            connection.recv(65536)
    assert "s3cret" not in "".join(capfd.readouterr())
    written = [path.read_text() for path in tmp_path.rglob("*") if path.is_file()]
    assert any('"status": 502' in text for text in written) and "s3cret" not in "".join(written)


def test_the_container_writes_no_more_than_that() -> None:
    for name in ("nginx.conf", "local.conf.template"):
        assert re.search(r"^error_log \S+ crit;", (DEPLOY / name).read_text(), re.MULTILINE), name


def test_more_than_any_page_takes_is_refused_before_it_is_sent(behind: Behind) -> None:
    with socket.create_connection(("127.0.0.1", behind.port), timeout=20) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000000\r\n\r\n")
        answer = connection.recv(65536).decode()
        answer += connection.recv(65536).decode()
    assert answer.startswith("HTTP/1.1 413") and "Ничего не сохранено" in answer
    assert behind.seen == []


@pytest.mark.parametrize("name", ["http", "https"])
def test_what_the_container_reads_is_sound(name: str, tmp_path: Path) -> None:
    """As the image would put it together; nginx itself says whether it can be read."""
    certificate = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=portal.example.org"]
    keys = ["-keyout", f"{tmp_path}/privkey.pem", "-out", f"{tmp_path}/fullchain.pem"]
    if name == "https":
        subprocess.run(["openssl", "req", *certificate, *keys], check=True, capture_output=True)
    (tmp_path / "conf.d").mkdir()
    places = {
        "/etc/nginx/portal": str(DEPLOY),
        "/etc/nginx/conf.d": str(tmp_path / "conf.d"),
        "/etc/nginx/certificates": str(tmp_path),
        "/tmp/nginx.pid": str(tmp_path / "nginx.pid"),
        "/dev/stdout": str(tmp_path / "access.log"),
        "    http2 on;\n": "",  # newer than the nginx of some distributions
        "${PORTAL_MOST_UPLOAD}": "110m",
    }
    for source, target in (("nginx.conf", "nginx.conf"), (f"{name}.conf.template", "conf.d/default.conf")):
        text = (DEPLOY / source).read_text()
        for place, here in places.items():
            text = text.replace(place, here)
        (tmp_path / target).write_text(text)
    command = [PROGRAM, "-t", "-e", "stderr", "-c", str(tmp_path / "nginx.conf")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
