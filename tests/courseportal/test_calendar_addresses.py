"""Who reads which calendar: every address below calendar/ for every kind of person, and what ends it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from pytest_django import Settings

from courseportal.calendar.addresses import course_address, course_token, personal_address
from courseportal.calendar.page import CalendarAddress
from people.actions.calendar_address import calendar_secret
from people.models import FeedSecret, User
from schedule.models import Course, Enrolment, Role, StudyGroup
from tests.courseportal.calendars import deadline, events, read
from tests.factories import (
    make_assignment,
    make_class,
    make_course,
    make_enrolment,
    make_group,
    make_user,
    moscow,
)

pytestmark = pytest.mark.django_db

NOW = moscow(2025, 9, 20, 12)
SIGNED_OUT = frozenset({"anonymous", "disabled"})
IN_COURSE = frozenset({"student", "representative", "student of another group", "TA", "lecturer", "own TA"})
OUTSIDE = frozenset({"student of another course", "foreign TA", "stranger", "former student"})
EVERYBODY = SIGNED_OUT | IN_COURSE | OUTSIDE | {"superuser"}

PAGES = {
    "page": ("get", "/calendar/", 200),
    "new_address": ("post", "/calendar/new-address/", 302),
    "language": ("post", "/calendar/language/", 302),
    "download": ("get", "/calendar/download/", 200),
}
"""What signed-in people open, each their own: the method, the address, the answer."""

FEEDS = frozenset({"personal", "course"})
"""What whoever has the address opens, signed in or not."""


@pytest.fixture(autouse=True)
def _autumn() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def people(course: Course, group: StudyGroup) -> dict[str, User | None]:
    """One of each kind; None for a visitor."""
    other, foreign = make_group(course=course), make_course(slug="other")
    found: dict[str, User | None] = {kind: make_user() for kind in EVERYBODY - {"anonymous", "superuser"}}
    found |= {"anonymous": None, "superuser": make_user(is_superuser=True)}
    for kind, place, role in (
        ("student", group, Role.STUDENT),
        ("own TA", group, Role.STUDENT),
        ("disabled", group, Role.STUDENT),
        ("representative", group, Role.REPRESENTATIVE),
        ("student of another group", other, Role.STUDENT),
        ("student of another course", make_group(course=foreign), Role.STUDENT),
    ):
        make_enrolment(person=found[kind], group=place, role=role)
    for kind, at, role in (
        ("TA", course, Role.ASSISTANT),
        ("own TA", course, Role.ASSISTANT),
        ("lecturer", course, Role.LECTURER),
        ("foreign TA", foreign, Role.ASSISTANT),
    ):
        make_enrolment(person=found[kind], course=at, role=role)
    make_enrolment(person=found["former student"], group=group, left_at=NOW)
    for person in found.values():
        if person is not None:
            calendar_secret(person=person, language="en", now=NOW)
    User.objects.filter(pk=found["disabled"].pk if found["disabled"] else 0).update(is_active=False)
    return found


def path(address: str) -> str:
    """Without the host, as the test client asks."""
    return re.sub(r"^https?://[^/]+", "", address)


def feed_of(person: User) -> FeedSecret:
    return FeedSecret.objects.get(person=person)


def test_every_address_of_the_calendar_is_in_the_table() -> None:
    _prefix, resolver = get_resolver().namespace_dict["calendar"]
    names = {name for name in resolver.reverse_dict if isinstance(name, str)}
    assert names == PAGES.keys() | FEEDS


@pytest.mark.parametrize("kind", sorted(EVERYBODY))
def test_pages_are_for_those_who_are_signed_in(
    client: Client, people: dict[str, User | None], kind: str
) -> None:
    person = people[kind]
    if person is not None:
        client.force_login(person)
    for method, address, status in PAGES.values():
        answer = getattr(client, method)(address, {"language": "ru"})
        if kind in SIGNED_OUT:
            assert answer["Location"].startswith("/accounts/login/"), address
        else:
            assert answer.status_code == status, address
        wrong = client.get(address) if method == "post" else client.post(address)
        assert wrong.status_code == 405, address


@pytest.mark.parametrize("kind", sorted(EVERYBODY - {"anonymous"}))
def test_whose_address_opens_which_calendar(
    client: Client, course: Course, people: dict[str, User | None], kind: str
) -> None:
    person = people[kind]
    assert person is not None
    meeting, assignment = make_class(course=course), make_assignment(course=course)
    own = client.get(path(personal_address(feed_of(person))))
    shared = client.get(path(course_address(feed_of(person), course)))

    assert shared.status_code == (200 if kind in IN_COURSE | {"superuser"} else 404)
    assert own.status_code == (404 if kind == "disabled" else 200)
    if own.status_code == 200:
        names = set(events(read(own.content)))
        assert (f"class-{meeting.pk}" in names) == (kind in IN_COURSE)
        studies = kind in IN_COURSE - {"TA", "lecturer"}
        assert {name for name in names if "deadline" in name} == (
            {deadline(assignment, person)} if studies else set()
        )
    if shared.status_code == 200:
        assert set(events(read(shared.content))) == {f"class-{meeting.pk}"}


def test_only_reading_is_offered(client: Client, course: Course, student: User) -> None:
    feed = calendar_secret(person=student, language="en", now=NOW)
    for address in (personal_address(feed), course_address(feed, course)):
        assert client.post(path(address)).status_code == 405
        head = client.head(path(address))
        assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize(
    "secret", ["", "x", "A" * 43, "A" * 5000, "%00", "..%2f..", "кот", "-" * 43, "' OR 1=1 --"]
)
def test_a_secret_that_nobody_has_is_404(client: Client, course: Course, student: User, secret: str) -> None:
    calendar_secret(person=student, language="en", now=NOW)
    for tail in (f"{secret}.ics", f"courses/{course.slug}/1-{secret}.ics", f"courses/{secret}/1-x.ics"):
        assert client.get(f"/calendar/{tail}").status_code == 404, tail


def test_a_courses_address_fits_its_course_and_its_person_alone(
    client: Client, course: Course, student: User, group_mate: User
) -> None:
    feed = calendar_secret(person=student, language="en", now=NOW)
    mates = calendar_secret(person=group_mate, language="en", now=NOW)
    other = make_course(slug="second")
    make_enrolment(person=student, course=other)
    token = course_token(feed, course)

    assert client.get(f"/calendar/courses/effdl/{feed.pk}-{token}.ics").status_code == 200
    for slug, number in (("second", feed.pk), ("effdl", mates.pk), ("effdl", 10**30), ("none", feed.pk)):
        assert client.get(f"/calendar/courses/{slug}/{number}-{token}.ics").status_code == 404
    assert feed.secret not in course_address(feed, course)
    assert client.get(f"/calendar/{token}.ics").status_code == 404


def test_a_new_address_ends_the_old_ones_at_once(client: Client, course: Course, student: User) -> None:
    client.force_login(student)
    client.get("/calendar/")
    old = feed_of(student)
    addresses = [path(personal_address(old)), path(course_address(old, course))]
    assert [client.get(one).status_code for one in addresses] == [200, 200]

    page = client.post("/calendar/new-address/", follow=True)

    new = feed_of(student)
    assert [client.get(one).status_code for one in addresses] == [404, 404]
    assert client.get(path(personal_address(new))).status_code == 200
    assert (new.pk, new.language) == (old.pk, old.language) and new.secret != old.secret
    assert personal_address(new) in page.content.decode() and old.secret not in page.content.decode()


def test_a_second_visit_shows_the_same_address(client: Client, student: User, group_mate: User) -> None:
    secrets = []
    for person in (student, student, group_mate):
        client.force_login(person)
        answer = client.get("/calendar/")
        assert answer["Cache-Control"] == "private, no-store"
        secrets.append(re.findall(r"/calendar/([\w-]{43})\.ics", answer.content.decode())[0])
    assert secrets[0] == secrets[1] != secrets[2]


def test_who_leaves_the_course_loses_its_events_and_its_address(
    client: Client, course: Course, student: User
) -> None:
    make_class(course=course)
    feed = calendar_secret(person=student, language="en", now=NOW)
    own, shared = path(personal_address(feed)), path(course_address(feed, course))
    assert len(events(read(client.get(own).content))) == 1
    Enrolment.objects.filter(person=student).update(left_at=NOW)

    assert events(read(client.get(own).content)) == {}
    assert client.get(shared).status_code == 404


def test_a_program_that_has_it_is_told_so_until_something_changes(
    client: Client, course: Course, student: User
) -> None:
    meeting = make_class(course=course)
    address = path(personal_address(calendar_secret(person=student, language="en", now=NOW)))
    first = client.get(address)
    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    assert first["Cache-Control"] == "private, no-cache"
    assert (first["X-Robots-Tag"], first["Content-Language"]) == ("noindex", "en")
    assert "Last-Modified" not in first

    with time_machine.travel(NOW.replace(day=25)):
        second = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (second.status_code, second.content, second["ETag"]) == (304, b"", first["ETag"])
    meeting.room = "P-14"
    meeting.save()
    third = client.get(address, headers={"if-none-match": first["ETag"]})
    assert third.status_code == 200 and third["ETag"] != first["ETag"]


def test_the_language_is_the_persons_else_that_of_the_page(
    client: Client, course: Course, student: User
) -> None:
    make_class(course=course, number="3", title="GPU")
    client.force_login(student)
    client.get("/calendar/", headers={"accept-language": "ru"})
    address = path(personal_address(feed_of(student)))

    def title() -> str:
        answer = client.get(address, headers={"accept-language": "en"})
        (event,) = events(read(answer.content)).values()
        return f"{answer['Content-Language']} {str(event['SUMMARY']).split(' ', maxsplit=1)[0]}"

    assert title() == "ru Лекция"
    client.post("/calendar/language/", {"language": "en"})
    assert title() == "en Lecture"
    client.post("/calendar/language/", {"language": "tlh"})
    assert title() == "en Lecture"
    User.objects.filter(pk=student.pk).update(language="ru")
    assert title() == "ru Лекция"
    assert "/preferences/" in (page := client.get("/calendar/").content.decode())
    assert "/calendar/language/" not in page


def test_the_file_to_download(client: Client, course: Course, student: User) -> None:
    make_class(course=course)
    client.force_login(student)
    answer = client.get("/calendar/download/")
    assert answer["Content-Disposition"] == 'attachment; filename="calendar.ics"'
    assert answer["Cache-Control"] == "private, no-store"
    assert len(events(read(answer.content))) == 1


def test_a_course_without_a_zone_takes_no_event_away(
    client: Client, course: Course, student: User, caplog: pytest.LogCaptureFixture
) -> None:
    address = path(personal_address(calendar_secret(person=student, language="en", now=NOW)))
    Course.objects.filter(pk=course.pk).update(time_zone="Mars/Olympus")

    answer = client.get(address)

    assert (answer.status_code, answer["Retry-After"]) == (503, "3600")
    assert "course effdl has the time zone 'Mars/Olympus'" in caplog.text


def test_the_page_offers_each_course_and_says_when_nobody_else_can_read(
    client: Client, course: Course, student: User, settings: Settings
) -> None:
    client.force_login(student)
    settings.PORTAL_BASE_URL = "https://portal.example.org"
    page = client.get("/calendar/", headers={"accept-language": "en"}).content.decode()
    feed = feed_of(student)
    assert f'value="https://portal.example.org/calendar/{feed.secret}.ics"' in page
    assert f'href="webcal://portal.example.org/calendar/{feed.secret}.ics"' in page
    assert course_address(feed, course) in page
    assert "on this device alone" not in page
    settings.PORTAL_BASE_URL = "http://127.0.0.1:8000"
    page = client.get("/calendar/", headers={"accept-language": "en"}).content.decode()
    assert "on this device alone" in page and 'href="webcal://127.0.0.1:8000/' in page
    assert CalendarAddress("http://a.example/x").program_url == "webcal://a.example/x"


def test_who_teaches_reads_of_classes_alone(
    client: Client, course: Course, student: User, assistant: User
) -> None:
    said = {}
    for person in (student, assistant):
        client.force_login(person)
        said[person] = client.get("/calendar/", headers={"accept-language": "en"}).content.decode()
    assert "The deadlines that hold for you" in said[student]
    assert "deadline" not in said[assistant] and "Your classes, in the calendar" in said[assistant]
    assert course_address(feed_of(assistant), course) in said[assistant]


def test_the_page_takes_as_many_statements_for_many_courses(client: Client, student: User) -> None:
    client.force_login(student)
    client.get("/calendar/")
    taken = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as captured:
            client.get("/calendar/")
        taken.append(len(captured))
        for _row in range(5):
            make_enrolment(person=student, course=make_course(scheme=False))
    assert taken[0] == taken[1] <= 8
