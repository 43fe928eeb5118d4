"""The demo's mailbox as a page: every letter to made-up people, none that could open a real account."""

import re
from datetime import date
from pathlib import Path

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from courseportal.management.commands.serve import line_of
from people.mailbox import BACKEND, EmailBackend, kept_letters
from people.models import User
from tests.factories import make_course, make_enrolment, make_user, moscow

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailbox(settings: Settings, tmp_path: Path) -> Path:
    settings.DEMO, settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = True, BACKEND, tmp_path / "mailbox"
    return tmp_path / "mailbox"


def send(mailbox: Path, to: str, subject: str = "Your code", html: str = "<p>K7PX</p>") -> str:
    letter = EmailMultiAlternatives(subject, "K7PX", "portal@example.org", [to])
    if html:
        letter.attach_alternative(html, "text/html")
    before = set(mailbox.glob("*.eml"))
    EmailBackend(file_path=mailbox).send_messages([letter])
    (made,) = set(mailbox.glob("*.eml")) - before
    return made.stem


def test_letters_are_listed_and_shown_with_both_parts_and_headers(client: Client, mailbox: Path) -> None:
    make_user(email="nina@example.org", is_demo=True)
    name = send(mailbox, "Nina@Example.org", subject="<b>Your</b> code")
    listed = client.get("/demo/mailbox/").text
    assert "&lt;b&gt;Your&lt;/b&gt; code" in listed and "nina@example.org" in listed
    assert f'href="/demo/mailbox/{name}/"' in listed
    answer = client.get(f"/demo/mailbox/{name}/")
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in answer.text
    assert "K7PX</pre>" in answer.text and "Message-ID" in answer.text
    assert "frame-src 'self'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("signed_in", [True, False])
def test_letters_have_the_times_of_the_course(client: Client, mailbox: Path, signed_in: bool) -> None:
    with time_machine.travel(moscow(2025, 9, 23, 0, 30), tick=False):
        name = send(mailbox, "nina@example.org")
        assert (
            "22\N{NO-BREAK SPACE}Sep, 21:30\N{NO-BREAK SPACE}UTC" in client.get("/demo/mailbox/").text
        )  # no course at all
        enrolment = make_enrolment(course=make_course(starts_on=date(2025, 9, 1)))
        if signed_in:
            client.force_login(enrolment.person)
        pages = [client.get(f"/demo/mailbox/{tail}").text for tail in ("", f"{name}/")]
    assert "23\N{NO-BREAK SPACE}Sep, 00:30\N{NO-BREAK SPACE}MSK" in pages[0]
    assert "23\N{NO-BREAK SPACE}September 2025, 00:30:00\N{NO-BREAK SPACE}MSK" in pages[1]


def test_the_html_part_can_do_nothing(client: Client, mailbox: Path) -> None:
    name = send(mailbox, "nobody@example.org", html="<script>steal()</script>")
    answer = client.get(f"/demo/mailbox/{name}/html/")
    assert answer.text.strip() == "<script>steal()</script>"
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("sandbox ") and "default-src 'none'" in policy
    assert "allow-scripts" not in policy and "allow-same-origin" not in policy
    assert (answer["X-Frame-Options"], answer["X-Content-Type-Options"]) == ("SAMEORIGIN", "nosniff")


def test_a_letter_to_a_real_account_is_shown_to_nobody_else(client: Client, mailbox: Path) -> None:
    real = make_user(email="root@example.org")
    name = send(mailbox, "root@example.org", subject="Reset your password")
    assert "Reset your password" not in client.get("/demo/mailbox/").text
    assert client.get(f"/demo/mailbox/{name}/").status_code == 404
    assert client.get(f"/demo/mailbox/{name}/html/").status_code == 404
    client.force_login(real)
    assert "Reset your password" in client.get("/demo/mailbox/").text
    assert client.get(f"/demo/mailbox/{name}/").status_code == 200


@pytest.mark.parametrize("tail", ["", "{name}/", "{name}/html/"])
def test_outside_the_demo_there_is_no_mailbox(
    client: Client, mailbox: Path, settings: Settings, tail: str
) -> None:
    address = "/demo/mailbox/" + tail.format(name=send(mailbox, "nobody@example.org"))
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 405
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert client.get(address).status_code == 404
    settings.EMAIL_BACKEND, settings.DEMO = BACKEND, False
    assert client.get(address).status_code == 404


def test_a_letter_that_is_not_there(client: Client, mailbox: Path) -> None:
    name = send(mailbox, "nobody@example.org", html="")
    assert client.get("/demo/mailbox/settings/").status_code == 404
    assert client.get(f"/demo/mailbox/{name}/html/").status_code == 404
    assert "<iframe" not in client.get(f"/demo/mailbox/{name}/").text


@pytest.mark.parametrize("letters", [0, 1, 40])
def test_the_list_takes_two_statements_and_goes_on_on_further_pages(
    client: Client, mailbox: Path, letters: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(letters):
        send(mailbox, f"nobody{number}@example.org")
    with django_assert_num_queries(1 + min(letters, 1)):
        page = client.get("/demo/mailbox/").text
    assert len(re.findall(r"<li><a href=\"/demo/mailbox/", page)) == min(letters, 30)
    assert ("?page=2" in page) == (letters > 30)


def test_whoever_asks_for_a_code_in_the_demo_is_led_to_it(client: Client, mailbox: Path) -> None:
    User.objects.create_user("nina@example.org", name="Nina", is_demo=True)
    answer = client.post("/accounts/login/code/", {"email": "nina@example.org"}, follow=True)
    assert 'href="/demo/mailbox/"' in answer.text
    assert "nina@example.org" in client.get("/demo/mailbox/").text


def test_the_console_says_whom_a_letter_is_for_in_the_demo_only(mailbox: Path, settings: Settings) -> None:
    name = send(mailbox, "nina@example.org", subject="Your code")
    (letter,) = kept_letters(mailbox)
    address = f"{settings.PORTAL_BASE_URL}/demo/mailbox/{name}/"
    assert line_of(letter) == f"A letter to nina@example.org: Your code  {address}"
    settings.DEMO = False
    assert line_of(letter) == f"A letter: {mailbox / name}.eml"
