"""Accounts stand under the address that the roster gave them."""

import re

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from people.models import User
from tests.factories import PASSWORD


@pytest.mark.parametrize("action", ["action_add", "action_primary"])
def test_nobody_gives_themselves_the_address_of_somebody_who_is_yet_to_come(
    client: Client, student: User, action: str
) -> None:
    client.force_login(student)
    answer = client.post("/accounts/email/", {action: "", "email": "next-ta@example.org"})
    student.refresh_from_db()
    assert (answer.status_code, student.email) == (404, "student@example.org")


def test_the_page_of_addresses_is_not_there(client: Client, student: User) -> None:
    client.force_login(student)
    assert client.get("/accounts/email/").status_code == 404


@pytest.mark.parametrize("path", ["/accounts/login/code/", "/accounts/password/reset/"])
@pytest.mark.parametrize(("language", "said"), [("en", "ask the staff"), ("ru", "преподавателей")])
def test_an_address_nobody_has_is_told_where_accounts_come_from(
    client: Client, db: None, path: str, language: str, said: str
) -> None:
    client.post(path, {"email": "nobody@example.org"}, headers={"accept-language": language})
    (letter,) = mail.outbox
    assert said in letter.body
    assert "signup" not in letter.body


@pytest.mark.parametrize("path", ["/accounts/login/code/", "/accounts/password/reset/"])
@pytest.mark.parametrize("email", ["student@example.org", "nobody@example.org"])
def test_a_mail_server_that_is_away_is_told_and_tells_nothing_of_who_has_an_account(
    settings: Settings, student: User, path: str, email: str
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    visitor = Client(raise_request_exception=False, headers={"accept-language": "en"})
    answer = visitor.post(path, {"email": email})
    assert answer.status_code == 503
    assert "try again in a minute" in answer.content.decode()


@pytest.mark.parametrize(("language", "said"), [("en", "sign-in code"), ("ru", "код для входа")])
def test_a_code_comes_as_text_and_as_html_and_lets_in(
    client: Client, student: User, language: str, said: str
) -> None:
    client.post("/accounts/login/code/", {"email": student.email}, headers={"accept-language": language})
    (letter,) = mail.outbox
    assert isinstance(letter, mail.EmailMultiAlternatives)
    code = letter.subject.rpartition(" ")[2]
    html = str(letter.alternatives[0][0])
    assert said in letter.subject and code in letter.body and code in html
    assert f'lang="{language}"' in html and "<script" not in html
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"
    answer = client.post("/accounts/login/code/confirm/", {"code": code})
    assert (answer.status_code, client.session.get("_auth_user_id")) == (302, str(student.pk))


def test_a_link_for_a_new_password_is_of_the_portals_own_address(client: Client, student: User) -> None:
    client.post("/accounts/password/reset/", {"email": student.email}, headers={"host": "127.0.0.1"})
    (letter,) = mail.outbox
    found = re.search(r"http://localhost:8000(/accounts/password/reset/key/\S+)", str(letter.body))
    assert found is not None and "127.0.0.1" not in letter.body
    assert "Your new password" in client.get(found[1], follow=True).text


def test_what_happens_to_an_account_is_told_even_with_the_mail_server_away(
    client: Client, settings: Settings, student: User
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    client.force_login(student)
    new = "another horse battery staple"
    typed = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    answer = client.post("/accounts/password/change/", typed, headers={"user-agent": "Firefox\r\nX: y"})
    assert answer.status_code == 302
    student.refresh_from_db()
    assert student.check_password(new)
    (message,) = student.messages.all()
    assert (message.kind, message.facts["what"], message.zone) == (
        "account",
        "password_changed",
        "Europe/Moscow",
    )
    assert "your password was changed" in client.get("/notices/", headers={"accept-language": "en"}).text
