"""Grades, exam and pass: docs/course-rules.md, one example after another."""

from __future__ import annotations

import pytest

from grading.rules import Final, Grade, GradeScale, Outcome, PassBasis, PassRule, final, standing
from tests.grading.autumn_2025 import PASS_RULE, SCALE

CODES = [grade.code for grade in SCALE.grades]

# A sibling course grades on the ten-point scale, in eight rows.
TEN_POINT_SCALE = GradeScale(
    (
        Grade("10", 9500, 6),
        Grade("9", 8500, 6),
        Grade("8", 7500, 5),
        Grade("7", 6500, 5),
        Grade("6", 5500, 4),
        Grade("5", 4500, 3),
        Grade("4", 3550, 3),
        Grade("2", 0, 0),
    ),
    pass_score=400,
)


def grade(code: str, scale: GradeScale = SCALE) -> Grade:
    return scale.grades[scale.rank(code)]


# Accumulated grade -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "passed", "code"),
    [
        # B = 60 with only four passed is good.
        (6000, 4, "good"),
        (6000, 3, "satisfactory"),
        (6000, 2, "unsatisfactory"),
        # Equality goes to the student, one hundredth or one assignment less does not.
        (4800, 5, "excellent"),
        (4799, 5, "good"),
        (4800, 4, "good"),
        (3600, 4, "good"),
        (3599, 4, "satisfactory"),
        (3600, 3, "satisfactory"),
        (3000, 3, "satisfactory"),
        (2999, 3, "unsatisfactory"),
        (3000, 2, "unsatisfactory"),
        (2999, 6, "unsatisfactory"),
        (6000, 6, "excellent"),
        (0, 0, "unsatisfactory"),
    ],
)
def test_the_first_row_that_holds_from_the_top(total: int, passed: int, code: str) -> None:
    assert SCALE.accumulated(total, passed).code == code


@pytest.mark.parametrize(
    ("total", "passed", "code"),
    [
        (9500, 6, "10"),
        (9499, 6, "9"),
        (9500, 5, "8"),
        (8500, 6, "9"),
        (7500, 5, "8"),
        (6500, 5, "7"),
        (6500, 4, "6"),
        (4500, 3, "5"),
        (3550, 3, "4"),
        (3549, 3, "2"),
        (9500, 2, "2"),
    ],
)
def test_a_scale_of_a_sibling_course_in_eight_rows(total: int, passed: int, code: str) -> None:
    assert len(TEN_POINT_SCALE.grades) == 8
    assert TEN_POINT_SCALE.accumulated(total, passed).code == code


def test_the_total_and_what_is_passed_come_from_penalised_scores() -> None:
    stands = standing([1000, 400, 399, 0, None, 800], SCALE)
    assert (stands.total, stands.passed) == (2599, 3)
    assert stands.accumulated == grade("unsatisfactory")


def test_four_points_pass_and_a_hundredth_less_does_not() -> None:
    assert SCALE.is_passed(400)
    assert not SCALE.is_passed(399)
    assert not SCALE.is_passed(None)


def test_work_that_lateness_took_below_four_is_not_passed() -> None:
    # Six times 10 points, two of them seven days late: 6000 - 1400 = 4600, four passed.
    stands = standing([1000, 1000, 1000, 1000, 300, 300], SCALE)
    assert (stands.total, stands.passed, stands.accumulated.code) == (4600, 4, "good")


