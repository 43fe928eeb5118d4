"""Handing in from a real browser: with scripts and without, across the deadline, after signing out."""

import re
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, Route, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from grading.models import Submission, SubmissionFile
from people.models import User
from schedule.models import Assignment, Course
from tests.browser.people import sign_in
from tests.factories import make_assignment

RECEIPT = re.compile(r"/receipts/[0-9A-Z-]{14}/$")


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "incoming"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()


@pytest.fixture
def assignment(course: Course) -> Assignment:
    now = timezone.now()
    return make_assignment(
        course=course,
        number=1,
        issued_on=(now - timedelta(days=9)).date(),
        due_at=now + timedelta(days=5),
        max_bytes=2**20,
    )


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def browsing(
    request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer, student: User
) -> Iterator[BrowserContext]:
    """The student's browser, with scripts and without."""
    context = browser.new_context(java_script_enabled=request.param, locale="en-GB")
    sign_in(context, live_server, student)
    yield context
    context.close()


def file(name: str = "работа.ipynb", data: bytes = b'{"cells": []}') -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def opened(context: BrowserContext, live_server: LiveServer, course: Course) -> Page:
    """The assignment's page."""
    page = context.new_page()
    page.goto(f"{live_server.url}/courses/{course.slug}/assignments/1/")
    return page


def hand_in(page: Page) -> None:
    page.locator("[data-price-button]").click()


def test_work_goes_to_its_receipt(
    browsing: BrowserContext, live_server: LiveServer, course: Course, assignment: Assignment
) -> None:
    page = opened(browsing, live_server, course)
    page.set_input_files("input[type=file]", [file(), file("table.pdf", b"%PDF-")])
    page.get_by_label("Comment").fill("Look at cell 14.")
    hand_in(page)
    expect(page).to_have_url(RECEIPT)
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your work.")
    expect(page.locator(".receipt")).to_contain_text("работа.ipynb")
    work = Submission.objects.get()
    assert (work.comment, work.files.count()) == ("Look at cell 14.", 2)


def test_switches_work_and_lead_back(
    browsing: BrowserContext, live_server: LiveServer, course: Course, assignment: Assignment
) -> None:
    page = opened(browsing, live_server, course)
    address = page.url
    page.get_by_role("button", name="По-русски").click()
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    assert page.url == address
    page.locator("summary").filter(has=page.locator("svg.ico")).first.click()
    page.locator("button[name=theme][value=dark]").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert page.url == address


@pytest.fixture
def scripted(browser: Browser, live_server: LiveServer, student: User) -> Iterator[BrowserContext]:
    """The student's browser as most have it."""
    context = browser.new_context(locale="en-GB")
    sign_in(context, live_server, student)
    yield context
    context.close()


def test_what_will_be_refused_is_said_before_it_is_sent(
    scripted: BrowserContext, live_server: LiveServer, course: Course, assignment: Assignment
) -> None:
    page = opened(scripted, live_server, course)
    page.set_input_files(
        "input[type=file]", [file("big.ipynb", b"x" * (2**20 + 1)), file("tool.exe"), file("none.py", b"")]
    )
    problems = page.locator("[data-problems]")
    expect(problems).to_contain_text("tool.exe is of a kind that is not taken here")
    expect(problems).to_contain_text("none.py is empty")
    expect(problems).to_contain_text("1.1 MB of 1 MB")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    hand_in(page)
    expect(problems).to_be_focused()
    assert "POST" not in sent
    page.get_by_role("button", name="Remove big.ipynb").click()
    page.get_by_role("button", name="Remove tool.exe").click()
    page.get_by_role("button", name="Remove none.py").click()
    expect(problems).to_be_hidden()


@pytest.mark.parametrize(
    ("locale", "sizes"),
    [("en-GB", ["1 byte", "12 bytes", "1.5 KB"]), ("ru-RU", ["1 байт", "12 байт", "1,5 КБ", "122 байта"])],
)
def test_sizes_are_told_in_the_words_of_the_language(
    browser: Browser,
    live_server: LiveServer,
    course: Course,
    student: User,
    assignment: Assignment,
    locale: str,
    sizes: list[str],
) -> None:
    lengths = [1, 12, 1536, 122][: len(sizes)]
    with browser.new_context(locale=locale) as context:
        sign_in(context, live_server, student)
        page = opened(context, live_server, course)
        page.set_input_files("input[type=file]", [file(f"{each}.py", b"x" * each) for each in lengths])
        expect(page.locator("[data-files] [data-size]")).to_have_text(sizes)


@pytest.mark.parametrize(
    ("is_phone", "said"), [(True, "Choose files"), (False, "Drop files here or choose them")]
)
def test_nobody_is_asked_to_drag_on_a_touch_screen(
    browser: Browser,
    live_server: LiveServer,
    course: Course,
    student: User,
    assignment: Assignment,
    is_phone: bool,
    said: str,
) -> None:
    with browser.new_context(locale="en-GB", has_touch=is_phone, is_mobile=is_phone) as context:
        sign_in(context, live_server, student)
        page = opened(context, live_server, course)
        expect(page.locator(".drop label")).to_have_text(said, use_inner_text=True)
        expect(page.locator("input[type=file]")).to_have_accessible_name(said)


def test_the_same_bytes_again_are_pointed_out_before_they_are_sent(
    scripted: BrowserContext, live_server: LiveServer, course: Course, assignment: Assignment
) -> None:
    page = opened(scripted, live_server, course)
    page.set_input_files("input[type=file]", file())
    hand_in(page)
    expect(page).to_have_url(RECEIPT)
    page = opened(scripted, live_server, course)
    page.set_input_files("input[type=file]", file("другое имя.ipynb"))
    expect(page.locator("[data-known]")).to_have_text("The same bytes as in attempt 1.")


