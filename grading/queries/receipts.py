"""The receipt of one submission: the promise that exactly these bytes are kept, from that second."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from grading.models import Submission
from grading.queries.attempts import Attempt, attempts_of
from grading.queries.deadlines import Terms, course_deadlines
from people.models import User
from schedule.models import Assignment, Course, Enrolment


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """A receipt. ``attempt`` has the receipt's number (``receipt``), the moment, the files with size and
    SHA-256 (``same_as`` names an earlier attempt with the same bytes), the price of lateness in hundredths
    (``price``) and the days, by the ``terms`` that hold for the student now. ``is_own`` is false where staff
    look at a student's receipt.
    """

    course: Course
    assignment: Assignment
    student: User
    group: str
    attempt: Attempt
    terms: Terms
    is_own: bool


def receipt_page(course: Course, receipt: str, reader: User, now: datetime) -> ReceiptPage:
    """The receipt with that number, in nine statements, two more where
    the group asks to move deadlines.

    Raises Submission.DoesNotExist where there is none in this course that the reader may see.
    """
    submission = (
        Submission.objects.visible_to(reader)
        .select_related("assignment", "student")
        .get(receipt=receipt, assignment__course=course)
    )
    student = submission.student
    terms = course_deadlines(course, now, students=[student.pk]).terms(submission.assignment_id, student.pk)
    attempts = attempts_of(student.pk, submission.assignment_id, terms)
    groups = Enrolment.objects.of(student).filter(course=course, group__isnull=False)
    # The present group; for somebody who has left the course the last one.
    latest = (
        groups.order_by(F("left_at").desc(nulls_first=True)).values_list("group__name", flat=True).first()
    )
    own = next(attempt for attempt in attempts if attempt.id == submission.pk)
    is_own = student.pk == reader.pk
    return ReceiptPage(course, submission.assignment, student, latest or "", own, terms, is_own)
