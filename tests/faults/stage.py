"""The portal's real processes for the fault tests: workers, timetables, a broker and a mail server, to break.

They work on the test's own database. Only the test's main thread starts what is here: a process ends with the
thread that started it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import redis

from courseportal.lifeline import end_with_parent
from courseportal.processes import beat, worker
from tests.faults.celery_process import KILLS, MINUTE, PLANTED, Step
from tests.faults.mail_server import MailServer
from tests.services import ROOT, Services, free_port

QUICK = {
    "OUTBOX_SWEEP": "2",
    "OUTBOX_LEASE": "6",
    MINUTE: "1",
    "EMAIL_TIMEOUT": "2",
    "EMAIL_ANSWER_TIMEOUT": "2",
    "CELERY_VISIBILITY_TIMEOUT": "5",
}
"""What takes minutes in production takes seconds here, so that a run has many of each."""

AS_IN_PRODUCTION = {"CELERY_VISIBILITY_TIMEOUT": "600"}
"""All other settings are the portal's own where nothing is said."""


class Broker:
    """A broker of the stage's own, which can be stopped, frozen and emptied."""

    can_break = True

    def start(self) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError

    def freeze(self) -> None:
        raise NotImplementedError

    def thaw(self) -> None:
        raise NotImplementedError

    def empty(self) -> None:
        raise NotImplementedError


class RedisBroker(Broker):
    """A Redis that forgets everything when it is stopped."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.services = Services(folder)
        self.port = free_port()
        self.environment = {
            "CELERY_BROKER_URL": f"redis://127.0.0.1:{self.port}/0",
            "CACHE_URL": f"redis://127.0.0.1:{self.port}/1",
        }

    @property
    def process(self) -> subprocess.Popen[bytes]:
        return self.services.started[-1][0]

    def start(self) -> None:
        """Bring it up on its port, as empty as after a power cut."""
        self.services.folder.mkdir(exist_ok=True)
        self.services.redis(port=self.port)

    def stop(self) -> None:
        """Kill it; a second call does nothing."""
        for process, _stop_by in self.services.started:
            process.kill()
        self.services.stop()

    def freeze(self) -> None:
        """It takes connections and says nothing any more."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        if self.services.started:
            self.process.send_signal(signal.SIGCONT)

    def empty(self) -> None:
        """All that waits in it is gone."""
        with redis.Redis(port=self.port) as client:
            client.flushall()


class FilesBroker(Broker):
    """The embedded broker: a folder, which can lose all that is in it."""

    can_break = False

    def __init__(self, data: Path) -> None:
        self.folder = data / "broker"
        self.environment = {"CELERY_BROKER_URL": "files://", "CACHE_URL": ""}

    def start(self) -> None:
        """A folder needs nobody."""

    stop = freeze = thaw = start

    def empty(self) -> None:
        for message in self.folder.glob("*/waiting/*"):
            message.unlink(missing_ok=True)


@dataclass
class Stage:
    """Two workers and two timetables unless told, each worker with a port of the mail server for itself."""

    folder: Path
    environment: dict[str, str]  # names the database
    broker: Broker
    post: MailServer
    beats: int = 2
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    deaths: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    """When a worker was killed, by its port of the mail server: seconds since the epoch."""

    @classmethod
    def build(
        cls,
        folder: Path,
        environment: dict[str, str],
        *,
        planted: str = "",
        own: Mapping[str, str] = QUICK,
    ) -> Stage:
        """All but the workers and timetables is brought up; `own` are variables of their environment."""
        data, kills = folder / "var", folder / "kills"
        data.mkdir(parents=True)
        kills.mkdir()
        broker = RedisBroker(folder / "redis") if "TEST_REDIS_URL" in os.environ else FilesBroker(data)
        broker.start()
        post = MailServer(folder / "post", ports=2)
        post.start()
        of_stage = {"PORTAL_DATA_DIR": str(data), KILLS: str(kills), PLANTED: planted}
        return cls(folder, environment | dict(own) | broker.environment | of_stage, broker, post)

    @property
    def sweeps(self) -> bool:
        """The timetable knows the sweep."""
        return float(self.environment.get("OUTBOX_SWEEP", 60)) <= 60

    @property
    def names(self) -> list[str]:
        return [
            *(f"worker{number}" for number in range(len(self.post.ports))),
            *(f"beat{number}" for number in range(self.beats)),
        ]

    def keep_running(self) -> None:
        """Start whatever does not run, as supervisor does; note the death of what was killed."""
        for name in self.names:
            process = self.running.get(name)
            if process is None or process.poll() is not None:
                if process is not None:
                    self._note_death(name)
                self.running[name] = self._start(name)

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        number = int(name[-1])
        if name.startswith("worker"):
            command = [word for word in worker() if word != "--loglevel=info"] + ["--loglevel=warning"]
        else:
            command = beat(self.folder / f"{name}.schedule")
        words = command[command.index("courseportal") + 1 :]
        command = [sys.executable, "-m", "tests.faults.celery_process", *words]
        port = self.post.ports[number % len(self.post.ports)]
        with (self.folder / f"{name}.log").open("ab") as out:
            return subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment | {"EMAIL_URL": f"smtp://127.0.0.1:{port}"},
                stdout=out,
                stderr=out,
                preexec_fn=partial(end_with_parent, signal.SIGKILL),  # noqa: PLW1509 - no thread was started
            )

    def kill(self, name: str) -> None:
        """As the kernel does when memory runs out."""
        process = self.running.get(name)
        if process is not None and process.poll() is None:
            process.kill()
            process.wait(timeout=20)

    def kill_at(self, step: Step) -> None:
        """The next worker that comes to this step ends there."""
        (Path(self.environment[KILLS]) / step).touch()

    def waits_at(self, step: Step) -> bool:
        """Nobody has come there yet."""
        return (Path(self.environment[KILLS]) / step).exists()

    def ready(self) -> bool:
        """Both workers take tasks."""
        logs = [self.folder / f"{name}.log" for name in self.names if name.startswith("worker")]
        return all(log.exists() and " ready." in log.read_text() for log in logs)

    def let_live(self) -> None:
        """Nobody is waited for any more."""
        for step in Step:
            (Path(self.environment[KILLS]) / step).unlink(missing_ok=True)

    def _note_death(self, name: str) -> None:
        if name.startswith("worker"):
            self.deaths[self.post.ports[int(name[-1])]].append(time.time())

    def close(self) -> None:
        """End all of it."""
        for name in list(self.running):
            self.kill(name)
        self.post.stop()
        self.broker.thaw()
        self.broker.stop()
        shutil.rmtree(self.folder / "redis", ignore_errors=True)

    def logs(self) -> str:
        """The last words of each process, for a test that fails."""
        return "\n".join(f"--- {log.name}\n{log.read_text()[-2000:]}" for log in self.folder.glob("*.log"))
