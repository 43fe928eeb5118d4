"""Signing in to the demo with one press."""

from datetime import date

import pytest
from django.test import Client
from pytest_django import Settings

from people.models import User
from schedule.models import Course, Enrolment, Role, StudyGroup

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings: Settings) -> Settings:
    """The demo mode."""
    settings.DEMO = True
    return settings


def enrolled(name: str, role: Role, *, is_demo: bool = True) -> User:
    """A person with that role in the only course."""
    course, _made = Course.objects.get_or_create(
        slug="c",
        defaults={
            "title": "Course",
            "time_zone": "Europe/Moscow",
            "starts_on": date(2025, 9, 1),
            "ends_on": date(2025, 12, 31),
        },
    )
    group, _made = StudyGroup.objects.get_or_create(course=course, name="417")
    person = User.objects.create_user(f"{name.lower()}@example.org", name=name, is_demo=is_demo)
    is_student = role in (Role.STUDENT, Role.REPRESENTATIVE)
    Enrolment.objects.create(person=person, course=course, role=role, group=group if is_student else None)
    return person


def test_one_press_signs_in_and_goes_where_one_was_going(client: Client, demo: Settings) -> None:
    person = enrolled("Vetrova", Role.STUDENT)
    answer = client.post("/demo/sign-in/", {"person": person.pk, "next": "/design/"})
    assert (answer.status_code, answer["Location"]) == (302, "/design/")
    assert client.session["_auth_user_id"] == str(person.pk)


def test_the_sign_in_page_offers_a_few_of_each_role_students_first(client: Client, demo: Settings) -> None:
    enrolled("Lecturer", Role.LECTURER)
    for number in range(5):
        enrolled(f"Student{number}", Role.STUDENT)
    enrolled("Real", Role.STUDENT, is_demo=False)
    page = client.get("/accounts/login/").content.decode()
    assert [name in page for name in ("Student0", "Student2", "Student3", "Real")] == [
        True,
        True,
        False,
        False,
    ]
    assert page.index("Student0") < page.index("Lecturer")


def test_nobody_real_is_signed_in(client: Client, demo: Settings) -> None:
    real = enrolled("Real", Role.STUDENT, is_demo=False)
    assert client.post("/demo/sign-in/", {"person": real.pk}).status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("person", ["", "x", "-1", "9" * 30, "²"])
def test_a_made_up_id_is_not_found(client: Client, demo: Settings, person: str) -> None:
    assert client.post("/demo/sign-in/", {"person": person}).status_code == 404


def test_outside_the_demo_there_is_no_such_door(client: Client) -> None:
    person = enrolled("Vetrova", Role.STUDENT)
    assert client.post("/demo/sign-in/", {"person": person.pk}).status_code == 404
    assert "_auth_user_id" not in client.session
    assert "Vetrova" not in client.get("/accounts/login/").content.decode()


def test_it_is_a_form_not_a_link(client: Client, demo: Settings) -> None:
    assert client.get("/demo/sign-in/").status_code == 405


def test_of_an_older_course_one_student_is_offered(client: Client, demo: Settings) -> None:
    enrolled("Now", Role.STUDENT)
    before = Course.objects.create(
        slug="before",
        title="Before",
        term="autumn 2024",
        time_zone="Europe/Moscow",
        starts_on=date(2024, 9, 1),
        ends_on=date(2024, 12, 31),
    )
    group = StudyGroup.objects.create(course=before, name="417")
    for name in ("Earlier", "Forgotten"):
        person = User.objects.create_user(f"{name.lower()}@example.org", name=name, is_demo=True)
        Enrolment.objects.create(person=person, course=before, role=Role.STUDENT, group=group)
    page = client.get("/accounts/login/").content.decode()
    assert "autumn 2024" in page
    assert page.index("Now") < page.index("Earlier")
    assert "Forgotten" not in page


def test_what_is_wrong_with_a_password_is_told_above_the_people_of_the_demo(
    client: Client, demo: Settings
) -> None:
    person = enrolled("Vetrova", Role.STUDENT)
    fresh = client.get("/accounts/login/").text
    assert fresh.index("Try it as") < fresh.index('name="password"')
    page = client.post("/accounts/login/", {"login": person.email, "password": "wrong"}).text
    assert page.index('class="alert') < page.index('name="password"') < page.index("Try it as")
    assert page.count("Try it as") == 1
