"""The addresses of calendars in a browser: copied with scripts, made anew without."""

from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from people.models import FeedSecret, User
from tests.browser.people import sign_in


def test_an_address_is_copied(browser: Browser, live_server: LiveServer, student: User) -> None:
    context = browser.new_context(locale="en-GB", permissions=["clipboard-read", "clipboard-write"])
    sign_in(context, live_server, student)
    page = context.new_page()
    page.goto(f"{live_server.url}/calendar/")

    page.get_by_role("button", name="Copy").first.click()

    page.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(f"/calendar/{FeedSecret.objects.get(person=student).secret}.ics")
    assert page.get_by_role("status").first.text_content() == "Copied"
    context.close()


def test_without_scripts_addresses_are_made_anew(
    browser: Browser, live_server: LiveServer, student: User
) -> None:
    context = browser.new_context(locale="ru-RU", java_script_enabled=False)
    sign_in(context, live_server, student)
    page = context.new_page()
    page.goto(f"{live_server.url}/calendar/")
    old = page.get_by_label("Его адрес").input_value()
    assert page.get_by_role("button", name="Скопировать").count() == 0

    page.get_by_role("button", name="Сделать новые адреса").click()

    assert page.get_by_text("У вас новые адреса.").is_visible()
    assert page.get_by_label("Его адрес").input_value() != old
    assert page.request.get(old.replace(old.split("/calendar/")[0], live_server.url)).status == 404
    context.close()
