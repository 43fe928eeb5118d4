"""Cookies that hold no session key."""

import pytest
from django.conf import settings
from django.test import Client

from people.models import User


@pytest.mark.parametrize(
    "key", ["\\000" * 9, "12345678 or 1=1", "../../../etc/x", "ключключ".encode().decode("latin-1")]
)
def test_what_is_no_key_is_a_visitor(client: Client, db: None, key: str) -> None:
    answer = client.get("/", headers={"cookie": f'{settings.SESSION_COOKIE_NAME}="{key}"'})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_a_key_is_still_a_session(client: Client, student: User) -> None:
    client.force_login(student)
    assert client.get("/").status_code == 200
