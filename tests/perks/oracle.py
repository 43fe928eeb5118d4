"""Effective rest a second time, by brute force in whole seconds: the rules must agree with it.

Written from the rules as docs/course-rules.md words them (Effective rest, Moving deadlines), not from the
code: a window is found by trying every moment, and once more by trying every set of proofs.

    python -m tests.perks.oracle --cases 100000 --seed 7

compares the rules with it on so many cases, most of them with ties, equal times and edges of one second.
"""

from __future__ import annotations

import random
import sys
from argparse import ArgumentParser
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations

from perks import rules

EPOCH = datetime(2025, 11, 1, tzinfo=UTC)
COUNTS = ("activity", "each_checkpoint", "every_checkpoint")


@dataclass(frozen=True)
class Shown:
    """A proof: what staff made of it, where and when it was, when it was handed in, who is on it."""

    name: int
    state: str
    place: int | None
    taken: int
    posted: int
    people: frozenset[int]


@dataclass(frozen=True)
class Asked:
    """What an activity asks for. ``within`` is in seconds, None where its proofs may be of any time."""

    people: int
    counts: str = "activity"
    on_a_proof: int = 1
    within: int | None = None
    places: tuple[int, ...] = ()


@dataclass(frozen=True)
class Answer:
    """How far a group is; ``window`` has the first and the last second of what counts together."""

    participants: int
    covered: frozenset[int]
    complete: bool
    counted: frozenset[int]
    pending: int
    window: tuple[int, int] | None


def answer(asked: Asked, proofs: Collection[Shown], target: int | None) -> Answer:
    """How far a group is with an activity, given all its proofs of it."""
    good = [
        proof
        for proof in proofs
        if proof.state == "approved"
        and not (target is not None and proof.posted > target)
        and not len(proof.people) < asked.on_a_proof
        and (proof.place in asked.places if asked.places else proof.place is None)
    ]
    pending = len([proof for proof in proofs if proof.state == "pending"])
    best = good
    if asked.within is not None and good:
        best = best_by_moments(asked, good)
    times = [proof.taken for proof in best]
    return Answer(
        participants=_participants(asked, best),
        covered=_covered(best),
        complete=_is_complete(asked, best),
        counted=frozenset(proof.name for proof in best),
        pending=pending,
        window=(min(times), max(times)) if asked.within is not None and times else None,
    )


def _participants(asked: Asked, proofs: Collection[Shown]) -> int:
    everyone = {person for proof in proofs for person in proof.people}
    if not asked.places or asked.counts == "activity":
        return len(everyone)
    at = [
        {person for proof in proofs if proof.place == place for person in proof.people}
        for place in asked.places
    ]
    if asked.counts == "each_checkpoint":
        return min(len(people) for people in at)
    return sum(all(person in people for people in at) for person in everyone)


def _covered(proofs: Collection[Shown]) -> frozenset[int]:
    return frozenset(proof.place for proof in proofs if proof.place is not None)


def _is_complete(asked: Asked, proofs: Collection[Shown]) -> bool:
    return _participants(asked, proofs) >= asked.people and _covered(proofs) == set(asked.places)


def _merit(asked: Asked, proofs: Collection[Shown]) -> tuple[bool, int, int]:
    """Complete first, then most checkpoints, then most people."""
    return _is_complete(asked, proofs), len(_covered(proofs)), _participants(asked, proofs)


def best_by_moments(asked: Asked, good: Sequence[Shown]) -> list[Shown]:
    """The best window, by trying every second for its middle: of equals the earliest, in full."""
    assert asked.within is not None
    reach, times = asked.within, [proof.taken for proof in good]
    spread = range(min(times) - reach, max(times) + reach + 1)
    if len(spread) > 1000:  # a set of proofs only changes next to one of these
        edges = {time + side + step for time in times for side in (-reach, reach) for step in (-1, 0, 1)}
        moments: Sequence[int] = sorted(edges)
    else:
        moments = spread
    best: list[Shown] = []
    for moment in moments:
        held = [proof for proof in good if moment - reach <= proof.taken <= moment + reach]
        if held and (not best or _merit(asked, held) > _merit(asked, best)):
            best = held
    # What the window that begins with the same proof holds besides belongs to it: it changes no count.
    begins = min(proof.taken for proof in best)
    return [proof for proof in good if begins <= proof.taken <= begins + 2 * reach]


def best_by_sets(asked: Asked, good: Sequence[Shown]) -> tuple[bool, int, int]:
    """The merit of the best window, by trying every set of proofs that some moment is near enough to."""
    assert asked.within is not None
    sets = (some for size in range(1, len(good) + 1) for some in combinations(good, size))
    near = (
        some
        for some in sets
        if max(proof.taken for proof in some) - min(proof.taken for proof in some) <= 2 * asked.within
    )
    return max(_merit(asked, some) for some in near)


# The request -----------------------------------------------------------------------------------------


def request_state(*, asked: bool, withdrawn: bool, earned: bool, now: int, target: int) -> str:
    """Earned and asked for: active. Not earned: provisional until the target, then expired."""
    if not asked:
        return "withdrawn" if withdrawn else "none"
    if earned:
        return "active"
    return "provisional" if now <= target else "expired"


