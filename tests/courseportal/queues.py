"""A queue on the embedded broker, for tests and for the processes that they start."""

from queue import Empty
from typing import Any

from kombu import Connection

import courseportal.broker  # noqa: F401  # knows the scheme files://


def queue_in(folder: object) -> Any:
    """A simple queue on the broker in `folder`."""
    options = {"folder": str(folder), "polling_interval": 0.01}
    return Connection("files://", transport_options=options).SimpleQueue("work")


def take(queue: Any, timeout: float) -> Any:
    """The next message's content, acknowledged; None when none comes in time."""
    try:
        message = queue.get(timeout=timeout)
    except Empty:
        return None
    message.ack()
    return message.payload
