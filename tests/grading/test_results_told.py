"""Marks, outcomes of the exam and receipts are told to the student: once, and as they are when they go."""

from __future__ import annotations

import uuid
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grading.actions.hand_in import Refused, hand_in
from grading.actions.import_submissions import import_submissions
from grading.actions.record_outcome import OwnExam, record_outcome
from grading.actions.review import ScoreOutOfRange, review_submission
from grading.models import Submission
from people.actions.deliver import deliver
from people.kinds import kind_of
from people.models import Message, User
from schedule.models import Assignment, Course, StudyGroup
from tests.factories import (
    make_activity,
    make_assignment,
    make_enrolment,
    make_extension_rule,
    make_proof,
    make_request,
    make_submission,
    moscow,
)

pytestmark = pytest.mark.django_db

NOW = moscow(2025, 10, 3, 12)
LATE = moscow(2025, 10, 1, 12)
"""One day after the deadline of assignments."""


@pytest.fixture
def work(course: Course, student: User) -> Submission:
    assignment = make_assignment(course=course, number=3, title="Pruning")
    return make_submission(assignment=assignment, student=student, submitted_at=LATE)


def grade(work: Submission, by: User, score: int | None, version: int = 0, **fields: Any) -> None:
    values: dict[str, Any] = {"bonus": 0, "feedback": "", "now": NOW + timedelta(minutes=version)}
    review_submission(submission=work, by=by, score=score, version=version, **values | fields)


def told(kind: str = "marks") -> list[Message]:
    return list(Message.objects.filter(kind=kind).exclude(state="dropped").order_by("pk"))


def holds(message: Message) -> str:
    return kind_of(message.kind).holds(message.person_id, message.facts, NOW)


def letters(now: Any = NOW + timedelta(hours=5)) -> list[str]:
    mail.outbox.clear()
    deliver(clock=lambda: now)
    return [f"{letter.subject}\n{letter.body}".replace("\N{NO-BREAK SPACE}", " ") for letter in mail.outbox]


class TestMarks:
    def test_the_subject_says_it_all_and_the_sum_is_shown(self, work: Submission, assistant: User) -> None:
        grade(work, assistant, 950, feedback="Good. See [the paper](https://example.org/p).")
        (letter,) = letters()
        title = work.assignment.course.short_title
        assert letter.startswith(f"{title}: assignment 3 graded, 8.50 of 10\n")
        assert "9.50 − 1.00 = 8.50" in letter
        assert "Good. See the paper (https://example.org/p)." in letter

    def test_an_evening_is_one_letter(self, course: Course, student: User, assistant: User) -> None:
        for number in range(1, 7):
            one = make_assignment(course=course, number=number)
            work = make_submission(assignment=one, student=student)
            grade(work, assistant, 800, now=NOW + timedelta(minutes=number * 10))
        assert letters(NOW + timedelta(minutes=61)) == []
        (letter,) = letters()
        assert "6 works graded: № 1, № 2, № 3, № 4, № 5, № 6" in letter

    def test_a_correction_before_it_went_is_the_first_mark(self, work: Submission, assistant: User) -> None:
        grade(work, assistant, 900)
        grade(work, assistant, 800, version=1)
        (message,) = told()
        assert (message.facts["before"]["score"], message.facts["after"]["score"]) == (None, 800)

    def test_a_correction_after_it_went_says_before_and_after(
        self, work: Submission, assistant: User
    ) -> None:
        grade(work, assistant, 900)
        letters()
        grade(work, assistant, 800, version=1, now=NOW + timedelta(hours=6))
        (letter,) = letters(NOW + timedelta(hours=8))
        assert "assignment 3 graded anew, 7.00 of 10" in letter
        assert "Points before: 9.00" in letter

    def test_a_mark_that_was_changed_back_is_not_told(self, work: Submission, assistant: User) -> None:
        grade(work, assistant, 900)
        letters()
        grade(work, assistant, 100, version=1, now=NOW + timedelta(hours=6))
        grade(work, assistant, 900, version=2, now=NOW + timedelta(hours=6))
        assert letters(NOW + timedelta(hours=8)) == []

    def test_a_mark_changed_past_the_portal_goes_as_it_is_now(
        self, work: Submission, assistant: User
    ) -> None:
        grade(work, assistant, 900)
        type(work.review).objects.update(score=700)
        (letter,) = letters()
        assert "assignment 3 graded, 6.00 of 10" in letter
        assert Message.objects.get(kind="marks").facts["after"]["score"] == 700

    def test_changed_back_past_the_portal_it_does_not_go(self, work: Submission, assistant: User) -> None:
        grade(work, assistant, 900)
        letters()
        grade(work, assistant, 700, version=1, now=NOW + timedelta(hours=6))
        type(work.review).objects.update(score=900)
        assert [holds(message) for message in told()][-1] == "changed_again"
        assert letters(NOW + timedelta(hours=8)) == []

    def test_of_two_about_one_work_only_the_latest_goes_with_another_mark(
        self, work: Submission, assistant: User
    ) -> None:
        grade(work, assistant, 900)
        Message.objects.update(read_at=NOW)  # seen under the bell, not gone by mail
        grade(work, assistant, 800, version=1)
        type(work.review).objects.update(score=700)
        (letter,) = letters()
        assert "assignment 3 graded anew, 6.00 of 10" in letter and "Points before: 9.00" in letter

    def test_what_lateness_costs_is_that_of_the_moment_of_sending(
        self, work: Submission, assistant: User
    ) -> None:
        grade(work, assistant, 950)
        Assignment.objects.update(due_at=moscow(2025, 10, 2))
        (letter,) = letters()
        assert "assignment 3 graded, 9.50 of 10" in letter
        assert Message.objects.get(kind="marks").facts["sum"]["penalty"] == 0

    def test_both_futures_while_a_request_is_provisional(
        self, course: Course, group: StudyGroup, work: Submission, student: User, assistant: User
    ) -> None:
        make_extension_rule(course=course)
        activity = make_activity(course=course, min_people=1)
        make_request(group=group, assignments=[work.assignment])
        grade(work, assistant, 950)
        (letter,) = letters()
        assert "Result: 8.50" in letter.replace("9.50 − 1.00 = ", "")
        assert "If the perk is earned: 9.50" in letter
        make_proof(group=group, activity=activity, people=[student])
        grade(work, assistant, 900, version=1, now=NOW + timedelta(hours=6))
        (letter,) = letters(NOW + timedelta(hours=8))
        assert "assignment 3 graded anew, 9.00 of 10" in letter
        assert "If the perk is earned" not in letter

    def test_a_comment_alone_and_points_taken_back(self, work: Submission, assistant: User) -> None:
        grade(work, assistant, None, feedback="Which cell?")
        assert "assignment 3: a comment, no points yet" in letters()[0]
        grade(work, assistant, 900, version=1, feedback="Which cell?")
        letters()
        grade(work, assistant, None, version=2, feedback="Which cell?", now=NOW + timedelta(hours=6))
        assert "assignment 3: the points are taken back" in letters(NOW + timedelta(hours=8))[0]

    def test_a_refusal_leaves_no_message(self, work: Submission, assistant: User) -> None:
        with pytest.raises(ScoreOutOfRange):
            grade(work, assistant, 2000)
        assert told() == []


