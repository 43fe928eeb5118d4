"""The embedded broker: messages are files in a folder, for a portal on one machine with no Redis.

Kombu's own filesystem transport opens a message under its final name and then writes it, so that a reader
can take it half-written. Here a message is written aside and renamed: readers see all of it or nothing. A
message that waits survives every process; one in hand dies with its worker, which is why the tables, not the
messages, know what is due.
"""

import json
import re
import time
import uuid
from collections import deque
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, virtual

PLAIN_NAME = re.compile(r"[A-Za-z0-9_@-][A-Za-z0-9_@.-]*")


class Channel(virtual.Channel):
    """Keeps the queue `name` in the folder `<folder>/<name>/`, one file a message, oldest name first."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.folder = Path(self.connection.client.transport_options["folder"])  # type: ignore[union-attr, index]
        self.seen: dict[str, deque[str]] = {}

    def _place(self, queue: str, part: str) -> Path:
        if not PLAIN_NAME.fullmatch(queue):
            raise ValueError(f"a queue cannot be called {queue!r}")
        place = self.folder / queue / part
        place.mkdir(parents=True, exist_ok=True)
        return place

    def _put(self, queue: str, message: dict[str, Any], **kwargs: Any) -> None:
        name = f"{time.time_ns():020}-{uuid.uuid4().hex}"
        aside = self._place(queue, "aside") / name
        aside.write_text(json.dumps(message), encoding="utf-8")
        aside.rename(self._place(queue, "waiting") / name)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """The oldest waiting message, now this reader's alone: of two, one renames it. Raises Empty."""
        waiting, taken = self._place(queue, "waiting"), self._place(queue, "taken")
        names = self.seen.setdefault(queue, deque())
        if not names:
            names.extend(sorted(file.name for file in waiting.iterdir()))
        while names:
            name = names.popleft()
            try:
                mine = (waiting / name).rename(taken / name)
            except FileNotFoundError:
                continue  # another reader was first
            message = json.loads(mine.read_text(encoding="utf-8"))
            mine.unlink()
            return message
        raise Empty

    def _size(self, queue: str) -> int:
        return sum(1 for _ in self._place(queue, "waiting").iterdir())

    def _purge(self, queue: str) -> int:
        files = list(self._place(queue, "waiting").iterdir())
        for file in files:
            file.unlink(missing_ok=True)
        return len(files)


class Transport(virtual.Transport):
    """The scheme `files://`; the transport option `folder` says where."""

    Channel = Channel
    default_port = 0
    driver_type = "files"
    driver_name = "files"
    polling_interval = 0.2  # seconds between two looks into an empty folder
    implements = virtual.Transport.implements.extend(exchange_type=frozenset(["direct"]))

    def driver_version(self) -> str:
        """Kombu asks; the transport has no driver below it."""
        return "1"


TRANSPORT_ALIASES["files"] = "courseportal.broker:Transport"