def test_nobody_has_handed_in_anything() -> None:
    stands = standing([None] * 6, SCALE)
    assert (stands.total, stands.passed, stands.accumulated.code) == (0, 0, "unsatisfactory")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ((), "at least one grade"),
        ((Grade("a", 100, 0), Grade("a", 0, 0)), "stands once"),
        ((Grade("a", 100, 0), Grade("b", 200, 0), Grade("c", 0, 0)), "'b' are above those of 'a'"),
        ((Grade("a", 200, 1), Grade("b", 100, 2), Grade("c", 0, 0)), "'b' are above those of 'a'"),
        ((Grade("a", 200, 1), Grade("b", 100, 0)), "needs nothing"),
        ((Grade("a", 200, 1), Grade("b", 0, 1)), "needs nothing"),
    ],
)
def test_a_scale_that_makes_no_sense_is_refused(rows: tuple[Grade, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        GradeScale(rows, pass_score=400)


def test_a_grade_of_another_scale_has_no_rank_here() -> None:
    with pytest.raises(ValueError, match="no grade 'B'"):
        SCALE.rank("B")


# Exam and pass ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "finals"),
    [
        (Outcome.CONFIRM, ["excellent", "good", "satisfactory", "unsatisfactory"]),
        # Steps stop at the ends of the scale, and a raise lifts unsatisfactory too.
        (Outcome.LOWER, ["good", "satisfactory", "unsatisfactory", "unsatisfactory"]),
        (Outcome.RAISE, ["excellent", "excellent", "good", "satisfactory"]),
        (Outcome.FAIL, ["unsatisfactory"] * 4),
    ],
)
def test_what_the_exam_makes_of_each_grade(outcome: Outcome, finals: list[str]) -> None:
    for accumulated, code in zip(CODES, finals, strict=True):
        assert final(grade(accumulated), [outcome], SCALE, PASS_RULE) == Final(
            outcome, grade(code), passed=code in ("excellent", "good")
        )


def test_pending_and_absent_are_two_things_and_neither_has_a_grade() -> None:
    pending = final(grade("excellent"), [], SCALE, PASS_RULE)
    absent = final(grade("excellent"), [Outcome.ABSENT], SCALE, PASS_RULE)
    assert pending == Final(None, None, None)
    assert absent == Final(Outcome.ABSENT, None, None)
    assert pending != absent


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ([Outcome.FAIL, Outcome.CONFIRM], "good"),
        ([Outcome.CONFIRM, Outcome.FAIL], "unsatisfactory"),
        ([Outcome.ABSENT, Outcome.LOWER], "satisfactory"),
        ([Outcome.RAISE, Outcome.RAISE], "excellent"),
        ([Outcome.LOWER, Outcome.LOWER], "satisfactory"),
        ([Outcome.CONFIRM, Outcome.ABSENT], None),
    ],
)
def test_of_a_retake_the_last_outcome_counts(outcomes: list[Outcome], code: str | None) -> None:
    end = final(grade("good"), outcomes, SCALE, PASS_RULE)
    assert (end.grade and end.grade.code) == code
    assert end.outcome is outcomes[-1]


@pytest.mark.parametrize(
    ("accumulated", "outcome", "by_final", "by_accumulated"),
    [
        ("good", Outcome.CONFIRM, True, True),
        ("good", Outcome.LOWER, False, True),
        ("satisfactory", Outcome.RAISE, True, False),
        ("excellent", Outcome.FAIL, False, True),
        ("satisfactory", Outcome.CONFIRM, False, False),
        ("excellent", Outcome.LOWER, True, True),
        ("excellent", Outcome.ABSENT, None, None),
        ("excellent", None, None, None),
    ],
)
def test_the_pass_is_given_from_good_on_by_either_basis(
    accumulated: str, outcome: Outcome | None, by_final: bool | None, by_accumulated: bool | None
) -> None:
    outcomes = [] if outcome is None else [outcome]
    for basis, passed in ((PassBasis.FINAL, by_final), (PassBasis.ACCUMULATED, by_accumulated)):
        rule = PassRule("good", basis)
        assert final(grade(accumulated), outcomes, SCALE, rule).passed is passed


def test_the_exam_on_the_ten_point_scale() -> None:
    rule = PassRule("4")
    assert final(grade("2", TEN_POINT_SCALE), [Outcome.RAISE], TEN_POINT_SCALE, rule) == Final(
        Outcome.RAISE, grade("4", TEN_POINT_SCALE), passed=True
    )
    assert final(grade("4", TEN_POINT_SCALE), [Outcome.LOWER], TEN_POINT_SCALE, rule).passed is False
    assert final(grade("10", TEN_POINT_SCALE), [Outcome.RAISE], TEN_POINT_SCALE, rule).passed is True


def test_the_course_basis_is_the_final_grade_unless_told() -> None:
    assert PassRule("good").basis is PassBasis.FINAL
