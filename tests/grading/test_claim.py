"""Who reviews a work: of two who take it one has it, and nobody's points are shut out by it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from grading.actions.claim import AlreadyClaimed, claim_submission, release_submission
from grading.actions.review import OwnWork
from grading.models import Claim
from tests.factories import make_submission, make_user, moscow

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
NOW, LATER = moscow(2025, 10, 1, 12), moscow(2025, 10, 1, 13)


def test_a_work_is_taken_once() -> None:
    work, first, second = make_submission(), make_user(), make_user()
    assert claim_submission(submission=work, by=first, now=NOW).claimed_at == NOW
    assert claim_submission(submission=work, by=first, now=LATER).claimed_at == NOW
    with pytest.raises(AlreadyClaimed) as refused:
        claim_submission(submission=work, by=second, now=LATER)
    assert refused.value.claim.ta == first
    assert Claim.objects.get().ta == first


def test_it_is_taken_over_on_purpose() -> None:
    work, first, second = make_submission(), make_user(), make_user()
    claim_submission(submission=work, by=first, now=NOW)
    claim = claim_submission(submission=work, by=second, now=LATER, over=True)
    assert (claim.ta, claim.claimed_at) == (second, LATER)


def test_only_whoever_has_it_gives_it_back() -> None:
    work, first, second = make_submission(), make_user(), make_user()
    claim_submission(submission=work, by=first, now=NOW)
    assert not release_submission(submission=work, by=second)
    assert release_submission(submission=work, by=first)
    assert not release_submission(submission=work, by=first)
    assert not Claim.objects.exists()


def test_nobody_takes_their_own() -> None:
    work = make_submission()
    with pytest.raises(OwnWork):
        claim_submission(submission=work, by=work.student, now=NOW, over=True)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_has_it() -> None:
    work, people, ready = make_submission(), [make_user(), make_user()], Barrier(2)

    def take(place: int) -> bool:
        try:
            ready.wait(timeout=10)
            claim_submission(submission=work, by=people[place], now=NOW)
        except AlreadyClaimed:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(take, range(2)))
    assert sorted(outcomes) == [False, True]
    assert Claim.objects.get().ta == people[outcomes.index(True)]
