"""The whole portal by one command: it starts, answers, says why it cannot, and leaves no process behind."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from courseportal.supervised import reached_at
from tests.services import ROOT, free_port

pytestmark = pytest.mark.slow


def environment(folder: Path, port: int) -> dict[str, str]:
    """What a newcomer has, and the data folder, by which every process of this portal can be told."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return keep | {"PORTAL_DATA_DIR": str(folder), "PORT": str(port)}


DEMO = {"PORTAL_ENV": "demo"}
BARE = {"PORTAL_ENV": "production", "SECRET_KEY": "only for tests"}  # quicker: no demo is made


def processes_of(folder: Path) -> dict[int, str]:
    """Each living process whose environment names `folder`: pid -> command line."""
    mark = f"PORTAL_DATA_DIR={folder}".encode()
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (place / "environ").read_bytes().split(b"\0"):
                found[int(place.name)] = (place / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue  # it has ended meanwhile, or is another user's
    return found


@contextmanager
def portal(
    folder: Path, port: int, mode: dict[str, str]
) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A running portal and the lines it has said; what still runs of it at the end is killed."""
    command = [sys.executable, "manage.py", "serve"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(folder, port) | mode,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout
            said: list[str] = []
            while not said or "Data and logs" not in said[-1]:
                said.append(process.stdout.readline())
                assert said[-1], f"it ended: {said}"
            yield process, said
        finally:
            for pid in processes_of(folder):
                os.kill(pid, signal.SIGKILL)


def status_of(port: int, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def run_and_fail(folder: Path, port: int) -> str:
    """What a start that must fail says."""
    command = [sys.executable, "manage.py", "serve"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment(folder, port) | BARE,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    return done.stderr


def test_it_starts_answers_and_leaves_nothing_behind(tmp_path: Path) -> None:
    port = free_port()
    with portal(tmp_path, port, DEMO) as (process, said):
        assert f"http://localhost:{port}" in "".join(said)
        roles = [line.split()[0] for line in said if "@" in line]
        assert roles == ["student", "representative", "assistant", "lecturer"]
        assert status_of(port, "/accounts/login/") == 200
        deadline = time.monotonic() + 60
        while status_of(port, "/health/") != 200:  # the worker comes up a little later than the web server
            assert time.monotonic() < deadline, (tmp_path / "logs/worker.log").read_text()
            time.sleep(0.2)
        names = " ".join(processes_of(tmp_path).values())
        assert all(part in names for part in ("granian", "worker", "beat"))

        assert "already runs on" in run_and_fail(tmp_path, free_port())

        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=60) == 0
        assert processes_of(tmp_path) == {}
        assert status_after_stop(port) == "refused"

    key = (tmp_path / "secret_key").read_text()
    with portal(tmp_path, port, DEMO) as (process, said):
        assert not any("First start" in line for line in said), "the second start keeps the data"
        assert (tmp_path / "secret_key").read_text() == key
        process.terminate()
        assert process.wait(timeout=60) == 0
        assert processes_of(tmp_path) == {}


def status_after_stop(port: int) -> str:
    with socket.socket() as probe:
        return "open" if probe.connect_ex(("127.0.0.1", port)) == 0 else "refused"


@pytest.mark.parametrize(
    ("host", "reached"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),
        ("::", "[::1]"),
        ("::1", "[::1]"),
        ("portal.example.org", "portal.example.org"),
    ],
)
def test_what_listens_everywhere_is_reached_here(host: str, reached: str) -> None:
    assert reached_at(host) == reached


def test_it_answers_where_it_is_told_to_and_its_processes_end_even_if_it_is_killed(tmp_path: Path) -> None:
    with portal(tmp_path, free_port(), BARE | {"PORTAL_BIND": "127.0.0.2"}) as (process, said):
        assert "The portal runs at" in said[0], "it was reached there"
        process.kill()
        process.wait()
        deadline = time.monotonic() + 60
        while left := processes_of(tmp_path):
            assert time.monotonic() < deadline, left
            time.sleep(0.2)


@pytest.mark.parametrize("parent_ends", [True, False])
def test_a_process_whose_parent_ended_before_it_was_tied_ends_too(tmp_path: Path, parent_ends: bool) -> None:
    """A web server killed while its workers are still being imported."""
    script = f"""
import os, sys, time
parent = os.getpid()
if os.fork():
    {"os._exit(0)" if parent_ends else "os.wait()"}
while {parent_ends} and os.getppid() == parent:
    time.sleep(0.01)
from courseportal.lifeline import end_with_parent_if_asked
end_with_parent_if_asked()
open({str(tmp_path / "alive")!r}, "w").close()
"""
    command = [sys.executable, "courseportal/lifeline.py", sys.executable, "-c", script]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=environment(tmp_path, 1)) as tied:
        assert tied.stdout
        tied.stdout.read()  # until the child has closed it, too
    assert (tmp_path / "alive").exists() is not parent_ends


def test_a_web_server_that_was_killed_comes_back(tmp_path: Path) -> None:
    port = free_port()
    with portal(tmp_path, port, BARE):
        before = {pid for pid, name in processes_of(tmp_path).items() if "granian" in name}
        os.kill(min(before), signal.SIGKILL)  # the one that holds the others
        deadline = time.monotonic() + 60
        while before & processes_of(tmp_path).keys() or status_after_stop(port) != "open":
            assert time.monotonic() < deadline, processes_of(tmp_path)
            time.sleep(0.2)
        assert status_of(port, "/accounts/login/") == 200


def test_a_taken_port_is_named_with_a_way_out(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"Port {port} cannot be used" in (said := run_and_fail(tmp_path, port))
        assert f"PORT={port + 1} make run" in said
