"""import_submissions: facts from a file, in bulk, once."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from grading.actions.import_submissions import SubmissionsImported, import_submissions
from grading.models import Review, Submission
from grading.queries.gradebook import gradebook
from people.models import AuditEntry, User
from schedule.models import Assignment, Course, StudyGroup
from schedule.tables import BadTable
from tests.factories import make_assignment, make_course, make_enrolment, make_submission, moscow

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

HEAD = "email,assignment,submitted_at,score,feedback\n"
NOW = moscow(2025, 12, 31, 12)
ON_TIME = "student@example.org,1,2025-09-25T12:00:00"

Bring = Callable[..., SubmissionsImported]


@pytest.fixture
def assignment(course: Course) -> Assignment:
    return make_assignment(course=course)


@pytest.fixture
def bring(course: Course, assignment: Assignment, student: User) -> Bring:
    """Imports lines into the course, which has one assignment and one student."""

    def run(*lines: str) -> SubmissionsImported:
        return import_submissions(course=course, data=(HEAD + "\n".join(lines)).encode(), now=NOW)

    return run


def refused(bring: Bring, *lines: str) -> list[str]:
    """What is told about a file that is refused; nothing is written."""
    before = list(Submission.objects.values()), list(Review.objects.values())
    with pytest.raises(BadTable) as told:
        bring(*lines)
    assert (list(Submission.objects.values()), list(Review.objects.values())) == before
    return [str(problem) for problem in told.value.problems]


def test_a_row_becomes_work_with_points_and_feedback(bring: Bring, student: User) -> None:
    assert bring(f'{ON_TIME},"9,5","Хорошо, но\nдлинно"') == SubmissionsImported(1, 0, 0)

    work = Submission.objects.get()
    assert (work.student, work.assignment.number) == (student, 1)
    assert (work.submitted_at, work.origin) == (moscow(2025, 9, 25, 12), "import")
    assert (work.review.score, work.review.feedback) == (950, "Хорошо, но\nдлинно")
    assert work.review.reviewer is None
    assert (work.review.reviewed_at, work.review.version) == (NOW, 1)


def test_an_empty_score_is_work_that_waits(bring: Bring) -> None:
    bring(f"{ON_TIME},,", "student@example.org,1,2025-09-26T12:00:00,,Looks odd; will read again")

    assert Submission.objects.waiting().count() == 2
    assert Review.objects.get().score is None


def test_facts_are_recorded_whatever_the_deadline(course: Course, bring: Bring) -> None:
    make_assignment(course=course, closes_at=moscow(2025, 9, 30, 23, 59, 59))

    bring("student@example.org,1,2025-10-02T00:00:00,10,", "student@example.org,2,2025-10-02T00:00:00,10,")

    assert gradebook(course, NOW).rows[0].scores == (800, None)


def test_a_second_run_changes_nothing(bring: Bring) -> None:
    lines = f"{ON_TIME},9.5,Good", "student@example.org,1,2025-09-26T12:00:00,,"
    bring(*lines)
    before = list(Submission.objects.order_by("pk").values()), list(Review.objects.values())

    again = bring("Student@Example.org,01,2025-09-25T09:00:00Z,9.50,Good", *lines[1:])

    assert again == SubmissionsImported(0, 0, 2)
    assert (list(Submission.objects.order_by("pk").values()), list(Review.objects.values())) == before


def test_the_same_key_with_another_score_updates_the_review(bring: Bring, assistant: User) -> None:
    bring(f"{ON_TIME},7,Short")
    review = Review.objects.get()
    review.bonus, review.reviewer = 50, assistant
    review.save()

    assert bring(f"{ON_TIME},8,") == SubmissionsImported(0, 1, 0)

    review.refresh_from_db()
    assert (review.score, review.feedback, review.bonus) == (800, "Short", 50)
    assert review.reviewer is None
    assert (review.version, review.reviewed_at) == (2, NOW)
    assert Submission.objects.count() == 1
    entry = AuditEntry.objects.filter(old__score=700, new__score=800)
    assert entry.count() == 1


def test_points_for_work_that_waited(bring: Bring) -> None:
    bring(f"{ON_TIME},,")

    assert bring(f"{ON_TIME},10,Well done") == SubmissionsImported(0, 1, 0)
    assert (Review.objects.get().score, Review.objects.get().version) == (1000, 1)


def test_another_feedback_alone_is_a_change(bring: Bring) -> None:
    bring(f"{ON_TIME},9,Good")

    assert bring(f"{ON_TIME},9,Very good") == SubmissionsImported(0, 1, 0)
    assert Review.objects.get().feedback == "Very good"


def test_points_are_never_taken_away(bring: Bring) -> None:
    bring(f"{ON_TIME},9,Good")

    (told,) = refused(bring, f"{ON_TIME},,")

    assert told == ("line 2: score is empty, expected points: this work has 9, and an import takes none away")


def test_work_handed_in_here_gets_the_points_of_the_file(
    bring: Bring, assignment: Assignment, student: User
) -> None:
    work = make_submission(assignment=assignment, student=student)
    graded = make_submission(
        assignment=assignment, student=student, submitted_at=moscow(2025, 9, 26), score=300
    )

    assert bring(
        f"{ON_TIME},9,", "student@example.org,1,2025-09-26T00:00:00,4,Recounted"
    ) == SubmissionsImported(0, 2, 0)

    assert Submission.objects.count() == 2
    assert Review.objects.get(submission=work).score == 900
    assert (Review.objects.get(submission=graded).score, Review.objects.get(submission=graded).version) == (
        400,
        2,
    )


def test_of_two_works_of_one_second_the_last_is_meant(
    bring: Bring, assignment: Assignment, student: User
) -> None:
    make_submission(assignment=assignment, student=student)
    last = make_submission(assignment=assignment, student=student)

    bring(f"{ON_TIME},9,")

    assert Review.objects.get().submission == last


def test_twice_in_one_file_with_the_same_content_is_once(bring: Bring) -> None:
    assert bring(f"{ON_TIME},9,Good", f"{ON_TIME},9.00,Good") == SubmissionsImported(1, 0, 1)


def test_attempts_are_numbered_by_time(bring: Bring) -> None:
    bring("student@example.org,1,2025-09-27T12:00:00,3,", f"{ON_TIME},1,")
    bring("student@example.org,1,2025-09-26T12:00:00,2,")

    assert [work.review.score for work in Submission.objects.in_order()] == [100, 200, 300]


def test_former_students_may_still_get_their_points(course: Course, group: StudyGroup, bring: Bring) -> None:
    gone = make_enrolment(group=group, left_at=moscow(2025, 10, 1)).person

    assert bring(f"{gone.email},1,2025-09-25T12:00:00,9,").new == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("nobody@example.org,1,2025-09-25T12:00:00,9,", "a student of this course, present or former"),
        ("assistant@example.org,1,2025-09-25T12:00:00,9,", "a student of this course, present or former"),
        ("stranger@example.org,1,2025-09-25T12:00:00,9,", "a student of this course, present or former"),
        ("student,1,2025-09-25T12:00:00,9,", 'email is "student", expected an e-mail address'),
        ("student@example.org,7,2025-09-25T12:00:00,9,", "assignment of this course: 1"),
        ("student@example.org,one,2025-09-25T12:00:00,9,", 'assignment is "one", expected the number'),
        ("student@example.org,,2025-09-25T12:00:00,9,", "assignment is empty"),
        (f"student@example.org,{'1' * 5000},2025-09-25T12:00:00,9,", "expected the number of an assignment"),
        (f"{ON_TIME},11,", 'score is "11", expected points from 0 to 10'),
        (f"{ON_TIME},-1,", 'score is "-1"'),
        (f"{ON_TIME},abc,", 'score is "abc"'),
        (f"{ON_TIME},9.555,", 'score is "9.555"'),
        ("student@example.org,1,25.09.2025,9,", 'submitted_at is "25.09.2025", expected a date and time'),
        ("student@example.org,1,2026-01-01T00:00:00,9,", "expected a moment that is not in the future"),
        (f"{ON_TIME},9,5,", "the number of cells is 6, expected 5"),
        (f"{ON_TIME},9,5", 'feedback is "5", expected words: if the points are 9,5, write "9,5" in quotes'),
        (f"{ON_TIME},9", "the number of cells is 4, expected 5"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    bring: Bring, assistant: User, stranger: User, line: str, told: str
) -> None:
    (found,) = refused(bring, line, "student@example.org,1,2025-09-26T12:00:00,9,")

    assert found.startswith("line 2: ")
    assert told in found


def test_one_key_with_two_contents_is_an_error(bring: Bring) -> None:
    (told,) = refused(bring, f"{ON_TIME},9,", f"{ON_TIME},9,Good")

    assert told.startswith('line 3: submitted_at is "2025-09-25T12:00:00", expected another moment')
    assert "of line 2: it is the same work" in told


def test_all_that_is_wrong_is_told_at_once(bring: Bring) -> None:
    told = refused(bring, "nobody@example.org,9,now,11,", f"{ON_TIME},9,", f"{ON_TIME},abc,")

    assert [line.split(" is ")[0] for line in told] == [
        "line 2: assignment",
        "line 2: email",
        "line 2: submitted_at",
        "line 2: score",
        "line 4: score",
    ]


def test_an_assignment_has_its_own_most_points(course: Course, bring: Bring) -> None:
    make_assignment(course=course, number=2, max_score=2000)

    assert bring("student@example.org,2,2025-09-25T12:00:00,20,").new == 1
    assert "from 0 to 20" in refused(bring, "student@example.org,2,2025-09-25T12:00:01,20.01,")[0]


def test_other_courses_are_left_alone(course: Course, bring: Bring, student: User) -> None:
    foreign = make_submission(assignment=make_assignment(course=make_course()), student=student)

    assert bring(f"{ON_TIME},9,").new == 1
    assert not Review.objects.filter(submission=foreign).exists()


def test_statements_do_not_grow_with_rows(course: Course, bring: Bring) -> None:
    def statements(rows: int, score: int) -> int:
        lines = (f"student@example.org,1,2025-09-01T{n // 60:02d}:{n % 60:02d},{score}," for n in range(rows))
        with CaptureQueriesContext(connection) as captured:
            bring(*lines)
        return len(captured)

    few = statements(2, 1), statements(2, 2)
    many = statements(80, 3), statements(80, 4)

    assert max(many) <= max(few) + 1  # new and known work in one file


@pytest.mark.django_db(transaction=True)
def test_a_ta_who_saves_meanwhile_is_not_written_over(
    course: Course, bring: Bring, assignment: Assignment, student: User
) -> None:
    work = make_submission(assignment=assignment, student=student, score=700)
    done: list[SubmissionsImported] = []

    def import_in_another_connection() -> None:
        try:
            done.append(bring(f"{ON_TIME},9,"))
        finally:
            connection.close()

    other = Thread(target=import_in_another_connection)
    with transaction.atomic():
        Review.objects.filter(submission=work).update(feedback="Just written", version=2)
        other.start()
        other.join(timeout=0.5)
        assert other.is_alive()  # waits for the TA
    other.join(timeout=30)

    assert done == [SubmissionsImported(0, 1, 0)]
    review = Review.objects.get()
    assert (review.score, review.feedback, review.version) == (900, "Just written", 3)


def test_the_command_reads_standard_input_and_says_what_it_did(
    course: Course, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"{HEAD}{ON_TIME},9.5,Хорошо\n".replace(",", ";").replace("9.5", "9,5")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode("cp1251"))))
    out = io.StringIO()

    call_command("import_submissions", course.slug, "-", stdout=out)

    assert out.getvalue() == "New: 1. Changed: 0. Nothing to change: 0.\n"
    assert (Review.objects.get().score, Review.objects.get().feedback) == (950, "Хорошо")


def test_the_command_refuses_with_every_wrong_line(course: Course, bring: Bring, tmp_path: Path) -> None:
    file = tmp_path / "work.csv"
    file.write_text(f"{HEAD}{ON_TIME},11,\n{ON_TIME},abc,\n")

    with pytest.raises(CommandError, match=r"(?s)nothing was imported.*line 2: score.*line 3: score"):
        call_command("import_submissions", course.slug, str(file))
    assert not Submission.objects.exists()


def test_what_lies_in_the_future_depends_on_now(course: Course, bring: Bring, tmp_path: Path) -> None:
    file = tmp_path / "work.csv"
    file.write_text(f"{HEAD}{ON_TIME},9,\n")

    with pytest.raises(CommandError, match=r"it is now 2025-09-25 11:59:59\+03:00"):
        call_command("import_submissions", course.slug, str(file), now="2025-09-25T11:59:59")
    call_command("import_submissions", course.slug, str(file), now="2025-09-25T12:00", stdout=io.StringIO())
    assert Submission.objects.count() == 1


def test_feedback_that_is_a_number_is_read_where_no_comma_could_make_it(bring: Bring, course: Course) -> None:
    text = f"{HEAD}{ON_TIME},9,5\n".replace(",", ";")
    import_submissions(course=course, data=text.encode(), now=NOW)
    bring("student@example.org,1,2025-09-26T12:00:00,9.0,5")

    assert set(Review.objects.values_list("score", "feedback")) == {(900, "5")}
