"""Theme and language: kept without scripts, back on the same page."""

import re

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_theme_is_kept_and_worn_and_the_reader_stays_on_the_page(client: Client) -> None:
    answer = client.post("/preferences/theme/", {"theme": "dark", "next": "/accounts/login/?next=/x/"})
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/x/"
    assert answer.cookies["theme"]["httponly"]
    assert 'data-bs-theme="dark"' in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("theme", ["", "pink", '"><script>'])
def test_an_unknown_theme_changes_nothing(client: Client, theme: str) -> None:
    answer = client.post("/preferences/theme/", {"theme": theme})
    assert "theme" not in answer.cookies
    client.cookies["theme"] = theme
    assert 'data-bs-theme="auto"' in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""]
)
def test_the_way_back_never_leaves_the_portal(client: Client, target: str) -> None:
    assert client.post("/preferences/theme/", {"theme": "dark", "next": target})["Location"] == "/"


def test_a_theme_is_set_by_a_form_only(client: Client) -> None:
    assert client.get("/preferences/theme/").status_code == 405


def test_language_follows_the_browser_and_the_switch_wins(client: Client) -> None:
    page = client.get("/accounts/login/", headers={"accept-language": "ru"}).content.decode()
    assert '<html lang="ru"' in page
    client.post("/i18n/setlang/", {"language": "en", "next": "/accounts/login/"})
    page = client.get("/accounts/login/", headers={"accept-language": "ru"}).content.decode()
    assert '<html lang="en"' in page


def test_a_form_as_browsers_send_it_gets_through_with_its_key(db: None) -> None:
    browser = Client(enforce_csrf_checks=True)
    page = browser.get("/accounts/login/").content.decode()
    key = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert key is not None
    answer = browser.post(
        "/preferences/theme/",
        f"csrfmiddlewaretoken={key[1]}&theme=dark",
        content_type="application/x-www-form-urlencoded",
    )
    assert (answer.status_code, answer.cookies["theme"].value) == (302, "dark")
