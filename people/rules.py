"""When a message goes out: its states, quiet hours, digests, and how long to wait after a refusal.

Pure functions of given values; docs/messages.md says the same in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo


class MessageState(StrEnum):
    """How far a message is."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    """A worker has it in hand; when its lease has run out, another may take it."""
    SENT = "sent"
    KEPT = "kept"
    """Stands in the portal alone: its reader switched mail off, or mail would come too late."""
    DROPPED = "dropped"
    """No longer true when it was about to go; nobody is shown it."""
    FAILED = "failed"
    """The other side refused it for good; staff are told."""


MESSAGE_STEPS: Final[dict[MessageState, frozenset[MessageState]]] = {
    MessageState.WAITING: frozenset({MessageState.CLAIMED, MessageState.DROPPED}),
    MessageState.CLAIMED: frozenset(MessageState),
    MessageState.SENT: frozenset(),
    MessageState.KEPT: frozenset(),
    MessageState.DROPPED: frozenset(),
    MessageState.FAILED: frozenset({MessageState.WAITING, MessageState.KEPT}),
}
"""From each state, those that may follow. Only staff take a step from FAILED: again, or give it up."""


class Wish(StrEnum):
    """How a person wants one kind of message."""

    ON = "on"
    DIGEST = "digest"
    """Once a day, together with the others."""
    OFF = "off"
    """Not by mail; it stands in the portal."""


MAX_ATTEMPTS: Final = 8
LONGEST_WAIT: Final = timedelta(minutes=8)
DIGEST_AT: Final = time(18, 0)
GATHER_FOR: Final = timedelta(hours=1)
GATHER_AT_MOST: Final = timedelta(hours=4)


def wait_after(attempts: int) -> timedelta:
    """How long to wait after that many refused attempts: 1, 2, 4 and then 8 minutes, never more.

    Never more, so that what waits goes out within ten minutes of the other side's recovery.
    """
    return timedelta(minutes=2 ** (attempts - 1)) if 0 < attempts < 4 else LONGEST_WAIT


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one wall clock time until another, over midnight where the end is the earlier of the two."""

    begin: time
    end: time

    def end_after(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """When the quiet hours that hold at ``moment`` are over; None where none hold."""
        local = moment.astimezone(zone)
        clock = local.time()
        if self.begin < self.end:
            if not self.begin <= clock < self.end:
                return None
            day = local.date()
        elif clock >= self.begin:
            day = local.date() + timedelta(days=1)
        elif clock < self.end:
            day = local.date()
        else:
            return None
        ends_at = datetime.combine(day, self.end, zone)
        if ends_at.astimezone(UTC) <= moment.astimezone(UTC):  # in the hour that clocks show twice
            ends_at = ends_at.replace(fold=1)
        return ends_at.astimezone(UTC)


def digest_after(moment: datetime, zone: ZoneInfo) -> datetime:
    """The first daily digest after ``moment``: 18:00 in that zone."""
    local = moment.astimezone(zone)
    day = local.date() if local.time() < DIGEST_AT else local.date() + timedelta(days=1)
    return datetime.combine(day, DIGEST_AT, zone).astimezone(UTC)


def gathered_at(first_at: datetime, now: datetime, patience: timedelta = GATHER_FOR) -> datetime:
    """When a gathering letter goes: so long after what was added last, four times that after its beginning.

    By default an hour and four.
    """
    return min(now + patience, first_at + GATHER_AT_MOST / GATHER_FOR * patience)


class Action(StrEnum):
    """What to do with a message whose time has come."""

    SEND = "send"
    WAIT = "wait"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do, until when to wait, and in a word why not to send."""

    action: Action
    until: datetime | None = None
    reason: str = ""


TOO_LATE: Final = "too_late"
SWITCHED_OFF: Final = "switched_off"
GIVEN_UP: Final = "given_up"


def verdict(
    *,
    now: datetime,
    created_at: datetime,
    useful_until: datetime | None,
    wish: Wish,
    quiet: QuietHours | None,
    zone: ZoneInfo,
) -> Verdict:
    """Whether a message that still holds is to go by mail now.

    A digest and quiet hours never make a message useless: what would come too late after them goes at once.
    """
    if wish is Wish.OFF:
        return Verdict(Action.KEEP, reason=SWITCHED_OFF)
    if useful_until is not None and now > useful_until:
        return Verdict(Action.KEEP, reason=TOO_LATE)
    now = now.astimezone(UTC)  # moments of one zone compare as clocks show them, twice in autumn
    until = digest_after(created_at, zone) if wish is Wish.DIGEST else now
    until = max(until, now)
    if quiet is not None:
        until = quiet.end_after(until, zone) or until
    if until <= now or (useful_until is not None and until > useful_until):
        return Verdict(Action.SEND)
    return Verdict(Action.WAIT, until)
