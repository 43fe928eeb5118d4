"""The calendar feeds: whose classes and exams stand in them, and what changes when one is moved."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from courseportal.calendar.feeds import course_feed, personal_feed
from courseportal.calendar.writing import ics
from people.models import User
from schedule.models import Course, Enrolment, Exam, Material, StudyGroup
from tests.courseportal.calendars import (
    REVISION,
    calendar_of,
    changed,
    deadline,
    events,
    read,
    sequence,
    text,
)
from tests.factories import (
    make_activity,
    make_assignment,
    make_class,
    make_course,
    make_enrolment,
    make_exam,
    make_extension_rule,
    make_personal_date,
    make_proof,
    make_request,
    make_submission,
    make_user,
    moscow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

NOW = moscow(2025, 9, 20, 12)


def test_a_class_has_its_hours_room_materials_and_page(course: Course, student: User) -> None:
    meeting = make_class(
        course=course, number="03", title="GPUs", room="P-13", starts_at=moscow(2025, 9, 9, 10, 30)
    )
    Material.objects.create(
        class_meeting=meeting, position=1, title="Slides", url="https://example.org/s.pdf"
    )

    event = calendar_of(student, NOW)[f"class-{meeting.pk}"]

    assert event["SUMMARY"] == f"Lecture 03: GPUs · {course.short_title}"
    assert event["LOCATION"] == "P-13"
    assert (event.start, event.end) == (meeting.starts_at, meeting.ends_at)
    assert event["DTSTART"].params["TZID"] == "Europe/Moscow"
    assert "– Slides: https://example.org/s.pdf" in str(event["DESCRIPTION"])
    assert str(event["URL"]).endswith(f"/courses/{course.slug}/schedule/#w2")
    assert (event["STATUS"], event["TRANSP"]) == ("CONFIRMED", "OPAQUE")


def test_a_class_whose_hours_are_not_known_takes_its_day(course: Course, student: User) -> None:
    meeting = make_class(
        course=course, starts_at=moscow(2025, 9, 9), ends_at=moscow(2025, 9, 9, 23, 59, 59), number="1"
    )

    event = calendar_of(student, NOW)[f"class-{meeting.pk}"]

    assert (event.start, event.end) == (date(2025, 9, 9), date(2025, 9, 10))
    assert "The time is not known yet." in text(event)


def test_a_moved_class_keeps_its_name_and_only_its_hours_change(course: Course, student: User) -> None:
    meeting, other = make_class(course=course), make_class(course=course)
    before = calendar_of(student, NOW)
    meeting.starts_at += timedelta(hours=2)
    meeting.ends_at += timedelta(hours=2)
    meeting.save()

    after = calendar_of(student, NOW)

    name = f"class-{meeting.pk}"
    assert changed(before[name], after[name]) == {"DTSTART", "DTEND"} | REVISION
    assert sequence(after[name]) > sequence(before[name])
    assert after[name].start == meeting.starts_at
    assert changed(before[f"class-{other.pk}"], after[f"class-{other.pk}"]) == set()


def test_a_cancelled_class_stays_and_says_so(course: Course, student: User) -> None:
    meeting = make_class(course=course, number="4", title="GPUs")
    before = calendar_of(student, NOW)
    meeting.cancelled_at, meeting.cancelled_why = NOW, "The lecturer is ill"
    meeting.save()

    after = calendar_of(student, NOW)

    name = f"class-{meeting.pk}"
    assert changed(before[name], after[name]) == {"STATUS", "SUMMARY", "DESCRIPTION", "TRANSP"} | REVISION
    assert (after[name]["STATUS"], after[name]["TRANSP"]) == ("CANCELLED", "TRANSPARENT")
    assert str(after[name]["SUMMARY"]).startswith("Cancelled: Lecture 4: GPUs")
    assert "Cancelled: The lecturer is ill" in text(after[name])


def test_a_material_that_comes_and_goes_is_a_change_of_its_class(course: Course, student: User) -> None:
    meeting = make_class(course=course)
    name = f"class-{meeting.pk}"
    first = calendar_of(student, NOW)[name]
    material = Material.objects.create(class_meeting=meeting, position=1, title="Slides")
    second = calendar_of(student, NOW)[name]
    material.delete()

    third = calendar_of(student, NOW)[name]

    assert changed(first, second) == {"DESCRIPTION"} | REVISION
    assert changed(first, third) == REVISION
    assert sequence(first) < sequence(second) < sequence(third)


def test_the_exam_is_its_days_then_its_hour(course: Course, student: User) -> None:
    exam = make_exam(course=course, not_before_on=date(2025, 12, 16), not_after_on=date(2025, 12, 31))
    name = f"exam-{exam.pk}"
    before = calendar_of(student, NOW)[name]
    assert (before.start, before.end) == (date(2025, 12, 16), date(2026, 1, 1))
    assert (before["STATUS"], before["TRANSP"]) == ("TENTATIVE", "TRANSPARENT")

    Exam.objects.update(starts_at=moscow(2025, 12, 20, 10), room="P-1", format="A talk, twenty minutes.")
    after = calendar_of(student, NOW)[name]

    assert after.start == moscow(2025, 12, 20, 10)
    assert "DTEND" not in after
    assert (after["STATUS"], after["TRANSP"], after["LOCATION"]) == ("CONFIRMED", "OPAQUE", "P-1")
    assert "A talk, twenty minutes." in text(after)
    assert sequence(after) > sequence(before)


def test_staff_have_the_classes_they_teach_and_no_deadlines(course: Course, assistant: User) -> None:
    make_assignment(course=course)
    meeting, exam = make_class(course=course), make_exam(course=course)
    make_class()  # of another course

    assert calendar_of(assistant, NOW).keys() == {f"class-{meeting.pk}", f"exam-{exam.pk}"}


def test_who_teaches_and_studies_has_both_once(course: Course, group: StudyGroup, assistant: User) -> None:
    make_enrolment(person=assistant, group=group)
    assignment, meeting = make_assignment(course=course), make_class(course=course)

    assert calendar_of(assistant, NOW).keys() == {f"class-{meeting.pk}", deadline(assignment, assistant)}


def test_a_course_that_was_left_is_gone_and_one_long_over_too(course: Course, student: User) -> None:
    make_class(course=course)
    make_assignment(course=course)
    assert len(calendar_of(student, NOW)) == 2
    assert calendar_of(student, moscow(2026, 12, 31, 12)) != {}
    assert calendar_of(student, moscow(2027, 1, 2, 12)) == {}
    Enrolment.objects.filter(person=student).update(left_at=NOW)

    assert calendar_of(student, NOW) == {}


def test_a_superuser_who_takes_part_in_nothing_has_an_empty_calendar(course: Course) -> None:
    make_class(course=course)

    assert calendar_of(make_user(is_superuser=True), NOW) == {}


def test_several_courses_each_in_its_own_zone(course: Course, student: User) -> None:
    other = make_course(slug="vladivostok", time_zone="Asia/Vladivostok", short_title="Far")
    make_enrolment(person=student, course=other)
    near, far = make_class(course=course), make_class(course=other)

    found = calendar_of(student, NOW)

    assert found[f"class-{near.pk}"]["DTSTART"].params["TZID"] == "Europe/Moscow"
    assert found[f"class-{far.pk}"]["DTSTART"].params["TZID"] == "Asia/Vladivostok"
    assert found[f"class-{far.pk}"].start == found[f"class-{near.pk}"].start
    assert str(found[f"class-{far.pk}"]["SUMMARY"]).endswith("· Far")


def test_the_courses_feed_has_nobodys_deadlines(course: Course) -> None:
    make_assignment(course=course)
    meeting = make_class(course=course)

    calendar = read(ics(course_feed(course)))

    assert events(calendar).keys() == {f"class-{meeting.pk}"}
    assert str(calendar["X-WR-CALNAME"]) == f"{course.short_title}: classes"


def test_a_course_without_classes_and_nobodys_calendar_are_calendars(course: Course, stranger: User) -> None:
    assert events(read(ics(course_feed(course)))) == {}
    assert calendar_of(stranger, NOW) == {}


def test_russian(course: Course, student: User) -> None:
    meeting = make_class(course=course, number="3", title="GPU")
    assignment = make_assignment(course=course, title="CUDA")
    with override("ru"):
        found = calendar_of(student, NOW)

    assert str(found[f"class-{meeting.pk}"]["SUMMARY"]).startswith("Лекция 3: GPU")
    assert str(found[deadline(assignment, student)]["SUMMARY"]).startswith(
        "№\N{NO-BREAK SPACE}1, срок сдачи: CUDA"
    )
    assert "Срок: 30 сентября 2025, 23:59:59 МСК." in text(found[deadline(assignment, student)])


@pytest.mark.parametrize("rows", [1, 30])
def test_statements_do_not_grow(
    course: Course,
    student: User,
    group: StudyGroup,
    rows: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_extension_rule(course=course)
    make_exam(course=course)
    make_activity(course=course)
    assignments = [make_assignment(course=course) for _row in range(rows)]
    for assignment in assignments:
        meeting = make_class(course=course)
        Material.objects.create(class_meeting=meeting, position=1, title="Slides")
        make_personal_date(assignment=assignment, student=student)
        make_submission(assignment=assignment, student=student)
        earn_nothing = make_proof(group=group, activity=course.activities.get(), people=[make_user()])
        assert earn_nothing.pk
    make_request(group=group, assignments=assignments)

    with django_assert_num_queries(17):
        personal_feed(student, NOW)
    with django_assert_num_queries(5):
        course_feed(course)
