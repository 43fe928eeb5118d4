"""demo: two courses of made-up people that look like real ones, made once and never touching anybody real."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F, Q
from pytest_django import Settings

from courseportal.actions import load_course
from courseportal.course_file import read_course_file
from courseportal.course_file.stored import stored_definition
from courseportal.demo.building import NotOurs, make_demo
from courseportal.demo.people import LAST_YEAR, THIS_YEAR, Cohort, email_of
from courseportal.demo.placing import running_course
from courseportal.management.commands.demo import COURSE_FILE
from grading.models import ExamResult, Review, Submission, SubmissionFile
from grading.queries.gradebook import gradebook
from grading.rules import days_late
from people.kinds import kind_of
from people.letters import language_of
from people.models import Message, User
from perks.models import ExtensionRequest, Proof
from perks.queries.standing import group_standings
from schedule.models import Assignment, Course, Enrolment, Role
from schedule.queries import week_number
from tests.factories import MOSCOW, make_course, make_enrolment, make_submission, make_user, moscow

DEFINITION = read_course_file(COURSE_FILE.read_text("utf-8"))
NOW = moscow(2026, 11, 24, 15, 5)


def make(now: datetime = NOW, password: str | None = None) -> None:
    make_demo(definition=DEFINITION, now=now, password=password)


def run(*args: str) -> str:
    out = StringIO()
    call_command("demo", "--now", "2026-11-24T15:05", *args, stdout=out)
    return out.getvalue()


@pytest.fixture
def finished(db: None) -> Course:
    make()
    return Course.objects.get(slug="effdl-2025")


@pytest.fixture
def running(finished: Course) -> Course:
    return Course.objects.get(slug="effdl-2026")


def works_of(course: Course) -> list[Submission]:
    works = Submission.objects.filter(assignment__course=course)
    return list(works.select_related("assignment", "review__reviewer", "student").in_order())


def test_its_past_is_silent_and_a_few_have_something_under_the_bell(running: Course) -> None:
    readers = Counter(Message.objects.values_list("person__email", flat=True))
    assert set(readers) == {
        "nina.alekseeva@example.org",
        "timur.safin@example.org",
        "anastasiya.gorelova@example.org",
    }
    assert sum(readers.values()) < 40
    mine = Message.objects.filter(person__email="nina.alekseeva@example.org")
    assert {"announcement", "class", "marks", "proof", "request"} <= set(mine.values_list("kind", flat=True))
    assert mine.filter(read_at__isnull=True, state=Message.State.WAITING).exists()
    for message in mine.filter(state=Message.State.WAITING):
        assert kind_of(message.kind).holds(message.person_id, message.facts, NOW) == ""


@pytest.mark.sqlite
def test_the_real_course_has_two_groups_and_its_staff(finished: Course) -> None:
    assert stored_definition(finished) == DEFINITION
    students = Enrolment.objects.students().filter(course=finished)
    assert Counter(students.values_list("group__name", flat=True)) == {"417": 28, "418": 5}
    roles = Counter(Enrolment.objects.filter(course=finished).values_list("role", flat=True))
    assert (roles[Role.REPRESENTATIVE], roles[Role.ASSISTANT], roles[Role.LECTURER]) == (2, 2, 1)
    assert not User.objects.exclude(is_demo=True, email__endswith="@example.org").exists()
    assert {language_of(person) for person in User.objects.all()} == {"ru"}
    assert not User.objects.exclude(language="").exists(), "pages follow the visitor's browser"


def test_the_finished_course_has_every_grade(finished: Course) -> None:
    rows = gradebook(finished, NOW).rows
    accumulated = Counter(row.standing.accumulated.code for row in rows)
    assert set(accumulated) == {"excellent", "good", "satisfactory", "unsatisfactory"}
    assert min(accumulated.values()) >= 3
    final = Counter(row.final.grade.code if row.final.grade else None for row in rows)
    assert set(final) == {"excellent", "good", "satisfactory", "unsatisfactory", None}
    assert {row.final.outcome for row in rows} == {"confirm", "raise", "lower", "fail", "absent"}


def test_the_finished_course_is_graded_and_examined(finished: Course) -> None:
    works = works_of(finished)
    assert all(work.review.score is not None for work in works)
    assert all(work.review.reviewed_at > work.submitted_at for work in works)
    taught_by = set(
        Enrolment.objects.filter(course=finished, role=Role.ASSISTANT).values_list("person", flat=True)
    )
    assert {work.review.reviewer_id for work in works} == taught_by
    outcomes = ExamResult.objects.filter(course=finished)
    assert outcomes.values("student").distinct().count() == 33
    assert outcomes.count() > 33  # retakes
    assert not outcomes.filter(recorded_at__lt=moscow(2025, 12, 16)).exists()


def test_the_finished_course_has_what_a_real_one_has(finished: Course) -> None:
    works = works_of(finished)
    late = [days_late(work.submitted_at, work.assignment.due_at, MOSCOW) for work in works]
    assert late.count(0) > late.count(1) > 5 and max(late) > 2
    by_task: dict[tuple[int, int], list[int]] = {}
    for work in works:
        by_task.setdefault((work.student_id, work.assignment_id), []).append(work.review.score or 0)
    assert 150 < len(by_task) < 33 * 6  # some are missing
    twice = [scores for scores in by_task.values() if len(scores) == 2]
    assert sum(second > first for first, second in twice) > 5
    assert Review.objects.filter(submission__in=works, bonus__gt=0).exists()
    assert not Review.objects.filter(submission__in=works).exclude(feedback__regex="[а-я]{3}").exists()
    assert any(work.link for work in works) and any(work.comment for work in works)


def test_files_are_kept_in_full(running: Course) -> None:
    storage = storages["default"]
    files = SubmissionFile.objects.all()
    assert files.count() > 300
    assert any(not file.name.isascii() for file in files)
    for file in files:
        with storage.open(file.path) as kept:
            content = kept.read()
        assert (len(content), sha256(content).hexdigest()) == (file.size, file.sha256)
    allowed = {".ipynb", ".py"}
    assert {f".{file.name.rpartition('.')[2]}" for file in files} == allowed
    assert not Submission.objects.filter(files__isnull=True, link="").exists()


def test_the_running_course_has_every_state_of_work(running: Course) -> None:
    works, now = works_of(running), NOW
    assert 10 <= week_number(running, now.astimezone(MOSCOW).date()) <= 11
    assert running.term == "осень 2026"
    waiting = [work for work in works if not hasattr(work, "review") or work.review.score is None]
    in_time = [work for work in waiting if work.submitted_at <= work.assignment.due_at]
    assert len(in_time) >= 3
    assert [work for work in waiting if work.submitted_at > work.assignment.due_at]
    assert [work for work in in_time if work.submitted_at > now - timedelta(hours=1)]
    assert [work for work in waiting if hasattr(work, "review")]  # a TA has asked something
    graded = [work for work in works if work not in waiting]
    assert [work for work in graded if work.submitted_at > work.assignment.due_at]
    over = Assignment.objects.filter(course=running, due_at__lt=now)
    handed_in = {(work.student_id, work.assignment_id) for work in works}
    assert (
        len({pair for pair in handed_in if pair[1] in set(over.values_list("pk", flat=True))})
        < 33 * over.count()
    )
    assert not ExamResult.objects.filter(course=running).exists()


MOMENTS = [
    moscow(2026, 7, 15, 12),
    moscow(2028, 2, 29, 23, 59, 59),
    moscow(2027, 5, 10),  # a Monday's first second
    moscow(2025, 11, 20, 12),
]


@pytest.mark.django_db
@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_whenever_it_is_made_nothing_lies_in_the_future(now: datetime) -> None:
    make(now)
    running = Course.objects.get(slug=running_course(DEFINITION, now).course.slug)
    assert week_number(running, now.astimezone(MOSCOW).date()) == 11
    assert running.starts_on.weekday() == DEFINITION.course.starts_on.weekday()
    assert Submission.objects.filter(assignment__course=running).count() > 100
    assert not Submission.objects.filter(submitted_at__gt=now).exists()
    assert not Submission.objects.filter(submitted_at__date__lt=F("assignment__issued_on")).exists()
    assert not Review.objects.filter(reviewed_at__gt=now).exists()
    assert not Review.objects.filter(reviewed_at__lt=F("submission__submitted_at")).exists()
    assert not ExamResult.objects.filter(recorded_at__gt=now).exists()
    assert Submission.objects.filter(assignment__course=running).waiting().exists()

    standing = {one.group: one for one in group_standings(running, now)}["417"]
    assert [one.participants for one in standing.activities] == [8, 10, 10, 6]
    assert standing.move is not None and standing.move.is_provisional
    assert not Proof.objects.filter(posted_at__gt=now).exists()
    assert not Proof.objects.filter(decided_at__gt=now).exists()
    assert not Proof.objects.filter(taken_at__date__lt=running.starts_on, group__course=running).exists()
    assert not ExtensionRequest.objects.filter(Q(filed_at__gt=now) | Q(ended_at__gt=now)).exists()


def test_today_is_in_week_eleven_on_every_day_of_a_year() -> None:
    for days in range(366):
        now = moscow(2026, 4, 1, 23, 30) + timedelta(days=days)
        course = running_course(DEFINITION, now).course
        assert week_number(Course(starts_on=course.starts_on), now.astimezone(MOSCOW).date()) == 11
        assert course.starts_on.weekday() == 1
        assert course.slug == f"effdl-{course.starts_on.year}"


def test_in_the_term_of_the_real_course_both_stand_beside_each_other() -> None:
    during = running_course(DEFINITION, moscow(2025, 11, 20, 12)).course
    assert (during.slug, during.starts_on) == ("effdl-2025-now", date(2025, 9, 9))
    spring = running_course(DEFINITION, moscow(2026, 5, 1)).course
    assert (spring.slug, spring.term) == ("effdl-2026", "весна 2026")


@pytest.mark.sqlite
@pytest.mark.django_db
def test_a_second_run_has_nothing_to_change() -> None:
    first = run("--password", "demo")
    assert first.startswith("+ course effdl-2025: 33 students, ")
    assert "the password of them all: demo" in first
    with connection.execute_wrapper(_refuse_writing):
        second = run("--password", "another")
    assert second.endswith("there already\nnothing to change\n")


def _refuse_writing(execute: object, sql: str, params: object, many: bool, context: object) -> object:
    assert sql.startswith(("SELECT", "SAVEPOINT", "RELEASE")), sql
    assert callable(execute)
    return execute(sql, params, many, context)


@pytest.mark.sqlite
@pytest.mark.django_db
def test_stopped_half_way_it_leaves_nothing_and_begins_again(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path

    def stop(execute: object, sql: str, params: object, many: bool, context: object) -> object:
        if "INSERT" in sql and "effdl-2026" in str(params):
            raise KeyboardInterrupt
        assert callable(execute)
        return execute(sql, params, many, context)

    with pytest.raises(KeyboardInterrupt), connection.execute_wrapper(stop):
        make()
    assert not Course.objects.exists() and not User.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    make()
    assert Course.objects.count() == 2


@pytest.mark.django_db
def test_the_next_day_keeps_what_is_there() -> None:
    make()
    before = Submission.objects.count()
    make(NOW + timedelta(days=8))
    assert Submission.objects.count() == before and Course.objects.count() == 2


@pytest.mark.django_db
def test_it_is_the_same_each_time() -> None:
    found = []
    for _turn in range(2):
        with transaction.atomic():
            make()
            works = Submission.objects.order_by("receipt").values_list(
                "receipt", "student__email", "submitted_at", "review__score", "review__feedback"
            )
            hashes = SubmissionFile.objects.order_by("submission__receipt", "position").values_list("sha256")
            proofs = Proof.objects.order_by("posted_at", "pk").values_list(
                "taken_at", "posted_by__email", "state", "photos__sha256", "photos__look"
            )
            found.append((list(works), list(hashes), list(proofs)))
            transaction.set_rollback(True)
    assert found[0] == found[1]


@pytest.mark.django_db
def test_courses_of_others_stay_as_they_are() -> None:
    own = make_submission(assignment=None, score=900)
    make()
    own.refresh_from_db()
    course = own.assignment.course
    assert Submission.objects.filter(assignment__course=course).count() == 1
    assert Enrolment.objects.filter(course=course).count() == 1


def _a_real_person_in_it() -> None:
    load_course(definition=DEFINITION, now=NOW)
    make_enrolment(course=Course.objects.get())


def _another_course_of_that_name() -> None:
    make_course(slug="effdl-2026")


def _a_real_account() -> None:
    make_user(email=email_of(THIS_YEAR.groups[0].students[0].name))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        (_a_real_person_in_it, "there are real people in the course effdl-2025"),
        (_another_course_of_that_name, "there is a course effdl-2026 already"),
        (_a_real_account, "nina.alekseeva@example.org is a real person's account"),
    ],
)
def test_what_is_not_the_demo_s_is_refused(prepare: object, told: str) -> None:
    assert callable(prepare)
    prepare()
    before = (Course.objects.count(), User.objects.count(), Enrolment.objects.count())
    with pytest.raises(NotOurs, match=told):
        make()
    with pytest.raises(CommandError, match=told):
        run()
    assert (Course.objects.count(), User.objects.count(), Enrolment.objects.count()) == before


@pytest.mark.django_db
@pytest.mark.parametrize("year", ["2000", "2100"])
def test_a_moment_too_far_from_the_course_is_named(year: str) -> None:
    with pytest.raises(CommandError, match=r"--now: .* weeks from 2025-09-09 is not between"):
        call_command("demo", "--now", f"{year}-12-31T00:00")
    assert not Course.objects.exists()


@pytest.mark.django_db
def test_the_course_may_have_been_loaded_before() -> None:
    load_course(definition=DEFINITION, now=NOW)
    make()
    assert Enrolment.objects.students().filter(course__slug="effdl-2025").count() == 33


@pytest.mark.django_db
def test_in_production_nobody_can_sign_in_as_made_up_people() -> None:
    assert "nobody can sign in" in run()
    assert not any(user.has_usable_password() for user in User.objects.all())


@pytest.mark.django_db
def test_in_demo_mode_everybody_has_the_same_password(settings: Settings) -> None:
    settings.DEMO = True
    assert "the password of them all: demo" in run()
    assert all(user.check_password("demo") for user in User.objects.all())


@pytest.mark.parametrize("cohort", [LAST_YEAR, THIS_YEAR])
def test_made_up_people_are_told_apart(cohort: Cohort) -> None:
    names = [each.name for group in cohort.groups for each in group.students]
    assert len({email_of(name) for name in names}) == len(names) == 33
    for group in cohort.groups:
        assert group.representative in [each.name for each in group.students]
        assert [each.name for each in group.students] == sorted(
            (each.name for each in group.students), key=lambda name: name.replace("ё", "е")
        )
