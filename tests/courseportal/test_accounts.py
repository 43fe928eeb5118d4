"""Accounts stand under the address that the roster gave them."""

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from people.models import User


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