def test_the_price_changes_on_the_open_page_when_the_deadline_passes(
    scripted: BrowserContext, live_server: LiveServer, course: Course, assignment: Assignment
) -> None:
    due_at = (timezone.now() + timedelta(seconds=5)).replace(microsecond=0)
    Assignment.objects.filter(pk=assignment.pk).update(due_at=due_at)
    page = opened(scripted, live_server, course)
    button = page.locator("[data-price-button]")
    assert button.text_content() == "Hand in"
    expect(button).to_have_text("Hand in for −1.00", timeout=9000)
    assert timezone.now() > due_at
    expect(page.locator("[data-price-sheet] .price")).to_have_text("−1.00")
    expect(page.locator("#status")).to_contain_text("Hand in for −1.00")


def test_after_signing_out_elsewhere_nothing_is_lost_and_signing_in_again_is_enough(
    scripted: BrowserContext, live_server: LiveServer, course: Course, assignment: Assignment, student: User
) -> None:
    page = opened(scripted, live_server, course)
    page.set_input_files("input[type=file]", file())
    page.get_by_label("Comment").fill("Kept.")
    scripted.clear_cookies()
    hand_in(page)
    expect(page.locator("[data-problems]")).to_contain_text("You have been signed out")
    assert not Submission.objects.exists()
    with scripted.expect_page() as opening:
        page.get_by_role("link", name="Sign in in another tab").click()
    expect(opening.value).to_have_url(re.compile(r"/accounts/login/$"))
    sign_in(scripted, live_server, student)
    hand_in(page)
    expect(page).to_have_url(RECEIPT)
    assert Submission.objects.get().comment == "Kept."


def test_a_line_that_drops_keeps_everything_and_hands_in_once(
    scripted: BrowserContext, live_server: LiveServer, course: Course, assignment: Assignment
) -> None:
    page = opened(scripted, live_server, course)
    page.set_input_files("input[type=file]", file())
    page.route("**/assignments/1/", lambda route: route.abort())
    hand_in(page)
    expect(page.locator("[data-problems]")).to_contain_text("Your files are still here".lower())
    page.unroute("**/assignments/1/")
    hand_in(page)
    expect(page).to_have_url(RECEIPT)
    assert Submission.objects.count() == 1


def test_a_line_that_drops_while_a_form_is_renewed_is_told_in_words(
    scripted: BrowserContext, live_server: LiveServer, course: Course, assignment: Assignment
) -> None:
    page = opened(scripted, live_server, course)
    page.set_input_files("input[type=file]", file())

    def refused_then_gone(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=403)
        else:
            route.abort()

    page.route("**/assignments/1/", refused_then_gone)
    hand_in(page)
    problems = page.locator("[data-problems]")
    expect(problems).to_contain_text("your files are still here")
    assert "{" not in (problems.text_content() or "")


def test_a_file_chosen_again_is_the_one_that_is_sent(
    scripted: BrowserContext, live_server: LiveServer, course: Course, assignment: Assignment
) -> None:
    page = opened(scripted, live_server, course)
    page.set_input_files("input[type=file]", [file("work.py", b"x = 1\n")])
    page.set_input_files("input[type=file]", [file("work.py", b"x = 2\n")])
    expect(page.locator("[data-files] > *")).to_have_count(1)
    hand_in(page)
    expect(page).to_have_url(RECEIPT)
    assert SubmissionFile.objects.get().sha256 == sha256(b"x = 2\n").hexdigest()


def test_a_switch_of_the_language_leaves_what_was_typed(
    scripted: BrowserContext, live_server: LiveServer, course: Course, assignment: Assignment
) -> None:
    page = opened(scripted, live_server, course)
    page.get_by_label("Comment").fill("Kept.")
    page.get_by_role("button", name="По-русски").click()
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page.locator("[name=comment]")).to_have_value("Kept.")
    page.set_input_files("input[type=file]", file())
    hand_in(page)
    expect(page).to_have_url(RECEIPT)
    page.goto(f"{live_server.url}/courses/{course.slug}/assignments/1/")
    expect(page.locator("[name=comment]")).to_have_value("")


@pytest.fixture
def on_disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that the browser can find again by its path, as one that a person chose."""
    path = tmp_path_factory.mktemp("work") / "kept.py"
    path.write_text("print(1)")
    return path


def test_going_back_shows_the_files_that_the_browser_has_kept(
    scripted: BrowserContext, live_server: LiveServer, course: Course, assignment: Assignment, on_disk: Path
) -> None:
    page = opened(scripted, live_server, course)
    page.set_input_files("input[type=file]", on_disk)
    page.get_by_label("Comment").fill("Not sent yet.")
    page.goto(f"{live_server.url}/courses/{course.slug}/grades/")
    page.go_back()
    expect(page.get_by_label("Comment")).to_have_value("Not sent yet.")
    expect(page.locator("[data-files] li")).to_have_count(1)
    expect(page.locator("[data-files]")).to_contain_text("kept.py")


def test_going_back_from_the_receipt_shows_an_empty_form(
    scripted: BrowserContext, live_server: LiveServer, course: Course, assignment: Assignment, on_disk: Path
) -> None:
    page = opened(scripted, live_server, course)
    page.set_input_files("input[type=file]", on_disk)
    page.get_by_label("Comment").fill("Sent.")
    hand_in(page)
    expect(page).to_have_url(RECEIPT)
    page.go_back()
    expect(page.get_by_label("Comment")).to_have_value("")
    hand_in(page)
    expect(page.locator("[data-problems]")).to_contain_text("There is nothing to hand in yet")
    assert Submission.objects.count() == 1
