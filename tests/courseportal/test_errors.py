"""What pages say when something is wrong."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path
from pytest_django import DjangoAssertNumQueries, Settings

from courseportal import errors
from courseportal.urls import urlpatterns as portal_urls
from people.actions.outbox import write
from people.models import Message, User
from schedule.actions.announcements import publish
from schedule.actions.telling import remember_schedule, tell_schedule
from schedule.models import ClassMeeting, Course, Enrolment
from tests.factories import make_class, make_user, moscow


def broken(request: HttpRequest) -> HttpResponse:
    """Stands for a view with a fault."""
    raise RuntimeError("secret detail")


def refused(request: HttpRequest) -> HttpResponse:
    """Stands for a view that refuses."""
    raise PermissionDenied


def suspicious(request: HttpRequest) -> HttpResponse:
    """Stands for a view that got something impossible."""
    raise SuspiciousOperation


urlpatterns = [
    *portal_urls,
    path("broken/", broken),
    path("refused/", refused),
    path("suspicious/", suspicious),
]
handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error


@pytest.fixture
def visitor(settings: Settings) -> Client:
    """A visitor of the portal with three more addresses, who sees what a browser would."""
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False, headers={"accept-language": "en"})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("/suspicious/", 400, "Nothing was changed"),
        ("/refused/", 403, "Your account may not do this"),
        ("/nowhere/", 404, "not yours to see"),
        ("/broken/", 500, "What you handed in before is safe"),
    ],
)
def test_each_error_has_a_page_that_says_what_is_safe(
    visitor: Client, address: str, status: int, says: str
) -> None:
    answer = visitor.get(address)
    assert answer.status_code == status
    page = answer.content.decode()
    assert says in page
    assert f'<p class="ecode">{status}</p>' in page
    assert "secret detail" not in page


@pytest.mark.django_db
def test_where_a_notice_led_to_what_is_gone_its_words_are_told_again(
    visitor: Client, course: Course, student: User, group_mate: User, lecturer: User
) -> None:
    now = moscow(2025, 9, 20, 12)
    row = publish(course=course, group=None, title="The map", body="b", by=lecturer, now=now)
    address = f"/courses/{course.slug}/announcements/{row.pk}/"
    row.delete()
    visitor.force_login(student)
    (message,) = Message.objects.filter(person=student)
    answer = visitor.get(f"/notices/{message.pk}/", follow=True)
    assert (answer.status_code, answer.request["PATH_INFO"]) == (404, address)
    assert "not there any more" in answer.text and "The map" in answer.text
    assert "The map" not in visitor.get(f"/courses/{course.slug}/announcements/0/").text
    Enrolment.objects.filter(person=student).update(left_at=now)
    page = visitor.get(address).text
    assert "no longer take part" in page and "The map" in page
    assert "no longer take part" in visitor.get(f"/courses/{course.slug}/schedule/").text
    visitor.force_login(make_user())
    assert "take part" not in visitor.get(address).text
    facts = {"since": now.isoformat(), "until": now.isoformat(), "courses": []}
    write(kind="outage", to=[student.pk], key="k", facts=facts, zone="UTC", now=now)
    visitor.force_login(student)  # who does not teach any more
    assert "The portal sent nothing from" in visitor.get("/admin/people/message/").text


@pytest.mark.django_db
def test_a_notice_of_a_class_that_is_gone_says_on_the_schedule_that_it_changed(
    visitor: Client, course: Course, student: User, time_machine: Any
) -> None:
    now = moscow(2025, 9, 20, 12)
    time_machine.move_to(now)
    meeting = make_class(course=course, starts_at=now + timedelta(days=2))
    remember_schedule(course=course, now=now)
    ClassMeeting.objects.update(room="П-14")
    tell_schedule(course=course, now=now)
    visitor.force_login(student)
    (message,) = Message.objects.filter(person=student)
    said = "changed again since you were told"
    assert said not in visitor.get(f"/notices/{message.pk}/", follow=True).text
    meeting.delete()
    answer = visitor.get(f"/notices/{message.pk}/", follow=True)
    assert answer.status_code == 200 and said in answer.text


@pytest.mark.django_db
def test_a_form_without_its_key_is_told_what_helps(settings: Settings) -> None:
    answer = Client(enforce_csrf_checks=True).post("/preferences/theme/", {"theme": "dark"})
    assert answer.status_code == 403
    assert "The page was open for too long." in answer.content.decode()


def request_of(path: str = "/courses/c/assignments/1/") -> HttpRequest:
    """A request as the outermost middleware has it: no session, no resolver match."""
    return RequestFactory().post(path, headers={"accept-language": "en"})


def test_too_large_names_both_sizes_before_anything_was_read() -> None:
    answer = errors.too_large(request_of(), sent=40_055_603, limit=20 * 1024**2)
    assert answer.status_code == 413
    page = answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "They came to 38.2 MB together; the limit is 20 MB." in page
    assert 'href="/courses/c/assignments/1/"' in page


def test_the_pages_for_a_broken_portal_ask_nothing_of_the_database(
    django_assert_num_queries: DjangoAssertNumQueries, db: None
) -> None:
    with django_assert_num_queries(0):
        assert errors.server_error(request_of()).status_code == 500
        answer = errors.unavailable(request_of())
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "was not taken" in answer.content.decode()


def test_when_even_the_page_is_broken_an_answer_goes_out(settings: Settings) -> None:
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [], "APP_DIRS": False}]
    answer = errors.server_error(request_of())
    assert answer.status_code == 500
    assert "Something broke on our side." in answer.content.decode()
    assert "Что-то сломалось у нас." in answer.content.decode()
