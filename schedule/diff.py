"""What has to change so that a table holds the rows that a file asks for, as data and as lines to read.

A row is its values by field name, found again by a key that stays the same. Fields that the wanted row does
not name are left as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Row = Mapping[str, Any]
Describe = Callable[[str, Any], str]
"""Writes the value of a field for people: given the field's name and the value."""

SHOWN: Final = 70
"""Characters of a value that a line shows."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a row that gets another value."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Difference(Generic[Key]):
    """The way from the rows that are there to the rows that are wanted; false where nothing is to do."""

    added: Mapping[Key, Row]
    changed: Mapping[Key, tuple[Change, ...]]
    removed: tuple[Key, ...]
    order: tuple[Key, ...]
    """The keys of all wanted rows, in the order of the file."""

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def new_values(self, key: Key) -> dict[str, Any]:
        """The fields of a changed row that get another value, with that value."""
        return {change.field: change.new for change in self.changed[key]}

    def lines(self, name: Callable[[Key], str], describe: Describe | None = None) -> list[str]:
        """What changes, a line each: "+" added, "~" changed from -> to, "-" removed.

        ``name`` writes a row's key for people, ``describe`` a value (plainly, unless given).
        """
        return list(self._lines(name, describe or plain))

    def _lines(self, name: Callable[[Key], str], describe: Describe) -> Iterator[str]:
        for key in self.order:
            if key in self.added:
                values = ((field, describe(field, value)) for field, value in self.added[key].items())
                told = ", ".join(f"{field} {shorten(text)}" for field, text in values if text)
                yield f"+ {name(key)}: {told}" if told else f"+ {name(key)}"
            for change in self.changed.get(key, ()):
                old, new = _told_apart(describe(change.field, change.old), describe(change.field, change.new))
                yield f"~ {name(key)}: {change.field} {old} -> {new}"
        for key in self.removed:
            yield f"- {name(key)}"


def difference(
    there: Mapping[Key, Row], wanted: Mapping[Key, Row], *, keep_unnamed: bool = False
) -> Difference[Key]:
    """Compare the rows that are there with the rows that are wanted, each found by its key.

    With ``keep_unnamed`` a row that is there and not wanted stays; without it such rows are removed.
    """
    return Difference(
        added={key: row for key, row in wanted.items() if key not in there},
        changed={
            key: changes
            for key, row in wanted.items()
            if key in there and (changes := _changes(there[key], row))
        },
        removed=() if keep_unnamed else tuple(key for key in there if key not in wanted),
        order=tuple(wanted),
    )


def _changes(there: Row, wanted: Row) -> tuple[Change, ...]:
    return tuple(
        Change(field, there[field], value) for field, value in wanted.items() if there[field] != value
    )


def plain(field: str, value: Any) -> str:
    """A value as it stands; nothing for one that is empty."""
    del field
    if value is None or value in ("", (), []):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def shorten(text: str) -> str:
    """The text in one line of at most `SHOWN` characters."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1].rstrip()}…"


def _told_apart(old: str, new: str) -> tuple[str, str]:
    """Both texts shortened, from a little before the place where they begin to differ."""
    lines = [" ".join(text.split()) for text in (old, new)]
    if max(map(len, lines)) > SHOWN:
        same = next(
            (place for place, (a, b) in enumerate(zip(*lines, strict=False)) if a != b), min(map(len, lines))
        )
        start = max(0, same - SHOWN // 3)
        lines = [f"…{line[start:]}" if start else line for line in lines]
    first, second = (shorten(line) or "(empty)" for line in lines)
    return first, second
