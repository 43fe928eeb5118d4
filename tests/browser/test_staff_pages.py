"""Every page of the administration in a real browser: readable by all, nothing refused, nothing cut off."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib import admin
from django.core.files.base import ContentFile
from django.test import RequestFactory
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from grading.models import SUBMISSIONS, GradingScheme, LatePenalty
from people.models import User
from people.storage import durable_storage
from perks.models import Proof, Track
from schedule.admin.taught import TaughtAdmin
from schedule.models import Course, Enrolment, Role
from tests.browser.test_ta_grades import sign_in
from tests.factories import (
    make_activity,
    make_course,
    make_enrolment,
    make_exam_result,
    make_file,
    make_personal_date,
    make_photo,
    make_proof,
    make_request,
    make_submission,
)
from tests.schedule.test_admin import one_of_each

LOOKS: list[tuple[int, Any, str]] = [(1280, "light", "en-GB"), (390, "dark", "ru-RU")]


@pytest.fixture
def pages(course: Course, assistant: User) -> list[str]:
    """Lists, forms for new and for standing rows of every kind, and a history; of two courses."""
    make_enrolment(person=assistant, course=make_course(), role=Role.ASSISTANT)
    rows: dict[Any, Any] = one_of_each(course)
    work = make_submission(assignment=next(iter(course.assignments.all())), comment="See cell 14")
    (kept,) = durable_storage().keep([ContentFile(b"print(9.5)\n", name="work.py")], under=SUBMISSIONS)
    make_file(submission=work, size=kept.size, sha256=kept.sha256, path=kept.path)
    graded = make_submission(assignment=work.assignment, student=work.student, score=900)
    result = make_exam_result(course=course, student=work.student)
    scheme, penalty = GradingScheme.objects.get(course=course), LatePenalty.objects.get(course=course)
    proof = _proof(course, work.student)
    asked = make_request(group=proof.group, assignments=[work.assignment])
    date = make_personal_date(assignment=work.assignment, student=work.student)
    request = RequestFactory().get("/")
    request.user = assistant
    found = [reverse("admin:index")]
    for row in (*rows.values(), work, graded, result, scheme, penalty, proof, asked, date):
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
        page = admin.site._registry[type(row)]
        assert isinstance(page, TaughtAdmin)
        found += [reverse(f"{name}_changelist")]
        found += [reverse(f"{name}_add")] if page.has_add_permission(request) else []
        found += [reverse(f"{name}_change", args=[row.pk])]
    found += [reverse("admin:grading_gradingscheme_history", args=[scheme.pk])]
    return list(dict.fromkeys(found))


def _proof(course: Course, person: User) -> Proof:
    """One with all that a TA may find: a track, photos used before, a dispute, one to be taken down."""
    run = make_activity(course=course, checkpoints=2, within_minutes=30)
    group = Enrolment.objects.students().get(person=person).group
    before, proof = (
        make_proof(group=group, activity=run, checkpoint=place, people=[person]) for place in (1, 2)
    )
    Proof.objects.filter(pk=proof.pk).update(state=Proof.State.PENDING)
    proof.parts.update(state="disputed")
    make_photo(proof=before, sha256="a" * 64, path="", small_path="", removed_at=proof.taken_at)
    make_photo(proof=proof, sha256="a" * 64, path="", small_path="", removed_at=proof.taken_at)
    (kept,) = durable_storage().keep([ContentFile(_jpeg(), name="1.jpg")], under="proofs")
    make_photo(proof=proof, path=kept.path, hidden_at=proof.taken_at, hidden_by=person)
    Track.objects.create(
        proof=proof,
        started_at=proof.taken_at,
        ended_at=proof.taken_at,
        length_m=4200,
        lines=[[[55.7, 37.5], [55.71, 37.51]]],
        sha256="b" * 64,
    )
    return proof


def _jpeg() -> bytes:
    drawn = BytesIO()
    Image.new("RGB", (640, 480), "teal").save(drawn, "JPEG")
    return drawn.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("look", range(len(LOOKS)), ids=[f"{look[0]}-{look[1]}-{look[2]}" for look in LOOKS])
def test_every_page_is_accessible_and_fits(
    browser: Browser, live_server: LiveServer, pages: list[str], assistant: User, look: int
) -> None:
    """A quarter of the pages, others each day, each in one of the looks; `make trust` has all in all."""
    width, scheme, locale = LOOKS[look]
    if int(os.environ.get("STAFF_LOOKS", "1")) == 1:  # more in `make trust`
        pages = pages[look + len(LOOKS) * (datetime.now(UTC).toordinal() % 4) :: 4 * len(LOOKS)]
    with browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, locale=locale
    ) as context:
        page, said = context.new_page(), list[str]()
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        sign_in(page, f"{live_server.url}/admin/", assistant)
        wrong = {path: found for path in pages if (found := _complaints(page, live_server.url + path, said))}
    assert wrong == {}


def _complaints(page: Page, address: str, said: list[str]) -> list[str]:
    """What is wrong with a page: its status, what the browser says, its width, who cannot use it."""
    response = page.goto(address)
    assert response is not None
    found = [] if response.status == 200 else [str(response.status)]
    found += said
    said.clear()
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("wider than the window")
    # Asked for no style sheets, axe fetches none: it looks for those that others import beside the page.
    violations = Axe().run(page, options={"preload": False}).response["violations"]
    return found + [each["id"] for each in violations if each["impact"] in ("serious", "critical")]
