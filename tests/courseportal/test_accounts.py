"""Accounts stand under the address that the roster gave them."""

import pytest
from django.core import mail
from django.test import Client

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
