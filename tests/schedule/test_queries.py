"""The schedule as it is read: weeks, links, the course that a home shows."""

from __future__ import annotations

from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from people.models import User
from schedule.models import Course, Material
from schedule.queries import coming_classes, current_course, full_address, programme, week_number
from tests.factories import make_assignment, make_class, make_course, make_enrolment, make_exam, moscow

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.mark.parametrize(
    ("base", "url", "address"),
    [
        ("https://example.org/course/", "./a/b.pdf", "https://example.org/course/a/b.pdf"),
        ("https://example.org/course/", "https://other.example/x", "https://other.example/x"),
        ("", "./a/b.pdf", ""),
        ("https://example.org/", "javascript:alert(1)", ""),
        ("https://example.org/", "data:text/html,x", ""),
        ("https://example.org/", "//[", ""),
        ("", "", ""),
    ],
)
def test_only_web_addresses_are_followed(base: str, url: str, address: str) -> None:
    assert full_address(Course(links_base_url=base), url) == address


def test_weeks_are_counted_from_the_first_day_of_the_course() -> None:
    course = Course(starts_on=date(2025, 9, 3))

    assert [week_number(course, date(2025, 9, day)) for day in (1, 7, 8)] == [1, 1, 2]
    assert week_number(course, date(2025, 8, 31)) == 0


def test_a_class_stands_in_the_week_of_the_course_s_zone(course: Course) -> None:
    sunday_night_in_london = moscow(2025, 9, 15, 1)
    make_class(course=course, starts_at=sunday_night_in_london)

    (week,) = (week for week in programme(course).weeks if week.classes)

    assert (week.number, week.first_on, week.last_on) == (3, date(2025, 9, 15), date(2025, 9, 21))


def test_the_term_lasts_until_the_exam_may_be(course: Course) -> None:
    make_exam(course=course, not_after_on=date(2026, 1, 15))

    weeks = programme(course).weeks

    assert weeks[0].first_on == date(2025, 9, 1)
    assert weeks[-1].first_on == date(2026, 1, 12)


def test_homework_and_materials_stand_at_their_class(course: Course) -> None:
    meeting = make_class(course=course)
    Material.objects.create(class_meeting=meeting, position=1, title="Slides", url="https://example.org/s")
    make_assignment(course=course, title="Matrices", given_at_class=meeting)

    (entry,) = (entry for week in programme(course).weeks for entry in week.classes)

    assert entry.materials[0].url == "https://example.org/s"
    assert entry.homework[0].title == "Matrices"


def test_the_coming_class_is_the_one_that_is_on_or_comes_next(course: Course) -> None:
    meeting = make_class(course=course)

    (entry,) = coming_classes(course, moscow(2025, 9, 9, 10))

    assert entry.starts_at == meeting.starts_at
    assert coming_classes(course, meeting.ends_at) == ()


def test_before_the_coming_class_stand_those_that_are_cancelled(
    course: Course, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    off, also_off, on, later = (
        make_class(
            course=course,
            starts_at=moscow(2025, 9, day),
            cancelled_at=moscow(2025, 9, 1) if day < 17 else None,
        )
        for day in (9, 16, 23, 30)
    )
    Material.objects.create(class_meeting=on, position=1, title="Slides", url="https://example.org/s")
    with django_assert_num_queries(2):
        coming = coming_classes(course, moscow(2025, 9, 8))
    assert [entry.id for entry in coming] == [off.pk, also_off.pk, on.pk]
    assert [len(entry.materials) for entry in coming] == [0, 0, 1]
    on.delete()
    later.delete()
    assert [entry.id for entry in coming_classes(course, off.ends_at)] == [also_off.pk]


@pytest.mark.parametrize("classes", [1, 30])
def test_statements_do_not_grow_with_classes(
    course: Course, classes: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(classes):
        Material.objects.create(class_meeting=make_class(course=course), position=1, title="Slides")

    with django_assert_num_queries(4):
        programme(course)


def test_home_shows_the_latest_course_that_has_begun(student: User, course: Course) -> None:
    next_year = make_course(starts_on=date(2026, 9, 1), ends_on=date(2026, 12, 31))
    make_enrolment(person=student, course=next_year)

    assert current_course(student, moscow(2026, 8, 31)) == course
    assert current_course(student, moscow(2026, 9, 1)) == next_year
    assert current_course(student, moscow(2024, 9, 1)) == course


def test_a_person_without_a_course_has_no_home(stranger: User) -> None:
    assert current_course(stranger, moscow(2025, 9, 1)) is None
