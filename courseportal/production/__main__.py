"""Start PostgreSQL and Redis unless they are given, migrate, then web servers, proxy, worker, timetable.

    python -m courseportal.production

All the environment of docs/operations.md holds. Without DATABASE_URL and CELERY_BROKER_URL there are a
PostgreSQL and a Redis of the portal's own, in the data folder. Ctrl-C ends everything, the servers last.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from courseportal.lifeline import end_with_parent
from courseportal.processes import BEHIND_PROXY, COMMANDS, REPLICAS, Program, program_of, web
from courseportal.production.local_servers import free_port, postgres, redis
from courseportal.production.proxy import nginx, proxy
from courseportal.supervised import CannotRun, Supervised, alone, check_port

ROOT: Final = Path(__file__).parent.parent.parent
SERVERS_TIMEOUT: Final = 60.0  # seconds until PostgreSQL and Redis must answer


def main() -> None:
    """Run until Ctrl-C or SIGTERM."""
    for word in (signal.SIGINT, signal.SIGTERM):
        signal.signal(word, _leave)
    os.chdir(ROOT)
    data = Path(os.environ.get("PORTAL_DATA_DIR") or ROOT / "var").resolve()
    data.mkdir(parents=True, exist_ok=True)
    os.environ |= {"PORTAL_ENV": "production", "PORTAL_DATA_DIR": str(data)}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "courseportal.settings")
    os.environ["PORTAL_STATIC_ROOT"] = os.environ.get("PORTAL_STATIC_ROOT") or str(data / "static")
    try:
        with alone(data / "serve.lock"), servers(data / "servers"):
            run(data)
    except CannotRun as why:
        sys.exit(f"{why}")
    except KeyboardInterrupt:
        say("Stopped.")


@contextmanager
def servers(folder: Path) -> Iterator[None]:
    """PostgreSQL and Redis, where the environment names none; they end last."""
    wanted: dict[str, Program] = {}
    if not os.environ.get("DATABASE_URL"):
        wanted["postgres"], os.environ["DATABASE_URL"] = postgres(folder / "postgres")
    if not os.environ.get("CELERY_BROKER_URL"):
        wanted["redis"], url = redis(folder / "redis")
        os.environ |= {"CELERY_BROKER_URL": f"{url}/0", "CACHE_URL": f"{url}/1"}
    if not wanted:
        yield
        return
    say(f"Starting {' and '.join(wanted)} in {folder}")
    running = Supervised(wanted, ROOT, folder / "logs")
    try:
        yield
    finally:
        running.stop()


def run(data: Path) -> None:
    """The portal on its servers. Raises CannotRun."""
    program = nginx()
    if program:  # before the settings are read
        os.environ |= {name: os.environ.get(name) or value for name, value in BEHIND_PROXY.items()}
    from django.conf import settings  # noqa: PLC0415 - not before the environment is complete

    if not settings.SECRET_KEY_GIVEN:
        raise CannotRun("SECRET_KEY is not set: set it to a long random text, the same at every start")
    check_port(settings.BIND_HOST, settings.PORT)
    prepare(settings)
    programs = portal_programs(settings, program, data / "nginx")
    running = Supervised(programs, ROOT, data / "logs")
    try:
        front = "proxy" if program else "web-1"
        if running.answers(settings.BIND_HOST, settings.PORT, named=front):
            say(f"The portal runs at {settings.PORTAL_BASE_URL}  (Ctrl-C stops it)")
            say(f"Processes: {', '.join(programs)}")
            if not program:
                say("There is no nginx here (apt-get install nginx): one web server answers by itself.")
            say(f"Data and logs: {data}")
        if running.process.wait():
            raise CannotRun(f"Supervisor gave up. Its log ends:\n{running.end_of('supervisor')}")
    finally:
        running.stop()


def prepare(settings: Any) -> None:
    """What the image has done when it was built, then the tables. Raises CannotRun."""
    python = [sys.executable, "manage.py"]
    _done([sys.executable, "-m", "courseportal.translations", "locale"], "Translating")
    _done([*python, "collectstatic", "--no-input", "--verbosity", "0"], "Collecting static files")
    until = time.monotonic() + SERVERS_TIMEOUT
    while True:
        try:
            _done(COMMANDS["migrate"](settings), "Migrating")
        except CannotRun:
            if time.monotonic() > until or not _is_starting(settings):
                raise
            time.sleep(0.3)
        else:
            return


def portal_programs(settings: Any, nginx_program: str | None, folder: Path) -> dict[str, Program]:
    """What runs, by name: the processes of docker-compose.yml, so many of each as there."""
    if nginx_program is None:
        webs = {"web-1": Program(COMMANDS["web"](settings))}
    else:
        ports = [free_port() for _number in range(REPLICAS["web"])]
        webs = {
            f"web-{number}": Program(web("127.0.0.1", port, settings.WEB_WORKERS))
            for number, port in enumerate(ports, start=1)
        }
        webs["proxy"] = proxy(
            nginx_program, folder, host=settings.BIND_HOST, port=settings.PORT, web_ports=ports
        )
    return webs | {name: program_of(name, settings) for name in ("worker", "beat")}


def _is_starting(settings: Any) -> bool:
    """Whether the database does not take connections yet."""
    from django.db import OperationalError, connection  # noqa: PLC0415

    try:
        connection.ensure_connection()
    except OperationalError:
        return True
    connection.close()
    return False


def _done(command: list[str], what: str) -> None:
    """Run a command to its end. Raises CannotRun with what it said, where it failed."""
    done = subprocess.run(  # noqa: S603
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        preexec_fn=end_with_parent,  # no thread has been started
    )
    if done.returncode:
        raise CannotRun(f"{what} failed:\n{done.stdout[-2000:]}")


def _leave(number: int, frame: object) -> None:
    """Ctrl-C and SIGTERM alike: what runs is ended on the way out."""
    raise KeyboardInterrupt


def say(text: str) -> None:
    """Print it now: whoever watches through a pipe waits for it."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
