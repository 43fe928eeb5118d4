"""Dates that staff move into the past: the page asks first, with names and numbers, and keeps nothing."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from grading.actions.telling import sweep_dates
from grading.models import PersonalDate
from people.models import Message, User
from perks.models import ExtensionRule
from schedule.models import Assignment, Course, Enrolment, StudyGroup
from tests.factories import (
    make_activity,
    make_assignment,
    make_extension_rule,
    make_group,
    make_personal_date,
    make_proof,
    make_request,
    make_submission,
    moscow,
)

pytestmark = pytest.mark.django_db

NOW = moscow(2025, 11, 20, 12)
DUE = moscow(2025, 11, 30, 23, 59, 59)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def assignment(course: Course) -> Assignment:
    make_assignment(course=course, number=1)
    assignment = make_assignment(course=course, number=2, title="Pruning", due_at=DUE)
    make_assignment(course=course, number=3, due_at=moscow(2025, 12, 30))
    return assignment


@pytest.fixture
def lecturing(lecturer: User) -> Client:
    client = Client()
    client.force_login(lecturer)
    return client


def page_of(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def save(client: Client, row: Any, **fields: Any) -> Any:
    """Post the page of a row with some of its fields typed anew."""
    page = client.get(page_of(row))
    form = page.context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    typed = {name: value for name, value in values.items() if value not in (None, False)}
    return client.post(page_of(row), {**typed, **fields})


def agree(client: Client, response: Any) -> Any:
    """Press the button of the question."""
    kept = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', response.text)
    assert dict(kept)["_knows"]
    return client.post(response.request["PATH_INFO"], dict(kept))


def due() -> datetime:
    return Assignment.objects.get(number=2).due_at


def test_a_date_in_the_past_is_asked_about_with_names_and_numbers(
    lecturing: Client, assignment: Assignment, student: User, group_mate: User, representative: User
) -> None:
    sweep_dates(NOW)
    make_submission(assignment=assignment, student=student, submitted_at=moscow(2025, 11, 17, 9), score=900)
    make_submission(assignment=assignment, student=group_mate, submitted_at=moscow(2025, 11, 14))
    asked = save(lecturing, assignment, due_at="2025-11-15T23:59")
    page = asked.text
    assert due() == DUE
    assert "For 3 students the date would be past at once" in page and "1 of them has handed in" in page
    assert "1 work that is handed in becomes late" in page
    assert f'<th scope="row">{student}</th>' in page and "−2.00" in page
    assert f'<th scope="row">{group_mate}</th>' not in page
    assert "3 students are told at once" in page
    assert not Message.objects.filter(kind="dates").exists()
    assert agree(lecturing, asked).status_code == 302
    assert due() == moscow(2025, 11, 15, 23, 59, 59)
    sweep_dates(NOW)
    assert Message.objects.filter(kind="dates").count() == 3


def test_whoever_hears_of_what_comes_after_a_date_is_counted_too(
    lecturing: Client, assignment: Assignment, student: User, group_mate: User
) -> None:
    sweep_dates(NOW)
    make_submission(assignment=assignment, student=student, submitted_at=DUE + timedelta(days=2))
    asked = save(lecturing, assignment, closes_at="2025-12-01T23:59")
    assert "2 students are told at once that a date, or what comes after it, is another" in asked.text
    agree(lecturing, asked)
    sweep_dates(NOW)
    assert Message.objects.filter(kind="dates").count() == 2


def test_what_was_agreed_to_has_to_be_what_happens(
    lecturing: Client, assignment: Assignment, student: User, group_mate: User
) -> None:
    at = moscow(2025, 11, 17, 9)
    make_submission(assignment=assignment, student=student, submitted_at=at)
    asked = save(lecturing, assignment, due_at="2025-11-15T23:59")
    make_submission(assignment=assignment, student=group_mate, submitted_at=at)
    again = agree(lecturing, asked)
    assert "2 works that are handed in become late" in again.text
    assert due() == DUE


@pytest.mark.parametrize("due_at", ["2025-12-05T23:59", "2025-11-25T23:59"])
def test_no_question_where_nobody_loses(
    lecturing: Client, assignment: Assignment, student: User, due_at: str
) -> None:
    make_submission(assignment=assignment, student=student, submitted_at=moscow(2025, 11, 17))
    said = "are told within a minute"
    assert said not in lecturing.get(save(lecturing, assignment, title="Pruning")["Location"]).text
    saved = save(lecturing, assignment, due_at=due_at, title="Pruning anew")
    assert said in lecturing.get(saved["Location"]).text
    assert Assignment.objects.get(number=2).title == "Pruning anew"


def test_the_closing_date_of_the_course(
    lecturing: Client, course: Course, assignment: Assignment, student: User
) -> None:
    make_submission(
        assignment=assignment.course.assignments.get(number=1), student=student, submitted_at=NOW, score=1000
    )
    Assignment.objects.exclude(number=1).update(due_at=moscow(2025, 11, 1))
    assert "whole numbers" in save(lecturing, course, remind_days="7, soon").text
    asked = save(lecturing, course, closes_at="2025-11-10T23:59", remind_days="5 2,1")
    assert "does not count" in asked.text
    course.refresh_from_db()
    assert course.closes_at is None
    assert agree(lecturing, asked).status_code == 302
    course.refresh_from_db()
    assert course.closes_at is not None
    assert (course.remind_days, course.report_days) == ([5, 2, 1], [3])


def test_the_target_to_which_a_group_has_moved(
    lecturing: Client,
    course: Course,
    assignment: Assignment,
    group: StudyGroup,
    student: User,
    group_mate: User,
) -> None:
    rule = make_extension_rule(course=course)
    activity = make_activity(course=course, min_people=1)
    make_proof(group=group, activity=activity, people=[student], taken_at=moscow(2025, 11, 2))
    make_request(group=group, assignments=[assignment])
    Assignment.objects.filter(number=2).update(due_at=moscow(2025, 11, 5))
    make_submission(assignment=assignment, student=student, submitted_at=moscow(2025, 11, 18), score=800)
    asked = save(lecturing, rule, target_at="2025-11-15T23:59")
    assert "does not count" in asked.text and "For 2 students" in asked.text
    assert ExtensionRule.objects.get().target_at == rule.target_at
    assert agree(lecturing, asked).status_code == 302
    assert ExtensionRule.objects.get().target_at == moscow(2025, 11, 15, 23, 59, 59)


def test_a_date_of_ones_own_made_earlier_and_taken_back(
    lecturing: Client, assignment: Assignment, student: User
) -> None:
    Assignment.objects.filter(number=2).update(due_at=moscow(2025, 11, 10))
    own = make_personal_date(assignment=assignment, student=student, due_at=DUE)
    sweep_dates(NOW)
    Message.objects.all().delete()
    make_submission(assignment=assignment, student=student, submitted_at=moscow(2025, 11, 18))
    asked = save(lecturing, own, due_at="2025-11-16T23:59")
    assert f'<th scope="row">{student}</th>' in asked.text
    assert PersonalDate.objects.get().due_at == DUE
    assert Message.objects.count() == 0
    asked = lecturing.post(page_of(own).replace("change", "delete"), {"post": "yes"})
    assert f'<th scope="row">{student}</th>' in asked.text
    assert PersonalDate.objects.exists()
    assert agree(lecturing, asked).status_code == 302
    assert not PersonalDate.objects.exists()
    assert Message.objects.filter(kind="dates", person=student).count() == 1


def test_what_an_activity_asks_for_and_the_group_of_a_student(
    lecturing: Client,
    course: Course,
    assignment: Assignment,
    group: StudyGroup,
    student: User,
    group_mate: User,
) -> None:
    make_extension_rule(course=course)
    activity = make_activity(course=course, checkpoints=1, min_people=1)
    make_proof(group=group, activity=activity, people=[student], checkpoint=1, taken_at=moscow(2025, 11, 2))
    make_request(group=group, assignments=[assignment])
    Assignment.objects.filter(number=2).update(due_at=moscow(2025, 11, 5))
    make_submission(assignment=assignment, student=student, submitted_at=moscow(2025, 11, 18), score=800)
    inline: dict[str, Any] = {
        f"checkpoints-{name}": value for name, value in (("TOTAL_FORMS", 2), ("INITIAL_FORMS", 1))
    }
    place = activity.checkpoints.get()
    inline |= {"checkpoints-0-id": place.pk, "checkpoints-0-activity": activity.pk}
    inline |= {"checkpoints-0-number": 1, "checkpoints-0-title": place.title}
    inline |= {"checkpoints-1-number": 2, "checkpoints-1-title": "Tower"}
    asked = save(lecturing, activity, **inline)  # a place that nobody was at yet
    assert "For 2 students" in asked.text and f'<th scope="row">{student}</th>' in asked.text
    assert activity.checkpoints.count() == 1
    assert agree(lecturing, asked).status_code == 302
    assert activity.checkpoints.count() == 2
    activity.checkpoints.filter(number=2).delete()
    enrolment = Enrolment.objects.get(person=student)
    asked = save(lecturing, enrolment, group=make_group(course=course).pk)
    assert "For 1 student the" in asked.text and f'<th scope="row">{student}</th>' in asked.text
    assert Enrolment.objects.get(person=student).group == group
