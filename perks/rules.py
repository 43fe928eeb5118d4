"""What a group has earned, given its proofs: conclusions, without a clock or a database.

Source: docs/course-rules.md, Effective rest and Moving deadlines. Moments are aware, people are ids; no
number of any particular course is written here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from schedule.rules import utc


class ProofState(StrEnum):
    """What staff have made of a proof."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class PartState(StrEnum):
    """Whether a person named on a proof counts on it."""

    NAMED = "named"
    """Counts."""
    DISPUTED = "disputed"
    """Says "I am not in this photo" where that would undo something: counts until staff decide."""
    STRUCK = "struck"
    """Does not count: the person said so, or staff did."""


class CountPeople(StrEnum):
    """Whose participation counts towards an activity's minimum."""

    ACTIVITY = "activity"
    """Everyone on a proof that counts."""
    EACH_CHECKPOINT = "each_checkpoint"
    """The minimum is asked for at every checkpoint."""
    EVERY_CHECKPOINT = "every_checkpoint"
    """Only people who were at all of the checkpoints."""


@dataclass(frozen=True, slots=True)
class ProofFacts:
    """A proof as the rules see it: what it shows and when, whom it counts, when it was handed in."""

    id: int
    state: ProofState
    checkpoint: int | None
    taken_at: datetime
    posted_at: datetime
    people: frozenset[int]


@dataclass(frozen=True, slots=True)
class ActivityRule:
    """What an activity asks for. ``within`` is set where all of it has to happen at the same time."""

    number: int
    min_people: int
    count_people: CountPeople = CountPeople.ACTIVITY
    min_people_per_proof: int = 1
    within: timedelta | None = None
    checkpoints: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ActivityStanding:
    """How far a group is with an activity.

    ``participants`` is the number that the minimum ``required`` is held against; ``people`` are those it
    counts, for a minimum at each checkpoint everyone at any of them. ``covered`` are the numbers of the
    checkpoints that have a proof which counts, ``counted`` the ids of those proofs. ``window`` has the first
    and the last moment of the proofs that count, for an activity at the same time; else None.
    """

    rule: ActivityRule
    participants: int
    people: frozenset[int]
    covered: tuple[int, ...]
    counted: tuple[int, ...]
    pending: int
    window: tuple[datetime, datetime] | None = None

    @property
    def required(self) -> int:
        """The number of people that is asked for."""
        return self.rule.min_people

    @property
    def uncovered(self) -> tuple[int, ...]:
        """The checkpoints that no proof covers yet."""
        return tuple(number for number in self.rule.checkpoints if number not in self.covered)

    @property
    def complete(self) -> bool:
        """Whether there are enough people and no checkpoint is missing."""
        return self.participants >= self.required and not self.uncovered


def counted_proofs(
    proofs: Iterable[ProofFacts], rule: ActivityRule, target_at: datetime | None
) -> list[ProofFacts]:
    """The proofs that may count: approved, handed in by the target, with enough people; by time."""
    known: Collection[int | None] = rule.checkpoints or (None,)
    counted = (
        proof
        for proof in proofs
        if proof.state is ProofState.APPROVED
        and (target_at is None or utc(proof.posted_at) <= utc(target_at))
        and len(proof.people) >= rule.min_people_per_proof
        and proof.checkpoint in known
    )
    return sorted(counted, key=lambda proof: (utc(proof.taken_at), proof.id))


def activity_standing(
    rule: ActivityRule, proofs: Collection[ProofFacts], target_at: datetime | None
) -> ActivityStanding:
    """How far one group is with one activity, from all its proofs of that activity.

    Of an activity at the same time the best window counts: a complete one first, then the one with most
    checkpoints, then with most people, then the earliest.
    """
    counted = counted_proofs(proofs, rule, target_at)
    pending = sum(proof.state is ProofState.PENDING for proof in proofs)
    if rule.within is None or not counted:
        return _standing(rule, counted, pending)
    # Every window's proofs are among those of the window that begins with its first proof.
    offers = (_standing(rule, window, pending) for window in _windows(counted, 2 * rule.within))
    best = max(offers, key=lambda one: (one.complete, len(one.covered), one.participants))
    times = [utc(proof.taken_at) for proof in counted if proof.id in best.counted]
    return ActivityStanding(
        rule, best.participants, best.people, best.covered, best.counted, pending, (times[0], times[-1])
    )


def _windows(counted: Sequence[ProofFacts], span: timedelta) -> Iterable[Sequence[ProofFacts]]:
    """For each proof, in order of time, the proofs from it on that a window of that length holds."""
    times = [utc(proof.taken_at) for proof in counted]
    for first, starts_at in enumerate(times):
        yield counted[first : bisect_right(times, starts_at + span)]


def _standing(rule: ActivityRule, counted: Sequence[ProofFacts], pending: int) -> ActivityStanding:
    at: dict[int | None, set[int]] = defaultdict(set)
    for proof in counted:
        at[proof.checkpoint] |= proof.people
    everyone = frozenset[int]().union(*at.values())
    covered = tuple(number for number in rule.checkpoints if number in at)
    people, participants = everyone, len(everyone)
    if rule.checkpoints and rule.count_people is CountPeople.EACH_CHECKPOINT:
        participants = min(len(at[number]) for number in rule.checkpoints)
    elif rule.checkpoints and rule.count_people is CountPeople.EVERY_CHECKPOINT:
        people = frozenset(set.intersection(*(at[number] for number in rule.checkpoints)))
        participants = len(people)
    return ActivityStanding(
        rule, participants, people, covered, tuple(proof.id for proof in counted), pending
    )


