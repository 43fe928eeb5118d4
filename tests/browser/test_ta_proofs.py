"""A TA's way through proofs, in a real browser: looks, approves, and is asked before the perk goes."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import User
from people.storage import durable_storage
from perks.models import Photo, Proof
from tests.browser.people import sign_in
from tests.factories import make_photo, make_proof, moscow
from tests.grading.perk_story import Story

pytestmark = pytest.mark.usefixtures("complaints")


@pytest.fixture
def complaints(page: Page) -> object:
    """What the browser complains of, a breach of the content policy too; at the end there is nothing."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    yield said
    assert said == []


def picture(proof: Proof, colour: str) -> Photo:
    """A photo whose bytes are there."""
    drawn = BytesIO()
    Image.new("RGB", (640, 480), colour).save(drawn, "JPEG")
    content = drawn.getvalue()
    large, small = durable_storage().keep([ContentFile(content), ContentFile(content)], under="proofs")
    return make_photo(proof=proof, path=large.path, small_path=small.path, width=640, height=480)


def waiting(story: Story, student: User, hour: int) -> Proof:
    proof = make_proof(
        group=story.group,
        activity=story.match,
        people=[student],
        state=Proof.State.PENDING,
        taken_at=moscow(2025, 11, 2, hour),
    )
    picture(proof, "teal")
    return proof


def test_a_ta_goes_through_what_waits(
    page: Page,
    live_server: LiveServer,
    story: Story,
    student: User,
    assistant: User,
) -> None:
    first, second = waiting(story, student, 12), waiting(story, student, 13)
    sign_in(page.context, live_server, assistant)
    page.goto(f"{live_server.url}/admin/")
    page.get_by_role("link", name="2 proofs wait for a check").click()
    page.locator("#result_list tbody a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A1, group 417")
    assert page.locator(".proof-photo img").evaluate("image => image.naturalWidth") == 640

    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_text("Say why")).to_be_visible()
    page.get_by_role("button", name="Strike Ветрова Алиса off").click()
    expect(page.get_by_text("is struck off this proof")).to_be_visible()
    expect(page.get_by_role("heading", name="0 people are named")).to_be_visible()
    page.get_by_label("In your own words").fill("Nobody can be seen")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Choose first who is missing.")).to_be_visible()
    page.get_by_role("button", name="Keep Ветрова Алиса").click()
    expect(page.get_by_text("is struck off this proof")).to_be_hidden()
    expect(page.get_by_label("In your own words")).to_have_value("Nobody can be seen")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved: A1, group 417.")).to_be_visible()
    page.wait_for_url(f"**{reverse('admin:perks_proof_change', args=[second.pk])}*")

    page.get_by_label("The people named cannot be made out in the picture.").check()
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_text("Rejected: A1, group 417.")).to_be_visible()
    expect(page.get_by_text("No proof waits.")).to_be_visible()
    states = dict(Proof.objects.values_list("pk", "state"))
    assert (states[first.pk], states[second.pk]) == ("approved", "rejected")


def test_before_the_perk_goes_it_is_asked(
    page: Page,
    live_server: LiveServer,
    story: Story,
    assistant: User,
) -> None:
    sign_in(page.context, live_server, assistant)
    address = live_server.url + reverse("admin:perks_proof_change", args=[story.on_match.pk])
    page.goto(address)
    page.get_by_label("In your own words").fill("Another match")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("heading", name="Group 417 loses the perk it has")).to_be_visible()
    row = page.get_by_role("row", name="Ветрова Алиса")
    expect(row).to_contain_text("9.00")
    expect(row).to_contain_text("6.00")
    page.get_by_role("link", name="Leave everything as it is").click()
    page.wait_for_url(address)
    story.on_match.refresh_from_db()
    assert story.on_match.state == "approved"

    page.get_by_label("In your own words").fill("Another match")
    page.get_by_role("button", name="Reject").click()
    page.get_by_role("button", name="Reject, and take the perk back").click()
    expect(page.get_by_text("Rejected: A1, group 417.")).to_be_visible()
    story.on_match.refresh_from_db()
    assert (story.on_match.state, story.on_match.reason) == ("rejected", "Another match")
