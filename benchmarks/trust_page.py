"""docs/trust.md: one table of what was proved, each row with day, seed and command of its own run.

A run replaces its own rows and leaves all others and all words around the table as they are. The long and the
short run of a promise are two rows. A row whose promise is made in other words now goes: nobody tried those.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

COLUMNS = "| promise | holds | run | size | found | seconds | on | seed | again |"
RULE = "|---|---|---|---:|---|---:|---|---:|---|"
START = """# Trust, in figures

What `make trust` found. Each row is a run of its own; the command in its last column makes it again.
A proof that fails is named here too, and ends `make trust` with status 1.

"""
LENGTHS = ("long", "short")


@dataclass(frozen=True)
class Row:
    """What one run of one proof found."""

    promise: str
    name: str
    """Names the proof to `make trust ONLY=…`."""
    length: str
    """"long" or "short"."""
    size: int
    """How much was tried; 0 where that is not counted."""
    found: str
    """The tests' closing line, and figures that they gave."""
    seconds: float
    day: date
    seed: int
    holds: bool

    def line(self) -> str:
        """As the table has it."""
        command = f"make trust ONLY={self.name}{' LONG=1' if self.length == 'long' else ''} SEED={self.seed}"
        cells = (
            self.promise,
            "yes" if self.holds else "**no**",
            self.length,
            f"{self.size:,}" if self.size else "–",
            self.found.replace("|", "/"),
            f"{self.seconds:.0f}",
            f"{self.day.day} {self.day:%b %Y}",
            str(self.seed),
            f"`{command}`",
        )
        return f"| {' | '.join(cells)} |"


def page(earlier: str, ran: Iterable[Row], promises: Sequence[str]) -> str:
    """The document with these rows new; ``promises`` are all that are made today, in the table's order."""
    before, lines, after = _apart(earlier)
    rows = {_key(line): line for line in lines} | {(row.promise, row.length): row.line() for row in ran}
    kept = [rows[key] for promise in promises for length in LENGTHS if (key := (promise, length)) in rows]
    return before + "\n".join([COLUMNS, RULE, *kept]) + "\n" + after


def _apart(document: str) -> tuple[str, list[str], str]:
    """What stands before the table, its lines of figures, and what stands after it."""
    if COLUMNS not in document:
        return document or START, [], ""
    before, rest = document.split(COLUMNS, 1)
    table = re.match(r"\n(?:\|.*\n)*", rest)
    lines = table[0].splitlines()[2:] if table else []
    return before, lines, rest[table.end() :] if table else rest


def _key(line: str) -> tuple[str, str]:
    promise, _holds, length, *_others = (cell.strip() for cell in line.strip("|").split(" | "))
    return promise, length


def summary(output: str) -> tuple[str, bool]:
    """The closing line in the output of pytest, without the time; whether some passed and none failed.

    Tests that were all skipped prove nothing.
    """
    closing = re.findall(r"^=* ?(\d+ [a-z]+(?:, \d+ [a-z]+)*) in \d", output, re.MULTILINE)
    said = closing[-1] if closing else "no tests ran"
    return said, " passed" in said and not re.search(r"failed|error", said)
