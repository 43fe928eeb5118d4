"""`make run`: prepares the data folder, then keeps the whole portal running until Ctrl-C."""

import subprocess
from contextlib import suppress
from io import StringIO

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from courseportal import translations
from courseportal.checks import require_given_key
from courseportal.management.commands.demo import PASSWORD
from courseportal.processes import program_of
from courseportal.queries import demo_accounts
from courseportal.supervised import CannotRun, Supervised, alone, check_port, stopped_by_signals
from people.mailbox import KeptLetter, kept_folder, kept_letters
from people.models import User


class Command(BaseCommand):
    """The web server, the worker and the timetable on one machine, in one data folder."""

    help = "Prepare the data folder and run the whole portal until Ctrl-C."
    requires_system_checks = ()  # the tables may not be there yet

    def handle(self, *args: object, **options: object) -> None:
        require_given_key()
        host, port = settings.BIND_HOST, settings.PORT
        try:
            with alone(settings.DATA_DIR / "serve.lock"):
                check_port(host, port)
                self.prepare()
                self.serve(host, port)
        except CannotRun as why:
            raise CommandError(str(why)) from why

    def prepare(self) -> None:
        """Bring tables and translations up to date; a demo portal without people gets its demo."""
        translations.compile_all(settings.LOCALE_PATHS)
        call_command("migrate", verbosity=0, interactive=False)
        if settings.DEMO and "demo" in get_commands() and not User.objects.exists():
            self.say("First start: making the demo courses")
            call_command("demo", stdout=StringIO())  # who is there is told once the portal answers

    def serve(self, host: str, port: int) -> None:
        """Keep the processes running until Ctrl-C or SIGTERM; nothing of them is left afterwards."""
        programs = {name: program_of(name, settings) for name in ("web", "worker", "beat")}
        portal = Supervised(programs, settings.BASE_DIR, settings.DATA_DIR / "logs")
        stopped_by_signals(portal)
        if portal.answers(host, port, named="web"):
            self.say(welcome())
        if self.watch(portal.process):
            raise CommandError(f"Supervisor gave up. Its log ends:\n{portal.end_of('supervisor')}")
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