class TestImports:
    def csv(self, tmp_path: Path, text: str) -> str:
        file = tmp_path / "rows.csv"
        file.write_text(text)
        return str(file)

    @pytest.mark.parametrize("more", [[], ["--notify"]])
    def test_submissions(self, work: Submission, student: User, tmp_path: Path, more: list[str]) -> None:
        header = "email,assignment,submitted_at,score,feedback\n"
        for score in ("9.5", "9.5", "8"):
            rows = self.csv(tmp_path, f"{header}{student.email},3,2025-10-01T12:00:00,{score},\n")
            call_command("import_submissions", "effdl", rows, *more, stdout=StringIO())
        assert [one.facts["after"]["score"] for one in told()] == ([800] if more else [])

    @pytest.mark.parametrize("more", [[], ["--notify"]])
    def test_exam(self, course: Course, student: User, tmp_path: Path, more: list[str]) -> None:
        for outcome in ("absent", "absent", "raise"):
            rows = self.csv(tmp_path, f"email,outcome\n{student.email},{outcome}\n")
            call_command("import_exam", "effdl", rows, *more, stdout=StringIO())
        assert [one.facts["after"] for one in told("outcome")] == (["raise"] if more else [])

    def test_a_mark_of_a_page_goes_as_a_silent_import_has_left_it(
        self, work: Submission, student: User, assistant: User, tmp_path: Path
    ) -> None:
        grade(work, assistant, 950, feedback="Good.")
        rows = f"email,assignment,submitted_at,score,feedback\n{student.email},3,2025-10-01T12:00:00,8,\n"
        call_command("import_submissions", "effdl", self.csv(tmp_path, rows), stdout=StringIO())
        (message,) = told()
        assert message.facts["after"] == {"score": 800, "bonus": 0, "feedback": "Good."}
        assert message.facts["sum"]["result"] == 700
        (letter,) = letters()
        assert "assignment 3 graded, 7.00 of 10" in letter

    def test_a_silent_import_that_brings_back_what_is_known_lets_the_letter_go(
        self, work: Submission, student: User, assistant: User, tmp_path: Path
    ) -> None:
        grade(work, assistant, 800)
        letters()
        grade(work, assistant, 950, version=1, now=NOW + timedelta(hours=6))
        rows = f"email,assignment,submitted_at,score,feedback\n{student.email},3,2025-10-01T12:00:00,8,\n"
        call_command("import_submissions", "effdl", self.csv(tmp_path, rows), stdout=StringIO())
        assert [message.state for message in Message.objects.order_by("pk")] == ["sent", "dropped"]

    def test_an_outcome_of_a_page_goes_as_a_silent_import_has_left_it(
        self, course: Course, student: User, assistant: User, tmp_path: Path
    ) -> None:
        record_outcome(course=course, student=student, outcome="absent", by=assistant, now=NOW)
        rows = self.csv(tmp_path, f"email,outcome\n{student.email},raise\n")
        call_command("import_exam", "effdl", rows, stdout=StringIO())
        (message,) = told("outcome")
        assert (message.facts["before"], message.facts["after"]) == (None, "raise")
        assert "exam: one grade higher" in letters()[0]

    def test_the_statements_do_not_grow_with_the_rows(self, course: Course, group: StudyGroup) -> None:
        make_assignment(course=course, number=1)
        counts = []
        for number in (2, 40):
            emails = [make_enrolment(group=group).person.email for _each in range(number)]
            rows = "".join(f"{email},1,2025-10-01T12:00:00,9,\n" for email in emails)
            data = f"email,assignment,submitted_at,score,feedback\n{rows}".encode()
            with CaptureQueriesContext(connection) as captured:
                import_submissions(course=course, data=data, now=NOW, notify=True)
            counts.append(len(captured))
        assert counts[0] == counts[1], counts
        assert len(told()) == 42


