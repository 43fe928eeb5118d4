"""A real SMTP server in a process of its own that behaves as badly as it is told and forgets nothing it took.

`python -m tests.faults.mail_server FOLDER PORT…` listens on the ports of the loopback. What it does stands in
`FOLDER/behaviour.json`, which may be written anew at any moment. Each mail it took stands in
`FOLDER/mails.jsonl`, on the disk before the answer is given; a second line says that the answer was given.
Each worker of the portal is sent to a port of its own, so that the port tells who handed a mail over.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum
from functools import partial
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from courseportal.lifeline import end_with_parent
from tests.services import ROOT, free_port

FOR_EVER = 3600.0
NEVER_THERE = "nobody@example.org"
BEHAVIOUR, MAILS, HELD = "behaviour.json", "mails.jsonl", "held"


class Manner(StrEnum):
    """How the server answers."""

    ACCEPT = "accept"
    BUSY = "421 to everybody"
    SOME = "450 to some"
    MUTE = "hangs at connect"
    HANG_AT_DATA = "hangs at DATA"
    DROP_BY_DROP = "answers DATA with one line after another, and never with the last"
    HANG_BEFORE_ANSWER = "takes the mail and hangs before the answer"
    CUT_AT_DATA = "goes away in the middle of the mail"
    CUT_BEFORE_ANSWER = "takes the mail and goes away before the answer"


@dataclass(frozen=True)
class Behaviour:
    """What the server does now; to the addresses in `refused` it says 550 whatever else."""

    manner: Manner = Manner.ACCEPT
    refused: tuple[str, ...] = ()
    away: str = ""  # the domain at whose addresses it closes the connection
    portion: float = 0.3  # of those to whom SOME applies
    seconds: float = FOR_EVER  # that it hangs
    pace: float = 0.0  # seconds before it answers a mail that it takes
    hold: str = ""  # "greeting" or the command that is not answered until something else is held


@dataclass(frozen=True)
class Mail:
    """A mail that the server took: when the client began with it, when all of it was there, and from whom."""

    port: int
    sender: str
    to: tuple[str, ...]
    message_id: str
    began_at: float  # seconds since the epoch, as `taken_at`
    taken_at: float
    text: str  # the whole mail as it came
    answered: bool = False  # the client was told that it was taken

    def parsed(self) -> EmailMessage:
        """Its subject, its parts."""
        return parsed(self.text)


def parsed(text: str) -> EmailMessage:
    """The subject and the parts of a mail as it came."""
    message = message_from_bytes(text.encode("utf-8", "surrogateescape"), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


class Box:
    """The server's side of the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stamp: tuple[int, int] = (0, 0)
        self.known = Behaviour()
        self.log = os.open(folder / MAILS, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self.taken = 0
        self.chance = random.Random()

    def behaviour(self) -> Behaviour:
        """As the file has it now."""
        try:
            found = (self.folder / BEHAVIOUR).stat()
        except FileNotFoundError:
            return self.known
        if (found.st_mtime_ns, found.st_ino) != self.stamp:
            self.stamp = (found.st_mtime_ns, found.st_ino)
            fields = json.loads((self.folder / BEHAVIOUR).read_text())
            fields |= {"manner": Manner(fields["manner"]), "refused": tuple(fields["refused"])}
            self.known = Behaviour(**fields)
        return self.known

    async def hold(self, command: str) -> None:
        """Wait while this command is held; a line of `held` says that somebody does."""
        if self.behaviour().hold == command:
            with (self.folder / HELD).open("a") as told:
                told.write(f"{command}\n")
        while self.behaviour().hold == command:
            await asyncio.sleep(0.02)

    def write(self, line: dict[str, object], *, durably: bool) -> None:
        os.write(self.log, json.dumps(line).encode() + b"\n")
        if durably:
            os.fsync(self.log)

    def keep(self, port: int, envelope: Envelope, began_at: float) -> str:
        """Write a mail down; the name by which its answer is noted."""
        content = envelope.original_content or b""
        self.taken += 1
        name = f"{os.getpid()}-{self.taken}"
        text = content.decode("utf-8", "surrogateescape")
        mail = Mail(
            port=port,
            sender=str(envelope.mail_from),
            to=tuple(envelope.rcpt_tos),
            message_id=str(message_from_bytes(content)["Message-ID"]).strip(),
            began_at=began_at,
            taken_at=time.time(),
            text=text,
        )
        self.write(asdict(mail) | {"name": name}, durably=True)
        return name


class Handler:
    """Answers to the commands of one connection."""

    def __init__(self, box: Box, port: int) -> None:
        self.box, self.port = box, port
        self.began_at = 0.0
        self.kept = ""

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.began_at = time.time()
        if self.box.behaviour().manner is Manner.BUSY:
            asyncio.get_running_loop().call_soon(_hang_up, server)
            return "421 4.3.2 Too busy, come back later"
        envelope.mail_from = address
        return "250 2.1.0 Fine"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        now = self.box.behaviour()
        if address in now.refused:
            return "550 5.1.1 No such person here"
        if now.away and address.endswith(f"@{now.away}"):
            asyncio.get_running_loop().call_soon(_hang_up, server)
            return "421 4.4.2 That host does not answer"
        if now.manner is Manner.SOME and self.box.chance.random() < now.portion:
            return "450 4.2.1 Not now"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Fine"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        now = self.box.behaviour()
        if now.manner is Manner.CUT_AT_DATA:
            _cut(server)
            await asyncio.sleep(FOR_EVER)
        await asyncio.sleep(now.pace)
        self.kept = self.box.keep(self.port, envelope, self.began_at)
        if now.manner is Manner.CUT_BEFORE_ANSWER:
            _cut(server)
        if now.manner in (Manner.HANG_BEFORE_ANSWER, Manner.CUT_BEFORE_ANSWER):
            await asyncio.sleep(now.seconds)
        return "250 2.0.0 Taken"


class Connection(SMTP):
    """aiosmtpd's own, which may also say nothing at all."""

    event_handler: Handler

    async def _handle_client(self) -> None:
        now = self.event_handler.box.behaviour()
        if now.manner is Manner.MUTE:
            await asyncio.sleep(now.seconds)
        await self.event_handler.box.hold("greeting")
        await super()._handle_client()

    async def smtp_RCPT(self, arg: str) -> None:  # noqa: N802
        await self.event_handler.box.hold("RCPT")
        await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        handler = self.event_handler
        await handler.box.hold("DATA")
        now = handler.box.behaviour()
        if now.manner is Manner.HANG_AT_DATA:
            await asyncio.sleep(now.seconds)
        while now.manner is Manner.DROP_BY_DROP:
            await self.push("354-A moment")
            await asyncio.sleep(0.2)
        handler.kept = ""
        await super().smtp_DATA(arg)
        if handler.kept and self.transport is not None:
            handler.box.write({"answered": handler.kept}, durably=False)


def _hang_up(server: SMTP) -> None:
    if server.transport is not None:
        server.transport.close()


def _cut(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


async def serve(folder: Path, ports: Sequence[int]) -> None:
    """Listen on all ports until killed."""
    box = Box(folder)
    loop = asyncio.get_running_loop()
    for port in ports:
        await loop.create_server(
            lambda port=port: Connection(Handler(box, port), hostname="mail.example.org", loop=loop),  # type: ignore[misc]
            "127.0.0.1",
            port,
        )
    await asyncio.Event().wait()


class MailServer:
    """The tests' side: starts the process, tells it how to behave, reads what it took."""

    def __init__(self, folder: Path, ports: int = 1) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.ports = [free_port() for _number in range(ports)]
        self.said = Behaviour()
        self._found: dict[str, Mail] = {}
        self._read = 0  # bytes of the file
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Bring it up, again on the same ports if it was here before."""
        log = self.folder / "server.log"
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.faults.mail_server", str(self.folder)),
                    *map(str, self.ports),
                ],
                cwd=ROOT,
                stdout=out,
                stderr=out,
                preexec_fn=partial(end_with_parent, signal.SIGKILL),  # noqa: PLW1509 - nothing of this runs threads
            )
        deadline = time.monotonic() + 20
        while not all(map(_answers, self.ports)):
            assert self.process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)

    def stop(self) -> None:
        """Kill it, as a power cut would; a second call does nothing."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=20)
            self.process = None

    def behave(self, manner: Manner = Manner.ACCEPT, **changes: object) -> None:
        """From now on; whom it refuses stays as it was unless told."""
        self.said = replace(self.said, manner=manner, **changes)  # type: ignore[arg-type]
        aside = self.folder / "behaviour.new"
        aside.write_text(json.dumps(asdict(self.said)))
        aside.rename(self.folder / BEHAVIOUR)

    def start_to_hold(self, command: str) -> None:
        """Answer nobody who says this until told otherwise."""
        (self.folder / HELD).unlink(missing_ok=True)
        self.behave(hold=command)

    def wait_for_held(self) -> None:
        """Until somebody waits for the answer to what is held."""
        deadline = time.monotonic() + 20
        while not (self.folder / HELD).exists():
            assert time.monotonic() < deadline, "nobody came"
            time.sleep(0.02)

    def mails(self) -> list[Mail]:
        """All that it ever took, oldest first; of what may be ten thousand nothing is read twice."""
        path = self.folder / MAILS
        if not path.exists():
            return []
        with path.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]  # the last line may still be in the writing
        self._read += len(whole)
        for line in map(json.loads, whole.splitlines()):
            if "answered" in line and "name" not in line:
                self._found[line["answered"]] = replace(self._found[line["answered"]], answered=True)
            else:
                name = line.pop("name")
                self._found[name] = Mail(**line | {"to": tuple(line["to"])})
        return list(self._found.values())


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), [int(port) for port in sys.argv[2:]]))
