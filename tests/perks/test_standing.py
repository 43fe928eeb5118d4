"""Where groups stand: proofs in the tables, through the rules."""

from __future__ import annotations

from datetime import timedelta

import pytest

from people.models import User
from perks.models import Activity, Proof
from perks.queries.standing import group_standings, moves
from perks.rules import PartState, RequestState
from schedule.models import Course, StudyGroup
from tests.factories import (
    make_activity,
    make_assignment,
    make_extension_rule,
    make_group,
    make_proof,
    make_request,
    moscow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
NOW, AFTER = moscow(2025, 11, 20, 12), moscow(2025, 12, 15)


@pytest.fixture
def activity(course: Course) -> Activity:
    make_extension_rule(course=course)
    return make_activity(course=course, min_people=2)


@pytest.fixture
def proof(group: StudyGroup, activity: Activity, student: User, group_mate: User) -> Proof:
    return make_proof(group=group, activity=activity, people=[student, group_mate])


@pytest.mark.parametrize(
    ("state", "participants"), [(PartState.NAMED, 2), (PartState.DISPUTED, 2), (PartState.STRUCK, 1)]
)
def test_whoever_is_struck_off_does_not_count_and_whoever_is_disputed_does(
    course: Course, proof: Proof, student: User, state: PartState, participants: int
) -> None:
    proof.parts.filter(person=student).update(state=state)
    (standing,) = group_standings(course, NOW)
    assert standing.activities[0].participants == participants
    assert standing.earned is (participants == 2)


@pytest.mark.parametrize("people", [0, 1, 2])
def test_a_proof_counts_for_its_group_alone(
    course: Course, proof: Proof, student: User, group_mate: User, people: int
) -> None:
    other = make_group(course=course, name="999")
    make_proof(group=other, activity=proof.activity, people=[student, group_mate][:people])
    told = {one.group: one.activities[0].participants for one in group_standings(course, NOW)}
    assert told == {proof.group.name: 2, "999": people}


def test_a_request_is_active_only_while_the_perk_is_earned(course: Course, proof: Proof) -> None:
    make_request(group=proof.group, assignments=[make_assignment(course=course)])
    (move,) = moves(course, NOW).values()
    assert move.is_active and not move.is_provisional
    Proof.objects.update(state=Proof.State.PENDING)
    (move,) = moves(course, NOW).values()
    assert move.is_provisional and not move.is_active
    (move,) = moves(course, AFTER).values()
    assert (move.state, move.is_active, move.is_provisional) == (RequestState.EXPIRED, False, False)
    Proof.objects.update(state=Proof.State.APPROVED)
    (move,) = moves(course, AFTER + timedelta(days=30)).values()
    assert move.is_active
