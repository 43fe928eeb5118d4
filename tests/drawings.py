"""The drawings of docs/effective-rest.md, made from the tables of the rules.

    python -m tests.drawings

writes them into the page anew. tests/perks/test_effective_rest.py checks that it has what the tables give.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import product

from perks.rules import PROOF_STEPS, REQUEST_STEPS, Actor, ProofState, RequestEvent, RequestState, RequestStep
from tests.perks import oracle
from tests.perks.plain import Course, Deed, Group, Paper
from tests.services import ROOT

PAGE = ROOT / "docs/effective-rest.md"

EVENTS = {
    RequestEvent.FILE: "ask",
    RequestEvent.CHANGE: "change",
    RequestEvent.ADD: "use a free slot",
    RequestEvent.WITHDRAW: "withdraw",
    RequestEvent.EARN: "perk earned",
    RequestEvent.LOSE: "perk lost",
    RequestEvent.TARGET: "target passed",
}
VERBS = {ProofState.APPROVED: "approve", ProofState.REJECTED: "reject", ProofState.PENDING: "reopen"}


def _drawing(start: str, arrows: dict[tuple[str, str], list[str]]) -> str:
    lines = [f"    {before} --> {after}: {', '.join(labels)}" for (before, after), labels in arrows.items()]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {start}", *lines])


def request_drawing() -> str:
    """What may happen to a group's request, by whom, and until when."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for step in REQUEST_STEPS:
        arrows.setdefault((step.state.value, step.to.value), []).append(_label(step))
    return _drawing(RequestState.NONE.value, arrows)


def _label(step: RequestStep) -> str:
    if step.event is RequestEvent.FILE and step.to is RequestState.ACTIVE:
        conditions = ["perk earned already"]
    else:
        conditions = []
    if step.actors == {Actor.REPRESENTATIVE, Actor.STAFF}:
        conditions.append("representative or staff")
    elif step.actors == {Actor.STAFF}:
        conditions.append("staff")
    if step.only_until_target:
        conditions.append("until the target")
    if step.only_after_target:
        conditions.append("after the target")
    return EVENTS[step.event] + (f" ({', '.join(conditions)})" if conditions else "")


def proof_drawing() -> str:
    """What staff may make of a proof."""
    arrows = {
        (before.value, after.value): [VERBS[after]]
        for before, after in product(PROOF_STEPS, ProofState)
        if after in PROOF_STEPS[before]
    }
    return _drawing(ProofState.PENDING.value, arrows)


def part_drawing() -> str:
    """What becomes of a person on a proof: every deed is tried on every state, in plain Python."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for before, after, label in _parts():
        labels = arrows.setdefault((before, after), [])
        if label not in labels:
            labels.append(label)
    return _drawing("named", arrows)


def _parts() -> Iterator[tuple[str, str, str]]:
    person, staff = 1, 2
    for is_complete, before in product((False, True), ("named", "disputed", "struck")):
        course = Course({1: oracle.Asked(1 if is_complete else 9)}, (1, 2, 3), target=10)
        parts = ((person, before, person), (3, "named", None))
        group = Group((Paper(1, 0, 0, parts, state="approved"),))
        for kind in ("not me", "me after all", "strike", "keep"):
            own = kind in {"not me", "me after all"}
            deed = Deed(kind, person if own else staff, "student" if own else "staff", person=person)
            done, _said = course.do(group, deed, now=0)
            after = done.papers[0].parts[0][1]
            if after == before:
                continue
            when = (
                f" ({'activity complete' if is_complete else 'not yet complete'})" if kind == "not me" else ""
            )
            yield before, after, f"{kind}{when}" if own else f"{kind} (staff)"


DRAWINGS = {"request": request_drawing, "proof": proof_drawing, "participant": part_drawing}


def with_drawings(page: str) -> str:
    """The page with each drawing that it names made anew."""
    for name, draw in DRAWINGS.items():
        parts = re.split(rf"(?<=<!-- drawing: {name} -->\n```mermaid\n)(?:.+\n)*?(?=```\n)", page)
        if len(parts) != 2:
            raise ValueError(f"the page has {len(parts) - 1} places for the drawing {name}")
        page = f"{draw()}\n".join(parts)
    return page


if __name__ == "__main__":
    PAGE.write_text(with_drawings(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)}: {len(DRAWINGS)} drawings\n")
