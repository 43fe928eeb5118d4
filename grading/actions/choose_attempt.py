"""Pointing to an attempt: which one the student wants the TA to look at."""

from __future__ import annotations

from datetime import datetime

from grading.models import Submission
from people.models import User


def choose_attempt(*, submission_id: int, assignment_id: int, by: User, now: datetime) -> Submission:
    """Point to one of the person's own attempts; the one touched last is the one looked at.

    Nothing else about the attempt changes. Raises Submission.DoesNotExist for anybody else's attempt.
    """
    own = Submission.objects.filter(student=by, assignment_id=assignment_id)
    if not own.filter(pk=submission_id).update(chosen_at=now):
        raise Submission.DoesNotExist
    return own.get(pk=submission_id)
