"""What must hold for every activity, proof and request (docs/course-rules.md, Effective rest)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from perks.rules import (
    ActivityRule,
    ActivityStanding,
    CountPeople,
    MoveRule,
    ProofFacts,
    ProofState,
    RequestState,
    activity_standing,
    is_earned,
    may_be_moved,
    request_state,
)

TARGET = datetime(2025, 12, 14, 20, 59, 59, tzinfo=UTC)
PLACES = (1, 2, 3)

# Minutes of few values, so that much falls together or just apart.
MOMENTS = st.builds(
    lambda minutes, seconds: TARGET + timedelta(minutes=minutes, seconds=seconds),
    st.sampled_from((-180, -150, -120, -90, -60, -30, 0, 30)),
    st.sampled_from((-1, 0, 1)),
)
PEOPLE = st.frozensets(st.integers(1, 8), max_size=6)
PROOFS = st.lists(
    st.builds(
        ProofFacts,
        st.integers(1, 10_000),
        st.sampled_from((ProofState.APPROVED, ProofState.APPROVED, *ProofState)),
        st.sampled_from((None, *PLACES)),
        MOMENTS,
        MOMENTS,
        PEOPLE,
    ),
    max_size=8,
    unique_by=lambda proof: proof.id,
)
RULES = st.builds(
    ActivityRule,
    st.just(1),
    st.integers(1, 6),
    st.sampled_from(CountPeople),
    st.integers(1, 3),
    st.sampled_from((None, timedelta(0), timedelta(minutes=30))),
    st.sampled_from(((), (1,), PLACES)),
)


def merit(standing: ActivityStanding) -> tuple[bool, int, int]:
    return standing.complete, len(standing.covered), standing.participants


def stands(rule: ActivityRule, proofs: Iterable[ProofFacts]) -> ActivityStanding:
    return activity_standing(rule, list(proofs), TARGET)


@given(RULES, PROOFS, st.data())
def test_the_order_in_which_proofs_are_told_changes_nothing(
    rule: ActivityRule, proofs: list[ProofFacts], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(proofs))
    assert stands(rule, shuffled) == stands(rule, proofs)


@given(RULES, PROOFS)
def test_what_does_not_count_changes_nothing(rule: ActivityRule, proofs: list[ProofFacts]) -> None:
    whole = stands(rule, proofs)
    alone = stands(rule, (proof for proof in proofs if proof.id in whole.counted))
    assert alone == replace(whole, pending=0)
    assert whole.pending == sum(proof.state is ProofState.PENDING for proof in proofs)


@given(RULES, PROOFS)
def test_one_more_approval_never_makes_anything_worse(rule: ActivityRule, proofs: list[ProofFacts]) -> None:
    before = stands(rule, proofs)
    for one in proofs:
        after = (replace(proof, state=ProofState.APPROVED) if proof is one else proof for proof in proofs)
        assert merit(stands(rule, after)) >= merit(before)


@given(RULES, PROOFS, st.integers(1, 8))
def test_one_more_person_never_makes_anything_worse(
    rule: ActivityRule, proofs: list[ProofFacts], person: int
) -> None:
    before = stands(rule, proofs)
    for one in proofs:
        after = (
            replace(proof, people=proof.people | {person}) if proof is one else proof for proof in proofs
        )
        assert merit(stands(rule, after)) >= merit(before)


@given(RULES, PROOFS)
def test_who_the_people_are_changes_nothing(rule: ActivityRule, proofs: list[ProofFacts]) -> None:
    renamed = [
        replace(proof, people=frozenset(1000 - 3 * person for person in proof.people)) for proof in proofs
    ]
    assert merit(stands(rule, renamed)) == merit(stands(rule, proofs))
    assert stands(rule, renamed).counted == stands(rule, proofs).counted


@given(RULES, PROOFS)
def test_the_zone_in_which_a_moment_is_told_changes_nothing(
    rule: ActivityRule, proofs: list[ProofFacts]
) -> None:
    away = ZoneInfo("Asia/Kathmandu")
    told = [
        replace(proof, taken_at=proof.taken_at.astimezone(away), posted_at=proof.posted_at.astimezone(away))
        for proof in proofs
    ]
    assert activity_standing(rule, told, TARGET.astimezone(away)) == stands(rule, proofs)


@given(RULES, PROOFS)
def test_the_strictest_count_is_no_more_than_the_mildest(
    rule: ActivityRule, proofs: list[ProofFacts]
) -> None:
    of_any_time = replace(rule, within=None)
    everyone, each, every = (
        stands(replace(of_any_time, count_people=counts), proofs).participants for counts in CountPeople
    )
    assert every <= each <= everyone


@given(RULES, PROOFS)
def test_what_counts_at_the_same_time_fits_a_window_and_counts_at_any_time(
    rule: ActivityRule, proofs: list[ProofFacts]
) -> None:
    standing = stands(rule, proofs)
    at_any_time = stands(replace(rule, within=None), proofs)
    assert set(standing.counted) <= set(at_any_time.counted)
    assert merit(standing) <= merit(at_any_time)
    if rule.within is None:
        assert standing.window is None
        return
    times = [proof.taken_at for proof in proofs if proof.id in standing.counted]
    assert standing.window == ((min(times), max(times)) if times else None)
    assert not times or max(times) - min(times) <= 2 * rule.within


@given(RULES, PROOFS)
def test_a_standing_does_not_contradict_itself(rule: ActivityRule, proofs: list[ProofFacts]) -> None:
    standing = stands(rule, proofs)
    assert set(standing.covered) | set(standing.uncovered) == set(rule.checkpoints)
    assert not set(standing.covered) & set(standing.uncovered)
    assert standing.complete == (standing.participants >= rule.min_people and not standing.uncovered)
    if rule.count_people is not CountPeople.EACH_CHECKPOINT or not rule.checkpoints:
        assert standing.participants == len(standing.people)
    assert is_earned([standing]) == is_earned([standing] * 3) == standing.complete


# The request -----------------------------------------------------------------------------------------

NUMBERS = st.sets(st.integers(1, 30), max_size=10)


@given(NUMBERS, st.booleans(), st.booleans())
def test_what_may_be_moved_is_what_lies_between(numbers: set[int], first: bool, last: bool) -> None:
    rule = MoveRule(TARGET, 2, excludes_first=first, excludes_last=last)
    movable = may_be_moved(numbers, rule)
    assert list(movable) == sorted(movable) and set(movable) <= numbers
    for number in numbers - set(movable):
        assert (first and number == min(numbers)) or (last and number == max(numbers))
    if numbers:
        assert not first or min(numbers) not in movable
        assert not last or max(numbers) not in movable


@given(MOMENTS, MOMENTS, st.booleans(), st.booleans())
def test_time_alone_never_takes_back_what_is_earned(
    now: datetime, target_at: datetime, asked: bool, withdrawn: bool
) -> None:
    rule = MoveRule(target_at, 2)
    earned, not_earned = (
        request_state(asked=asked, withdrawn=withdrawn, earned=earned, rule=rule, now=now)
        for earned in (True, False)
    )
    if asked:
        assert earned is RequestState.ACTIVE
        assert not_earned is (RequestState.PROVISIONAL if now <= target_at else RequestState.EXPIRED)
    else:
        assert earned is not_earned is (RequestState.WITHDRAWN if withdrawn else RequestState.NONE)
