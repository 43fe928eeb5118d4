"""A student's two futures in a real browser: both while it is open, one when the perk is earned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import User
from perks.actions.decide import approve
from perks.models import ExtensionRule, Proof
from schedule.models import Assignment, Course, StudyGroup
from tests.browser.people import sign_in
from tests.factories import (
    make_activity,
    make_assignment,
    make_extension_rule,
    make_proof,
    make_request,
    make_submission,
)


@pytest.fixture
def assignment(course: Course) -> Assignment:
    """Due two and a half days ago."""
    now = timezone.now()
    issued_on = (now - timedelta(days=30)).date()
    return make_assignment(
        course=course, number=1, issued_on=issued_on, due_at=now - timedelta(days=2, hours=12)
    )


@pytest.fixture
def proof(
    course: Course, assignment: Assignment, group: StudyGroup, student: User, representative: User
) -> Proof:
    """All that the group lacks, waiting for a check."""
    now = timezone.now()
    make_extension_rule(course=course, target_at=now + timedelta(days=20), excludes_first=False)
    make_request(group=group, assignments=[assignment], filed_by=representative, filed_at=now)
    activity = make_activity(course=course, min_people=1)
    return make_proof(
        group=group, activity=activity, people=[student], state=Proof.State.PENDING, taken_at=now
    )


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def page(
    request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer, student: User
) -> Iterator[Page]:
    """The student's browser, with scripts and without."""
    context = browser.new_context(java_script_enabled=request.param, locale="en-GB")
    sign_in(context, live_server, student)
    yield context.new_page()
    context.close()


def address(live_server: LiveServer, course: Course, tail: str) -> str:
    return f"{live_server.url}/courses/{course.slug}/{tail}"


def test_two_futures_become_one_when_the_proof_is_approved(
    page: Page,
    live_server: LiveServer,
    course: Course,
    assignment: Assignment,
    student: User,
    assistant: User,
    proof: Proof,
) -> None:
    make_submission(assignment=assignment, student=student, submitted_at=timezone.now(), score=900)
    page.goto(address(live_server, course, "assignments/1/"))
    futures = page.locator(".futures dl")
    expect(futures).to_have_text(["As things stand6.009.00 − 3.00", "If the perk is earned9.009.00 − 0.00"])
    expect(page.locator(".dline .may")).to_contain_text("If the perk is earned")
    page.goto(address(live_server, course, "grades/"))
    expect(page.get_by_text("now 6 points, 9 if the perk is earned")).to_be_visible()

    approve(proof_id=proof.pk, version=proof.version, by=assistant, now=timezone.now())
    page.reload()
    expect(page.locator(".total b")).to_have_text(["9.00"])
    expect(page.get_by_text("if the perk is earned")).to_have_count(0)
    page.goto(address(live_server, course, "assignments/1/"))
    expect(page.locator(".lead")).to_have_text("9.00 so far, from attempt 1.")
    expect(futures).to_have_count(0)
    expect(page.locator(".dline .holds")).to_contain_text("The perk is earned: moved for the group")
    expect(page.locator("[data-price-button]")).to_have_text("Hand in")


@pytest.mark.parametrize("page", [True], indirect=True, ids=["scripts"])
@pytest.mark.usefixtures("proof")
def test_the_open_page_warns_as_soon_as_the_target_has_passed(
    page: Page, live_server: LiveServer, course: Course
) -> None:
    target_at = timezone.now() + timedelta(seconds=6)
    ExtensionRule.objects.filter(course=course).update(target_at=target_at)
    page.goto(address(live_server, course, "assignments/1/"))
    beside_the_button = page.locator(".acts [data-price-perk]")
    expect(beside_the_button).to_have_text("Comes back if the perk is earned.")
    expect(page.locator("[data-price-earned]")).to_have_text("0")

    warning = "Work is taken at this price, but will not count if the perk is earned after all."
    expect(beside_the_button).to_have_text(warning, timeout=15_000)
    expect(page.locator("[data-price-sheet] [data-price-perk]")).to_have_class("small mb-2 is-warn")
    expect(page.locator("[data-price-earned]")).to_have_text("does not count")
    expect(page.locator("[data-price-earned-note]")).to_be_hidden()
    expect(page.locator("[data-price-button]")).to_have_text("Hand in for −3.00")
    expect(page.locator("[data-price-sheet] .price")).to_have_text("−3.00")
