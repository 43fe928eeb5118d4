"""A group, its proofs and its request in plain Python: what each deed of a person makes of them.

Written from the rules as docs/course-rules.md words them, without Django, a database or a lock. What is true
here of deeds one after another has to be true in the portal, also of deeds at once.
Moments are whole seconds after the oracle's zero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from tests.perks import oracle

UNSEEN = -1
"""Somebody asks without having seen what stands."""
REASON = "Nobody can be told apart on it"

Part = tuple[int, str, int | None]
"""Somebody on a proof, whether they count, and who changed that last. A proof has them in order."""


@dataclass(frozen=True)
class Paper:
    """A proof as it is stored."""

    activity: int
    taken: int
    posted: int
    parts: tuple[Part, ...]
    place: int | None = None
    state: str = "pending"
    version: int = 1

    def counting(self) -> frozenset[int]:
        return frozenset(person for person, state, _by in self.parts if state != "struck")

    def with_part(self, person: int, state: str, by: int) -> Paper:
        """With that person's part changed, or a new one."""
        parts = {one: (one, old, who) for one, old, who in self.parts} | {person: (person, state, by)}
        return replace(self, parts=tuple(sorted(parts.values())), version=self.version + 1)


@dataclass(frozen=True)
class Group:
    """What one group has done, and what it asks for: ``asked`` are the numbers of the request that stands.

    ``asked_as`` counts the requests there have been, ``ends`` says how those ended that do not stand.
    """

    papers: tuple[Paper, ...] = ()
    asked: frozenset[int] | None = None
    asked_as: int = 0
    ends: tuple[str, ...] = ()

    def with_paper(self, paper: Paper, at: int | None = None) -> Group:
        """With one more proof, or another in the place of one."""
        place = len(self.papers) if at is None else at
        return replace(self, papers=(*self.papers[:place], paper, *self.papers[place + 1 :]))


@dataclass(frozen=True)
class Deed:
    """What a person does. ``version`` and ``base`` are what was seen of the proof, of the request."""

    kind: str
    by: int
    role: str
    paper: int = 0
    version: int = 0
    person: int = 0
    numbers: tuple[int, ...] = ()
    base: int = UNSEEN