def may_happen(state: str, event: str, actor: str, *, is_open: bool) -> bool:
    """Who may do what to a request, in the words of the rules."""
    for_the_group = actor in {"representative", "staff"} and is_open
    return {
        # The representative asks, or staff for the group, up to the target.
        "file": for_the_group and state in {"none", "withdrawn"},
        # A provisional request may be changed until the target.
        "change": for_the_group and state == "provisional",
        # Once it is active an unused slot may still be used until then.
        "add": for_the_group and state == "active",
        # The representative takes back a provisional one until the target, only staff any other that stands.
        "withdraw": (for_the_group and state == "provisional")
        or (actor == "staff" and state in {"active", "expired"}),
        "earn": actor == "proofs" and state in {"provisional", "expired"},
        "lose": actor == "proofs" and state == "active",
        "target": actor == "clock" and state == "provisional",
    }[event]


def movable(numbers: Collection[int], *, first: bool, last: bool) -> set[int]:
    """Which assignments may be asked for; ``first`` and ``last`` say whether these are barred."""
    return {
        number
        for number in numbers
        if not (first and number == min(numbers)) and not (last and number == max(numbers))
    }


# Cases -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """An activity and the proofs of one group."""

    asked: Asked
    proofs: tuple[Shown, ...]
    target: int | None


def cases(count: int, seed: int) -> Iterator[Case]:
    """So many cases, the same for the same seed: few people, places and seconds, so that much coincides."""
    dice = random.Random(seed)
    for _number in range(count):
        places = tuple(range(1, dice.choice((0, 0, 1, 2, 3, 5)) + 1))
        within = dice.choice((None, 0, 1, 2, 5, 1800))
        asked = Asked(dice.randint(1, 5), dice.choice(COUNTS), dice.randint(1, 3), within, places)
        target = dice.choice((None, 10, 20, 4000))
        proofs = tuple(_proof(name, asked, target, dice) for name in range(dice.randint(0, 8)))
        yield Case(asked, proofs, target)


def _proof(name: int, asked: Asked, target: int | None, dice: random.Random) -> Shown:
    unit = asked.within or 4
    taken = dice.choice((0, unit, 2 * unit, 2 * unit + 1, 3 * unit, dice.randint(0, 5 * unit)))
    end = 10 if target is None else target
    posted = dice.choice((end - 1, end, end, end + 1, dice.randint(0, 2 * end)))
    if asked.places:
        place = dice.choice((*asked.places, *asked.places, None, 9))
    else:
        place = dice.choice((None, None, None, 1))
    state = dice.choice(("approved", "approved", "approved", "approved", "pending", "rejected"))
    people = frozenset(dice.sample(range(1, 7), dice.randint(0, 4)))
    return Shown(name, state, place, taken, posted, people)


# Comparing -------------------------------------------------------------------------------------------


def difference(case: Case) -> str | None:
    """What the rules say otherwise than the oracle about this case; None where they agree."""
    said = _said(case)
    true = answer(case.asked, case.proofs, case.target)
    if said != true:
        return f"{case}: rules {said}, oracle {true}"
    good = [proof for proof in case.proofs if proof.name in true.counted]
    if case.asked.within is not None and good:
        every = [proof for proof in case.proofs if _may_count(case, proof)]
        merits = (true.complete, len(true.covered), true.participants), best_by_sets(case.asked, every)
        if merits[0] != merits[1]:
            return f"{case}: by moments {merits[0]}, by sets {merits[1]}"
    return None


def _may_count(case: Case, proof: Shown) -> bool:
    """Whether a proof counts by itself, whatever the window."""
    anytime = Asked(1, "activity", case.asked.on_a_proof, None, case.asked.places)
    return bool(answer(anytime, [proof], case.target).counted)


def _said(case: Case) -> Answer:
    """What the rules make of a case, in the oracle's words."""
    within = case.asked.within
    rule = rules.ActivityRule(
        1,
        case.asked.people,
        rules.CountPeople(case.asked.counts),
        case.asked.on_a_proof,
        None if within is None else timedelta(seconds=within),
        case.asked.places,
    )
    facts = [
        rules.ProofFacts(
            proof.name,
            rules.ProofState(proof.state),
            proof.place,
            at(proof.taken),
            at(proof.posted),
            proof.people,
        )
        for proof in case.proofs
    ]
    said = rules.activity_standing(rule, facts, None if case.target is None else at(case.target))
    return Answer(
        said.participants,
        frozenset(said.covered),
        said.complete,
        frozenset(said.counted),
        said.pending,
        said.window and (seconds(said.window[0]), seconds(said.window[1])),
    )


def at(seconds: int) -> datetime:
    """The moment that many seconds after the oracle's zero."""
    return EPOCH + timedelta(seconds=seconds)


def seconds(moment: datetime) -> int:
    """How many seconds after the oracle's zero a moment is."""
    return (moment - EPOCH) // timedelta(seconds=1)


def differences(count: int, seed: int) -> Iterator[str]:
    """Every difference in so many cases."""
    return (wrong for case in cases(count, seed) if (wrong := difference(case)))


def main() -> int:
    """Compare, and print what differs; the exit status is 1 where anything does."""
    parser = ArgumentParser(description="Compare the rules of effective rest with a brute-force oracle.")
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    given = parser.parse_args()
    sys.stdout.write(f"{given.cases} cases, seed {given.seed}\n")
    sys.stdout.flush()
    found = 0
    for found, wrong in enumerate(differences(given.cases, given.seed), start=1):  # noqa: B007 - counted
        sys.stdout.write(f"{wrong}\n")
    sys.stdout.write(f"{found} differences\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
