"""Exam outcomes from a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from grading.actions.results import correct_outcomes, tell_outcomes
from grading.models import ExamResult
from grading.rules import Outcome
from schedule.cells import one_of, shown_moment, student_among
from schedule.models import Course
from schedule.queries import students_ever
from schedule.tables import Row, Table, read_table

COLUMNS: Final = ("email", "outcome")


@dataclass(frozen=True, slots=True)
class OutcomesImported:
    """How many outcomes were recorded, and how many rows named the one that holds already."""

    new: int
    unchanged: int


def import_exam(*, course: Course, data: bytes, now: datetime, notify: bool = False) -> OutcomesImported:
    """Record the exam outcomes of a CSV file with the columns of ``COLUMNS``.

    An outcome that differs from a student's last one is a further outcome, a retake; all are kept. With
    ``notify`` the students are told.
    Raises BadTable, and changes nothing, where anything in the file is wrong.
    """
    table = read_table(data, COLUMNS)
    rows = _outcomes(table, course)
    with transaction.atomic():
        Course.objects.select_for_update(no_key=True).get(pk=course.pk)  # one import at a time
        last = {
            student_id: (outcome, recorded_at)
            for student_id, outcome, recorded_at in ExamResult.objects.filter(course=course)
            .order_by("recorded_at", "pk")
            .values_list("student_id", "outcome", "recorded_at")
        }
        new = []
        for student_id, (outcome, row) in rows.items():
            known, recorded_at = last.get(student_id, ("", now))
            if outcome == known:
                continue
            if recorded_at > now:
                last_at = shown_moment(recorded_at, course.zone)
                row.refuse("outcome", f"nothing before the last outcome, {known} at {last_at}")
            new.append(ExamResult(course=course, student_id=student_id, outcome=outcome, recorded_at=now))
        table.check()
        made = ExamResult.objects.bulk_create(new)
        if notify:
            before = {student_id: outcome for student_id, (outcome, _at) in last.items()}
            recorded = [(result, before.get(result.student_id)) for result in made]
            tell_outcomes(recorded, course=course, now=now)
        else:
            correct_outcomes(made, course=course, now=now)
    return OutcomesImported(len(new), len(table.rows) - len(new))


def _outcomes(table: Table, course: Course) -> dict[int, tuple[str, Row]]:
    """The outcome of each student with its row; what is wrong is noted in the rows."""
    student = student_among(students_ever(course))
    outcome = one_of(Outcome)
    found: dict[int, tuple[str, Row]] = {}
    for row in table.rows:
        student_id, word = row.read("email", student, 0), row.read("outcome", outcome, "")
        if row.problems:
            continue
        first, where = found.setdefault(student_id, (word, row))
        if first != word:
            row.refuse("outcome", f"{first} as in line {where.line}, or each student once")
    return found
