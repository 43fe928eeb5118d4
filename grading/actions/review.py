"""A TA's points and feedback for a submission."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from grading.actions.results import tell_marks
from grading.messages.marks import review_state
from grading.models import Review, Submission
from people.audit import audited
from people.models import User


class ReviewConflict(Exception):
    """Nothing was saved: somebody else saved ``current`` after this person had opened the work."""

    def __init__(self, current: Review) -> None:
        super().__init__(f"version {current.version} was saved meanwhile")
        self.current = current


class ScoreOutOfRange(Exception):
    """Nothing was saved: points are between 0 and the assignment's ``max_score``, bonus is not negative."""

    def __init__(self, max_score: int) -> None:
        super().__init__(f"points go from 0 to {max_score} hundredths")
        self.max_score = max_score


class OwnWork(Exception):
    """Nothing was saved: nobody reviews their own work."""


def review_submission(
    *,
    submission: Submission,
    score: int | None,
    bonus: int,
    feedback: str,
    version: int,
    by: User,
    now: datetime,
) -> Review:
    """Save points before any penalty (hundredths; None for a comment only), bonus points and feedback.

    ``version`` is that of the review the person had before their eyes, 0 where there was none: of two who
    save from the same one, the second gets ReviewConflict with what the first saved, and nothing of theirs
    is overwritten. Saving what already stands changes nothing. The student is told, of an evening's reviews
    in one letter. Raises ScoreOutOfRange or OwnWork.
    """
    if submission.student_id == by.pk:
        raise OwnWork
    max_score = submission.assignment.max_score
    if bonus < 0 or (score is not None and not 0 <= score <= max_score):
        raise ScoreOutOfRange(max_score)
    wanted = {"score": score, "bonus": bonus, "feedback": feedback}
    signed = {"reviewer": by, "reviewed_at": now, "version": version + 1}
    with audited(by=by), transaction.atomic():
        if (current := _standing(submission)) is not None and _is(current, wanted):
            return current
        before = review_state(current)
        review = _saved(submission, version, wanted | signed)
        tell_marks([(submission, before, review)], course=submission.assignment.course, now=now)
        return review


def _saved(submission: Submission, version: int, values: Mapping[str, Any]) -> Review:
    if version == 0:
        return _first(submission, values)
    changed = Review.objects.filter(submission=submission, version=version).update(**values)
    current = Review.objects.select_related("reviewer").get(submission=submission)
    if not changed:
        raise ReviewConflict(current)
    return current


def _standing(submission: Submission) -> Review | None:
    return Review.objects.select_related("reviewer").filter(submission=submission).first()


def _is(review: Review, values: Mapping[str, object]) -> bool:
    return all(getattr(review, name) == value for name, value in values.items())


def _first(submission: Submission, values: Mapping[str, Any]) -> Review:
    try:
        with transaction.atomic():
            return Review.objects.create(submission=submission, **values)
    except IntegrityError:
        current = _standing(submission)
        if current is None:
            raise
        raise ReviewConflict(current) from None
