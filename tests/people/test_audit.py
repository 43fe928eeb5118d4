"""Every change of what is audited has its entry in the same transaction, however it was made."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries

from grading.models import GradeRow, LatePenalty, Review
from people import audit_triggers
from people.audit import audited, audited_models
from people.middleware import AuditMiddleware
from people.models import AuditEntry, User
from schedule.models import Assignment, CourseChat, Enrolment
from tests.factories import (
    make_assignment,
    make_course,
    make_group,
    make_review,
    make_submission,
    make_user,
    moscow,
)
from tests.services import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="speaks of SQLite alone")
on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="speaks of PostgreSQL alone")


def last(row: models.Model) -> AuditEntry:
    return AuditEntry.objects.of(row)[0]


def raw(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def test_the_apps_declare_what_the_portal_promises() -> None:
    declared = {
        model._meta.label: {field.name for field in fields} for model, fields in audited_models().items()
    }
    assert declared["grading.Review"] >= {"score", "bonus", "feedback", "reviewer"}
    assert declared["grading.Submission"] >= {"submitted_at", "chosen_at"}
    assert declared["schedule.Assignment"] >= {"due_at", "closes_at", "max_score"}
    assert declared["schedule.Enrolment"] >= {"role", "group", "left_at"}
    assert declared["people.User"] >= {"email", "name", "is_active", "is_superuser"}
    assert {"grading.ExamResult", "grading.GradeRow", "grading.GradingScheme"} <= declared.keys()
    assert {"grading.LatePenalty", "perks.ExtensionRule", "schedule.Course"} <= declared.keys()


@pytest.mark.parametrize("model", audited_models(), ids=lambda model: model._meta.label)
def test_no_audited_model_has_a_row_without_its_entry(model: type[models.Model]) -> None:
    """All made here are there, whatever their columns hold."""
    submission = make_submission(score=950)
    make_group(course=submission.assignment.course)
    for row in model._default_manager.all():
        assert last(row).operation == "insert"


def test_a_new_row_shows_all_that_is_audited() -> None:
    review = make_review(score=850, bonus=50, feedback="Хорошо, “100 %”")
    entry = last(review)
    assert entry.operation == "insert"
    assert entry.old is None
    assert entry.new == {
        "submission_id": review.submission_id,
        "score": 850,
        "bonus": 50,
        "feedback": "Хорошо, “100 %”",
        "reviewer_id": None,
    }


def test_a_change_shows_what_changed_and_nothing_else() -> None:
    review = make_review(score=850)
    review.score = 900
    review.save()
    entry = last(review)
    assert (entry.operation, entry.old, entry.new) == ("update", {"score": 850}, {"score": 900})


def test_a_change_of_what_is_not_audited_leaves_no_entry() -> None:
    person = make_user()
    person.last_login = datetime(2025, 9, 1, tzinfo=UTC)
    person.save()
    assert AuditEntry.objects.of(person).count() == 1


def test_a_deleted_row_is_kept_in_its_entry() -> None:
    penalty = LatePenalty.objects.get(course=make_course(per_day=300))
    pk = penalty.pk
    penalty.delete()
    entry = AuditEntry.objects.get(table="grading_latepenalty", row_id=pk, operation="delete")
    assert entry.old is not None and entry.old["per_day"] == 300
    assert entry.new is None


def test_values_are_written_the_same_by_both_engines() -> None:
    assignment = make_assignment()
    Assignment.objects.filter(pk=assignment.pk).update(
        due_at=moscow(2025, 10, 7, 23, 59, 59), takes_link=False
    )
    entry = last(assignment)
    assert entry.old == {"due_at": "2025-09-30T20:59:59+00:00", "takes_link": True}
    assert entry.new == {"due_at": "2025-10-07T20:59:59+00:00", "takes_link": False}
    penalty = LatePenalty.objects.get(course=assignment.course)
    LatePenalty.objects.filter(pk=penalty.pk).update(per_day=0, by_day=[100, 200])
    assert last(penalty).new == {"per_day": 0, "by_day": [100, 200]}


def test_the_moment_is_the_databases_own() -> None:
    before = datetime.now(UTC)
    entry = last(make_user())
    assert abs((entry.changed_at - before).total_seconds()) < 60


def test_a_row_that_has_no_number_of_its_own_is_named_by_its_key() -> None:
    """A course's chat is one of the course: its token is nobody's to read, not even here."""
    course = make_course()
    chat = CourseChat.objects.create(course=course, token="1234567890:secret", chat_id="-100200300")
    CourseChat.objects.update(is_on=True, token="1234567890:another")
    entries = AuditEntry.objects.of(chat)
    assert [entry.row_id for entry in entries] == [course.pk] * 2
    assert entries[0].new == {"is_on": True}
    assert entries[1].new == {
        "course_id": course.pk,
        "chat_id": "-100200300",
        "language": "ru",
        "is_on": False,
    }
    chat.delete()
    assert AuditEntry.objects.of(CourseChat(pk=course.pk))[0].operation == "delete"
    assert not AuditEntry.objects.filter(new__icontains="secret").exists()


class TestWays:
    """Each way of changing rows."""

    def test_queryset_update(self) -> None:
        review = make_review(score=700)
        Review.objects.filter(pk=review.pk).update(score=1000)
        assert last(review).new == {"score": 1000}

    def test_bulk_update_and_bulk_create(self) -> None:
        course = make_course()
        grades = list(GradeRow.objects.filter(scheme__course=course))
        for grade in grades:
            assert last(grade).operation == "insert"
            grade.min_total += 1
        GradeRow.objects.bulk_update(grades, ["min_total"])
        for grade in grades:
            assert last(grade).new == {"min_total": grade.min_total}

    def test_raw_sql(self) -> None:
        review = make_review(score=700)
        raw("UPDATE grading_review SET score = %s WHERE id = %s", 100, review.pk)
        entry = last(review)
        assert entry.new == {"score": 100}
        assert (entry.person, entry.how) == (None, "shell")
        assert entry.account == account()

    def test_raw_deletion(self) -> None:
        review = make_review(score=700)
        raw("DELETE FROM grading_review WHERE id = %s", review.pk)
        assert last(review).operation == "delete"

    def test_a_change_taken_back_takes_its_entry_back(self) -> None:
        review = make_review(score=700)
        with transaction.atomic():
            Review.objects.update(score=800)
            transaction.set_rollback(True)
        assert last(review).operation == "insert"


def account() -> str:
    """The database account of these tests."""
    if connection.vendor == "sqlite":
        return "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        return str(cursor.fetchone()[0])


class TestContext:
    """Who, how and why."""

    def test_it_is_told(self) -> None:
        person, review = make_user(), make_review(score=700)
        with audited(by=person, how="admin", why="a slip: 100 % of “two’s”"):
            Review.objects.filter(pk=review.pk).update(score=800)
        entry = last(review)
        assert (entry.person, entry.how, entry.why) == (person, "admin", "a slip: 100 % of “two’s”")

    def test_an_inner_one_adds_to_an_outer_one(self) -> None:
        person, review = make_user(), make_review(score=700)
        with audited(by=person.pk, how="page"), audited(why="asked to"):
            Review.objects.update(score=800)
        entry = last(review)
        assert (entry.person, entry.how, entry.why) == (person, "page", "asked to")

    def test_it_ends_with_its_block_in_the_same_transaction(self) -> None:
        person, review = make_user(), make_review(score=700)
        with audited(by=person, how="admin"):
            Review.objects.update(score=800)
        with audited(how="command"):
            Review.objects.update(score=900)
        assert (last(review).person, last(review).how) == (None, "command")

    def test_statements_without_parameters_and_with_per_cents(self) -> None:
        person, review = make_user(), make_review(score=700)
        with audited(by=person, how="shell"), connection.cursor() as cursor:
            cursor.execute(f"UPDATE grading_review SET feedback = '7 %' WHERE id = {review.pk}")
            assert cursor.rowcount == 1
        assert (last(review).person, last(review).new) == (person, {"feedback": "7 %"})

    def test_many_at_once(self) -> None:
        person, reviews = make_user(), [make_review(score=700) for _each in range(3)]
        with audited(by=person), connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE grading_review SET score = %s WHERE id = %s", [(100, each.pk) for each in reviews]
            )
        assert {last(each).person for each in reviews} == {person}

    def test_a_refused_statement_leaves_no_context_behind(self) -> None:
        review = make_review(score=700)
        with pytest.raises(IntegrityError), audited(by=make_user(), how="admin"), transaction.atomic():
            Review.objects.update(score=-1)
        Review.objects.update(score=800)
        assert (last(review).person, last(review).how) == (None, "shell")

    def test_a_person_unknown_until_the_first_change_is_asked_for_then(self) -> None:
        asked: list[int] = []

        def who() -> int:
            asked.append(1)
            return person.pk

        person, review = make_user(), make_review(score=700)
        with audited(by=who):
            list(Review.objects.all())
            assert not asked
            Review.objects.update(score=800)
        assert last(review).person == person

    @pytest.mark.django_db(transaction=True)
    def test_outside_a_transaction(self) -> None:
        person, review = make_user(), make_review(score=700)
        with audited(by=person, how="shell", why="by hand"):
            Review.objects.update(score=800)
        assert (last(review).person, last(review).why) == (person, "by hand")
        Review.objects.update(score=900)
        assert (last(review).person, last(review).why) == (None, "")

    @pytest.mark.django_db(transaction=True)
    def test_a_row_made_outside_a_transaction(self) -> None:
        person = make_user()
        with audited(by=person, how="command", why="createsuperuser"):
            made = User.objects.create_superuser(email="staff@example.org", password="long enough")
        assert made.pk == User.objects.get(email="staff@example.org").pk
        assert (last(made).person, last(made).operation, last(made).how) == (person, "insert", "command")


class TestAppendOnly:
    @pytest.mark.parametrize(
        "sql", ["UPDATE people_auditentry SET why = 'another'", "DELETE FROM people_auditentry"]
    )
    def test_raw_sql_is_refused(self, sql: str) -> None:
        make_user()
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            raw(sql)

    def test_the_orm_is_refused(self) -> None:
        entry = last(make_user())
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            AuditEntry.objects.update(why="another")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            entry.delete()

    @on_postgresql
    @pytest.mark.parametrize("table", ["people_auditentry", "grading_review"])
    def test_truncating_goes_around_nothing(self, table: str) -> None:
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            raw(f"TRUNCATE {table} CASCADE")

    @on_sqlite
    def test_an_insert_over_an_entry_is_refused(self) -> None:
        entry = last(make_user())
        columns = 'id, changed_at, account, how, why, "table", row_id, operation, new'
        values = f"{entry.pk}, '2025-01-01', '', '', '', '', 1, 'insert', '{{}}'"
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            raw(f"INSERT OR REPLACE INTO people_auditentry ({columns}) VALUES ({values})")


@on_sqlite
@pytest.mark.django_db(transaction=True)
def test_another_program_on_the_same_file_is_audited() -> None:
    review = make_review(score=700)
    with sqlite3.connect(connection.settings_dict["NAME"]) as other:
        other.execute("UPDATE grading_review SET score = 1000")
    other.close()
    entry = last(review)
    assert (entry.account, entry.how, entry.new) == ("sqlite", "shell", {"score": 1000})


@on_sqlite
def test_a_row_replaced_by_an_insert_leaves_its_old_values() -> None:
    review = make_review(score=700)
    raw(
        "INSERT OR REPLACE INTO grading_review"
        " (id, submission_id, score, bonus, feedback, reviewed_at, version)"
        " VALUES (%s, %s, 1000, 0, '', '2025-10-01 00:00:00', 1)",
        review.pk,
        review.submission_id,
    )
    entries = AuditEntry.objects.of(review)
    assert [entry.operation for entry in entries] == ["insert", "delete", "insert"]
    assert entries[1].old is not None and entries[1].old["score"] == 700


class TestInstallation:
    def test_a_second_time_changes_nothing(self) -> None:
        before = audit_triggers._present(connection)
        assert before
        audit_triggers.install("default")
        assert audit_triggers._present(connection) == before

    def test_lost_triggers_come_back(self) -> None:
        before = audit_triggers._present(connection)
        audit_triggers.remove("default")
        assert not audit_triggers._present(connection)
        audit_triggers.install("default")
        assert audit_triggers._present(connection) == before

    @pytest.mark.django_db(transaction=True)
    def test_migrating_makes_them_anew(self) -> None:
        before = audit_triggers._present(connection)
        audit_triggers.remove("default")
        call_command("migrate", verbosity=0)
        assert audit_triggers._present(connection) == before

    @pytest.mark.django_db(transaction=True)
    def test_the_database_can_be_emptied_on_purpose(self) -> None:
        make_user()
        call_command("flush", interactive=False, verbosity=0)
        assert not User.objects.exists() and not AuditEntry.objects.exists()
        assert last(make_user()).operation == "insert"

    @on_sqlite
    @pytest.mark.django_db(transaction=True)
    def test_tables_of_the_audit_can_be_altered(self) -> None:
        call_command("migrate", "grading", "zero", verbosity=0)
        call_command("migrate", verbosity=0)
        assert last(make_review()).operation == "insert"


class TestRequests:
    def answer(self, path: str, change: bool, user: User | AnonymousUser) -> None:
        def view(request: HttpRequest) -> HttpResponse:
            Review.objects.filter(score=0).exists()
            if change:
                Review.objects.update(score=F("score") + 1)
            return HttpResponse()

        request = RequestFactory().post(path)
        request.user = user
        AuditMiddleware(view)(request)

    @pytest.mark.parametrize(("path", "how"), [("/effdl/assignments/1/", "page"), ("/admin/x/", "admin")])
    def test_a_change_is_of_the_person_who_is_signed_in(self, path: str, how: str) -> None:
        person, review = make_user(), make_review()
        self.answer(path, change=True, user=person)
        assert (last(review).person, last(review).how) == (person, how)
        Review.objects.update(score=0)
        assert last(review).person is None

    def test_a_visitor_is_nobody(self) -> None:
        review = make_review()
        self.answer("/x/", change=True, user=AnonymousUser())
        assert (last(review).person, last(review).how) == (None, "page")

    def test_reading_costs_nothing_more(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        person = make_user()
        with django_assert_num_queries(1):
            self.answer("/x/", change=False, user=person)


class TestProcesses:
    """What is run beside the web server says so by itself."""

    def test_a_task(self) -> None:
        review = make_review(score=700)

        @current_app.task(name="tests.raise_all")
        def raise_all() -> None:
            Review.objects.update(score=800)

        raise_all.apply().get()
        assert (last(review).how, last(review).why) == ("task", "tests.raise_all")

    def test_a_command(self, process_env: dict[str, str], tmp_path: Path) -> None:
        course = make_course(slug="effdl")
        roster = tmp_path / "roster.csv"
        roster.write_text("email,name,group,role\nann@example.org,Ann,417,student\n", encoding="utf-8")
        command = [sys.executable, "manage.py", "import_roster", "effdl", str(roster)]
        subprocess.run(command, cwd=ROOT, env=process_env, check=True, capture_output=True)
        entry = last(Enrolment.objects.get(course=course))
        assert (entry.how, entry.why) == ("import", f"import_roster effdl {roster}")
