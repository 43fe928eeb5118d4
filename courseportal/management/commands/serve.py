"""`make run`: prepares the data folder, then keeps the whole portal running until Ctrl-C."""

import fcntl
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import StringIO
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from courseportal import processes, translations
from courseportal.checks import require_given_key
from courseportal.lifeline import end_with_parent
from courseportal.management.commands.demo import PASSWORD
from courseportal.queries import demo_accounts
from people.mailbox import KeptLetter, kept_folder, kept_letters
from people.models import User

ANSWER_TIMEOUT = 120.0  # seconds; a small machine that is busy needs many of them


class Command(BaseCommand):
    """The web server, the worker and the timetable on one machine, in one data folder."""

    help = "Prepare the data folder and run the whole portal until Ctrl-C."
    requires_system_checks = ()  # the tables may not be there yet

    def handle(self, *args: object, **options: object) -> None:
        require_given_key()
        host, port = settings.BIND_HOST, settings.PORT
        with _alone(settings.DATA_DIR / "serve.lock"):
            _check_port(host, port)
            self.prepare()
            self.serve(host, port)

    def prepare(self) -> None:
        """Bring tables and translations up to date; a demo portal without people gets its demo."""
        translations.compile_all(settings.LOCALE_PATHS)
        call_command("migrate", verbosity=0, interactive=False)
        if settings.DEMO and "demo" in get_commands() and not User.objects.exists():
            self.say("First start: making the demo courses")
            call_command("demo", stdout=StringIO())  # who is there is told once the portal answers

    def serve(self, host: str, port: int) -> None:
        """Keep the processes running until Ctrl-C or SIGTERM; nothing of them is left afterwards."""
        logs = settings.DATA_DIR / "logs"
        logs.mkdir(exist_ok=True)
        config = logs / "supervisor.conf"
        commands = {
            "web": processes.web(host, port, settings.WEB_WORKERS),
            "worker": processes.worker(),
            "beat": processes.beat(settings.DATA_DIR / "beat"),
        }
        config.write_text(processes.supervisor_config(commands, settings.BASE_DIR, logs))
        supervisor = _start_supervisor(config)

        def stop(number: int, frame: FrameType | None) -> None:
            supervisor.terminate()

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)
        if _answers(supervisor, host, port):
            self.say(welcome())
        elif supervisor.poll() is None:
            supervisor.terminate()
            supervisor.wait()
            raise CommandError(f"The web server does not answer. Its log ends:\n{_end_of(logs / 'web.log')}")
        if self.watch(supervisor):
            raise CommandError(f"Supervisor gave up. Its log ends:\n{_end_of(logs / 'supervisor.log')}")
        self.say("Stopped.")

    def watch(self, supervisor: subprocess.Popen[bytes]) -> int:
        """Until supervisor ends, say what lands in the mailbox; its exit status.

        Whom a letter is for and what about is told in the demo only: logs hold no contents.
        """
        folder = kept_folder()
        told = {letter.name for letter in kept_letters(folder)} if folder else set[str]()
        while True:
            with suppress(subprocess.TimeoutExpired):
                return supervisor.wait(timeout=1)
            for letter in reversed(kept_letters(folder)) if folder else ():
                if letter.name not in told:
                    told.add(letter.name)
                    self.say(line_of(letter))

    def say(self, text: str) -> None:
        """Print it now: whoever watches through a pipe waits for it."""
        self.stdout.write(text)
        self.stdout.flush()


def line_of(letter: KeptLetter) -> str:
    """A letter that has landed in the mailbox, in one line."""
    if not settings.DEMO:
        return f"A letter: {letter.path}"
    page = f"{settings.PORTAL_BASE_URL}{reverse('letter', args=[letter.name])}"
    return f"A letter to {', '.join(letter.addresses)}: {letter.subject}  {page}"


def welcome() -> str:
    """The address, and who may sign in to the demo."""
    lines = [f"The portal runs at {settings.PORTAL_BASE_URL}  (Ctrl-C stops it)"]
    if accounts := demo_accounts() if settings.DEMO else []:
        lines.append(
            f"The sign-in page lets you in as anybody of the demo; or type an address and {PASSWORD!r}:"
        )
        lines += [f"  {who.role:16} {who.email:34} {who.name}" for who in accounts]
    lines.append(f"Data and logs: {settings.DATA_DIR}")
    return "\n".join(lines)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Two portals never work on one data folder."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CommandError(
                f"A portal already runs on {path.parent}. Stop it, or name another data folder: "
                "PORTAL_DATA_DIR=elsewhere PORT=8001 make run"
            ) from error
        yield


def _check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used: {error.strerror}. Choose another: PORT={port + 1} make run"
            ) from error


def _start_supervisor(config: Path) -> subprocess.Popen[bytes]:
    """Start it out of reach of Ctrl-C, which this process passes on; on Linux it ends when this one does."""
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-W", "ignore", "-m", "supervisor.supervisord", "-c", str(config)],
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,  # all it says is in its log
        start_new_session=True,
        preexec_fn=end_with_parent,  # noqa: PLW1509  # no thread has been started
    )


def reached_at(host: str) -> str:
    """Where this machine reaches what listens at ``host``, as it stands in a URL."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - everywhere is here, too
    return f"[{host}]" if ":" in host else host


def _answers(supervisor: subprocess.Popen[bytes], host: str, port: int) -> bool:
    """Whether the web server answers before the time is up or everything is stopped."""
    address = f"http://{reached_at(host)}:{port}/health/live"
    deadline = time.monotonic() + ANSWER_TIMEOUT
    while time.monotonic() < deadline and supervisor.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except urllib.error.HTTPError:
            return True  # it answers, if only to say that something is missing
        except OSError:
            time.sleep(0.1)
        else:
            return True
    return False


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:] if log.exists() else "(empty)"
