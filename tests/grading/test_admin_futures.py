"""What the administration says of a work while its group's request is provisional, and afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from grading.models import Submission
from people.models import User
from perks.models import Activity, Proof
from schedule.models import Assignment, Course, StudyGroup
from tests.factories import (
    make_activity,
    make_assignment,
    make_enrolment,
    make_extension_rule,
    make_personal_date,
    make_proof,
    make_request,
    make_submission,
    moscow,
)

TARGET = moscow(2025, 12, 14, 23, 59, 59)
NOW = moscow(2025, 10, 3, 12)
AFTER = TARGET + timedelta(hours=12)
QUEUE = "/admin/grading/submission/"

pytestmark = pytest.mark.usefixtures("asked")
Read = Callable[..., str]


@pytest.fixture
def activity(course: Course) -> Activity:
    make_extension_rule(course=course, excludes_first=False)
    return make_activity(course=course, min_people=1)


@pytest.fixture
def assignment(course: Course) -> Assignment:
    return make_assignment(course=course, number=1)


@pytest.fixture
def proof(activity: Activity, group: StudyGroup, student: User) -> Proof:
    return make_proof(group=group, activity=activity, people=[student], state=Proof.State.PENDING)


@pytest.fixture
def asked(assignment: Assignment, proof: Proof, group: StudyGroup, representative: User) -> None:
    make_request(group=group, assignments=[assignment], filed_by=representative)


@pytest.fixture
def ta(client: Client, assistant: User) -> Read:
    """Reads a page of the administration at a moment, its blanks made one."""
    client.force_login(assistant)

    def read(address: str | Submission, now: datetime = NOW, language: str = "en") -> str:
        if isinstance(address, Submission):
            address = reverse("admin:grading_submission_change", args=[address.pk])
        with time_machine.travel(now, tick=False):
            text = client.get(address, headers={"accept-language": language}).content.decode()
        return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())

    return read


def approve(proof: Proof) -> None:
    Proof.objects.filter(pk=proof.pk).update(state=Proof.State.APPROVED)


def test_a_work_shows_the_dates_with_their_sources_and_both_futures_of_its_mark(
    ta: Read, assignment: Assignment, student: User, assistant: User
) -> None:
    make_personal_date(assignment=assignment, student=student, due_at=moscow(2025, 10, 1), set_by=assistant)
    page = ta(make_submission(assignment=assignment, student=student, submitted_at=NOW, score=900))
    assert '<li class="overtaken"><time datetime="2025-09-30T23:59:59+03:00">' in page
    assert "Personal date. Set by Ким Павел on 29 Sep: Illness" in page
    assert "If the perk is earned. Asked for by Сафин Тимур on 1 Oct. Not in force yet." in page
    assert 'If the perk is earned: <b class="pencil" data-part="earned">9.00</b>, no penalty' in page
    assert 'id="earned" data-price="0"' in page


def test_in_russian(ta: Read, assignment: Assignment, student: User) -> None:
    page = ta(make_submission(assignment=assignment, student=student, submitted_at=NOW, score=900), NOW, "ru")
    assert 'Если бонус получен: <b class="pencil" data-part="earned">9,00</b>, без штрафа' in page


def test_the_queue_says_so_in_short(ta: Read, assignment: Assignment, student: User) -> None:
    waiting = make_submission(assignment=assignment, student=student, submitted_at=NOW)
    assert '3 days late, −3.00<br><span class="pencil">0.00 if the perk is earned</span>' in ta(QUEUE)
    make_submission(assignment=assignment, student=student, submitted_at=NOW, score=900)
    assert '9.00 − 3.00 = 6.00<br><span class="pencil">9.00 if the perk is earned</span>' in ta(
        f"{QUEUE}?state=graded"
    )
    assert "9.00 if the perk is earned" in ta(waiting)  # among the other attempts


def test_once_it_is_earned_there_is_one_future(
    ta: Read, assignment: Assignment, student: User, proof: Proof
) -> None:
    work = make_submission(assignment=assignment, student=student, submitted_at=NOW, score=900)
    approve(proof)
    page = ta(work)
    assert "The perk is earned: moved for the group" in page and 'id="earned"' not in page
    assert "if the perk is earned" not in ta(f"{QUEUE}?state=graded")


def test_work_after_the_target_may_not_count_and_then_does_not(
    ta: Read, assignment: Assignment, student: User, proof: Proof
) -> None:
    work = make_submission(assignment=assignment, student=student, submitted_at=AFTER)
    assert "Will not count if the perk is earned." in ta(work, AFTER)
    assert '76 days late, −10.00<br><span class="pencil">will not count if the perk is earned<' in ta(
        QUEUE, AFTER
    )
    approve(proof)
    assert "does not count: came after the moved deadline" in ta(work, AFTER)
    assert "too late to count" in ta(QUEUE, AFTER)


@pytest.mark.parametrize("works", [1, 30])
def test_the_queue_and_a_work_take_the_same_statements(
    client: Client,
    assistant: User,
    assignment: Assignment,
    group: StudyGroup,
    works: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _each in range(works):
        person = make_enrolment(group=group).person
        work = make_submission(assignment=assignment, student=person, submitted_at=NOW)
    client.force_login(assistant)
    with time_machine.travel(NOW, tick=False):
        with django_assert_num_queries(20):  # two more than without a request
            assert client.get(QUEUE).status_code == 200
        with django_assert_num_queries(26):
            assert client.get(reverse("admin:grading_submission_change", args=[work.pk])).status_code == 200
