"""A TA says that they review a work, so that two do not do it at once."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from grading.actions.review import OwnWork
from grading.models import Claim, Submission
from people.models import User


class AlreadyClaimed(Exception):
    """Nothing was changed: another TA has taken this work. ``claim`` is theirs."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(f"{claim.ta} has taken it")
        self.claim = claim


def claim_submission(*, submission: Submission, by: User, now: datetime, over: bool = False) -> Claim:
    """Take a work; with ``over`` also from whoever has it. Taking one's own again changes nothing.

    Of two who take it at once one gets AlreadyClaimed. Raises OwnWork: nobody reviews their own.
    """
    if submission.student_id == by.pk:
        raise OwnWork
    claim = _made(submission, by, now)
    if claim.ta_id == by.pk:
        return claim
    if not over:
        raise AlreadyClaimed(claim)
    Claim.objects.filter(submission=submission).update(ta=by, claimed_at=now)
    return Claim.objects.select_related("ta").get(submission=submission)


def _made(submission: Submission, by: User, now: datetime) -> Claim:
    """The claim that stands, a new one if there was none."""
    standing = Claim.objects.select_related("ta").filter(submission=submission)
    if (claim := standing.first()) is not None:
        return claim
    try:
        with transaction.atomic():
            return Claim.objects.create(submission=submission, ta=by, claimed_at=now)
    except IntegrityError:
        return standing.get()


def release_submission(*, submission: Submission, by: User) -> bool:
    """Give a work back to everybody. False, and nothing changed, where it is not this person's."""
    gone, _each = Claim.objects.filter(submission=submission, ta=by).delete()
    return bool(gone)
