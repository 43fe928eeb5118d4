"""Points and feedback: from one base only one may save, and what the other typed is not lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from grading.actions.record_outcome import NotAStudent, OwnExam, record_outcome
from grading.actions.review import OwnWork, ReviewConflict, ScoreOutOfRange, review_submission
from grading.models import ExamResult, Review, Submission
from people.models import AuditEntry, User
from schedule.models import Course
from tests.factories import make_enrolment, make_review, make_submission, make_user, moscow

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
NOW = moscow(2025, 10, 1, 12)


def save(submission: Submission, by: User, **fields: Any) -> Review:
    values: dict[str, Any] = {"score": 850, "bonus": 0, "feedback": "Good.", "version": 0, "now": NOW}
    return review_submission(submission=submission, by=by, **values | fields)


def test_the_first_review() -> None:
    work, ta = make_submission(), make_user()
    review = save(work, ta, bonus=50)
    assert (review.score, review.bonus, review.feedback) == (850, 50, "Good.")
    assert (review.reviewer, review.reviewed_at, review.version) == (ta, NOW, 1)
    entry = AuditEntry.objects.of(review)[0]
    assert entry.person == ta
    assert entry.new is not None and entry.new["score"] == 850


def test_a_change_raises_the_version() -> None:
    work, first, second = make_submission(), make_user(), make_user()
    save(work, first)
    review = save(work, second, score=900, version=1)
    assert (review.score, review.reviewer, review.version) == (900, second, 2)
    entry = AuditEntry.objects.of(review)[0]
    assert (entry.person, entry.old, entry.new) == (
        second,
        {"score": 850, "reviewer_id": first.pk},
        {"score": 900, "reviewer_id": second.pk},
    )


@pytest.mark.parametrize("version", [0, 1])
def test_of_two_who_save_from_the_same_base_the_second_gets_what_the_first_saved(version: int) -> None:
    work, first, second = make_submission(), make_user(), make_user()
    if version:
        make_review(submission=work, score=500)
    save(work, first, version=version, feedback="Mine.")
    with pytest.raises(ReviewConflict) as conflict:
        save(work, second, version=version, score=100, feedback="No, mine.")
    assert conflict.value.current.feedback == "Mine."
    assert conflict.value.current.reviewer == first
    assert Review.objects.get().score == 850
    assert AuditEntry.objects.filter(table="grading_review").count() == version + 1


def test_pressing_twice_changes_nothing() -> None:
    work, ta = make_submission(), make_user()
    first = save(work, ta)
    again = save(work, ta, now=moscow(2025, 10, 2))
    assert (again.version, again.reviewed_at) == (first.version, NOW)
    assert AuditEntry.objects.filter(table="grading_review").count() == 1


def test_a_comment_alone_leaves_the_work_waiting() -> None:
    work = make_submission()
    save(work, make_user(), score=None, feedback="Which notebook is it?")
    assert list(Submission.objects.waiting()) == [work]


@pytest.mark.parametrize(
    "fields", [{"score": 1001}, {"score": -1}, {"bonus": -1}, {"score": None, "bonus": -50}]
)
def test_points_stay_in_their_range(fields: dict[str, Any]) -> None:
    work = make_submission()
    with pytest.raises(ScoreOutOfRange):
        save(work, make_user(), **fields)
    assert not Review.objects.exists()


def test_full_points_are_in_range() -> None:
    assert save(make_submission(), make_user(), score=1000).score == 1000


def test_nobody_reviews_their_own_work() -> None:
    work = make_submission()
    with pytest.raises(OwnWork):
        save(work, work.student)
    assert not Review.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("version", [0, 1])
def test_two_who_save_at_once_make_one_review_and_one_conflict(version: int) -> None:
    work, people = make_submission(), [make_user(), make_user()]
    if version:
        make_review(submission=work, score=500)
    barrier = Barrier(2)

    def press(ta: User) -> str:
        try:
            barrier.wait()
            save(work, ta, version=version, feedback=f"From {ta}")
        except ReviewConflict:
            return "conflict"
        finally:
            connection.close()
        return "saved"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, people)) == ["conflict", "saved"]
    assert Review.objects.get().version == version + 1


class TestOutcomes:
    def record(self, course: Course, student: User, outcome: str, by: User) -> ExamResult:
        return record_outcome(course=course, student=student, outcome=outcome, by=by, now=NOW)

    def test_it_is_recorded(self, course: Course, student: User, lecturer: User) -> None:
        result = self.record(course, student, "raise", lecturer)
        assert (result.outcome, result.recorded_by, result.recorded_at) == ("raise", lecturer, NOW)
        assert AuditEntry.objects.of(result)[0].person == lecturer

    def test_a_retake_is_a_further_one_and_comes_last(
        self, course: Course, student: User, lecturer: User
    ) -> None:
        ExamResult.objects.create(
            course=course, student=student, outcome="absent", recorded_at=moscow(2025, 10, 2)
        )
        self.record(course, student, "confirm", lecturer)
        outcomes = ExamResult.objects.order_by("recorded_at", "pk").values_list("outcome", flat=True)
        assert list(outcomes) == ["absent", "confirm"]

    def test_the_same_outcome_again_is_nothing_new(
        self, course: Course, student: User, lecturer: User
    ) -> None:
        first = self.record(course, student, "confirm", lecturer)
        assert self.record(course, student, "confirm", lecturer) == first
        assert ExamResult.objects.count() == 1

    def test_only_students_have_one(self, course: Course, lecturer: User, stranger: User) -> None:
        for person in (stranger, make_enrolment().person):
            with pytest.raises(NotAStudent):
                self.record(course, person, "confirm", lecturer)
        assert not ExamResult.objects.exists()

    def test_nobody_records_their_own(self, course: Course, student: User) -> None:
        with pytest.raises(OwnExam):
            self.record(course, student, "raise", student)
