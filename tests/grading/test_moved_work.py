"""What the letter about a moved date says of the reader's work, as of when it goes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.utils import translation

from grading.actions.telling import sweep_dates
from grading.models import LatePenalty
from people.actions.deliver import deliver
from people.letters import letter_of
from people.models import Message, User
from schedule.models import Assignment, Course, StudyGroup
from tests.factories import (
    make_activity,
    make_assignment,
    make_extension_rule,
    make_personal_date,
    make_proof,
    make_request,
    make_submission,
    moscow,
)

pytestmark = pytest.mark.django_db

NOW = moscow(2025, 12, 5, 12)
DUE = moscow(2025, 12, 10, 23, 59, 59)
EARLIER = moscow(2025, 12, 2, 23, 59, 59)


@pytest.fixture
def assignment(course: Course) -> Assignment:
    LatePenalty.objects.filter(course=course).update(per_day=50)
    for number in (1, 2):
        make_assignment(course=course, number=number)
    assignment = make_assignment(course=course, number=3, title="Triton", due_at=DUE)
    make_assignment(course=course, number=4, due_at=moscow(2025, 12, 20, 23, 59, 59))
    return assignment


def rows(student: User, kind: str = "dates") -> dict[str, str]:
    message = Message.objects.filter(person=student, kind=kind).latest("pk")
    return {
        name.replace("\xa0", " "): value.replace("\xa0", " ") for name, value in letter_of([message]).rows
    }


def move(to: datetime, at: datetime = NOW, closes_at: datetime | None = None) -> None:
    sweep_dates(at)
    Assignment.objects.filter(number=3).update(due_at=to, closes_at=closes_at)
    sweep_dates(at + timedelta(minutes=1))


def test_each_attempt_is_told_with_what_the_new_date_makes_of_it(
    student: User, assignment: Assignment
) -> None:
    make_submission(assignment=assignment, student=student, submitted_at=moscow(2025, 12, 2, 21))
    second = moscow(2025, 12, 3, 21, 10)
    make_submission(assignment=assignment, student=student, submitted_at=second, score=900)
    make_submission(assignment=assignment, student=student, submitted_at=moscow(2025, 12, 4, 0, 0, 1))
    move(EARLIER)
    told = rows(student)
    assert told["№ 3, your attempt 1 of 2 Dec, 21:00 MSK"] == "is in time, as before"
    assert told["№ 3, your attempt 2 of 3 Dec, 21:10 MSK"] == "now 1 day late, −0.50; 9.00 − 0.50 = 8.50"
    assert told["№ 3, your attempt 3 of 4 Dec, 00:00 MSK"] == "now 2 days late, −1.00"
    with translation.override("ru"):
        assert rows(student)["№ 3, ваша попытка 2 от 3 дек, 21:10 МСК"] == (
            "теперь опоздание на 1 день, −0,50; 9,00 − 0,50 = 8,50"
        )


def test_a_later_date_puts_late_work_in_time(student: User, assignment: Assignment) -> None:
    make_submission(assignment=assignment, student=student, submitted_at=DUE + timedelta(days=1))
    move(DUE + timedelta(days=2), at=DUE + timedelta(days=1, hours=1))
    assert rows(student)["№ 3, your attempt 1 of 11 Dec, 23:59 MSK"] == "is in time now"


def test_work_after_a_hard_date_does_not_count(student: User, assignment: Assignment) -> None:
    make_submission(
        assignment=assignment, student=student, submitted_at=moscow(2025, 12, 3, 21, 10), score=900
    )
    move(EARLIER, closes_at=EARLIER)
    assert rows(student)["№ 3, your attempt 1 of 3 Dec, 21:10 MSK"] == "came too late to count"


@pytest.mark.parametrize(
    ("closes_at", "told"),
    [
        (None, "handing in costs −1.50 until 5 December, 23:59 MSK"),
        (EARLIER, "no work is taken any more"),
    ],
)
def test_who_has_handed_in_nothing_is_told_what_it_costs_now(
    student: User, assignment: Assignment, closes_at: datetime | None, told: str
) -> None:
    move(EARLIER, closes_at=closes_at)
    assert rows(student)["№ 3, nothing handed in"] == told


def test_nothing_is_added_where_the_date_is_still_to_come(student: User, assignment: Assignment) -> None:
    move(DUE - timedelta(days=1))
    assert list(rows(student)) == ["№ 3. Triton"]


def test_what_is_handed_in_before_the_letter_goes_is_in_it(student: User, assignment: Assignment) -> None:
    move(EARLIER)
    make_submission(assignment=assignment, student=student, submitted_at=NOW + timedelta(minutes=2))
    deliver(clock=lambda: NOW + timedelta(minutes=3))
    assert "now 3\N{NO-BREAK SPACE}days late" in mail.outbox[-1].body
    assert "nothing handed in" not in mail.outbox[-1].body
    assert rows(student)["№ 3, your attempt 1 of 5 Dec, 12:02 MSK"] == "now 3 days late, −1.50"


def test_the_perk_makes_late_work_free_and_its_loss_late_again(
    student: User, group_mate: User, group: StudyGroup, course: Course, assignment: Assignment
) -> None:
    make_extension_rule(course=course)
    activity = make_activity(course=course, min_people=2)
    make_request(group=group, assignments=[assignment])
    at = moscow(2025, 12, 12, 12)
    make_submission(assignment=assignment, student=student, submitted_at=at, score=1000)
    sweep_dates(at)
    proof = make_proof(group=group, activity=activity, people=[student, group_mate])
    sweep_dates(at + timedelta(minutes=1))
    name = "№ 3, your attempt 1 of 12 Dec, 12:00 MSK"
    assert rows(student, "perk")[name] == "is in time now: 10.00"
    deliver(clock=lambda: at + timedelta(minutes=2))
    proof.state = "rejected"
    proof.reason = "Not them"
    proof.save()
    sweep_dates(at + timedelta(minutes=3))
    told = rows(student, "perk")
    assert told[name] == ("now 2 days late, −1.00; 10.00 − 1.00 = 9.00; if the perk is earned, 10.00")
    assert rows(group_mate, "perk")["№ 3, nothing handed in"] == (
        "handing in costs −1.00 until 12 December, 23:59 MSK; "
        "if the perk is earned, nothing until 14 December, 23:59 MSK"
    )


def test_a_date_of_ones_own_that_is_taken_back(student: User, assignment: Assignment) -> None:
    own = make_personal_date(assignment=assignment, student=student, due_at=DUE + timedelta(days=3))
    at = DUE + timedelta(days=2)
    make_submission(assignment=assignment, student=student, submitted_at=at)
    sweep_dates(at)
    deliver(clock=lambda: at)
    own.delete()
    sweep_dates(at + timedelta(minutes=1))
    assert rows(student)["№ 3, your attempt 1 of 12 Dec, 23:59 MSK"] == "now 2 days late, −1.00"
