"""What the other side of a channel may answer to a message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Answer(StrEnum):
    """What came of handing a message over."""

    TAKEN = "taken"
    REFUSED = "refused"
    """For good, this message alone: no such address."""
    LATER = "later"
    """Not now, this message alone: it waits longer each time, and not for ever."""
    BUSY = "busy"
    """Not now, nor anything else for this reader: after as long as it says. No message's attempt."""
    DOWN = "down"
    """The other side takes nothing at all: no message's fault, and none's attempt."""
    UNSURE = "unsure"
    """All of it was given away and no answer came: it may have arrived, so that it is not tried for ever."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer with the words that came with it, and how long the other side asked to wait."""

    answer: Answer
    words: str = ""
    wait: timedelta | None = None


MAY_HAVE_ARRIVED = "It may have arrived: "
"""How the words begin that are kept of an answer that did not come."""


class Down(Exception):
    """The other side cannot be reached; nothing was handed over."""
