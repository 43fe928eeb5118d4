"""Dates for one person, as a TA gives them in the administration."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from grading.models import PersonalDate
from people.models import AuditEntry, Message, User
from schedule.models import Assignment, Course, Role
from tests.factories import (
    make_assignment,
    make_course,
    make_enrolment,
    make_personal_date,
    make_submission,
    make_user,
    moscow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
LIST = reverse("admin:grading_personaldate_changelist")
ADD = reverse("admin:grading_personaldate_add")
QUERIES_OF_THE_LIST = 10


@pytest.fixture
def assignment(course: Course) -> Assignment:
    return make_assignment(course=course, number=2, title="Pruning")


@pytest.fixture
def ta(assistant: User) -> Client:
    return signed_in(assistant)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page_of(date: PersonalDate) -> str:
    return reverse("admin:grading_personaldate_change", args=[date.pk])


def give(client: Client, assignment: Assignment, student: User, **fields: Any) -> Any:
    values = {"due_at": "2025-10-10T23:59:00", "is_penalised": "on", "reason": "Illness"}
    whose = {"assignment": assignment.pk, "student": student.pk}
    return client.post(ADD, {**whose, **values, **fields})


def said(response: Any) -> str:
    """What the form says is wrong."""
    return str(response.context["adminform"].form.errors)


class TestWhoSeesWhat:
    def test_whoever_teaches_nothing_finds_nothing(
        self, student: User, stranger: User, assignment: Assignment
    ) -> None:
        date = make_personal_date(assignment=assignment, student=student)
        for client in (signed_in(student), signed_in(stranger)):
            for address in (LIST, ADD, page_of(date)):
                assert client.get(address).status_code == 404
            assert give(client, assignment, student).status_code == 404

    def test_a_ta_of_another_course_gets_nothing(
        self, foreign_assistant: User, assignment: Assignment, student: User
    ) -> None:
        client, date = signed_in(foreign_assistant), make_personal_date(assignment=assignment)
        assert client.get(page_of(date)).status_code == 404
        assert list(client.get(LIST).context["cl"].result_list) == []
        assert "assignment" in said(give(client, assignment, student))
        address = f"{ADD}?assignment={date.assignment_id}&student={date.student_id}"
        assert client.get(address).status_code == 200  # not led to what is not theirs
        assert PersonalDate.objects.count() == 1

    def test_the_list_costs_the_same_with_one_row_and_with_thirty(
        self, ta: Client, assignment: Assignment, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        make_personal_date(assignment=assignment)
        with django_assert_num_queries(QUERIES_OF_THE_LIST):
            assert len(ta.get(LIST).context["cl"].result_list) == 1
        for _each in range(29):
            make_personal_date(assignment=assignment)
        with django_assert_num_queries(QUERIES_OF_THE_LIST):
            assert len(ta.get(LIST).context["cl"].result_list) == 30


class TestGiving:
    def test_a_date_is_read_by_the_clocks_of_the_course(
        self, ta: Client, assistant: User, assignment: Assignment, student: User
    ) -> None:
        before = timezone.now()
        assert give(ta, assignment, student).status_code == 302
        date = PersonalDate.objects.get()
        assert date.due_at == moscow(2025, 10, 10, 23, 59, 59)
        assert (date.assignment, date.student, date.reason) == (assignment, student, "Illness")
        assert (date.is_hard, date.is_penalised, date.set_by) == (False, True, assistant)
        assert before <= date.set_at <= timezone.now()
        entry = AuditEntry.objects.of(date).get()
        assert entry.new is not None and (entry.person, entry.new["reason"]) == (assistant, "Illness")

    def test_without_a_reason_nothing_is_given(
        self, ta: Client, assignment: Assignment, student: User
    ) -> None:
        assert "reason" in said(give(ta, assignment, student, reason=" "))
        assert not PersonalDate.objects.exists()

    def test_only_to_students_of_the_assignments_course(
        self, ta: Client, assistant: User, assignment: Assignment, lecturer: User
    ) -> None:
        elsewhere = make_course(slug="another")
        make_enrolment(person=assistant, course=elsewhere, role=Role.ASSISTANT)
        for other in (make_enrolment(course=elsewhere).person, lecturer, make_user()):
            assert "student" in said(give(ta, assignment, other))
        assert not PersonalDate.objects.exists()

    def test_nobody_gives_a_date_to_themselves(
        self, ta: Client, assistant: User, assignment: Assignment
    ) -> None:
        make_enrolment(course=assignment.course, person=assistant)
        assert "Nobody gives a date to themselves." in said(give(ta, assignment, assistant))
        own = make_personal_date(assignment=assignment, student=assistant)
        assert ta.post(page_of(own), {"due_at": "2026-01-01T00:00:00", "reason": "x"}).status_code == 403
        delete = reverse("admin:grading_personaldate_delete", args=[own.pk])
        assert ta.post(delete, {"post": "yes"}).status_code == 403
        assert PersonalDate.objects.get().due_at == own.due_at

    def test_one_a_student_and_assignment(self, ta: Client, assignment: Assignment, student: User) -> None:
        give(ta, assignment, student)
        assert "has a date for this assignment already" in said(give(ta, assignment, student))
        assert PersonalDate.objects.count() == 1

    def test_a_search_offers_students_only(
        self, ta: Client, student: User, lecturer: User, assignment: Assignment
    ) -> None:
        address = reverse("admin:autocomplete")
        asked = {"app_label": "grading", "model_name": "personaldate", "field_name": "student", "term": ""}
        offered = [each["text"] for each in ta.get(address, asked).json()["results"]]
        assert str(student) in offered and str(lecturer) not in offered


class TestOneDate:
    def test_changed_it_says_by_whom_and_stays_whose_it_is(
        self, ta: Client, assistant: User, assignment: Assignment, student: User
    ) -> None:
        date = make_personal_date(assignment=assignment, student=student)
        other = make_enrolment(course=assignment.course).person
        typed = {"due_at": "2025-10-20T12:00:00", "is_hard": "on", "reason": "Travel", "student": other.pk}
        assert ta.post(page_of(date), typed).status_code == 302
        date.refresh_from_db()
        assert (date.due_at, date.is_hard, date.student) == (moscow(2025, 10, 20, 12), True, student)
        assert date.set_by == assistant and date.set_at > moscow(2025, 9, 29, 12)

    def test_given_by_mistake_it_is_taken_back_and_stays_in_the_audit(
        self, ta: Client, assistant: User, assignment: Assignment
    ) -> None:
        date = make_personal_date(assignment=assignment)
        ta.post(reverse("admin:grading_personaldate_delete", args=[date.pk]), {"post": "yes"})
        assert not PersonalDate.objects.exists()
        last = AuditEntry.objects.of(date).first()
        assert last is not None and (last.operation, last.person) == ("delete", assistant)

    def test_its_student_is_told_of_it_given_and_taken_back(
        self, ta: Client, assignment: Assignment, student: User, time_machine: Any
    ) -> None:
        time_machine.move_to(moscow(2025, 9, 20), tick=False)
        give(ta, assignment, student)
        time_machine.shift(60)
        (told,) = Message.objects.filter(person=student, kind="dates")
        assert told.facts["changes"][0]["reason"] == "Illness"
        Message.objects.update(state=Message.State.SENT, settled_at=moscow(2025, 9, 20))
        ta.post(
            reverse("admin:grading_personaldate_delete", args=[PersonalDate.objects.get().pk]),
            {"post": "yes"},
        )
        assert Message.objects.filter(person=student, kind="dates").count() == 2

    def test_a_works_page_leads_there(self, ta: Client, assignment: Assignment, student: User) -> None:
        work = make_submission(assignment=assignment, student=student)
        page = ta.get(reverse("admin:grading_submission_change", args=[work.pk])).text
        address = f"{ADD}?assignment={assignment.pk}&student={student.pk}"
        assert address.replace("&", "&amp;") in page
        form = ta.get(address).context["adminform"].form
        assert str(form["assignment"].value()) == str(assignment.pk)
        assert "In Moscow time." in form.fields["due_at"].help_text
        date = make_personal_date(assignment=assignment, student=student)
        assert ta.get(address)["Location"] == page_of(date)

    def test_nonsense_in_the_address_is_an_empty_form(self, ta: Client, assignment: Assignment) -> None:
        for asked in ("assignment=x&student=y", f"assignment={assignment.pk}", "student=" + "9" * 40):
            assert ta.get(f"{ADD}?{asked}").status_code == 200
