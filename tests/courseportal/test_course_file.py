"""A course file is read as a whole: what it says, and everything that is wrong with it, each at its place."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from courseportal.course_file import CourseDefinition, CourseFileError, read_course_file
from grading.rules import LatePolicy
from tests.courseportal.course_files import SMALL, WRONG

ROOT = Path(__file__).parents[2]
REAL = (ROOT / "courses" / "effdl-2025.toml").read_text("utf-8")
SIBLING = (ROOT / "tests" / "data" / "sibling.toml").read_text("utf-8")
MOSCOW = ZoneInfo("Europe/Moscow")


def problems(content: str) -> list[str]:
    with pytest.raises(CourseFileError) as caught:
        read_course_file(content)
    return caught.value.problems


def test_the_real_course_is_complete() -> None:
    real = read_course_file(REAL)
    kinds = [each.kind for each in real.classes]
    assert (kinds.count("lecture"), kinds.count("seminar"), len(kinds)) == (14, 9, 23)
    first, second = real.classes[:2]
    assert first.key == "2025-09-09-lecture"
    assert first.starts_at == datetime(2025, 9, 9, 7, 30, tzinfo=UTC)
    assert second.starts_at.astimezone(MOSCOW).strftime("%H:%M") == "12:15"
    assert second.ends_at.astimezone(MOSCOW).strftime("%H:%M") == "13:50"
    assert {each.starts_at.astimezone(MOSCOW).strftime("%a") for each in real.classes} == {"Tue"}
    assert [each.number for each in real.assignments] == [1, 2, 3, 4, 5, 6]
    assert {each.max_score for each in real.assignments} == {1000}
    assert real.assignments[1].due_at == datetime(2025, 9, 30, 20, 59, 59, tzinfo=UTC)
    assert real.late_penalty == LatePolicy(per_day=100)
    assert real.grading is not None
    thresholds = [(row.code, row.min_total, row.min_passed) for row in real.grading.grades]
    assert thresholds == [
        ("excellent", 4800, 5),
        ("good", 3600, 4),
        ("satisfactory", 3000, 3),
        ("unsatisfactory", 0, 0),
    ]
    assert real.exam is not None
    assert (real.exam.not_before_on, real.exam.not_after_on) == (date(2025, 12, 16), date(2025, 12, 31))


def test_the_real_perk_has_four_activities() -> None:
    real = read_course_file(REAL)
    assert [len(each.checkpoints) for each in real.activities] == [0, 5, 0, 5]
    assert {each.min_people for each in real.activities} == {10}
    assert [each.within_minutes for each in real.activities] == [None, None, None, 30]
    tower = real.activities[1].checkpoints[1]
    assert (tower.latitude, tower.longitude) == (Decimal("55.819700"), Decimal("37.611700"))
    assert real.extension is not None
    assert real.extension.target_at == datetime(2025, 12, 14, 20, 59, 59, tzinfo=UTC)
    assert (real.extension.max_assignments, real.extension.photos_kept_days) == (2, 30)


def test_a_sibling_has_a_table_hard_dates_and_fractions() -> None:
    sibling = read_course_file(SIBLING)
    assert (sibling.course.report_weekday, sibling.course.report_days) == ("friday", (7, 0))
    assert sibling.late_penalty == LatePolicy(by_day=(100, 200, 400, 700, 1000, 1300, 1600))
    assert sibling.grading is not None
    assert len(sibling.grading.grades) == 8
    assert (sibling.grading.grades[0].min_total, sibling.grading.pass_score) == (9050, 50)
    soft, _other, hard = sibling.assignments
    assert soft.closes_at == datetime(2026, 3, 5, 15, tzinfo=UTC)
    assert (hard.due_at, hard.max_score) == (hard.closes_at, 525)
    assert hard.late_penalty == LatePolicy(per_day=25)
    assert [each.key for each in sibling.classes] == [
        "2026-02-12-seminar",
        "2026-02-12-seminar-2",
        "boosting",
    ]


def test_windows_files_are_read() -> None:
    assert read_course_file("\ufeff" + SMALL.replace("\n", "\r\n")) == read_course_file(SMALL)


@pytest.mark.parametrize(("there", "instead", "told"), WRONG)
def test_a_wrong_value_is_named_with_its_place(there: str, instead: str, told: str) -> None:
    assert SMALL.count(there) >= 1
    found = problems(SMALL.replace(there, instead, 1))
    assert any(line.startswith(told) for line in found), found


def test_wrong_hours_of_all_classes_are_told_once() -> None:
    found = problems(REAL.replace('lecture = "10:30-12:05"', 'lecture = "12:05-10:30"', 1))
    assert found == ['class_times.lecture: "12:05-10:30" ends before it starts']


@pytest.mark.parametrize(
    ("section", "told"),
    [
        (
            '[[assignment]]\nnumber = 1\ntitle = "Again"\nissued_on = 2025-09-09',
            "assignment[2].number: 1 is used twice",
        ),
        ('[[activity]]\nnumber = 1\ntitle = "A"\nshort_title = "A"', "activity[2].number: 1 is used twice"),
        (
            (
                '[[class]]\nkey = "2025-09-09-lecture"\ndate = 2025-09-10\nkind = "lecture"\n'
                'title = "B"\ntime = "9:00-10:00"'
            ),
            'class[2].key: "2025-09-09-lecture" is used twice',
        ),
    ],
)
def test_nothing_stands_twice(section: str, told: str) -> None:
    assert problems(f"{SMALL}\n{section}\n") == [told]


def test_every_problem_is_told_at_once() -> None:
    broken = SMALL.replace("2025-09-09\n", "2026-02-28\n").replace("number = 1", "nummer = 1")
    found = problems(broken.replace('"Europe/Moscow"', '"Mars/Olympus"'))
    for place in (
        "course.time_zone",
        "class[1].date",
        "assignment[1].number",
        'assignment[1]: unknown key "nummer"',
    ):
        assert any(line.startswith(place) for line in found), place


def test_broken_syntax_is_told_with_its_line() -> None:
    (told,) = problems(SMALL.replace("starts_on = 2025-09-01", "starts_on = 2025-09-31"))
    assert told.startswith("this is not TOML") and "line 7" in told
    (told,) = problems('[course]\ntitle = "open\n')
    assert "line 2" in told
    assert "nested too deeply" in problems("x = " + "[" * 5000)[0]


def test_dates_are_read_on_the_course_s_clock() -> None:
    far = read_course_file(SMALL.replace("Europe/Moscow", "Asia/Vladivostok"))
    assert far.assignments[0].due_at == datetime(2025, 9, 30, 13, 59, 59, tzinfo=UTC)
    assert far.classes[0].starts_at == datetime(2025, 9, 9, 0, 30, tzinfo=UTC)


def test_a_deadline_follows_the_class_unless_it_is_given() -> None:
    course: CourseDefinition = read_course_file(SMALL.replace("due_at = 2025-09-30", ""))
    (homework,) = course.assignments
    assert homework.issued_on == date(2025, 9, 9)
    assert homework.due_at == datetime(2025, 9, 23, 20, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ('"2025-09-30T23:59"', 59),
        ('"2025-09-30 23:59"', 59),
        ('"2025-09-30T23:59:00"', 0),
        ("2025-09-30T23:59:00", 0),
        ("2025-09-30T23:59:30", 30),
        ('"2025-09-30T23:58"', 0),
    ],
)
def test_a_deadline_written_to_the_minute_as_2359_ends_with_that_day(typed: str, seconds: int) -> None:
    with_due = REAL.replace("[[assignment]]\n", f"[[assignment]]\ndue_at = {typed}\n", 1)
    due_at = read_course_file(with_due).assignments[0].due_at
    assert due_at.astimezone(MOSCOW).second == seconds