@dataclass(frozen=True, eq=False)
class Course:
    """What a course asks for and allows; the first and the last of ``numbers`` are never moved."""

    activities: Mapping[int, oracle.Asked]
    numbers: tuple[int, ...]
    target: int
    at_most: int = 2

    @lru_cache(maxsize=5000)  # noqa: B019 - courses are few, and go with the test process
    def answers(self, papers: tuple[Paper, ...]) -> dict[int, oracle.Answer]:
        """How far a group with these proofs is with each activity."""
        shown: dict[int, list[oracle.Shown]] = defaultdict(list)
        for name, one in enumerate(papers):
            shown[one.activity].append(
                oracle.Shown(name, one.state, one.place, one.taken, one.posted, one.counting())
            )
        return {
            number: oracle.answer(asked, shown[number], self.target)
            for number, asked in self.activities.items()
        }

    def earned(self, group: Group) -> bool:
        """Whether all activities are complete."""
        return all(answer.complete for answer in self.answers(group.papers).values())

    def state(self, group: Group, now: int) -> str:
        """What the group's request means."""
        return oracle.request_state(
            asked=group.asked is not None,
            withdrawn=bool(group.ends) and group.ends[-1] == "withdrawn",
            earned=self.earned(group),
            now=now,
            target=self.target,
        )

    def do(self, group: Group, deed: Deed, now: int) -> tuple[Group, str]:
        """The group after a deed, and what the deed's author is told."""
        if deed.kind == "file":
            return self._file(group, deed, now)
        if deed.kind == "withdraw":
            return self._withdraw(group, deed, now)
        paper = group.papers[deed.paper]
        after, said = self._do_to_paper(group, paper, deed)
        return group.with_paper(after, at=deed.paper), said

    def _do_to_paper(self, group: Group, paper: Paper, deed: Deed) -> tuple[Paper, str]:
        if deed.kind in {"not me", "me after all"}:
            return self._say(group, paper, deed)
        if deed.role != "staff":
            return paper, "not allowed"
        if deed.kind in {"strike", "keep"}:
            state = "struck" if deed.kind == "strike" else "named"
            before = {person: old for person, old, _by in paper.parts}.get(deed.person)
            if before is None:
                return paper, "not named"
            return (paper if before == state else paper.with_part(deed.person, state, deed.by)), state
        state = {"approve": "approved", "reject": "rejected", "reopen": "pending"}[deed.kind]
        if paper.state != state:
            if paper.version != deed.version:
                return paper, "changed"
            paper = replace(paper, state=state, version=paper.version + 1)
        return paper, f"{state} as {paper.version}"

    def _say(self, group: Group, paper: Paper, deed: Deed) -> tuple[Paper, str]:
        """ "I am not in this photo" and its undoing: where it would undo something staff decide."""
        mine = {person: (old, who) for person, old, who in paper.parts}
        if deed.by not in mine:
            return paper, "not named"
        state, changed_by = mine[deed.by]
        if deed.kind == "me after all":
            if state == "named":
                return paper, "named"
            if changed_by != deed.by:
                return paper, "not allowed"
            return paper.with_part(deed.by, "named", deed.by), "named"
        if state != "named":
            return paper, state
        answer = self.answers(group.papers)[paper.activity]
        state = "disputed" if answer.complete and deed.paper in answer.counted else "struck"
        return paper.with_part(deed.by, state, deed.by), state

    def _file(self, group: Group, deed: Deed, now: int) -> tuple[Group, str]:
        chosen = frozenset(deed.numbers)
        movable = oracle.movable(self.numbers, first=True, last=True)
        fair = 0 < len(chosen) == len(deed.numbers) <= self.at_most and chosen <= movable
        if deed.role not in {"staff", "representative"} or not fair:
            return group, "refused"
        if group.asked == chosen:
            return group, "stands"
        if deed.base not in {UNSEEN, self._seen(group)}:
            return group, "changed"
        if now > self.target:
            return group, "refused"
        if group.asked is not None and self.earned(group) and not group.asked < chosen:
            return group, "refused"
        ends = group.ends if group.asked is None else (*group.ends, "replaced")
        return replace(group, asked=chosen, asked_as=group.asked_as + 1, ends=ends), "filed"

    def _withdraw(self, group: Group, deed: Deed, now: int) -> tuple[Group, str]:
        if deed.role not in {"staff", "representative"}:
            return group, "refused"
        if group.asked is None:
            return group, "nothing"
        if deed.base not in {UNSEEN, self._seen(group)}:
            return group, "changed"
        if deed.role != "staff" and (self.earned(group) or now > self.target):
            return group, "refused"
        return replace(group, asked=None, ends=(*group.ends, "withdrawn")), "withdrawn"

    @staticmethod
    def _seen(group: Group) -> int:
        """What somebody sees standing: 0 where nothing does."""
        return 0 if group.asked is None else group.asked_as


def order_of(
    course: Course, before: Group, deeds: list[tuple[Deed, str]], after: Group, now: int
) -> list[Deed] | None:
    """An order in which the deeds, one after another, tell what was told and leave what was left; or None."""
    seen: set[tuple[frozenset[int], Group]] = set()
    path: list[Deed] = []

    def found(group: Group, left: frozenset[int]) -> bool:
        if not left:
            return group == after
        if (left, group) in seen:
            return False
        seen.add((left, group))
        for number in sorted(left):
            deed, told = deeds[number]
            then, said = course.do(group, deed, now)
            if said == told:
                path.append(deed)
                if found(then, left - {number}):
                    return True
                path.pop()
        return False

    return path if found(before, frozenset(range(len(deeds)))) else None
