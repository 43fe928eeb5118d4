"""Handing in a proof from a phone: photos with their own time, people ticked, progress, the proof's page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from people.models import User
from perks.models import Activity, Photo, Proof
from perks.rules import ProofState
from schedule.models import Course, StudyGroup
from tests.browser.looks import looks_of_today
from tests.browser.people import sign_in
from tests.factories import make_activity, make_enrolment, make_extension_rule, make_proof, make_user, moscow
from tests.perks.bad_files import photo, track

PROOF = re.compile(r"/perk/proofs/\d+/$")
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "incoming"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()


@pytest.fixture
def activity(course: Course, group: StudyGroup, group_mate: User) -> Activity:
    """Five places, in a group of twenty and more, before the target."""
    for number in range(20):
        make_enrolment(person=make_user(name=f"Студентова {number:02d}"), course=course, group=group)
    make_extension_rule(course=course, target_at=timezone.now() + timedelta(days=20))
    return make_activity(
        course=course, number=2, checkpoints=5, min_people_per_proof=2, title="A photo at five places"
    )


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def phone(
    request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer, student: User
) -> Iterator[BrowserContext]:
    """The student's phone, with scripts and without."""
    with phone_of(browser, live_server, student, scripts=request.param) as context:
        yield context


@pytest.fixture
def scripted(browser: Browser, live_server: LiveServer, student: User) -> Iterator[BrowserContext]:
    """The student's phone as most have it."""
    with phone_of(browser, live_server, student) as context:
        yield context


def phone_of(
    browser: Browser, live_server: LiveServer, person: User, *, scripts: bool = True
) -> BrowserContext:
    context = browser.new_context(
        java_script_enabled=scripts,
        locale="en-GB",
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    )
    sign_in(context, live_server, person)
    return context


def jpeg(seed: int, name: str, taken: str | None) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": photo(seed, taken=taken)}


def opened(context: BrowserContext, live_server: LiveServer, course: Course, rest: str) -> Page:
    page = context.new_page()
    page.goto(f"{live_server.url}/courses/{course.slug}/perk/{rest}")
    return page


def test_two_photos_become_a_proof(
    phone: BrowserContext, live_server: LiveServer, course: Course, activity: Activity, group_mate: User
) -> None:
    page = opened(phone, live_server, course, "add/?activity=2")
    page.get_by_label("Place 3").check()
    page.set_input_files(
        "input[name=photos]",
        [jpeg(1, "IMG_1.jpg", "2025:11:21 12:40:00"), jpeg(2, "IMG_2.jpg", "2025:11:21 12:30:00")],
    )
    page.get_by_role("checkbox", name=str(group_mate)).check()
    page.get_by_role("button", name="Hand in the proof").tap()
    expect(page).to_have_url(PROOF)
    expect(page.get_by_role("heading", level=1)).to_have_text("Place 3. It waits for a check.")
    expect(page.get_by_text("We have your proof.")).to_be_visible()
    pictures = page.locator(".shot img")
    expect(pictures).to_have_count(2)
    assert pictures.first.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 640
    proof = Proof.objects.get()
    assert (proof.taken_at, proof.photos.count()) == (moscow(2025, 11, 21, 12, 30), 2)
    assert {part.person_id for part in proof.parts.all()} == {group_mate.pk, proof.posted_by_id}
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("link", name="Add another").tap()
    expect(page.get_by_role("checkbox", name=str(group_mate))).to_be_checked()
    page.goto(f"{live_server.url}/courses/{course.slug}/perk/proofs/")
    expect(page.locator(".gallery img")).to_have_count(1)


def test_without_scripts_a_refusal_is_told_at_the_top(
    browser: Browser,
    live_server: LiveServer,
    course: Course,
    activity: Activity,
    student: User,
    group_mate: User,
) -> None:
    with phone_of(browser, live_server, student, scripts=False) as context:
        page = opened(context, live_server, course, "add/?activity=2")
        page.get_by_label("Place 3").check()
        page.get_by_role("checkbox", name=str(group_mate)).check()
        page.set_input_files("input[name=photos]", jpeg(1, "IMG_1.jpg", None))
        page.get_by_role("button", name="Hand in the proof").tap()
        told = page.get_by_role("alert")
        expect(told).to_contain_text("Nothing was handed in")
        expect(told).to_contain_text("choose them again")
        expect(page.get_by_role("checkbox", name=str(group_mate))).to_be_checked()
    assert not Proof.objects.exists()


def test_people_are_counted_and_found(
    scripted: BrowserContext, live_server: LiveServer, course: Course, activity: Activity, student: User
) -> None:
    page = opened(scripted, live_server, course, "add/?activity=2")
    expect(page.locator("[data-ticked]")).to_have_text("1 ticked")
    page.get_by_label("Find a name").fill("студентова 07")
    shown = page.locator(".picks-2 label:visible")
    expect(shown).to_have_count(2)  # who is ticked stays in sight
    expect(shown.first).to_contain_text(str(student))
    page.get_by_role("checkbox", name="Студентова 07").check()
    expect(page.locator("[data-ticked]")).to_have_text("2 ticked")


