"""Which row that is there is meant by which row that is wanted, when neither carries a key of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

Known = TypeVar("Known")
"""What both kinds of row are known by."""
Mark = Hashable | None
"""What two rows must share; None where a row has nothing to be known by."""


def pair(
    there: Sequence[Known], wanted: Sequence[Known], marks: Iterable[Callable[[Known], Mark]]
) -> dict[int, int]:
    """Place of a wanted row -> place of the row that is there for it.

    Each mark pairs what the marks before left over: rows that share it, in their order, where there are as
    many on both sides. Where there are more on one side it is not clear which is meant, and only the first
    mark, under which rows should be the same in everything, pairs as many as it can.
    """
    pairs: dict[int, int] = {}
    for turn, mark in enumerate(marks):
        taken = set(pairs.values())
        left = _by_mark((place, mark(row)) for place, row in enumerate(there) if place not in taken)
        asked = _by_mark((place, mark(row)) for place, row in enumerate(wanted) if place not in pairs)
        for shared, places in asked.items():
            if turn == 0 or len(places) == len(left[shared]):
                pairs |= dict(zip(places, left[shared], strict=False))
    return pairs


def _by_mark(marked: Iterable[tuple[int, Mark]]) -> defaultdict[Hashable, list[int]]:
    places: defaultdict[Hashable, list[int]] = defaultdict(list)
    for place, mark in marked:
        if mark is not None:
            places[mark].append(place)
    return places
