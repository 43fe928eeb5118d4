"""What must hold for every policy, deadline and submission (docs/course-rules.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from grading.rules import (
    Grade,
    Graded,
    GradeScale,
    LatePolicy,
    Outcome,
    PassRule,
    Regime,
    Source,
    Tariff,
    assignment_score,
    best_of,
    days_after,
    days_late,
    final,
    mark,
    result_of,
    standing,
    tariff,
)
from tests.grading.autumn_2025 import DUE, MOVED, ORDINARY, SCALE, TARGET

MAX_SCORE = 1000
SECOND = timedelta(seconds=1)
NEVER = 10**9
"""Dearer than any price: what work costs that is not accepted."""

ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in (
            "Europe/Moscow",
            "Europe/Berlin",
            "America/New_York",
            "America/St_Johns",
            "Australia/Lord_Howe",
            "Asia/Kathmandu",
            "UTC",
        )
    ]
)
# Clocks go back in Europe and America, and half an hour on on Lord Howe Island, in the very autumn.
ANCHORS = st.sampled_from(
    [
        DUE,
        TARGET,
        datetime(2025, 10, 26, 1, tzinfo=UTC),
        datetime(2025, 11, 2, 6, tzinfo=UTC),
        datetime(2025, 10, 4, 15, 30, tzinfo=UTC),
    ]
)
SHIFTS = st.builds(timedelta, days=st.integers(-20, 20), seconds=st.integers(-7200, 7200))
MOMENTS = st.builds(lambda anchor, shift: anchor + shift, ANCHORS, SHIFTS)
SCORES = st.integers(0, MAX_SCORE)
BONUSES = st.integers(0, 300)
POLICIES = st.one_of(
    st.builds(LatePolicy, per_day=st.one_of(st.just(0), st.integers(25, 1200))),
    st.lists(st.integers(0, 1600), min_size=1, max_size=8).map(
        lambda table: LatePolicy(by_day=tuple(sorted(table)))
    ),
)


@st.composite
def regimes(draw: st.DrawFn) -> Regime:
    """Terms of any kind: soft, hard, or soft and later hard; free, by the day, by a table."""
    due_at = draw(MOMENTS)
    open_for = draw(st.one_of(st.none(), st.just(0), st.integers(0, 40 * 86_400)))
    closes_at = None if open_for is None else due_at + timedelta(seconds=open_for)
    return Regime(due_at, draw(ZONES), draw(POLICIES), closes_at, draw(st.sampled_from(Source)))


SEVERAL = st.lists(regimes(), min_size=1, max_size=3).map(tuple)
WORKS = st.builds(Graded, MOMENTS, SCORES, BONUSES)


def prices(*given: Regime) -> Tariff:
    return tariff(given, MAX_SCORE)


def price(given: tuple[Regime, ...], moment: datetime) -> int:
    """The lowest price of any regime, asked one by one; NEVER where none accepts the work."""
    offers = [offer for regime in given if (offer := regime.penalty_at(moment)) is not None]
    return min((min(offer, MAX_SCORE) for offer in offers), default=NEVER)


def edges(given: tuple[Regime, ...]) -> Iterator[datetime]:
    """Every moment at which a price may change, a second before it and a second after."""
    for regime in given:
        ends = [days_after(regime.due_at, days, regime.zone) for days in range(45)]
        for end in (*ends, *([regime.closes_at] if regime.closes_at else [])):
            yield from (end - SECOND, end, end + SECOND)


# Time ------------------------------------------------------------------------------------------------


@given(MOMENTS, MOMENTS, ZONES)
def test_days_late_is_the_smallest_number_of_days_that_is_enough(
    submitted_at: datetime, due_at: datetime, zone: ZoneInfo
) -> None:
    enough = next(n for n in range(150) if submitted_at <= days_after(due_at, n, zone))
    assert days_late(submitted_at, due_at, zone) == enough


@given(MOMENTS, st.integers(0, 60), ZONES)
def test_equality_goes_to_the_student_at_the_end_of_every_day(
    due_at: datetime, days: int, zone: ZoneInfo
) -> None:
    end = days_after(due_at, days, zone)
    assert days_late(end, due_at, zone) <= days < days_late(end + SECOND, due_at, zone)


@given(MOMENTS, MOMENTS, MOMENTS, ZONES)
def test_a_later_submission_is_never_less_late(
    one: datetime, other: datetime, due_at: datetime, zone: ZoneInfo
) -> None:
    earlier, later = sorted((one, other))
    assert days_late(earlier, due_at, zone) <= days_late(later, due_at, zone)


@given(MOMENTS, ZONES, SEVERAL, SCORES)
def test_an_instant_is_the_same_in_whatever_zone_it_is_written(
    moment: datetime, written_in: ZoneInfo, terms: tuple[Regime, ...], score: int
) -> None:
    elsewhere = moment.astimezone(written_in)
    rewritten = tuple(
        replace(
            regime,
            due_at=regime.due_at.astimezone(written_in),
            closes_at=regime.closes_at and regime.closes_at.astimezone(written_in),
            zone=ZoneInfo.no_cache(regime.zone.key),
        )
        for regime in terms
    )
    assert mark(Graded(elsewhere, score), prices(*rewritten)) == mark(Graded(moment, score), prices(*terms))
    assert prices(*rewritten).steps == prices(*terms).steps


# Late penalty ----------------------------------------------------------------------------------------


@given(WORKS, MOMENTS, SEVERAL)
def test_a_later_submission_never_scores_more(
    work: Graded, moment: datetime, terms: tuple[Regime, ...]
) -> None:
    earlier, later = sorted((work.submitted_at, moment))
    early = result_of(replace(work, submitted_at=earlier), prices(*terms))
    late = result_of(replace(work, submitted_at=later), prices(*terms))
    if late is not None:
        assert early is not None and late <= early


@given(WORKS, SEVERAL)
def test_a_result_is_never_negative_nor_more_than_was_given(work: Graded, terms: tuple[Regime, ...]) -> None:
    result = result_of(work, prices(*terms))
    if result is not None:
        assert work.bonus <= result <= work.score + work.bonus


@given(WORKS, SEVERAL, BONUSES)
def test_a_bonus_is_added_whole(work: Graded, terms: tuple[Regime, ...], bonus: int) -> None:
    with_more = result_of(replace(work, bonus=work.bonus + bonus), prices(*terms))
    without = result_of(work, prices(*terms))
    assert with_more == (None if without is None else without + bonus)


@given(WORKS, SCORES, SEVERAL)
def test_nothing_but_the_clock_and_the_policy_moves_a_penalty(
    work: Graded, score: int, terms: tuple[Regime, ...]
) -> None:
    this, other = mark(work, prices(*terms)), mark(replace(work, score=score, bonus=0), prices(*terms))
    announced = prices(*terms).penalty_at(work.submitted_at)
    assert this.days_late == other.days_late
    assert this.counts == other.counts == (announced is not None)
    assert this.penalty == min(announced or 0, work.score)
    assert other.penalty == min(announced or 0, score)


@given(SEVERAL)
def test_the_price_list_says_what_the_regimes_say_at_every_edge(terms: tuple[Regime, ...]) -> None:
    listed = prices(*terms)
    for moment in edges(terms):
        said = listed.penalty_at(moment)
        assert (NEVER if said is None else said) == price(terms, moment)


@given(SEVERAL, MOMENTS)
def test_the_price_list_says_what_the_regimes_say_at_any_time(
    terms: tuple[Regime, ...], moment: datetime
) -> None:
    said = prices(*terms).penalty_at(moment)
    assert (NEVER if said is None else said) == price(terms, moment)


@given(SEVERAL)
def test_a_price_list_is_in_order(terms: tuple[Regime, ...]) -> None:
    steps = prices(*terms).steps
    untils = [step.until for step in steps if step.until is not None]
    assert untils == sorted(set(untils))
    assert all(step.until is not None for step in steps[:-1])
    penalties = [step.penalty for step in steps]
    assert penalties[0] == 0
    assert penalties == sorted(set(penalties))
    assert prices(*terms).closes_at == steps[-1].until


@given(SEVERAL, regimes(), MOMENTS)
def test_one_more_regime_never_makes_anything_worse(
    terms: tuple[Regime, ...], added: Regime, moment: datetime
) -> None:
    before, after = price(terms, moment), prices(*terms, added).penalty_at(moment)
    assert (NEVER if after is None else after) <= before


@given(SEVERAL, MOMENTS)
def test_the_order_of_regimes_does_not_matter(terms: tuple[Regime, ...], moment: datetime) -> None:
    backwards = terms[::-1]
    assert prices(*backwards).steps == prices(*terms).steps
    assert prices(*backwards).days_late_at(moment) == prices(*terms).days_late_at(moment)


# What counts for an assignment -----------------------------------------------------------------------


@given(st.lists(WORKS, max_size=6), WORKS, SEVERAL)
def test_handing_in_again_never_lowers_a_score(
    works: list[Graded], again: Graded, terms: tuple[Regime, ...]
) -> None:
    before, after = assignment_score(works, prices(*terms)), assignment_score([*works, again], prices(*terms))
    if before is not None:
        assert after is not None and after >= before


@given(st.permutations([Graded(DUE + timedelta(days=n), 100 * n) for n in range(6)]), SEVERAL)
def test_the_order_of_submissions_does_not_matter(works: list[Graded], terms: tuple[Regime, ...]) -> None:
    in_order = sorted(works, key=lambda work: work.submitted_at)
    assert assignment_score(works, prices(*terms)) == assignment_score(in_order, prices(*terms))
    assert best_of(works, prices(*terms)) == best_of(in_order, prices(*terms))


@given(st.lists(WORKS, max_size=6), SEVERAL)
def test_the_best_work_gives_the_score_and_no_earlier_one_does(
    works: list[Graded], terms: tuple[Regime, ...]
) -> None:
    listed = prices(*terms)
    best, score = best_of(works, listed), assignment_score(works, listed)
    assert (best is None) == (score is None)
    if best is not None:
        assert result_of(best, listed) == score
        earlier = [work for work in works if work.submitted_at < best.submitted_at]
        assert all(result_of(work, listed) != score for work in earlier)


@given(st.lists(WORKS, max_size=6))
def test_a_move_never_takes_from_work_handed_in_by_its_target(works: list[Graded]) -> None:
    in_time = [work for work in works if work.submitted_at <= TARGET]
    ordinary = assignment_score(in_time, prices(ORDINARY))
    moved = assignment_score(in_time, prices(MOVED))
    assert (moved is None) == (ordinary is None)
    assert moved is None or ordinary is None or moved >= ordinary


# Grades ----------------------------------------------------------------------------------------------

TOTALS = st.integers(0, 7000)
COUNTS = st.integers(0, 7)


@given(TOTALS, COUNTS, TOTALS, COUNTS)
def test_more_points_and_more_passed_never_give_a_worse_grade(
    total: int, passed: int, more: int, more_passed: int
) -> None:
    worse = SCALE.rank(SCALE.accumulated(total, passed).code)
    assert SCALE.rank(SCALE.accumulated(total + more, passed + more_passed).code) <= worse


@st.composite
def scales(draw: st.DrawFn) -> GradeScale:
    """A scale of up to eight rows."""
    size = draw(st.integers(0, 7))
    totals = sorted(draw(st.lists(TOTALS, min_size=size, max_size=size)), reverse=True)
    counts = sorted(draw(st.lists(COUNTS, min_size=size, max_size=size)), reverse=True)
    rows = [Grade(str(10 - n), *row) for n, row in enumerate(zip(totals, counts, strict=True))]
    return GradeScale((*rows, Grade("lowest", 0, 0)), draw(SCORES))


@given(scales())
def test_equality_goes_to_the_student_at_every_threshold(scale: GradeScale) -> None:
    for row in scale.grades:
        given_here = scale.accumulated(row.min_total, row.min_passed)
        assert scale.rank(given_here.code) <= scale.rank(row.code)
        if row.min_total:
            below = scale.accumulated(row.min_total - 1, row.min_passed)
            assert scale.rank(below.code) > scale.rank(row.code) or below.min_total < row.min_total
    assert scale.is_passed(scale.pass_score)
    assert not scale.is_passed(scale.pass_score - 1)


@given(scales(), st.lists(st.one_of(st.none(), SCORES), max_size=8))
def test_a_standing_is_its_scores(scale: GradeScale, scores: list[int | None]) -> None:
    stands = standing(scores, scale)
    assert stands.total == sum(score or 0 for score in scores)
    assert stands.passed == sum(1 for score in scores if score is not None and score >= scale.pass_score)
    assert stands == standing(reversed(scores), scale)


@given(scales(), st.data(), st.lists(st.sampled_from(Outcome), max_size=4))
def test_exam_outcomes_stand_in_order(scale: GradeScale, data: st.DataObject, before: list[Outcome]) -> None:
    accumulated = data.draw(st.sampled_from(scale.grades))
    rule = PassRule(data.draw(st.sampled_from(scale.grades)).code)
    ranks = {}
    for outcome in Outcome:
        end = final(accumulated, [*before, outcome], scale, rule)
        assert end == final(accumulated, [outcome], scale, rule)
        ranks[outcome] = -1 if end.grade is None else scale.rank(end.grade.code)
    assert ranks[Outcome.RAISE] <= ranks[Outcome.CONFIRM] <= ranks[Outcome.LOWER] <= ranks[Outcome.FAIL]
    assert ranks[Outcome.CONFIRM] == scale.rank(accumulated.code)
    assert ranks[Outcome.LOWER] - ranks[Outcome.RAISE] <= 2
    assert ranks[Outcome.FAIL] == len(scale.grades) - 1
