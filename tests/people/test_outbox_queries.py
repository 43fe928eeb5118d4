"""How the outbox stands, in numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from people.models import Message, Sweep
from people.queries.outbox import depth, failed, last_sweep, oldest_due, trouble
from tests.factories import make_message, make_user, moscow

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
NOW = moscow(2025, 10, 1, 12)
STATES = Message.State


def before(minutes: float) -> dict[str, Any]:
    return {"at": NOW - timedelta(minutes=minutes)}


def test_an_empty_one_is_in_no_trouble() -> None:
    assert depth() == dict.fromkeys(STATES.values, 0)
    assert oldest_due(NOW) is None and last_sweep() is None
    assert not trouble(NOW) and not failed()


def test_depth_counts_every_state() -> None:
    for number, state in enumerate(STATES, start=1):
        for _each in range(number):
            make_message(state=state)
    assert depth() == {state: number for number, state in enumerate(STATES.values, start=1)}


def test_the_oldest_that_is_due_and_not_gone() -> None:
    for state in (STATES.SENT, STATES.KEPT, STATES.DROPPED, STATES.FAILED):
        make_message(state=state, at=NOW - timedelta(days=1))
    make_message(at=NOW + timedelta(seconds=1))
    assert oldest_due(NOW) is None
    make_message(at=NOW)
    assert oldest_due(NOW) == NOW
    make_message(state=STATES.CLAIMED, at=NOW - timedelta(minutes=7), scope="effdl")
    assert oldest_due(NOW) == NOW - timedelta(minutes=7)
    assert oldest_due(NOW, ["other"]) is None


def test_failed_ones_of_a_course_and_of_all() -> None:
    first = make_message(state=STATES.FAILED, scope="effdl")
    second = make_message(state=STATES.FAILED)
    make_message(state=STATES.SENT, scope="effdl")
    assert list(failed()) == [first, second]
    assert list(failed("effdl")) == [first] and not failed("other")


class TestTrouble:
    @pytest.mark.parametrize(("seconds", "late"), [(0, 0), (600, 0), (601, 1)])
    def test_late_is_more_than_ten_minutes(self, seconds: int, late: int) -> None:
        message = make_message(at=NOW - timedelta(seconds=seconds))
        found = trouble(NOW)
        assert (found.late, bool(found)) == (late, bool(late))
        assert found.oldest_at == (message.due_at if late else None)

    @pytest.mark.parametrize(("minutes", "stands_still"), [(1, False), (10, False), (10.1, True)])
    def test_a_sweep_of_long_ago(self, minutes: float, stands_still: bool) -> None:
        sweep = Sweep.objects.create(swept_at=NOW - timedelta(minutes=minutes))
        assert trouble(NOW).still_since == (sweep.swept_at if stands_still else None)
        assert trouble(NOW, []).still_since == trouble(NOW).still_since, "the sweep is everybody's"

    def test_a_sweep_that_is_to_come_tells_of_a_wrong_clock(self) -> None:
        Sweep.objects.create(swept_at=NOW + timedelta(days=42))
        assert trouble(NOW).still_since == NOW

    def test_of_the_courses_asked_for(self) -> None:
        make_message(state=STATES.FAILED, scope="effdl")
        make_message(scope="other", **before(30))
        make_message(**before(40))
        of_one, of_other, of_all = trouble(NOW, ["effdl"]), trouble(NOW, ["other"]), trouble(NOW)
        assert (of_one.failed, of_one.late) == (1, 0)
        assert (of_other.failed, of_other.late) == (0, 1)
        assert (of_all.failed, of_all.late) == (1, 2)
        assert of_all.oldest_at == NOW - timedelta(minutes=40)

    def test_it_takes_two_statements_however_many_there_are(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        person = make_user()
        for _each in range(30):
            make_message(person=person, **before(30))
        with django_assert_num_queries(2):
            assert trouble(NOW, ["", "effdl"]).late == 30
        with django_assert_num_queries(1):
            depth()
