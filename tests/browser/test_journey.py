"""What a student does in the portal, in a real browser."""

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer


def test_the_sign_in_page_opens(page: Page, live_server: LiveServer) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{live_server.url}/accounts/login/")
    expect(page.get_by_label("Email")).to_be_visible()
    assert errors == []
