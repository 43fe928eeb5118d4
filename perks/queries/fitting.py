"""What one proof adds to its activity, and the times that it has to fit."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from perks.models import Proof
from perks.queries.standing import activity_rules, move_rule, proof_facts
from perks.rules import ActivityStanding, ProofFacts, ProofState, activity_standing


@dataclass(frozen=True, slots=True)
class TimePoint:
    """A proof of an activity at the same time: at which checkpoint, when, and whether the window holds it."""

    proof_id: int
    number: int | None
    at: datetime
    state: ProofState
    is_counted: bool
    is_this: bool

    @property
    def words(self) -> str:
        """What becomes of it, in words."""
        if self.is_counted:
            return _("counts")
        if self.state is ProofState.APPROVED:
            return _("outside the window")
        return str(Proof.State(self.state).label)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The group's proofs of one activity by time, without those that were rejected, and the best window.

    ``middle`` is the moment around which everything within ``within`` counts together. While nothing counts
    yet ``is_forecast`` is true: the window is the one that there will be if all that waits is approved.
    """

    points: tuple[TimePoint, ...]
    middle: datetime
    within: timedelta
    is_forecast: bool

    @property
    def minutes(self) -> int:
        """``within`` in minutes."""
        return self.within // timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ActivityView:
    """How far the group is with the proof's activity: now, and with this proof approved.

    ``is_after_target``: it was handed in after the target, and never counts.
    """

    now: ActivityStanding
    with_this: ActivityStanding
    is_after_target: bool
    timeline: Timeline | None


def activity_view(proof: Proof) -> ActivityView:
    """What this proof adds, and the times it has to fit; in three statements."""
    course, number = proof.activity.course, proof.activity.number
    asked = next(one for one in activity_rules(course) if one.number == number)
    rule = move_rule(course)
    target_at = rule.target_at if rule else None
    facts = list(proof_facts(course, [proof.group_id]).get((proof.group_id, number), ()))
    stands = activity_standing(asked, facts, target_at)
    with_this = activity_standing(asked, _approved(facts, [proof.pk]), target_at)
    is_after = target_at is not None and proof.posted_at > target_at
    return ActivityView(stands, with_this, is_after, same_time(facts, stands, target_at, this=proof.pk))


def same_time(
    facts: Collection[ProofFacts],
    stands: ActivityStanding,
    target_at: datetime | None,
    *,
    this: int | None = None,
) -> Timeline | None:
    """A group's proofs of an activity by time, the one with the id ``this`` among them even when rejected.

    None for an activity that need not happen at the same time, and while nothing makes a window.
    """
    within = stands.rule.within
    if within is None:
        return None
    supposed = [one.id for one in facts if one.state is ProofState.PENDING or one.id == this]
    best = stands if stands.window else activity_standing(stands.rule, _approved(facts, supposed), target_at)
    alone = next(((one.taken_at, one.taken_at) for one in facts if one.id == this), None)
    window = best.window or alone
    if window is None:
        return None
    first, last = window
    points = tuple(
        TimePoint(
            proof_id=one.id,
            number=one.checkpoint,
            at=one.taken_at,
            state=one.state,
            is_counted=one.id in stands.counted,
            is_this=one.id == this,
        )
        for one in sorted(facts, key=lambda one: (one.taken_at, one.id))
        if one.state is not ProofState.REJECTED or one.id == this
    )
    return Timeline(points, first + (last - first) / 2, within, is_forecast=not stands.window)


def _approved(facts: Iterable[ProofFacts], proofs: Collection[int]) -> list[ProofFacts]:
    return [replace(one, state=ProofState.APPROVED) if one.id in proofs else one for one in facts]
