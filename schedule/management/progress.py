"""How far long work has come, on a terminal."""

from __future__ import annotations

import shutil
from types import TracebackType
from typing import Final, Self, TextIO

WIDTH: Final = 30


class ProgressBar:
    """A bar that is drawn again in place as work goes on, and is gone when the work ends, however it ends.

    ``with ProgressBar(sys.stderr, "Writing") as bar:`` and in between ``bar(done, total)``. Nothing is ever
    written to a stream that is not a terminal.
    """

    def __init__(self, stream: TextIO | None, title: str) -> None:
        self.stream, self.title = stream, title
        self.drawn = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._draw("")

    def __call__(self, done: int, total: int) -> None:
        filled = WIDTH * done // total if total else WIDTH
        bar = "█" * filled + "░" * (WIDTH - filled)
        self._draw(f"{self.title} {bar} {done:,} of {total:,}")

    def _draw(self, line: str) -> None:
        # None, where standard error is closed.
        if self.stream and self.stream.isatty() and line != self.drawn:
            line = line[: shutil.get_terminal_size().columns - 1]
            self.stream.write(f"\r{' ' * len(self.drawn)}\r{line}")
            self.stream.flush()
            self.drawn = line
