"""What a proof is worth to its group now, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from perks.queries.standing import activity_rules, move_rule, proof_facts
from perks.rules import ActivityStanding, ProofFacts, ProofState, activity_standing
from schedule.models import Course
from schedule.rules import utc


class Worth(StrEnum):
    """Whether a proof counts; concluded from the rules, never stored."""

    COUNTS = "counts"
    WAITING = "waiting"
    """Nobody has looked at it yet."""
    REJECTED = "rejected"
    AFTER_TARGET = "after_target"
    """It was handed in after the target, and cannot count whatever staff say."""
    TOO_FEW = "too_few"
    """Approved, with fewer people on it than the activity asks for."""
    OUTSIDE = "outside"
    """Approved, and outside the window of an activity that happens at the same time."""

    @property
    def words(self) -> str:
        """In a word or two, for a list."""
        return {
            Worth.COUNTS: pgettext("proof", "counts"),
            Worth.WAITING: pgettext("proof", "in check"),
            Worth.REJECTED: pgettext("proof", "rejected"),
            Worth.AFTER_TARGET: pgettext("proof", "after the target"),
            Worth.TOO_FEW: pgettext("proof", "too few people"),
            Worth.OUTSIDE: pgettext("proof", "outside the window"),
        }[self]

    @property
    def sentence(self) -> str:
        """In a sentence, for its own page."""
        return {
            Worth.COUNTS: _("It counts."),
            Worth.WAITING: _("It waits for a check."),
            Worth.REJECTED: _("It was not accepted."),
            Worth.AFTER_TARGET: _("It came after the target and does not count."),
            Worth.TOO_FEW: _("Too few people are on it for it to count."),
            Worth.OUTSIDE: _("It lies outside the time that counts."),
        }[self]


def worth_of(proof: ProofFacts, standing: ActivityStanding, target_at: datetime | None) -> Worth:
    """What a proof is worth, where its activity stands like that (docs/course-rules.md, What counts)."""
    if proof.state is ProofState.REJECTED:
        return Worth.REJECTED
    if target_at is not None and utc(proof.posted_at) > utc(target_at):
        return Worth.AFTER_TARGET
    if proof.state is ProofState.PENDING:
        return Worth.WAITING
    if proof.id in standing.counted:
        return Worth.COUNTS
    if len(proof.people) < standing.rule.min_people_per_proof:
        return Worth.TOO_FEW
    return Worth.OUTSIDE


@dataclass(frozen=True, slots=True)
class GroupProofs:
    """All proofs of a group, by id, with their activity's number, and where that leaves each activity."""

    facts: Mapping[int, ProofFacts]
    activities: Mapping[int, int]
    standings: Mapping[int, ActivityStanding]
    target_at: datetime | None

    def worth(self, proof_id: int) -> Worth:
        """What a proof is worth."""
        return worth_of(self.facts[proof_id], self.standing(proof_id), self.target_at)

    def is_needed(self, proof_id: int) -> bool:
        """Whether a proof counts in an activity that is complete: then changing it may undo that."""
        standing = self.standing(proof_id)
        return standing.complete and proof_id in standing.counted

    def standing(self, proof_id: int) -> ActivityStanding:
        """How far the group is with the activity of a proof."""
        return self.standings[self.activities[proof_id]]


def group_proofs(course: Course, group_id: int) -> GroupProofs:
    """All proofs of a group of a course, taken through the rules; in three statements."""
    rule = move_rule(course)
    target_at = rule.target_at if rule else None
    found = {number: each for (_group, number), each in proof_facts(course, [group_id]).items()}
    return GroupProofs(
        facts={fact.id: fact for each in found.values() for fact in each},
        activities={fact.id: number for number, each in found.items() for fact in each},
        standings={
            asked.number: activity_standing(asked, found.get(asked.number, ()), target_at)
            for asked in activity_rules(course)
        },
        target_at=target_at,
    )
