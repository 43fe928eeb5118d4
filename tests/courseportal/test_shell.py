"""The frame of every page: its tabs, its menu, and that no link leads nowhere."""

import re
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from people.models import User
from schedule.models import Course
from tests.factories import make_assignment, make_course, make_enrolment, moscow

PAGES = ["schedule/", "about/", "assignments/", "assignments/1/", "grades/"]


def frame(client: Client, who: User, address: str) -> str:
    """The page as that person gets it, in English."""
    client.force_login(who)
    answer = client.get(address, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("tail", PAGES)
def test_no_link_of_a_students_page_leads_nowhere(
    client: Client, course: Course, student: User, tail: str
) -> None:
    make_assignment(course=course, number=1)
    page = frame(client, student, f"/courses/{course.slug}/{tail}")
    links = set(re.findall(r'href="(/(?!static/)[^"#]*)"', page))
    assert len(links) >= 4
    for link in links:
        assert client.get(link).status_code in (200, 302), link


@pytest.mark.parametrize(
    ("tail", "tab"),
    [
        ("schedule/", "Schedule"),
        ("assignments/", "Assignments"),
        ("assignments/1/", "Assignments"),
        ("grades/", "Grades"),
    ],
)
def test_the_open_part_is_marked_among_the_tabs(
    client: Client, course: Course, student: User, tail: str, tab: str
) -> None:
    make_assignment(course=course, number=1)
    page = frame(client, student, f"/courses/{course.slug}/{tail}")
    marked = re.findall(r'<li><a href="[^"]*" aria-current="page">(.*?)</a></li>', page, re.DOTALL)
    assert [re.sub(r"<[^>]+>", "", one).strip() for one in marked] == [tab]


def test_who_teaches_finds_the_administration_and_no_grades_of_their_own(
    client: Client, course: Course, assistant: User, student: User
) -> None:
    page = frame(client, assistant, f"/courses/{course.slug}/schedule/")
    assert 'href="/admin/"' in page
    assert f'href="/courses/{course.slug}/grades/"' not in page
    assert 'href="/admin/"' not in frame(client, student, f"/courses/{course.slug}/schedule/")


def test_somebody_in_two_courses_finds_the_other_one_in_the_menu(
    client: Client, course: Course, assistant: User
) -> None:
    other = make_course(slug="other", short_title="Another course")
    make_enrolment(person=assistant, course=other, group=None, role="assistant")
    page = frame(client, assistant, f"/courses/{course.slug}/schedule/")
    assert 'href="/courses/other/schedule/"' in page
    assert page.count(course.short_title) >= 1


@time_machine.travel(moscow(2025, 10, 1, 12))
def test_pages_of_no_course_wear_the_frame_of_the_course_that_is_going_on(
    client: Client, course: Course, assistant: User
) -> None:
    coming = make_course(slug="coming", starts_on=date(2026, 9, 1), ends_on=date(2026, 12, 31))
    make_enrolment(person=assistant, course=coming, group=None, role="assistant")
    page = frame(client, assistant, "/accounts/password/change/")
    assert f'href="/courses/{course.slug}/assignments/"' in page


def test_the_frame_asks_for_the_readers_courses_once(client: Client, course: Course, student: User) -> None:
    client.force_login(student)
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/courses/{course.slug}/about/")
    asked = [query["sql"] for query in queries if "schedule_enrolment" in query["sql"]]
    assert len(asked) == 2  # whether the page may be seen, and the frame's own
