"""Marks and outcomes of the exam are told to the student, in the transaction that gives them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from operator import itemgetter

from grading.messages.marks import corrected_marks, marks_facts, review_state
from grading.messages.outcome import corrected_outcome, outcome_facts
from grading.models import ExamResult, Review, Submission
from grading.queries.told import told_ends, told_results
from people.actions.retelling import Change, correct_waiting, tell_changes
from people.kinds import Facts
from schedule.messages.parts import CHANGED
from schedule.models import Course

Reviewed = tuple[Submission, Facts, Review]
"""A work with its assignment, what its review said until now (``review_state``), and its review."""


def tell_marks(reviewed: Sequence[Reviewed], *, course: Course, now: datetime) -> int:
    """Tell the students of a course what their works were given; how many messages were written.

    What is changed again before the letter has gone is told once, and what is changed back not at all. The
    number of statements does not grow with the works.
    """
    told = told_results(course, [submission.pk for submission, _before, _review in reviewed], now)
    changes = [
        Change(
            marks_facts(submission, before, review_state(review), told[submission.pk]),
            f"{submission.pk}:{review.version}",
            {submission.student_id},
        )
        for submission, before, review in reviewed
    ]
    return tell_changes(
        kind="marks",
        changes=changes,
        subject=itemgetter("submission"),
        scope=course.slug,
        zone=course.time_zone,
        now=now,
    )


def tell_outcomes(recorded: Sequence[tuple[ExamResult, str | None]], *, course: Course, now: datetime) -> int:
    """Tell students how their exam ended, given with each the outcome that stood until then."""
    ends = told_ends(course, [result.student_id for result, _before in recorded], now)
    changes = [
        Change(
            outcome_facts(course, result.student_id, before, result.outcome, ends.get(result.student_id)),
            f"{result.pk}",
            {result.student_id},
        )
        for result, before in recorded
    ]
    return tell_changes(
        kind="outcome",
        changes=changes,
        subject=itemgetter("student"),
        scope=course.slug,
        zone=course.time_zone,
        now=now,
    )


def correct_marks(reviewed: Sequence[Reviewed], *, course: Course, now: datetime) -> None:
    """Let what pages wrote of these works, and has not gone yet, say what is so now; nothing more is told."""
    reviews = {submission.pk: review for submission, _before, review in reviewed}

    def corrected(works: Collection[int]) -> Mapping[int, Facts]:
        told = told_results(course, works, now)
        return {pk: corrected_marks(reviews[pk], told[pk]) for pk in works}

    correct_waiting(
        kind="marks",
        scope=course.slug,
        subject=itemgetter("submission"),
        changed=reviews,
        corrected=corrected,
        why=CHANGED,
        now=now,
    )


def correct_outcomes(recorded: Sequence[ExamResult], *, course: Course, now: datetime) -> None:
    """The same of the exam's outcomes."""
    outcomes = {result.student_id: result.outcome for result in recorded}

    def corrected(students: Collection[int]) -> Mapping[int, Facts]:
        ends = told_ends(course, students, now)
        return {pk: corrected_outcome(outcomes[pk], ends.get(pk)) for pk in students}

    correct_waiting(
        kind="outcome",
        scope=course.slug,
        subject=itemgetter("student"),
        changed=outcomes,
        corrected=corrected,
        why=CHANGED,
        now=now,
    )