class TestOutcomes:
    @pytest.mark.parametrize(
        ("outcome", "subject"),
        [
            ("confirm", "exam: grade confirmed, final grade: unsatisfactory"),
            ("raise", "exam: one grade higher, final grade: satisfactory"),
            ("fail", "exam: failed, final grade: unsatisfactory"),
            ("absent", "exam: absent, no final grade"),
        ],
    )
    def test_each(self, course: Course, student: User, assistant: User, outcome: str, subject: str) -> None:
        record_outcome(course=course, student=student, outcome=outcome, by=assistant, now=NOW)
        assert subject in letters()[0]

    def test_another_outcome_before_it_went(self, course: Course, student: User, assistant: User) -> None:
        for outcome in ("absent", "confirm"):
            record_outcome(course=course, student=student, outcome=outcome, by=assistant, now=NOW)
        (message,) = told("outcome")
        assert (message.facts["before"], message.facts["after"]) == (None, "confirm")
        assert holds(message) == ""

    def test_a_refusal_leaves_no_message(self, course: Course, student: User) -> None:
        with pytest.raises(OwnExam):
            record_outcome(course=course, student=student, outcome="raise", by=student, now=NOW)
        assert told("outcome") == []


class TestReceipts:
    @pytest.fixture
    def assignment(self, course: Course) -> Assignment:
        return make_assignment(course=course, number=3)

    def hand_in(self, assignment: Assignment, by: User, **fields: Any) -> Any:
        files = [SimpleUploadedFile("work.py", b"print(1)")]
        values: dict[str, Any] = {"now": LATE, "form_token": uuid.uuid4(), "files": files}
        return hand_in(assignment=assignment, by=by, **values | fields)

    @pytest.mark.usefixtures("place")
    def test_it_says_what_is_kept_from_when_and_for_how_much(
        self, assignment: Assignment, student: User
    ) -> None:
        done = self.hand_in(assignment, student)
        (letter,) = letters(LATE)
        assert f"assignment 3 is handed in, receipt {done.submission.receipt}" in letter
        assert "1 October 2025, 12:00:00 MSK" in letter
        assert "−1.00" in letter
        assert f"work.py: 8 bytes, sha256 {done.submission.files.get().sha256}" in letter

    @pytest.mark.usefixtures("place")
    def test_a_date_that_moves_before_it_goes_is_in_it_and_on_the_page(
        self, client: Client, course: Course, assignment: Assignment, student: User
    ) -> None:
        done = self.hand_in(assignment, student)
        Assignment.objects.update(due_at=moscow(2025, 9, 28, 23, 59, 59))
        (letter,) = letters(LATE)
        assert "Deadline: 28 September, 23:59 MSK" in letter and "Days late: 3" in letter
        assert "−3.00" in letter
        client.force_login(student)
        page = client.get(f"/courses/{course.slug}/receipts/{done.submission.receipt}/").text
        assert "28 September, 23:59" in page.replace("\xa0", " ") and "−3.00" in page

    @pytest.mark.usefixtures("place")
    def test_once_for_each_form_and_none_for_a_refusal(self, assignment: Assignment, student: User) -> None:
        token = uuid.uuid4()
        for _each in range(2):
            self.hand_in(assignment, student, form_token=token)
        with pytest.raises(Refused):
            self.hand_in(assignment, student, files=[])
        assert len(told("receipt")) == 1
