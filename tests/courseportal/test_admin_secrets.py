"""Nothing of another course is on any page that a TA can open in the administration, however they ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse

from grading.models import GradingScheme, LatePenalty
from people.models import User
from perks.models import Activity, Checkpoint
from schedule.admin.taught import TaughtAdmin
from schedule.models import Assignment, Course, Role
from tests.factories import (
    make_course,
    make_enrolment,
    make_exam_result,
    make_file,
    make_group,
    make_review,
    make_submission,
    make_user,
)
from tests.schedule.test_admin import one_of_each, signed_in

pytestmark = pytest.mark.django_db
SECRET = "Hidden"


@pytest.fixture
def hidden(course: Course, student: User) -> Course:
    """A course of others, in which a student of this one takes part too; all of its texts say so."""
    there = make_course(title=f"{SECRET} course", short_title=f"{SECRET} short", term=f"{SECRET} term")
    rows = one_of_each(there)
    for row in rows.values():
        for field in ("title", "short_title", "room", "name"):
            if isinstance(getattr(row, field, None), str):
                setattr(row, field, f"{SECRET} {type(row).__name__}")
        row.save()
    Checkpoint.objects.create(activity=rows[Activity], number=1, title=f"{SECRET} place")
    group = make_group(course=there, name=f"{SECRET} group")
    make_enrolment(person=student, group=group)
    teacher = make_user(name=f"{SECRET} teacher", email=f"{SECRET.lower()}@example.org")
    make_enrolment(person=teacher, course=there, role=Role.ASSISTANT)
    assignment = there.assignments.get()
    work = make_submission(assignment=assignment, student=student, comment=f"{SECRET} comment")
    make_file(submission=work, name=f"{SECRET}.py")
    make_review(submission=work, score=900, feedback=f"{SECRET} feedback", reviewer=teacher)
    make_exam_result(course=there, student=student, recorded_by=teacher)
    return there


@pytest.fixture
def rows(course: Course, student: User) -> list[Any]:
    """A row of every kind of the TA's own course, and the student of both."""
    work = make_submission(assignment=one_of_each(course)[Assignment], student=student, score=800)
    scheme, penalty = GradingScheme.objects.get(course=course), LatePenalty.objects.get(course=course)
    result = make_exam_result(course=course, student=student)
    own: list[Any] = [course.enrolments.get(person=student), course.groups.first()]
    own += [course.classes.get(), course.exam, course.activities.get(), course.extension_rule]
    return [course, *own, work.assignment, work, student, scheme, penalty, result]


def addresses(rows: list[Any], hidden: Course, person: User) -> Iterator[str]:
    request = RequestFactory().get("/")
    request.user = person
    yield reverse("admin:index")
    group, assignment = hidden.groups.latest("pk"), hidden.assignments.get()
    asked = [f"q={SECRET[:5]}", "course=all", f"course={hidden.pk}", "course=all&state=all"]
    asked += [f"group={group.pk}", f"group={group.pk}&assignment={assignment.pk}&state=all"]
    for row in rows:
        page = admin.site._registry[type(row)]
        assert isinstance(page, TaughtAdmin)
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
        listed = reverse(f"{name}_changelist")
        yield from (listed, *(f"{listed}?{question}" for question in asked))
        yield from (reverse(f"{name}_{each}", args=[row.pk]) for each in ("change", "history"))
        if page.has_add_permission(request):
            yield f"{reverse(f'{name}_add')}?course={hidden.pk}"
        for field in page.autocomplete_fields:
            app, model = row._meta.app_label, row._meta.model_name
            yield f"/admin/autocomplete/?app_label={app}&model_name={model}&field_name={field}&term="


def leaks(client: Client, pages: Iterator[str]) -> list[str]:
    """The pages that show something of the hidden course."""
    found = []
    for page in pages:
        answer = client.get(page, follow=True)
        assert answer.status_code == 200, page
        found += [page] if SECRET in answer.text else []
    return found


def test_no_page_shows_another_course(rows: list[Any], hidden: Course, assistant: User) -> None:
    assert leaks(signed_in(assistant), addresses(rows, hidden, assistant)) == []


def test_the_check_finds_what_is_shown(rows: list[Any], hidden: Course) -> None:
    root = make_user(is_superuser=True)
    found = leaks(signed_in(root), addresses(rows, hidden, root))
    assert len(found) > 20


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("people_user", "password__startswith=md5"),
        ("people_user", "last_login__isnull=1"),
        ("people_user", "enrolments__isnull=0"),
        ("schedule_enrolment", "person__email__startswith=a"),
        ("grading_submission", "student=1"),
    ],
)
def test_an_address_asks_nothing_that_no_filter_offers(
    name: str, question: str, course: Course, assistant: User
) -> None:
    """Else a password's hash could be read letter by letter from which people are listed."""
    address = reverse(f"admin:{name}_changelist")
    answer = signed_in(assistant).get(f"{address}?{question}")
    assert (answer.status_code, answer["Location"]) == (302, address)


def test_the_filters_that_are_offered_narrow(course: Course, student: User, assistant: User) -> None:
    address = reverse("admin:schedule_enrolment_changelist")
    page = signed_in(assistant).get(f"{address}?role__exact=assistant")
    assert [row.person for row in page.context["cl"].result_list] == [assistant]
