"""import_exam: outcomes from a file; all are kept, the last counts."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from grading.actions.import_exam import OutcomesImported, import_exam
from grading.models import ExamResult
from people.models import User
from schedule.models import Course
from schedule.tables import BadTable
from tests.factories import make_exam_result, moscow

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

EXAM = moscow(2025, 12, 20, 18)
RETAKE = moscow(2025, 12, 27, 18)


def bring(course: Course, *lines: str, now: datetime = EXAM) -> OutcomesImported:
    return import_exam(course=course, data=("email,outcome\n" + "\n".join(lines)).encode(), now=now)


def outcomes(student: User) -> list[str]:
    return [result.outcome for result in student.exam_results.order_by("recorded_at", "pk")]


def test_outcomes_are_recorded_once(course: Course, student: User, group_mate: User) -> None:
    lines = f"{student.email},confirm", f"{group_mate.email.upper()}, Absent"

    assert bring(course, *lines) == OutcomesImported(2, 0)
    assert bring(course, *lines, now=RETAKE) == OutcomesImported(0, 2)
    assert outcomes(student) == ["confirm"]
    assert outcomes(group_mate) == ["absent"]
    assert ExamResult.objects.filter(recorded_at=EXAM, recorded_by=None).count() == 2


def test_another_outcome_is_a_further_one(course: Course, student: User) -> None:
    for word in ("fail", "confirm", "fail"):
        bring(course, f"{student.email},{word}", now=RETAKE)

    assert outcomes(student) == ["fail", "confirm", "fail"]


def test_the_same_row_twice_is_one(course: Course, student: User) -> None:
    assert bring(course, f"{student.email},raise", f"{student.email},raise") == OutcomesImported(1, 1)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("student@example.org,passed", 'is "passed", expected confirm, lower, raise, fail or absent'),
        ("student@example.org,", "outcome is empty, expected confirm"),
        ("assistant@example.org,confirm", "a student of this course"),
        ("nobody,confirm", "an e-mail address"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    course: Course, student: User, group_mate: User, assistant: User, line: str, told: str
) -> None:
    with pytest.raises(BadTable, match=f"line 3: .*{told}"):
        bring(course, f"{group_mate.email},confirm", line)
    assert not ExamResult.objects.exists()


def test_two_outcomes_for_one_student_are_an_error(course: Course, student: User) -> None:
    with pytest.raises(BadTable, match='line 3: outcome is "lower", expected raise as in line 2'):
        bring(course, f"{student.email},raise", f"{student.email},lower")
    assert not ExamResult.objects.exists()


def test_no_outcome_is_put_before_the_last_one(course: Course, student: User) -> None:
    make_exam_result(course=course, student=student, outcome="fail", recorded_at=RETAKE)

    with pytest.raises(BadTable, match=r"the last outcome, fail at 2025-12-27 18:00:00\+03:00"):
        bring(course, f"{student.email},confirm", now=EXAM)
    assert outcomes(student) == ["fail"]


def test_the_command(course: Course, student: User, tmp_path: Path) -> None:
    file, out = tmp_path / "exam.csv", io.StringIO()
    file.write_bytes(f"\ufeffOutcome;Email\r\nraise;{student.email}\r\n".encode())

    call_command("import_exam", course.slug, str(file), stdout=out)
    assert out.getvalue() == "New: 1. Nothing to change: 0.\n"

    file.write_text("email,outcome\nx,y\n")
    with pytest.raises(CommandError, match=r"(?s)nothing was imported.*line 2: email.*line 2: outcome"):
        call_command("import_exam", course.slug, str(file))
    assert outcomes(student) == ["raise"]
