"""The processes that make up a running portal: migrations first, then web server, worker, timetable (beat).

This is the one place that knows how each is started. `manage.py serve` and `make run-production` take them
from here; a container becomes one of them by

    python -m courseportal.processes migrate|web|worker|beat
"""

from __future__ import annotations

import configparser
import os
import shlex
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Final

from courseportal import lifeline


def migrate() -> list[str]:
    """Brings the tables up to date, before anything else starts; ends when it has."""
    return [sys.executable, "manage.py", "migrate", "--no-input"]


def web(host: str, port: int, workers: int) -> list[str]:
    """The web server's command; each of its workers answers four requests at a time."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", "4", "--respawn-failed-workers"),
        *("--workers-kill-timeout", "10"),
        *("--no-ws", "--log-level", "warning", "--log-config", "courseportal/granian-log.json"),
        "courseportal.wsgi:application",
    ]


def worker() -> list[str]:
    """The worker's command: one task at a time, for no other pool reads the embedded broker quickly."""
    alone = ["--pool=solo", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    return [sys.executable, "-m", "celery", "-A", "courseportal", "worker", *alone]


def beat(state: Path) -> list[str]:
    """The timetable's command; what ran when is kept in the file `state`."""
    timetable = [sys.executable, "-m", "celery", "-A", "courseportal", "--quiet", "beat"]
    return [*timetable, "--pidfile=", f"--schedule={state}"]


COMMANDS: Final[Mapping[str, Callable[[Any], list[str]]]] = {
    "migrate": lambda settings: migrate(),
    "web": lambda settings: web(settings.BIND_HOST, settings.PORT, settings.WEB_WORKERS),
    "worker": lambda settings: worker(),
    "beat": lambda settings: beat(settings.DATA_DIR / "beat"),
}
"""Each process by its name: its command, from the portal's settings."""


PATIENCE: Final = {"worker": 90}
"""Seconds that a process has to end in, where 20 are too few: a hand-over to a slow mail server lasts longer.

A worker that is told to stop takes no further letter; killed in a hand-over, it may send one twice.
"""

REPLICAS: Final = {"web": 2}
"""Of which process several run on servers, behind a proxy; of all others one."""

BEHIND_PROXY: Final = {"PORTAL_PROXIES": "1", "PROXY_ARRIVAL_HEADER": "X-Request-Start"}
"""What web servers are told of the proxy in deploy/nginx: it adds one address, and stamps each request."""


@dataclass(frozen=True)
class Program:
    """A command that supervisor keeps running: the signal that ends it, and the account it runs as."""

    command: list[str]
    stop_by: str = "TERM"
    patience: int = 20
    """Seconds after which it is killed."""
    user: str | None = None


def program_of(name: str, settings: Any) -> Program:
    """A process of the portal as supervisor runs it."""
    return Program(COMMANDS[name](settings), patience=PATIENCE.get(name, 20))


def supervisor_config(programs: Mapping[str, Program], base: Path, logs: Path) -> str:
    """A configuration by which supervisor keeps all programs (by name) running until it is stopped.

    Each writes to `<logs>/<name>.log`, rotated at 5 MB.
    """
    config = configparser.RawConfigParser()
    config["supervisord"] = {
        "nodaemon": "true",
        "silent": "true",
        "logfile": _plain(logs / "supervisor.log"),
        "pidfile": _plain(logs / "supervisor.pid"),
    }
    for name, program in programs.items():
        account = ["--as", program.user] if program.user else []
        config[f"program:{name}"] = {
            "command": _plain(shlex.join([sys.executable, lifeline.__file__, *account, *program.command])),
            "directory": _plain(base),
            "autorestart": "true",
            "stopsignal": program.stop_by,
            "stopwaitsecs": str(program.patience),
            "killasgroup": "true",
            "redirect_stderr": "true",
            "stdout_logfile": _plain(logs / f"{name}.log"),
            "stdout_logfile_maxbytes": "5MB",
            "stdout_logfile_backups": "3",
        }
    text = StringIO()
    config.write(text)
    return text.getvalue()


def _plain(value: object) -> str:
    """Supervisor replaces %(names)s; a per cent sign in a path is only itself."""
    return str(value).replace("%", "%%")


def main(arguments: list[str]) -> None:
    """Become the named process."""
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        sys.exit(f"python -m courseportal.processes {'|'.join(COMMANDS)}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "courseportal.settings")
    from django.conf import settings  # noqa: PLC0415 - those who only want a command need no settings

    command = COMMANDS[arguments[0]](settings)
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
