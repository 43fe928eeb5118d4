"""How far one group is, in a line for each activity: what the first page shows of effective rest."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from perks.queries.standing import NamedActivity, named_activities, proof_facts
from perks.rules import ActivityStanding, ProofFacts, ProofState, activity_standing, is_earned
from schedule.models import Course


@dataclass(frozen=True, slots=True)
class ActivityBar:
    """An activity as a bar of people; ``waiting`` are those who would count if proofs that wait did."""

    title: str
    standing: ActivityStanding
    waiting: int

    @property
    def cells(self) -> tuple[str, ...]:
        """A cell for each person asked for: "on" for who counts, "wait" for whose proof waits, else empty."""
        required = self.standing.required
        counted = min(self.standing.participants, required)
        waiting = min(self.waiting, required - counted)
        return ("on",) * counted + ("wait",) * waiting + ("",) * (required - counted - waiting)

    @property
    def people_missing(self) -> int:
        """How many more people are asked for."""
        return max(0, self.standing.required - self.standing.participants)


@dataclass(frozen=True, slots=True)
class PerkStrip:
    """The activities of one group, in order of number; ``target_at`` is None where nothing can be moved."""

    bars: tuple[ActivityBar, ...]
    target_at: datetime | None

    @property
    def earned(self) -> bool:
        """Whether the perk is earned."""
        return is_earned([bar.standing for bar in self.bars])


def perk_strip(course: Course, group_id: int) -> PerkStrip | None:
    """How far a group is, in two statements; None, after one, in a course without activities."""
    activities = named_activities(course)
    if not activities:
        return None
    proofs = proof_facts(course, [group_id])
    bars = tuple(_bar(one, proofs.get((group_id, one.rule.number), ())) for one in activities)
    return PerkStrip(bars, activities[0].target_at)


def _bar(activity: NamedActivity, proofs: Collection[ProofFacts]) -> ActivityBar:
    target_at = activity.target_at
    stands = activity_standing(activity.rule, proofs, target_at)
    in_check = (
        one.people
        for one in proofs
        if one.state is ProofState.PENDING and (target_at is None or one.posted_at <= target_at)
    )
    return ActivityBar(activity.title, stands, len(frozenset[int]().union(*in_check) - stands.people))
