"""copy_course: the same course in another term, on the same weekdays and hours, with nobody in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from courseportal.actions import load_course
from courseportal.course_file import read_course_file
from courseportal.course_file.moving import moved_by_weeks
from courseportal.course_file.rows import Section, rows_of
from courseportal.course_file.stored import stored_definition
from courseportal.course_file.tables import MODELS
from grading.models import ExamResult, Submission
from perks.models import ExtensionRule
from schedule.models import Course, Enrolment, StudyGroup
from tests.courseportal.course_files import SMALL
from tests.factories import make_enrolment, make_exam_result, make_submission, moscow

NOW = moscow(2025, 9, 1, 12)
ROOT = Path(__file__).parents[2]
REAL = read_course_file((ROOT / "courses" / "effdl-2025.toml").read_text("utf-8"))
SIBLING = read_course_file((ROOT / "tests" / "data" / "sibling.toml").read_text("utf-8"))


def copy(*args: str) -> str:
    out = StringIO()
    call_command("copy_course", *args, stdout=out)
    return out.getvalue()


@pytest.fixture
def real(db: None) -> Course:
    load_course(definition=REAL, now=NOW)
    return Course.objects.get()


@pytest.mark.sqlite
def test_every_date_moves_by_whole_weeks(real: Course) -> None:
    copy("effdl-2025", "effdl-2026", "--weeks", "52")
    course = Course.objects.get(slug="effdl-2026")
    assert (course.starts_on, course.ends_on) == (date(2026, 9, 8), date(2026, 12, 30))
    assert (course.term, course.title) == ("осень 2026", real.title)
    first = course.classes.order_by("starts_at")[0]
    assert (first.key, first.starts_at) == ("2026-09-08-lecture", datetime(2026, 9, 8, 7, 30, tzinfo=UTC))
    second = course.assignments.get(number=2)
    assert second.due_at == datetime(2026, 9, 29, 20, 59, 59, tzinfo=UTC)
    assert second.given_at_class is not None and second.given_at_class.key == "2026-09-15-lecture"
    assert second.issued_on == date(2026, 9, 15)
    assert course.exam.not_before_on == date(2026, 12, 15)
    assert ExtensionRule.objects.get(course=course).target_at == datetime(
        2026, 12, 13, 20, 59, 59, tzinfo=UTC
    )
    there = stored_definition(course)
    assert moved_by_weeks(there, -52).classes == REAL.classes
    assert (there.grading, there.late_penalty, there.activities) == (
        REAL.grading,
        REAL.late_penalty,
        REAL.activities,
    )


def test_people_and_results_stay_behind(real: Course) -> None:
    student = make_enrolment(course=real).person
    make_submission(assignment=real.assignments.get(number=1), student=student, score=900)
    make_exam_result(course=real, student=student)
    copy("effdl-2025", "effdl-2026", "--weeks", "52")
    course = Course.objects.get(slug="effdl-2026")
    assert not Enrolment.objects.filter(course=course).exists()
    assert not StudyGroup.objects.filter(course=course).exists()
    assert not Submission.objects.filter(assignment__course=course).exists()
    assert not ExamResult.objects.filter(course=course).exists()
    assert Submission.objects.count() == 1
    assert stored_definition(real) == REAL


def test_a_second_run_has_nothing_to_change(real: Course) -> None:
    assert copy("effdl-2025", "effdl-2026", "--weeks", "52").startswith("+ course effdl-2026")
    assert copy("effdl-2025", "effdl-2026", "--weeks", "52") == "nothing to change\n"


def test_a_slug_that_is_taken_is_refused(real: Course) -> None:
    load_course(definition=SIBLING, now=NOW)
    for weeks, slug in (("52", "ml-2026"), ("0", "ml-2026"), ("52", "effdl-2025")):
        with pytest.raises(CommandError, match=f"there is a course {slug} already"):
            copy("effdl-2025", slug, "--weeks", weeks)
    assert stored_definition(Course.objects.get(slug="ml-2026")) == SIBLING
    assert stored_definition(real) == REAL


def test_a_copy_that_was_edited_is_kept(real: Course) -> None:
    copy("effdl-2025", "effdl-2026", "--weeks", "52")
    Course.objects.filter(slug="effdl-2026").update(title="Edited")
    with pytest.raises(CommandError, match="~ course effdl-2026: title Edited -> Введение"):
        copy("effdl-2025", "effdl-2026", "--weeks", "52")
    assert Course.objects.get(slug="effdl-2026").title == "Edited"


def test_title_and_term_may_be_given(real: Course) -> None:
    copy("effdl-2025", "spring", "--weeks", "22", "--term", "весна 2026", "--title", "Эффективное обучение")
    course = Course.objects.get(slug="spring")
    assert (course.title, course.term) == ("Эффективное обучение", "весна 2026")


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("nothing", "new", "--weeks", "52"), 'There is no course "nothing"'),
        (("effdl-2025", "Новый", "--weeks", "52"), "slug 'Новый'"),
        (("effdl-2025", "x" * 61, "--weeks", "52"), "at most 60 characters"),
        (("effdl-2025", "new", "--weeks", "52", "--title", ""), "title ''"),
        (("effdl-2025", "new", "--weeks", "100000"), "--weeks: 100000 weeks from 2025-09-09 is not between"),
        (("effdl-2025", "new", "--weeks", "-100000"), "--weeks: -100000 weeks"),
        (("effdl-2025", "new", "--weeks", "year"), "invalid int value"),
    ],
)
def test_bad_arguments_are_named(real: Course, args: tuple[str, ...], told: str) -> None:
    with pytest.raises(CommandError) as caught:
        copy(*args)
    assert told in str(caught.value)
    assert Course.objects.count() == 1


def test_hours_stay_when_clocks_change_in_between() -> None:
    berlin = read_course_file(SMALL.replace("Europe/Moscow", "Europe/Berlin"))
    spring = moved_by_weeks(berlin, 26 + 3)
    zone = ZoneInfo("Europe/Berlin")
    was, now = berlin.classes[0].starts_at.astimezone(zone), spring.classes[0].starts_at.astimezone(zone)
    assert (now.hour, now.minute, now.weekday()) == (was.hour, was.minute, was.weekday())
    assert spring.assignments[0].due_at.astimezone(zone).strftime("%H:%M:%S") == "23:59:59"
    winter = moved_by_weeks(berlin, 20)
    assert winter.classes[0].starts_at.astimezone(zone).utcoffset() != was.utcoffset()
    assert winter.classes[0].starts_at.astimezone(zone).strftime("%H:%M") == "10:30"


def test_an_hour_that_clocks_skip_keeps_the_order_of_what_lies_around_it() -> None:
    """In Berlin clocks went from 02:00 to 03:00 on 29 March 2026, 29 weeks after the small course begins."""
    berlin = read_course_file(SMALL.replace("Europe/Moscow", "Europe/Berlin"))
    zone = ZoneInfo("Europe/Berlin")
    due_at, starts_at = (datetime(2025, 9, 7, 2, minute, tzinfo=zone) for minute in (30, 15))
    closes_at = datetime(2025, 9, 7, 3, tzinfo=zone)
    night = replace(
        berlin,
        classes=(replace(berlin.classes[0], starts_at=starts_at, ends_at=closes_at),),
        assignments=(replace(berlin.assignments[0], due_at=due_at, closes_at=closes_at),),
    )
    moved = moved_by_weeks(night, 29)
    (meeting,), (assignment,) = moved.classes, moved.assignments
    assert meeting.starts_at == datetime(2026, 3, 29, 1, 15, tzinfo=UTC)
    assert meeting.ends_at == datetime(2026, 3, 29, 2, tzinfo=UTC)
    assert assignment.due_at == assignment.closes_at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("term", "moved"),
    [
        ("осень 2025", "осень 2026"),
        ("2025/2026 учебный год, осень", "2026/2027 учебный год, осень"),
        ("Fall 2025–26", "Fall 2026–27"),
        ("осень 2025, план 2019 года", "осень 2026, план 2019 года"),
        ("7 семестр", "7 семестр"),
    ],
)
def test_the_years_of_the_term_move_along(term: str, moved: str) -> None:
    small = read_course_file(SMALL)
    named = replace(small, course=replace(small.course, term=term))
    assert moved_by_weeks(named, 52).course.term == moved


def test_keys_that_are_no_day_stay() -> None:
    moved = moved_by_weeks(SIBLING, 52)
    assert [each.key for each in moved.classes] == ["2027-02-11-seminar", "2027-02-11-seminar-2", "boosting"]
    assert moved.assignments[1].given_at_class == "boosting"
    assert moved.course.closes_at == datetime(2027, 5, 30, 20, 59, 59, tzinfo=UTC)
    assert moved.assignments[0].closes_at == datetime(2027, 3, 4, 15, tzinfo=UTC)


FOUND_BY = {
    Section.COURSE: {"slug"},
    Section.CLASS: {"course", "key"},
    Section.MATERIAL: {"class_meeting", "position"},
    Section.GRADE: {"scheme", "code"},
    Section.ASSIGNMENT: {"course", "number"},
    Section.LATE_PENALTY: {"course", "assignment"},
    Section.ACTIVITY: {"course", "number"},
    Section.CHECKPOINT: {"activity", "number"},
}


@pytest.mark.parametrize("section", Section)
def test_a_definition_leaves_no_column_out(section: Section) -> None:
    """A column that somebody adds to a table has to come into the file, or copies would lose it."""
    model = Course if section is Section.COURSE else MODELS[section]
    happened = {"cancelled_at", "cancelled_why"}  # to a class of this term, not to be copied to another
    columns = {field.name for field in model._meta.concrete_fields} - {"id"} - happened
    (values, *_others) = rows_of(REAL)[section].values()
    assert columns == set(values) | FOUND_BY.get(section, {"course"})
