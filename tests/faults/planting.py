"""Faults that are planted in the project's own code, to see that its tests notice them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """A fault: what stands once in the file, and what stands there instead."""

    name: str
    right: str
    wrong: str
    path: str = "grading/rules.py"

    def planted(self, source: str) -> str:
        """The file's text with the fault in it."""
        assert source.count(self.right) == 1, f"{self.right!r} does not stand once in {self.path}"
        return source.replace(self.right, self.wrong)
