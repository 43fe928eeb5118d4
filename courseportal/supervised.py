"""Processes kept running together by supervisor, and stopped together: nothing of them is left behind."""

from __future__ import annotations

import fcntl
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

from courseportal.lifeline import end_with_parent
from courseportal.processes import Program, supervisor_config

ANSWER_TIMEOUT: Final = 120.0  # seconds; a small machine that is busy needs many of them


class CannotRun(Exception):
    """The portal cannot be started here; the text says why, and what helps."""


class Supervised:
    """Programs that run until they are stopped: each is started again when it ends.

    What each says is in `<logs>/<name>.log`. On Linux they end with this process even if that is killed.
    """

    def __init__(self, programs: Mapping[str, Program], base: Path, logs: Path) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self.logs = logs
        config = logs / "supervisor.conf"
        config.write_text(supervisor_config(programs, base, logs))
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-W", "ignore", "-m", "supervisor.supervisord", "-c", str(config)],
            cwd=base,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # all it says is in its log
            start_new_session=True,  # out of reach of Ctrl-C, which this process passes on
            preexec_fn=end_with_parent,  # noqa: PLW1509  # no thread has been started
        )

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """End all of them, and wait until they have."""
        if self.is_running:
            self.process.terminate()
        self.process.wait()

    def answers(self, host: str, port: int, *, named: str) -> bool:
        """Wait until a web server answers there; false where all was stopped meanwhile.

        Raises CannotRun, with the end of the log of the program of that name, where it does not in time.
        """
        address = f"http://{reached_at(host)}:{port}/health/live"
        until = time.monotonic() + ANSWER_TIMEOUT
        while time.monotonic() < until and self.is_running:
            try:
                urllib.request.urlopen(address, timeout=5).close()
            except urllib.error.HTTPError as error:
                if error.code not in {502, 504}:
                    return True  # it answers, if only to say that something is missing
                time.sleep(0.1)  # a proxy whose web servers are not there yet
            except OSError:
                time.sleep(0.1)
            else:
                return True
        if not self.is_running:
            return False
        self.stop()
        raise CannotRun(f"The web server does not answer. Its log ends:\n{self.end_of(named)}")

    def end_of(self, name: str) -> str:
        """The last lines of a program's log."""
        log = self.logs / f"{name}.log"
        return log.read_text(errors="replace")[-2000:] if log.exists() else "(empty)"


def stopped_by_signals(programs: Supervised) -> None:
    """Have Ctrl-C and SIGTERM end these programs."""

    def stop(number: int, frame: FrameType | None) -> None:
        programs.process.terminate()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Two portals never work on one data folder. Raises CannotRun."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotRun(
                f"A portal already runs on {path.parent}. Stop it, or name another data folder: "
                "PORTAL_DATA_DIR=elsewhere PORT=8001 make run"
            ) from error
        yield


def check_port(host: str, port: int) -> None:
    """Raises CannotRun where nothing can listen there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotRun(
                f"Port {port} cannot be used: {error.strerror}. Choose another: PORT={port + 1} make run"
            ) from error


def reached_at(host: str) -> str:
    """Where this machine reaches what listens at ``host``, as it stands in a URL."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - everywhere is here, too
    return f"[{host}]" if ":" in host else host
