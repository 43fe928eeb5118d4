"""Many people at once around the tenth participant and around the request: as if one came after another.

Each round twelve people press at the same moment, on PostgreSQL, each in a thread with a connection of their
own. Afterwards there has to be an order in which the same deeds, one after another, tell everybody what they
were told and leave what was left, by a second reckoning in plain Python (tests/perks/plain.py). `make test`
runs 15 rounds, `make trust LONG=1` 2,000; RACE_ROUNDS and ORACLE_SEED set another number and another seed.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier, Lock
from types import ModuleType

import pytest
from django.db import connection, transaction

from grading.queries.deadlines import course_deadlines
from grading.rules import Source
from people.models import User
from perks.actions import decide, participants, requests
from perks.models import Activity, ExtensionRequest, Participation, Proof, RequestedAssignment
from perks.queries.standing import group_standings
from schedule.models import Assignment, Role, StudyGroup
from tests.factories import (
    make_activity,
    make_assignment,
    make_course,
    make_enrolment,
    make_extension_rule,
    make_group,
    make_proof,
    make_request,
    make_user,
)
from tests.perks import oracle, plain
from tests.perks.plain import Deed, Group, Paper
from tests.perks.stage import Stage, perform, what_is_left

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time anyway"),
]

ROUNDS = int(os.environ.get("RACE_ROUNDS", "15"))
SEED = int(os.environ.get("ORACLE_SEED") or random.SystemRandom().randrange(2**32))
AT_ONCE = 12
TARGET, NOW, AFTER = 1_000_000, 500_000, 1_000_001
COURSE = plain.Course({1: oracle.Asked(10)}, (1, 2, 3, 4, 5, 6), TARGET)
KINDS = (
    *("approve", "approve", "approve", "reject", "reopen"),
    *("not me", "not me", "not me", "me after all", "strike", "keep"),
    *("file", "file", "file", "withdraw"),
)

OUTCOMES = {
    *("approved", "rejected", "pending", "changed", "not allowed"),
    *("struck", "disputed", "named", "filed", "stands", "refused", "withdrawn", "nothing"),
}
"""What people are told. All of it has to happen: rounds without a single dispute would prove little."""


@dataclass
class Scene:
    """A course with two groups of twelve, the second of which nobody touches, and its staff."""

    stage: Stage
    other: StudyGroup
    activity: Activity
    assignments: list[Assignment]
    members: list[User]
    """The representative is the first."""
    staff: list[User]


@pytest.fixture
def scene() -> Scene:
    course = make_course()
    make_extension_rule(course=course, target_at=oracle.at(TARGET))
    assignments = [make_assignment(course=course) for _number in COURSE.numbers]
    group, other = make_group(course=course), make_group(course=course)
    representative = make_user()
    make_enrolment(person=representative, group=group, role=Role.REPRESENTATIVE)
    members = [make_user() for _number in range(AT_ONCE - 1)]
    for person in members:
        make_enrolment(person=person, group=group)
    staff = [make_user(), make_user()]
    for person in staff:
        make_enrolment(person=person, course=course, role=Role.ASSISTANT)
    activity = make_activity(course=course, min_people=10)
    stranger = make_enrolment(group=other).person
    make_proof(
        group=other, activity=activity, people=[stranger], posted_at=oracle.at(1), taken_at=oracle.at(1)
    )
    make_request(group=other, assignments=assignments[2:4], filed_at=oracle.at(1))
    stage = Stage(group, {one.pk: one for one in (representative, *members, *staff)})
    return Scene(stage, other, activity, assignments, [representative, *members], staff)


@pytest.fixture
def crowd() -> Iterator[ThreadPoolExecutor]:
    """Twelve threads and one that reads, which keep their connections until the end."""
    with ThreadPoolExecutor(AT_ONCE + 1) as pool:
        yield pool
        gate = Barrier(AT_ONCE + 1)

        def leave(_number: int) -> None:
            gate.wait(timeout=20)
            connection.close()

        list(pool.map(leave, range(AT_ONCE + 1)))


# A round: what there is, what people do, what is left ------------------------------------------------


def begin(scene: Scene, dice: random.Random) -> Group:
    """Proofs around the tenth participant, and sometimes a request, in the tables and as a plain group."""
    group = scene.stage.group
    papers, proofs, approved = [], [], dice.choice((8, 9, 9, 10, 11))
    for place, person in enumerate(scene.members):
        state = "approved" if place < approved else "pending"
        people = {person.pk, *(one.pk for one in dice.sample(scene.members, dice.choice((0, 0, 0, 1))))}
        parts = tuple((one, "named", None) for one in sorted(people))
        papers.append(Paper(1, place, place, parts, state=state))
        at = oracle.at(place)
        proofs.append(Proof(group=group, activity=scene.activity, state=state, taken_at=at, posted_at=at))
    asked = dice.choice((None, (2,), (2, 5)))
    with transaction.atomic():
        Participation.objects.filter(proof__group=group).delete()
        Proof.objects.filter(group=group).delete()
        RequestedAssignment.objects.filter(request__group=group).delete()
        ExtensionRequest.objects.filter(group=group).delete()
        scene.stage.proofs, scene.stage.requests = Proof.objects.bulk_create(proofs), []
        Participation.objects.bulk_create(
            Participation(proof=proof, person_id=person)
            for proof, paper in zip(scene.stage.proofs, papers, strict=True)
            for person, _state, _by in paper.parts
        )
        if asked:
            chosen = [scene.assignments[number - 1] for number in asked]
            request = make_request(group=group, assignments=chosen, filed_at=oracle.at(2))
            scene.stage.requests = [request.pk]
    return Group(tuple(papers), frozenset(asked) if asked else None, asked_as=1 if asked else 0)


def deeds_of(scene: Scene, dice: random.Random) -> list[Deed]:
    """What twelve people are about to do, some of them the same, some of them the same twice."""
    deeds = [_deed(scene, dice) for _number in range(AT_ONCE - 2)]
    return deeds + dice.sample(deeds, 2)


def _deed(scene: Scene, dice: random.Random) -> Deed:
    teacher = dice.choice(scene.staff).pk
    paper = dice.choice((8, 9, 9, 10, dice.randrange(AT_ONCE)))
    member = scene.members[paper].pk
    kind = dice.choice(KINDS)
    if kind in {"file", "withdraw"}:
        by, role = dice.choice(
            (
                (teacher, "staff"),
                (scene.members[0].pk, "representative"),
                (scene.members[1].pk, "student"),
            )
        )
        numbers = dice.choice(((2,), (2, 5), (3, 4), (5, 2), (1, 2), (5, 6), (2, 3, 4), (3, 3)))
        seen = len(scene.stage.requests)
        return Deed(kind, by, role, numbers=numbers, base=dice.choice((plain.UNSEEN, seen)))
    if kind in {"not me", "me after all"}:
        return Deed(kind, member, "student", paper=paper)
    return Deed(kind, teacher, "staff", paper=paper, version=1, person=member)


def run_round(
    scene: Scene, crowd: ThreadPoolExecutor, dice: random.Random, outcomes: set[str] | None = None
) -> str | None:
    """One round; what is wrong with its outcome, None where nothing is. What people were told is noted."""
    before, deeds = begin(scene, dice), deeds_of(scene, dice)
    now = dice.choice((NOW, NOW, NOW, AFTER))
    gate, told, finished = Barrier(AT_ONCE + 1), list[tuple[Deed, str]](), Lock()

    def press(deed: Deed | None) -> str | None:
        gate.wait(timeout=20)
        if deed is None:
            return half_moved(scene, now)
        try:
            said = perform(scene.stage, deed, oracle.at(now))
        except Exception as error:  # noqa: BLE001 - told as an outcome, which no order explains
            said = repr(error)
        with finished:
            told.append((deed, said))
        return None

    half = [wrong for wrong in crowd.map(press, [*deeds, None]) if wrong]
    after = what_is_left(scene.stage)
    if outcomes is not None:
        outcomes |= {said.split(" as ")[0] for _deed, said in told}
    if plain.order_of(COURSE, before, told, after, now) is None:
        return "no order explains\n" + "\n".join(f"{said:>15}  {deed}" for deed, said in told)
    return half[0] if half else deadlines_differ(scene, after, now)


def moved_by_member(scene: Scene, now: int) -> dict[int, frozenset[int]]:
    """Whose deadlines have moved, by person: the numbers of the assignments."""
    deadlines = course_deadlines(scene.other.course, oracle.at(now))
    return {
        person.pk: frozenset(
            one.number
            for one in scene.assignments
            if deadlines.terms(one.pk, person.pk).source is Source.GROUP_MOVE
        )
        for person in scene.members
    }


def half_moved(scene: Scene, now: int) -> str | None:
    """Whether somebody who reads in the midst of it sees some members' deadlines moved and not others'."""
    for _time in range(3):
        moved = set(moved_by_member(scene, now).values())
        if len(moved) > 1 or any(len(one) > COURSE.at_most or one & {1, 6} for one in moved):
            return f"somebody saw {moved}"
    return None


def deadlines_differ(scene: Scene, group: Group, now: int) -> str | None:
    """Whether the deadlines, of this group and of the other one, say otherwise than the plain group."""
    expected = group.asked if group.asked and COURSE.state(group, now) == "active" else frozenset()
    moved = moved_by_member(scene, now)
    if set(moved.values()) != {expected}:
        return f"moved are {moved} and not {expected}"
    other = group_standings(scene.other.course, oracle.at(now), groups=[scene.other.pk])[0]
    if other.move is None or len(other.move.assignments) != 2 or other.activities[0].participants != 1:
        return f"the other group has {other}"
    return None


# Tests -----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_at_once_is_as_if_one_came_after_another(scene: Scene, crowd: ThreadPoolExecutor) -> None:
    outcomes: set[str] = set()
    for number in range(ROUNDS):
        wrong = run_round(scene, crowd, random.Random(f"{SEED} {number}"), outcomes)
        assert wrong is None, f"round {number} of seed {SEED}: {wrong}"
    assert outcomes == OUTCOMES or ROUNDS < 50


@pytest.mark.slow
@pytest.mark.parametrize("module", [decide, participants, requests], ids=lambda module: module.__name__)
def test_without_a_lock_something_happens_that_no_order_explains(
    scene: Scene, crowd: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch, module: ModuleType
) -> None:
    def unlocked(group_id: int) -> StudyGroup:
        group = StudyGroup.objects.get(pk=group_id)
        time.sleep(0.002)
        return group

    monkeypatch.setattr(module, "locked_group", unlocked)
    assert any(run_round(scene, crowd, random.Random(f"{SEED} {number}")) for number in range(200))
