"""The schedule page: the programme with the reader's deadlines, marked at today."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from courseportal.schedule_page import schedule_page
from grading.queries.assignments import AssignmentLine
from grading.queries.work import WorkState
from people.kinds import kind_of
from people.models import Message, User
from schedule.actions.telling import remember_schedule, tell_removed
from schedule.messages.classes import class_facts, state_of
from schedule.models import Course
from tests.factories import make_assignment, make_class, make_exam, make_submission, moscow

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def test_deadlines_stand_among_the_classes_of_their_week(course: Course, student: User) -> None:
    make_class(course=course, starts_at=moscow(2025, 9, 30, 10, 30))
    make_assignment(course=course)

    page = schedule_page(course, student, moscow(2025, 10, 1, 12))

    week = next(week for week in page.weeks if week.place == "this")
    assert [type(line).__name__ for line in week.lines] == ["ClassEntry", "AssignmentLine"]
    assert page.first_coming == week.week.number == 5


@pytest.mark.parametrize(
    ("hour_of", "state", "price", "then"),
    [
        (moscow(2025, 9, 15), WorkState.AHEAD, 0, 100),
        (moscow(2025, 9, 30, 23, 59, 59), WorkState.OPEN, 0, 100),
        (moscow(2025, 10, 1), WorkState.LATE, 100, 200),
        (moscow(2025, 10, 2), WorkState.LATE, 200, 300),
        (moscow(2025, 11, 1), WorkState.LATE, 1000, None),
    ],
)
def test_a_deadline_says_what_handing_in_costs_now_and_then(
    course: Course, student: User, hour_of: object, state: str, price: int, then: int | None
) -> None:
    make_assignment(course=course)

    (entry,) = _due(course, student, hour_of)

    assert (entry.state, entry.price_now) == (state, price)
    assert [step.penalty for step in entry.steps[1:2]] == ([] if then is None else [then])


def test_work_that_is_handed_in_and_a_closed_assignment(course: Course, student: User) -> None:
    done, closed = make_assignment(course=course), make_assignment(course=course)
    make_submission(assignment=done, student=student)
    closed.closes_at = closed.due_at
    closed.save()

    states = [entry.state for entry in _due(course, student, moscow(2025, 10, 1))]

    assert states == [WorkState.WAITING, WorkState.CLOSED]


def _due(course: Course, student: User, now: object) -> list[AssignmentLine]:
    page = schedule_page(course, student, now)  # type: ignore[arg-type]
    return [line for week in page.weeks for line in week.lines if isinstance(line, AssignmentLine)]


def test_a_notice_leads_to_the_line_of_its_class(course: Course, student: User, client: Client) -> None:
    meeting = make_class(course=course)
    later = make_class(course=course, starts_at=moscow(2025, 9, 16))
    several = [class_facts(one, state_of(one) | {"room": "П-13"}) for one in (later, meeting)]
    client.force_login(student)
    for facts in ([several[1]], several):
        link = kind_of("class").write(facts, course.zone).link
        page, _hash, anchor = link.partition("#")
        assert client.get(page).text.count(f'<div id="{anchor}" class="slot') == 1
        assert anchor == f"class-{meeting.pk}"


def test_of_a_class_that_is_removed_a_notice_leads_to_the_schedule(course: Course, student: User) -> None:
    meeting = make_class(course=course)
    remember_schedule(course=course, now=moscow(2025, 10, 1, 12))
    tell_removed(course=course, keys=[meeting.key], now=moscow(2025, 9, 1))
    (message,) = Message.objects.all()
    assert kind_of("class").write([message.facts], course.zone).link == f"/courses/{course.slug}/schedule/"


@pytest.mark.parametrize("rows", [1, 30])
def test_statements_do_not_grow(
    course: Course, student: User, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(rows):
        make_class(course=course)
        make_assignment(course=course)

    with django_assert_num_queries(11):
        schedule_page(course, student, moscow(2025, 10, 1))


@pytest.mark.parametrize("page", ["", "schedule/", "about/"])
def test_pages_of_a_course_are_for_those_who_take_part(
    client: Client, course: Course, student: User, stranger: User, page: str
) -> None:
    make_exam(course=course)
    make_class(course=course)
    address = f"/courses/{course.slug}/{page}"

    assert client.get(address)["Location"].startswith("/accounts/login/")
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    client.force_login(student)
    assert client.get(address, follow=True).status_code == 200
    assert client.post(address).status_code == 405


def test_a_deadline_outside_the_term_is_not_left_out(course: Course, student: User) -> None:
    make_assignment(course=course, due_at=moscow(2026, 2, 10, 23, 59, 59))

    page = schedule_page(course, student, moscow(2026, 2, 9, 12))

    last = page.weeks[-1]
    assert (last.place, last.week.first_on.isoformat()) == ("this", "2026-02-09")
    assert [type(line).__name__ for line in last.lines] == ["AssignmentLine"]
    assert page.week_now is None
    assert page.week_count < last.week.number
