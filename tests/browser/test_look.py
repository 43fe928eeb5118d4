"""Every page in a real browser: readable by everyone, at both widths, in both themes and languages."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from people.actions.outbox import write
from people.letters import envelope
from people.mailbox import BACKEND, EmailBackend, kept_letters
from people.models import User
from people.optout import optout_token
from schedule.models import Assignment, Course, StudyGroup
from tests.browser.looks import looks_of_today
from tests.browser.people import sign_in
from tests.factories import (
    make_activity,
    make_assignment,
    make_class,
    make_exam,
    make_extension_rule,
    make_file,
    make_proof,
    make_request,
    make_review,
    make_submission,
)

WIDEST = """() => Array.from(document.querySelectorAll("main *"))
  .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth)
  .slice(-1).map((one) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 40)}`).join()"""
LOOKS = [(1280, "light", "en-GB"), (390, "dark", "ru-RU"), (320, "light", "ru-RU")]


@pytest.fixture(params=looks_of_today(LOOKS, daily=2), ids=lambda look: "-".join(map(str, look)))
def look(
    request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer
) -> Iterator[BrowserContext]:
    """A browser with that width, theme and language."""
    width, theme, language = request.param
    context = browser.new_context(viewport={"width": width, "height": 844}, locale=language)
    context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
    yield context
    context.close()


@pytest.fixture
def term(course: Course, student: User, assistant: User) -> str:
    """A course in the middle of its term with work in every state; gives the address of a receipt."""
    now = timezone.now()
    Course.objects.filter(pk=course.pk).update(
        starts_on=now.date() - timedelta(days=80), ends_on=now.date() + timedelta(days=30)
    )
    lecture = make_class(course=course, title="GPUs", starts_at=now, ends_at=now + timedelta(hours=1))
    make_exam(course=course)
    days = {1: -30, 2: -20, 3: -2, 4: 9}
    work = {
        number: make_assignment(
            course=course,
            number=number,
            title=f"Assignment {number}: a name that is rather long",
            due_at=now + timedelta(days=due),
            issued_on=now.date() - timedelta(days=40),
            given_at_class=lecture,
            statement="Measure it.\n\n```python\nx = 1\n```\n\n## What to hand in\n\n* a notebook\n",
        )
        for number, due in days.items()
    }
    graded = make_submission(
        assignment=work[1], student=student, submitted_at=now - timedelta(days=28, hours=1)
    )
    make_file(submission=graded, name="очень_длинное_имя_файла_работы_студента_четвёртого_курса.ipynb")
    make_review(submission=graded, score=950, bonus=50, feedback="Good `axis`.", reviewer=assistant)
    make_submission(assignment=work[2], student=student, submitted_at=now - timedelta(days=21))
    asked_for(course, student, [work[1], work[2]])
    return f"receipts/{graded.receipt}/"


def asked_for(course: Course, student: User, work: list[Assignment]) -> None:
    """The student's group has asked to move these, and one of two activities is complete."""
    group = StudyGroup.objects.get(enrolments__person=student, enrolments__course=course)
    now = timezone.now()
    make_extension_rule(course=course, target_at=now + timedelta(days=20), excludes_first=False)
    make_request(group=group, assignments=work, filed_by=student, filed_at=now)
    for people, checkpoints in ((1, 0), (10, 5)):
        activity = make_activity(course=course, min_people=people, checkpoints=checkpoints)
        make_proof(
            group=group,
            activity=activity,
            people=[student],
            checkpoint=1 if checkpoints else None,
            taken_at=now - timedelta(days=1),
        )


def faults(look: BrowserContext, addresses: list[str]) -> dict[str, list[str]]:
    """What is wrong with each page: for readers by axe, on the console, in its width."""
    page, said = look.new_page(), list[str]()
    page.on("console", lambda line: said.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    found = {}
    for address in addresses:
        said.clear()
        if wrong := _faults_at(page, address, said):
            found[address] = wrong
    return found


def _faults_at(page: Page, address: str, said: list[str]) -> list[str]:
    answer = page.goto(address)
    assert answer is not None
    expected = "Failed to load resource" if answer.status >= 400 else "nothing"
    said = [line for line in said if expected not in line]
    found: Any = Axe().run(page).response["violations"]
    said += [f"{one['id']}: {one['nodes'][0]['target']}" for one in found]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        said.append(f"scrolls sideways: {page.evaluate(WIDEST)}")
    return said


def test_pages_of_a_student(
    look: BrowserContext, live_server: LiveServer, course: Course, student: User, term: str
) -> None:
    sign_in(look, live_server, student)
    base = f"{live_server.url}/courses/{course.slug}/"
    tails = ["schedule/", "about/", "assignments/", "grades/", term, "nothing-here/"]
    addresses = [f"{live_server.url}/", f"{live_server.url}/calendar/", *(f"{base}{tail}" for tail in tails)]
    addresses += [f"{base}assignments/{number}/" for number in (1, 2, 3, 4)]
    past = make_class(course=course, starts_at=timezone.now() - timedelta(days=60))
    addresses.append(f"{base}schedule/#class-{past.pk}")
    assert faults(look, addresses) == {}
    line = look.pages[-1].locator(f"#class-{past.pk}")  # where a notice leads: unfolded, in sight, marked
    expect(line).to_be_in_viewport(ratio=1)
    expect(line).not_to_have_css("box-shadow", "none")


UNMARKED = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  const outlined = (which) => which.outlineStyle !== "none" && parseFloat(which.outlineWidth) > 0;
  const zone = one.closest(".drop");
  const marked = outlined(style) || style.boxShadow !== "none" || (zone && outlined(getComputedStyle(zone)));
  return one === document.body ? "end" : marked ? "" : one.outerHTML.slice(0, 80);
}"""


def test_what_the_keyboard_reaches_shows_that_it_has_the_focus(
    browser: Browser, live_server: LiveServer, course: Course, student: User, term: str
) -> None:
    context = browser.new_context(reduced_motion="reduce")  # a mark that fades in is not there yet
    sign_in(context, live_server, student)
    page = context.new_page()
    for tail in ("assignments/3/", term):
        page.goto(f"{live_server.url}/courses/{course.slug}/{tail}")
        found: list[str] = []
        for _step in range(60):
            page.keyboard.press("Tab")
            found.append(page.evaluate(UNMARKED))
            if found[-1] == "end":
                break
        assert len(found) > 9 and set(found) == {"", "end"}
    context.close()


def test_pages_of_a_visitor(look: BrowserContext, live_server: LiveServer, course: Course) -> None:
    tails = [
        "accounts/login/",
        "accounts/login/code/",
        "accounts/password/reset/",
        "accounts/password/reset/done/",
        "accounts/signup/",
        "accounts/inactive/",
        "nothing-here/",
    ]
    assert faults(look, [f"{live_server.url}/{tail}" for tail in tails]) == {}


def test_the_sheet_of_components_and_the_pages_of_an_account(
    look: BrowserContext, live_server: LiveServer, settings: Settings
) -> None:
    settings.DEMO = True
    sign_in(look, live_server, User.objects.create_superuser("root@example.org", name="Root"))
    tails = ["design/", "accounts/2fa/", "accounts/password/change/", "accounts/logout/", "accounts/login/"]
    assert faults(look, [f"{live_server.url}/{tail}" for tail in tails]) == {}


def test_pages_of_messages(
    look: BrowserContext, live_server: LiveServer, student: User, settings: Settings, tmp_path: Path
) -> None:
    settings.DEMO, settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = True, BACKEND, tmp_path
    User.objects.filter(pk=student.pk).update(is_demo=True)
    facts = {
        "what": "password_changed",
        "at": timezone.now().isoformat(),
        "ip": "192.0.2.7",
        "browser": "x" * 150,
    }
    for number in range(31):
        key, now = str(number), timezone.now()
        write(kind="account", to=[student.pk], key=key, facts=facts, zone="Europe/Moscow", now=now)
    EmailBackend(file_path=tmp_path).send_messages([envelope(list(student.messages.all()[:1]), student)])
    (letter,) = kept_letters(tmp_path)
    tails = [
        "notices/",
        "preferences/messages/",
        f"preferences/messages/off/{optout_token(student.pk, 'announcement')}/",
        f"preferences/messages/off/{optout_token(student.pk, 'account')}/",
        "preferences/messages/off/forged/",
        "demo/mailbox/",
        f"demo/mailbox/{letter.name}/",
    ]
    sign_in(look, live_server, student)
    assert faults(look, [f"{live_server.url}/{tail}" for tail in tails]) == {}
    page = look.new_page()  # on its own page the letter may run nothing, axe neither
    page.set_content(letter.html)
    assert [one["id"] for one in Axe().run(page).response["violations"]] == []
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_choices_are_kept_without_scripts_and_a_notice_leads_on(
    browser: Browser, live_server: LiveServer, student: User
) -> None:
    facts = {"what": "password_changed", "at": timezone.now().isoformat(), "ip": "", "browser": ""}
    write(kind="account", to=[student.pk], key="x", facts=facts, zone="Europe/Moscow", now=timezone.now())
    context = browser.new_context(java_script_enabled=False)
    sign_in(context, live_server, student)
    page = context.new_page()
    page.goto(f"{live_server.url}/preferences/messages/")
    page.get_by_role("radiogroup", name="Announcements").get_by_label("Never").check(force=True)
    page.get_by_label("from").fill("22:00")
    page.get_by_label("until").fill("08:00")
    page.get_by_role("button", name="Save").click()
    assert student.choices.get().wish == "off"
    assert page.get_by_label("from").input_value() == "22:00"
    page.get_by_role("link", name="1 unread notice").click()
    page.get_by_role("link", name="your password was changed").click()
    assert page.url.endswith("/accounts/password/reset/")
    page.goto(f"{live_server.url}/notices/")
    assert page.get_by_role("heading", name="You have read everything.").is_visible()
    context.close()
