"""Where groups stand, as text: JSON for programs, a table for terminals. The same numbers in both."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from perks.queries.standing import GroupStanding, Move
from perks.rules import ActivityStanding

HEADING: Final = ("group", "activity", "people", "places", "waiting", "complete", "perk", "request")
NUMBERS: Final = frozenset({"people", "places", "waiting"})
NOTHING: Final = "–"


@dataclass(frozen=True, slots=True)
class Standings:
    """Where the groups of a course stand, with the numbers of its assignments by id and the short titles of
    its activities by number."""

    course: str
    groups: Sequence[GroupStanding]
    assignments: Mapping[int, int]
    activities: Mapping[int, str]


def as_json(standings: Standings) -> str:
    """The standings for programs; ``extension`` is null where no request stands."""
    groups = [_group(group, standings.assignments) for group in standings.groups]
    told = {"course": standings.course, "groups": groups}
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _group(group: GroupStanding, numbers: Mapping[int, int]) -> dict[str, Any]:
    move = group.move
    return {
        "group": group.group,
        "earned": group.earned,
        "activities": [_activity(activity) for activity in group.activities],
        "extension": move and {"assignments": _moved(move, numbers), "state": move.state.value},
    }


def _activity(standing: ActivityStanding) -> dict[str, Any]:
    return {
        "number": standing.rule.number,
        "participants": standing.participants,
        "required": standing.required,
        "complete": standing.complete,
        "checkpoints": {"covered": len(standing.covered), "required": len(standing.rule.checkpoints)},
        "pending_proofs": standing.pending,
    }


def _moved(move: Move, numbers: Mapping[int, int]) -> list[int]:
    return sorted(numbers[assignment_id] for assignment_id in move.assignments)


def as_table(standings: Standings) -> str:
    """The standings in aligned columns for a terminal: a line for each group and activity."""
    lines = [HEADING, *(line for group in standings.groups for line in _lines(group, standings))]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "".join(f"{_aligned(line, widths)}\n" for line in lines)


def _lines(group: GroupStanding, standings: Standings) -> list[tuple[str, ...]]:
    move = group.move
    perk = "earned" if group.earned else "not earned"
    numbers = ", ".join(map(str, _moved(move, standings.assignments))) if move else ""
    asked = f"{numbers}: {move.state.value}" if move else NOTHING
    return [
        (group.group, *_cells(activity, standings.activities), perk, asked) for activity in group.activities
    ] or [(group.group, *[NOTHING] * 5, perk, asked)]


def _cells(standing: ActivityStanding, titles: Mapping[int, str]) -> tuple[str, ...]:
    rule = standing.rule
    return (
        f"{rule.number}. {titles[rule.number]}",
        f"{standing.participants}/{standing.required}",
        f"{len(standing.covered)}/{len(rule.checkpoints)}" if rule.checkpoints else NOTHING,
        str(standing.pending),
        "yes" if standing.complete else "no",
    )


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    cells = (
        text.rjust(width) if name in NUMBERS else text.ljust(width)
        for name, text, width in zip(HEADING, line, widths, strict=True)
    )
    return "  ".join(cells).rstrip()