def is_earned(activities: Collection[ActivityStanding]) -> bool:
    """Whether the perk is earned: all activities are complete, and there is one at all."""
    return bool(activities) and all(activity.complete for activity in activities)


# The request -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MoveRule:
    """What a group may move: how many deadlines, to when, and never the first or the last assignment."""

    target_at: datetime
    max_assignments: int
    excludes_first: bool = True
    excludes_last: bool = True

    def is_open(self, now: datetime) -> bool:
        """Whether requests are accepted at ``now``: up to the target moment."""
        return utc(now) <= utc(self.target_at)


def may_be_moved(numbers: Iterable[int], rule: MoveRule) -> tuple[int, ...]:
    """Of a course's assignments, by their numbers, those whose deadline a group may ask to move."""
    ordered = sorted(numbers)
    barred = set(ordered[:1] if rule.excludes_first else ()) | set(ordered[-1:] if rule.excludes_last else ())
    return tuple(number for number in ordered if number not in barred)


class RequestState(StrEnum):
    """What a group's request means now. Concluded, never stored."""

    NONE = "none"
    PROVISIONAL = "provisional"
    ACTIVE = "active"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


def request_state(
    *, asked: bool, withdrawn: bool, earned: bool, rule: MoveRule, now: datetime
) -> RequestState:
    """The state at ``now``: ``asked`` while one stands, ``withdrawn`` where the last was taken back."""
    if not asked:
        return RequestState.WITHDRAWN if withdrawn else RequestState.NONE
    if earned:
        return RequestState.ACTIVE
    return RequestState.PROVISIONAL if rule.is_open(now) else RequestState.EXPIRED


class RequestEvent(StrEnum):
    """What may happen to a request."""

    FILE = "file"
    CHANGE = "change"
    ADD = "add"
    """Use a slot that is still free, without letting go of what was asked for."""
    WITHDRAW = "withdraw"
    EARN = "earn"
    LOSE = "lose"
    TARGET = "target"


class Actor(StrEnum):
    """Who makes it happen."""

    REPRESENTATIVE = "representative"
    STAFF = "staff"
    PROOFS = "proofs"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class RequestStep:
    """One line of the table of a request's life; it may hold only until the target moment, or only after."""

    state: RequestState
    event: RequestEvent
    to: RequestState
    actors: frozenset[Actor]
    only_until_target: bool = False
    only_after_target: bool = False

    def may_be(self, *, is_open: bool) -> bool:
        """Whether it may happen before the target (``is_open``) or after it."""
        return not (self.only_after_target if is_open else self.only_until_target)


_S, _E, _GROUP = RequestState, RequestEvent, frozenset({Actor.REPRESENTATIVE, Actor.STAFF})
_STAFF, _PROOFS, _CLOCK = frozenset({Actor.STAFF}), frozenset({Actor.PROOFS}), frozenset({Actor.CLOCK})

REQUEST_STEPS: tuple[RequestStep, ...] = (
    RequestStep(_S.NONE, _E.FILE, _S.PROVISIONAL, _GROUP, only_until_target=True),
    RequestStep(_S.NONE, _E.FILE, _S.ACTIVE, _GROUP, only_until_target=True),
    RequestStep(_S.PROVISIONAL, _E.CHANGE, _S.PROVISIONAL, _GROUP, only_until_target=True),
    RequestStep(_S.PROVISIONAL, _E.WITHDRAW, _S.WITHDRAWN, _GROUP, only_until_target=True),
    RequestStep(_S.PROVISIONAL, _E.EARN, _S.ACTIVE, _PROOFS),
    RequestStep(_S.PROVISIONAL, _E.TARGET, _S.EXPIRED, _CLOCK),
    RequestStep(_S.ACTIVE, _E.ADD, _S.ACTIVE, _GROUP, only_until_target=True),
    RequestStep(_S.ACTIVE, _E.WITHDRAW, _S.WITHDRAWN, _STAFF),
    RequestStep(_S.ACTIVE, _E.LOSE, _S.PROVISIONAL, _PROOFS, only_until_target=True),
    RequestStep(_S.ACTIVE, _E.LOSE, _S.EXPIRED, _PROOFS, only_after_target=True),
    RequestStep(_S.EXPIRED, _E.EARN, _S.ACTIVE, _PROOFS),
    RequestStep(_S.EXPIRED, _E.WITHDRAW, _S.WITHDRAWN, _STAFF),
    RequestStep(_S.WITHDRAWN, _E.FILE, _S.PROVISIONAL, _GROUP, only_until_target=True),
    RequestStep(_S.WITHDRAWN, _E.FILE, _S.ACTIVE, _GROUP, only_until_target=True),
)
"""Everything that may happen to a request; docs/effective-rest.md has the drawing that is made from it."""


def may_happen(state: RequestState, event: RequestEvent, actor: Actor, *, is_open: bool) -> bool:
    """Whether this actor may bring this event about, before the target (``is_open``) or after it."""
    return any(
        step.state is state and step.event is event and actor in step.actors and step.may_be(is_open=is_open)
        for step in REQUEST_STEPS
    )


PROOF_STEPS: Mapping[ProofState, frozenset[ProofState]] = {
    ProofState.PENDING: frozenset({ProofState.APPROVED, ProofState.REJECTED}),
    ProofState.APPROVED: frozenset({ProofState.REJECTED, ProofState.PENDING}),
    ProofState.REJECTED: frozenset({ProofState.APPROVED, ProofState.PENDING}),
}
"""What staff may make of a proof; going back to pending is their undo."""
