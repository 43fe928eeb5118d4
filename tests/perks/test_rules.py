"""What a group has earned and may move, in tables: docs/course-rules.md, Effective rest, Moving deadlines."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from perks.rules import (
    PROOF_STEPS,
    REQUEST_STEPS,
    ActivityRule,
    ActivityStanding,
    Actor,
    CountPeople,
    MoveRule,
    ProofFacts,
    ProofState,
    RequestEvent,
    RequestState,
    activity_standing,
    is_earned,
    may_be_moved,
    may_happen,
    request_state,
)
from tests.perks import oracle

TARGET = datetime(2025, 12, 14, 20, 59, 59, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HALF_AN_HOUR = timedelta(minutes=30)
MOVE = MoveRule(TARGET, 2)

Told = tuple[str, int | None, str]
"""Who is on a proof, a letter each; the checkpoint; when it was taken, by the clock of one day."""


def clock(text: str) -> datetime:
    """A moment of 1 November 2025, "12:30" or "12:30:01"."""
    return datetime.fromisoformat(f"2025-11-01T{text}+00:00")


def proof(
    people: str = "ab",
    place: int | None = None,
    taken: str = "12:00",
    *,
    name: int = 1,
    state: ProofState = ProofState.APPROVED,
    posted_at: datetime | None = None,
) -> ProofFacts:
    """A proof with these people, a letter each, handed in at once unless told."""
    taken_at = clock(taken)
    return ProofFacts(name, state, place, taken_at, posted_at or taken_at, frozenset(map(ord, people)))


def stands(rule: ActivityRule, *proofs: ProofFacts) -> ActivityStanding:
    return activity_standing(rule, proofs, TARGET)


def told(*proofs: Told) -> list[ProofFacts]:
    """Approved proofs, numbered from one."""
    return [
        proof(people, place, taken, name=name) for name, (people, place, taken) in enumerate(proofs, start=1)
    ]


def letters(people: Collection[int]) -> str:
    return "".join(sorted(map(chr, people)))


# What counts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "posted_at", "counts"),
    [
        (ProofState.APPROVED, TARGET - SECOND, True),
        (ProofState.APPROVED, TARGET, True),
        (ProofState.APPROVED, TARGET + SECOND, False),
        (ProofState.PENDING, TARGET, False),
        (ProofState.REJECTED, TARGET, False),
    ],
)
def test_only_approved_proofs_handed_in_by_the_target_count(
    state: ProofState, posted_at: datetime, counts: bool
) -> None:
    standing = stands(ActivityRule(1, 2), proof("ab", state=state, posted_at=posted_at))
    assert (standing.participants, standing.complete, standing.counted) == (
        (2, True, (1,)) if counts else (0, False, ())
    )
    assert standing.pending == (state is ProofState.PENDING)


def test_what_was_taken_late_counts_if_it_was_handed_in_by_the_target() -> None:
    """The moment shown decides whose membership counts, not whether the proof does."""
    late = ProofFacts(1, ProofState.APPROVED, None, TARGET + SECOND, TARGET, frozenset({1, 2}))
    assert stands(ActivityRule(1, 2), late).complete


def test_without_a_target_proofs_of_any_moment_count() -> None:
    late = proof("ab", posted_at=TARGET + timedelta(days=400))
    assert activity_standing(ActivityRule(1, 2), [late], None).complete


@pytest.mark.parametrize(
    ("people", "at_least", "counts"),
    [("a", 1, True), ("", 1, False), ("a", 2, False), ("ab", 2, True), ("abc", 2, True)],
)
def test_a_proof_with_too_few_people_does_not_count(people: str, at_least: int, counts: bool) -> None:
    rule = ActivityRule(1, 1, min_people_per_proof=at_least)
    assert stands(rule, proof(people)).participants == (len(people) if counts else 0)


@pytest.mark.parametrize(
    ("place", "places", "counts"),
    [
        (None, (), True),
        (1, (), False),
        (None, (1, 2), False),
        (2, (1, 2), True),
        (3, (1, 2), False),
    ],
)
def test_a_proof_counts_at_a_checkpoint_of_its_activity_alone(
    place: int | None, places: tuple[int, ...], counts: bool
) -> None:
    standing = stands(ActivityRule(1, 1, checkpoints=places), proof("ab", place))
    assert standing.participants == (2 if counts else 0)
    assert standing.covered == ((2,) if counts and place else ())


# Complete --------------------------------------------------------------------------------------------

ACTIVITY, EACH, EVERY = CountPeople.ACTIVITY, CountPeople.EACH_CHECKPOINT, CountPeople.EVERY_CHECKPOINT


@pytest.mark.parametrize(
    ("least", "people", "complete"),
    [
        (3, ["ab"], False),
        (3, ["ab", "bc"], True),
        (3, ["ab", "ab", "ab"], False),
        (10, ["abcdefghi"], False),
        (10, ["abcdefghij"], True),
        (10, ["abcdefghi", "j"], True),
        (10, ["abcdefghijkl"], True),
    ],
)
def test_an_activity_is_complete_with_enough_different_people(
    least: int, people: list[str], complete: bool
) -> None:
    standing = stands(ActivityRule(1, least), *told(*((each, None, "12:00") for each in people)))
    assert standing.participants == len(set("".join(people)))
    assert (standing.required, standing.complete) == (least, complete)


@pytest.mark.parametrize(
    ("counts", "proofs", "participants", "who", "complete"),
    [
        # everyone on any proof of the activity
        (ACTIVITY, [("abc", 1), ("a", 2)], 3, "abc", True),
        (ACTIVITY, [("abc", 1)], 3, "abc", False),
        (ACTIVITY, [("ab", 1), ("ab", 2)], 2, "ab", False),
        # the minimum at every checkpoint
        (EACH, [("abc", 1), ("abd", 2)], 3, "abcd", True),
        (EACH, [("abc", 1), ("ab", 2)], 2, "abc", False),
        (EACH, [("abc", 1), ("ab", 2), ("d", 2)], 3, "abcd", True),
        (EACH, [("abcd", 1)], 0, "abcd", False),
        (EACH, [("ab", 1), ("cd", 1), ("ab", 2), ("ef", 2)], 4, "abcdef", True),
        # only people who were at all of them
        (EVERY, [("abc", 1), ("abc", 2)], 3, "abc", True),
        (EVERY, [("abcd", 1), ("abe", 2)], 2, "ab", False),
        (EVERY, [("abc", 1), ("a", 2), ("b", 2), ("c", 2)], 3, "abc", True),
        (EVERY, [("abc", 1)], 0, "", False),
    ],
)
def test_whose_participation_counts_is_data(
    counts: CountPeople, proofs: list[tuple[str, int]], participants: int, who: str, complete: bool
) -> None:
    rule = ActivityRule(2, 3, counts, checkpoints=(1, 2))
    standing = stands(rule, *told(*((people, place, "12:00") for people, place in proofs)))
    assert (standing.participants, letters(standing.people)) == (participants, who)
    assert standing.complete is complete
    assert standing.covered == tuple(sorted({place for _people, place in proofs}))
    assert standing.uncovered == tuple(sorted({1, 2} - {place for _people, place in proofs}))


@pytest.mark.parametrize("counts", CountPeople)
def test_without_checkpoints_everyone_counts_whatever_the_setting(counts: CountPeople) -> None:
    assert stands(ActivityRule(1, 3, counts), *told(("ab", None, "12:00"), ("c", None, "13:00"))).complete


@pytest.mark.parametrize("counts", CountPeople)
def test_without_proofs_nothing_is_complete(counts: CountPeople) -> None:
    for within, places in product((None, HALF_AN_HOUR), ((), (1, 2))):
        standing = stands(ActivityRule(1, 1, counts, within=within, checkpoints=places))
        assert (standing.participants, standing.complete, standing.window) == (0, False, None)
        assert standing.uncovered == places


# At the same time ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proofs", "counted", "window"),
    [
        # a span of an hour, its ends included
        ([("ab", 1, "12:00"), ("cd", 2, "13:00")], (1, 2), ("12:00", "13:00")),
        ([("ab", 1, "12:00"), ("cd", 2, "13:00:01")], (1,), ("12:00", "12:00")),
        ([("ab", 1, "12:00"), ("cd", 2, "12:31")], (1, 2), ("12:00", "12:31")),
        # people outside it do not count
        ([("ab", 1, "12:00"), ("cd", 2, "12:30"), ("ef", 2, "14:00")], (1, 2), ("12:00", "12:30")),
        ([("ef", 1, "10:00"), ("ab", 1, "12:00"), ("cd", 2, "12:30")], (2, 3), ("12:00", "12:30")),
        # a complete one first, though another has as many checkpoints, and is earlier
        (
            [("ab", 1, "09:00"), ("a", 2, "09:10"), ("ab", 1, "12:00"), ("cd", 2, "12:10")],
            (3, 4),
            ("12:00", "12:10"),
        ),
        # then the one with most checkpoints, though another has more people
        ([("abcd", 1, "09:00"), ("a", 1, "12:00"), ("b", 2, "12:10")], (2, 3), ("12:00", "12:10")),
        # then most people
        ([("a", 1, "09:00"), ("bc", 1, "12:00")], (2,), ("12:00", "12:00")),
        # then the earliest
        ([("ab", 1, "12:00"), ("cd", 1, "09:00")], (2,), ("09:00", "09:00")),
        (
            [("ab", 1, "09:00"), ("cd", 2, "09:00"), ("ef", 1, "12:00"), ("gh", 2, "12:00")],
            (1, 2),
            ("09:00", "09:00"),
        ),
        # windows that share a proof
        ([("ab", 1, "12:00"), ("cd", 2, "12:50"), ("ef", 1, "13:40")], (1, 2), ("12:00", "12:50")),
        ([("a", 1, "12:00"), ("cd", 2, "12:50"), ("ef", 1, "13:50")], (2, 3), ("12:50", "13:50")),
    ],
)
def test_of_an_activity_at_the_same_time_the_best_window_counts(
    proofs: list[Told], counted: tuple[int, ...], window: tuple[str, str]
) -> None:
    rule = ActivityRule(4, 4, within=HALF_AN_HOUR, checkpoints=(1, 2))
    standing = stands(rule, *told(*proofs))
    assert tuple(sorted(standing.counted)) == counted
    assert standing.window == (clock(window[0]), clock(window[1]))
    people = {letter for name in counted for letter in proofs[name - 1][0]}
    assert (standing.participants, letters(standing.people)) == (len(people), "".join(sorted(people)))


def test_a_window_of_too_few_at_one_place_is_not_complete() -> None:
    rule = ActivityRule(4, 2, EACH, within=HALF_AN_HOUR, checkpoints=(1, 2))
    apart = told(("ab", 1, "12:00"), ("a", 2, "12:30"), ("b", 2, "13:01"))
    assert (stands(rule, *apart).participants, stands(rule, *apart).complete) == (1, False)
    together = told(("ab", 1, "12:01"), ("a", 2, "12:30"), ("b", 2, "13:01"))
    assert (stands(rule, *together).participants, stands(rule, *together).complete) == (2, True)


def test_activities_of_any_time_have_no_window() -> None:
    standing = stands(ActivityRule(2, 3, checkpoints=(1, 2)), *told(("ab", 1, "01:00"), ("cd", 2, "23:00")))
    assert (standing.complete, standing.window) == (True, None)


# Earned ----------------------------------------------------------------------------------------------


def test_the_perk_is_earned_while_all_activities_are_complete() -> None:
    done, missing = stands(ActivityRule(1, 2), proof("ab")), stands(ActivityRule(2, 3), proof("ab"))
    assert is_earned([done]) and is_earned([done, done])
    assert not is_earned([missing]) and not is_earned([done, missing]) and not is_earned([missing, done])


def test_nothing_is_earned_where_nothing_is_asked() -> None:
    assert not is_earned([])


# The request -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "numbers", "movable"),
    [
        (MOVE, (1, 2, 3, 4, 5, 6), (2, 3, 4, 5)),
        (MOVE, (6, 1, 3), (3,)),
        (MOVE, (1, 2), ()),
        (MOVE, (1,), ()),
        (MOVE, (), ()),
        (MoveRule(TARGET, 2, excludes_first=False), (1, 2, 3), (1, 2)),
        (MoveRule(TARGET, 2, excludes_last=False), (1, 2, 3), (2, 3)),
        (MoveRule(TARGET, 2, excludes_first=False, excludes_last=False), (2, 1), (1, 2)),
    ],
)
def test_never_the_first_or_the_last(
    rule: MoveRule, numbers: tuple[int, ...], movable: tuple[int, ...]
) -> None:
    assert may_be_moved(numbers, rule) == movable
    assert set(movable) == oracle.movable(numbers, first=rule.excludes_first, last=rule.excludes_last)


@pytest.mark.parametrize(
    ("asked", "withdrawn", "earned", "now", "state"),
    [
        (False, False, False, TARGET, RequestState.NONE),
        (False, False, True, TARGET, RequestState.NONE),
        (False, True, False, TARGET, RequestState.WITHDRAWN),
        (False, True, True, TARGET + SECOND, RequestState.WITHDRAWN),
        (True, False, False, TARGET - SECOND, RequestState.PROVISIONAL),
        (True, False, False, TARGET, RequestState.PROVISIONAL),
        (True, False, False, TARGET + SECOND, RequestState.EXPIRED),
        (True, False, True, TARGET, RequestState.ACTIVE),
        (True, False, True, TARGET + SECOND, RequestState.ACTIVE),
        (True, True, False, TARGET, RequestState.PROVISIONAL),
    ],
)
def test_the_state_of_a_request_is_concluded(
    asked: bool, withdrawn: bool, earned: bool, now: datetime, state: RequestState
) -> None:
    assert request_state(asked=asked, withdrawn=withdrawn, earned=earned, rule=MOVE, now=now) is state


@pytest.mark.parametrize("state", RequestState)
@pytest.mark.parametrize("event", RequestEvent)
def test_who_may_do_what_to_a_request(state: RequestState, event: RequestEvent) -> None:
    """Every state, event and actor, before the target and after it, against the rules as they are worded."""
    for actor, is_open in product(Actor, (True, False)):
        true = oracle.may_happen(state, event, actor, is_open=is_open)
        assert may_happen(state, event, actor, is_open=is_open) is true, (actor, is_open)


def _facts(state: RequestState) -> Iterator[dict[str, bool]]:
    """The facts from which a state may follow; whether the target is to come is among them."""
    for asked, withdrawn, earned, is_open in product((True, False), repeat=4):
        now = TARGET if is_open else TARGET + SECOND
        facts = {"asked": asked, "withdrawn": withdrawn, "earned": earned}
        if request_state(**facts, rule=MOVE, now=now) is state:
            yield facts | {"is_open": is_open}


EFFECTS = {
    RequestEvent.FILE: {"asked": True},
    RequestEvent.CHANGE: {},
    RequestEvent.ADD: {},
    RequestEvent.WITHDRAW: {"asked": False, "withdrawn": True},
    RequestEvent.EARN: {"earned": True},
    RequestEvent.LOSE: {"earned": False},
    RequestEvent.TARGET: {"is_open": False},
}


@pytest.mark.parametrize(("state", "event"), list(product(RequestState, RequestEvent)))
def test_a_step_leads_where_the_facts_lead(state: RequestState, event: RequestEvent) -> None:
    """The table says of no event that it leads elsewhere than the state concluded from the facts after it."""
    for facts in _facts(state):
        steps = [step for step in REQUEST_STEPS if (step.state, step.event) == (state, event)]
        possible = [step for step in steps if step.may_be(is_open=facts["is_open"])]
        if not possible or (event is RequestEvent.TARGET and not facts["is_open"]):
            continue
        after = facts | EFFECTS[event]
        now = TARGET if after.pop("is_open") else TARGET + SECOND
        assert request_state(**after, rule=MOVE, now=now) in {step.to for step in possible}, facts


def test_every_step_of_the_table_may_be_taken() -> None:
    for step in REQUEST_STEPS:
        reached = set()
        for facts in _facts(step.state):
            if step.may_be(is_open=facts["is_open"]):
                after = facts | EFFECTS[step.event]
                now = TARGET if after.pop("is_open") else TARGET + SECOND
                reached.add(request_state(**after, rule=MOVE, now=now))
        assert step.to in reached, step


# Proofs ----------------------------------------------------------------------------------------------


def test_staff_may_make_anything_of_a_proof_but_what_it_is() -> None:
    for before in ProofState:
        assert PROOF_STEPS[before] == frozenset(ProofState) - {before}
