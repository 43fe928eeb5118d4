"""The outcome of a student's exam, as staff record it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from grading.actions.results import tell_outcomes
from grading.models import ExamResult
from people.audit import audited
from people.models import User
from schedule.models import STUDENT_ROLES, Course, Enrolment


class NotAStudent(Exception):
    """Nothing was recorded: this person has never been a student of the course."""


class OwnExam(Exception):
    """Nothing was recorded: nobody records the outcome of their own exam."""


def record_outcome(*, course: Course, student: User, outcome: str, by: User, now: datetime) -> ExamResult:
    """Record an outcome; one that differs from the last is a further one, a retake, and all are kept.

    The same outcome again is nothing new: the one that stands is returned. The student is told. Raises
    NotAStudent or OwnExam.
    """
    if student == by:
        raise OwnExam
    if not Enrolment.objects.filter(course=course, person=student, role__in=STUDENT_ROLES).exists():
        raise NotAStudent
    with audited(by=by), transaction.atomic():
        Course.objects.select_for_update(no_key=True).get(pk=course.pk)  # one outcome at a time
        results = ExamResult.objects.filter(course=course, student=student)
        last = results.order_by("recorded_at", "pk").last()
        if last is not None and last.outcome == outcome:
            return last
        result = ExamResult.objects.create(
            course=course,
            student=student,
            outcome=outcome,
            recorded_by=by,
            # By the clock, and yet after all that stands: the last one counts.
            recorded_at=max(now, last.recorded_at) if last else now,
        )
        tell_outcomes([(result, last.outcome if last else None)], course=course, now=now)
        return result