def test_what_was_ticked_outlives_a_reload(
    scripted: BrowserContext, live_server: LiveServer, course: Course, activity: Activity, group_mate: User
) -> None:
    page = opened(scripted, live_server, course, "add/?activity=2")
    page.get_by_label("Place 2").check()
    page.get_by_role("checkbox", name=str(group_mate)).check()
    page.get_by_label("Day and time").fill("2025-11-21T12:30")
    page.reload()
    expect(page.get_by_label("Place 2")).to_be_checked()
    expect(page.get_by_role("checkbox", name=str(group_mate))).to_be_checked()
    expect(page.get_by_label("Day and time")).to_have_value("2025-11-21T12:30")
    expect(page.locator("[data-ticked]")).to_have_text("2 ticked")


def test_bad_photos_are_told_and_everything_stays(
    scripted: BrowserContext, live_server: LiveServer, course: Course, activity: Activity, group_mate: User
) -> None:
    page = opened(scripted, live_server, course, "add/?activity=2")
    page.get_by_label("Place 2").check()
    page.get_by_role("checkbox", name=str(group_mate)).check()
    heic: FilePayload = {"name": "IMG_9.HEIC", "mimeType": "", "buffer": b"\0\0\0\x18ftypheic" + bytes(99)}
    page.set_input_files("input[name=photos]", [jpeg(1, "good.jpg", None), heic])
    problems = page.locator("[data-problems]")
    expect(problems).to_contain_text("IMG_9.HEIC is no JPEG, PNG or WebP.")
    page.get_by_role("button", name="Remove IMG_9.HEIC").click()
    expect(problems).to_be_hidden()
    expect(page.locator("[data-files] canvas")).to_be_visible()
    send = page.get_by_role("button", name="Hand in the proof")
    send.click()
    expect(problems).to_contain_text("No photo says when it was taken.")
    page.get_by_label("Day and time").fill("2025-11-21T12:30")
    send.click()
    expect(page).to_have_url(PROOF)
    assert Proof.objects.get().taken_at == moscow(2025, 11, 21, 12, 30)
    assert Photo.objects.count() == 1


def test_after_signing_out_elsewhere_the_photos_are_still_there(
    scripted: BrowserContext,
    live_server: LiveServer,
    course: Course,
    activity: Activity,
    student: User,
    group_mate: User,
) -> None:
    page = opened(scripted, live_server, course, "add/?activity=2")
    page.get_by_label("Place 1").check()
    page.get_by_role("checkbox", name=str(group_mate)).check()
    page.set_input_files("input[name=photos]", jpeg(1, "a.jpg", "2025:11:21 12:40:00"))
    scripted.clear_cookies()
    page.get_by_role("button", name="Hand in the proof").click()
    expect(page.locator("[data-problems]")).to_contain_text("Your photos are still here")
    assert not Proof.objects.exists()
    sign_in(scripted, live_server, student)
    page.get_by_role("button", name="Hand in the proof").click()
    expect(page).to_have_url(PROOF)


def test_a_track_alone_and_what_its_people_may_do(
    phone: BrowserContext, live_server: LiveServer, course: Course, activity: Activity, student: User
) -> None:
    make_activity(course=course, number=4, takes_tracks=True, title="Letters")
    page = opened(phone, live_server, course, "add/")
    page.get_by_role("link", name="Letters").click()
    page.set_input_files(
        "input[name=track]", {"name": "run.gpx", "mimeType": "application/gpx+xml", "buffer": track()}
    )
    page.get_by_role("button", name="Hand in the proof").click()
    expect(page).to_have_url(PROOF)
    expect(page.locator(".shot svg.track")).to_be_visible()
    page.get_by_text("I am not in this photo").click()
    expect(page.get_by_text("It stops counting you at once.")).to_be_visible()
    page.get_by_role("button", name="Do not count me").click()
    expect(page.get_by_role("heading", name="0 people")).to_be_visible()
    page.get_by_role("button", name="I am in it after all").click()
    expect(page.get_by_role("heading", name="1 person")).to_be_visible()


LOOKS = [(1280, "light", "en-GB"), (320, "dark", "ru-RU"), (1280, "dark", "ru-RU"), (390, "light", "ru-RU")]


@pytest.mark.parametrize("look", looks_of_today(LOOKS, daily=2), ids=lambda look: "-".join(map(str, look)))
def test_its_pages_are_readable_by_everyone(
    browser: Browser,
    live_server: LiveServer,
    course: Course,
    group: StudyGroup,
    activity: Activity,
    student: User,
    look: tuple[int, Literal["light", "dark"], str],
) -> None:
    width, scheme, locale = look
    proof = make_proof(
        group=group, activity=activity, checkpoint=2, people=[student], state=ProofState.REJECTED, reason="…"
    )
    with browser.new_context(
        locale=locale,
        viewport={"width": width, "height": 844},
        color_scheme=scheme,
    ) as context:
        sign_in(context, live_server, student)
        for rest in ("add/", "add/?activity=2", "proofs/", f"proofs/{proof.pk}/"):
            page = opened(context, live_server, course, rest)
            found = Axe().run(page, options={"runOnly": {"type": "tag", "values": AXE_TAGS}})
            assert not found.response["violations"], found.generate_report()
            assert page.evaluate("document.documentElement.scrollWidth") == width
