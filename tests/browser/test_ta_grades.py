"""A TA's way through the queue, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from grading.models import SUBMISSIONS, Review, Submission
from people.models import AuditEntry, User
from people.storage import durable_storage
from schedule.models import Course
from tests.factories import PASSWORD, make_assignment, make_file, make_submission, moscow

NOTEBOOK = b'{"cells": [], "nbformat": 4}'


@pytest.fixture
def works(
    live_server: LiveServer, course: Course, student: User, group_mate: User, assistant: User
) -> list[Submission]:
    """Two works that wait: the older one two days late and with a file, the newer one in time."""
    first = make_assignment(
        course=course, number=1, title="Profiling", due_at=moscow(2025, 9, 18, 23, 59, 59)
    )
    second = make_assignment(course=course, number=2, title="Quantisation")
    late = make_submission(assignment=first, student=student, submitted_at=moscow(2025, 9, 20, 12, 30))
    (kept,) = durable_storage().keep([ContentFile(NOTEBOOK, name="task.ipynb")], under=SUBMISSIONS)
    make_file(submission=late, name="задание.ipynb", size=kept.size, sha256=kept.sha256, path=kept.path)
    return [late, make_submission(assignment=second, student=group_mate)]


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser complains of, a breach of the content policy too; at the end there is nothing."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    yield said
    assert said == []


def sign_in(page: Page, address: str, person: User) -> None:
    page.goto(address)
    page.locator("input[name=login]").fill(person.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(address)


def result(page: Page) -> str:
    return page.locator("[data-part=result]").inner_text()


@pytest.mark.usefixtures("complaints")
def test_a_ta_grades_what_waits(
    page: Page, live_server: LiveServer, works: list[Submission], assistant: User, tmp_path: Path
) -> None:
    late, in_time = works
    sign_in(page, f"{live_server.url}/admin/", assistant)
    page.get_by_role("link", name="2 works wait for points").click()
    page.locator("#result_list tbody a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ветрова Алиса, № 1")

    with page.expect_download() as download:
        page.get_by_role("link", name="задание.ipynb").click()
    assert download.value.suggested_filename == "задание.ipynb"
    assert Path(download.value.path()).read_bytes() == NOTEBOOK

    assert result(page) == "–"
    page.get_by_label("Points", exact=True).fill("8,5")
    page.get_by_role("textbox", name="Feedback").fill("The scale is taken over the wrong axis.")
    assert page.locator("[data-part=penalty]").inner_text() == "2.00"
    assert result(page) == "6.50"
    page.get_by_role("button", name="Save and next").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Белов Артём, № 2")
    expect(page.get_by_text("Saved: Ветрова Алиса, № 1: 8.50 − 2.00 = 6.50.")).to_be_visible()
    review = Review.objects.get(submission=late)
    assert (review.score, review.reviewer) == (850, assistant)
    entry = AuditEntry.objects.of(review)[0]
    assert (entry.person, entry.how) == (assistant, "admin")

    page.get_by_label("Points", exact=True).fill("11")
    assert result(page) == "–"
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("At most 10.")).to_be_visible()
    page.get_by_label("Points", exact=True).fill("10")
    page.get_by_label("Bonus points").fill("0.5")
    assert result(page) == "10.50"
    page.get_by_role("button", name="Save and stay").click()
    expect(page.get_by_text("10.00 + 0.50 = 10.50")).to_be_visible()
    assert result(page) == "10.50"
    assert Review.objects.get(submission=in_time).bonus == 50

    page.get_by_role("link", name="Works", exact=True).click()
    expect(page.get_by_text("No work waits for points.")).to_be_visible()


def test_the_preview_writes_numbers_as_the_page_does(
    browser: Browser, live_server: LiveServer, works: list[Submission], assistant: User
) -> None:
    expected = {"8.5": "6,50", "1": "0,00", "9,25": "7,25", "10": "8,00", "9,255": "–", "": "–"}
    with browser.new_context(locale="ru-RU") as context:
        page = context.new_page()
        sign_in(page, f"{live_server.url}/admin/grading/submission/{works[0].pk}/change/", assistant)
        for typed, shown in expected.items():
            page.locator("#id_score").fill(typed)
            assert result(page) == shown, typed


def test_what_a_ta_has_typed_outlives_the_session_but_not_what_somebody_saved(
    page: Page, live_server: LiveServer, works: list[Submission], assistant: User
) -> None:
    address = f"{live_server.url}/admin/grading/submission/{works[1].pk}/change/"
    sign_in(page, address, assistant)
    page.get_by_label("Points", exact=True).fill("8,5")
    page.get_by_label("Feedback", exact=True).fill("A long text.")
    page.context.clear_cookies(name="session")
    page.get_by_role("button", name="Save and stay").click()
    expect(page.locator("input[name=login]")).to_be_visible()
    sign_in(page, address, assistant)
    expect(page.get_by_label("Feedback", exact=True)).to_have_value("A long text.")
    expect(page.get_by_text("What you had typed is here again")).to_be_visible()
    assert result(page) == "8.50" and not Review.objects.exists()

    page.get_by_role("button", name="Take it").click()  # posts the form, and saves no points
    expect(page.get_by_text("You have taken this work.")).to_be_visible()
    expect(page.get_by_label("Feedback", exact=True)).to_have_value("A long text.")
    page.get_by_role("button", name="Save and stay").click()
    expect(page.get_by_text("What you had typed is here again")).to_be_hidden()
    page.get_by_label("Feedback", exact=True).fill("Another thought.")
    Review.objects.update(feedback="A colleague’s words.", version=7)
    page.goto(address)
    expect(page.get_by_label("Feedback", exact=True)).to_have_value("A colleague’s words.")
