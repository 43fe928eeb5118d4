"""The processes that make up a running portal: the web server, the worker, and the timetable (beat)."""

import configparser
import shlex
import sys
from io import StringIO
from pathlib import Path

from courseportal import lifeline


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


def supervisor_config(commands: dict[str, list[str]], base: Path, logs: Path) -> str:
    """A configuration by which supervisor keeps all `commands` (by name) running until it is stopped.

    Each writes to `<logs>/<name>.log`, rotated at 5 MB.
    """
    config = configparser.RawConfigParser()
    config["supervisord"] = {
        "nodaemon": "true",
        "silent": "true",
        "logfile": _plain(logs / "supervisor.log"),
        "pidfile": _plain(logs / "supervisor.pid"),
    }
    for name, command in commands.items():
        config[f"program:{name}"] = {
            "command": _plain(shlex.join([sys.executable, lifeline.__file__, *command])),
            "directory": _plain(base),
            "autorestart": "true",
            "stopwaitsecs": "20",
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
