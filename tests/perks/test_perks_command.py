"""perks: where each group stands, for programs and for terminals."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.models import User
from perks.models import Proof
from schedule.models import Course, StudyGroup
from tests.factories import (
    make_activity,
    make_assignment,
    make_course,
    make_enrolment,
    make_extension_rule,
    make_group,
    make_proof,
    make_request,
    moscow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

Out = Callable[..., str]
BEFORE, AFTER = "2025-12-14T23:59:59", "2025-12-15T00:00:00"
NOON = moscow(2025, 11, 1, 12)


@pytest.fixture
def out(course: Course) -> Out:
    """Runs the command and gives what it printed."""

    def run(**options: Any) -> str:
        stream = io.StringIO()
        call_command("perks", course.slug, stdout=stream, **options)
        return stream.getvalue()

    return run


@pytest.fixture
def told(out: Out) -> Callable[..., Any]:
    """The groups of the JSON that the command printed."""
    return lambda now=BEFORE: json.loads(out(format="json", now=now))["groups"]


def members(group: StudyGroup, number: int) -> list[User]:
    return [make_enrolment(group=group).person for _one in range(number)]


def test_json_has_exactly_the_agreed_keys(course: Course, group: StudyGroup, out: Out) -> None:
    make_extension_rule(course=course)
    works = [make_assignment(course=course) for _number in range(6)]
    sport = make_activity(course=course)
    make_activity(course=course, checkpoints=5, min_people=3, min_people_per_proof=2)
    people = members(group, 7)
    make_proof(group=group, activity=sport, people=people)
    make_proof(group=group, activity=sport, people=people, state=Proof.State.PENDING)
    make_proof(group=group, activity=sport, people=people[:2], state=Proof.State.PENDING)
    make_request(group=group, assignments=[works[4], works[1]])

    assert out(format="json", now=BEFORE) == (
        """{
  "course": "effdl",
  "groups": [
    {
      "group": "417",
      "earned": false,
      "activities": [
        {
          "number": 1,
          "participants": 7,
          "required": 10,
          "complete": false,
          "checkpoints": {
            "covered": 0,
            "required": 0
          },
          "pending_proofs": 2
        },
        {
          "number": 2,
          "participants": 0,
          "required": 3,
          "complete": false,
          "checkpoints": {
            "covered": 0,
            "required": 5
          },
          "pending_proofs": 0
        }
      ],
      "extension": {
        "assignments": [
          2,
          5
        ],
        "state": "provisional"
      }
    }
  ]
}
"""
    )


def test_a_request_is_provisional_to_the_last_second_then_expired(
    course: Course, group: StudyGroup, told: Callable[..., Any]
) -> None:
    make_extension_rule(course=course)
    make_activity(course=course)
    make_request(group=group, assignments=[make_assignment(course=course)])

    assert told(BEFORE)[0]["extension"] == {"assignments": [1], "state": "provisional"}
    assert told(AFTER)[0]["extension"] == {"assignments": [1], "state": "expired"}


def test_an_earned_perk_makes_it_active_also_after_the_target(
    course: Course, group: StudyGroup, told: Callable[..., Any]
) -> None:
    make_extension_rule(course=course)
    make_proof(group=group, activity=make_activity(course=course, min_people=2), people=members(group, 2))
    make_request(group=group, assignments=[make_assignment(course=course)])

    for now in (BEFORE, AFTER):
        assert (told(now)[0]["earned"], told(now)[0]["extension"]["state"]) == (True, "active")


def test_a_withdrawn_or_a_replaced_request_is_none(
    course: Course, group: StudyGroup, told: Callable[..., Any]
) -> None:
    make_extension_rule(course=course)
    ended = moscow(2025, 10, 2)
    for end in ("replaced", "withdrawn"):
        make_request(group=group, assignments=[], ended_at=ended, end=end)

    assert told()[0]["extension"] is None


def test_an_activity_at_the_same_time_shows_its_best_window(
    course: Course, group: StudyGroup, told: Callable[..., Any]
) -> None:
    make_extension_rule(course=course)
    run = make_activity(course=course, checkpoints=3, within_minutes=30, min_people=3)
    people = members(group, 5)
    for checkpoint, minutes, who in [(1, 0, people[:1]), (2, 60, people[1:3]), (3, 61, people[3:])]:
        make_proof(
            group=group,
            activity=run,
            checkpoint=checkpoint,
            taken_at=NOON + timedelta(minutes=minutes),
            people=who,
        )

    (activity,) = told()[0]["activities"]
    # All three span 61 minutes; of the two windows with two points the second has more people.
    assert (activity["participants"], activity["checkpoints"]) == (4, {"covered": 2, "required": 3})
    assert activity["complete"] is False


def test_proofs_after_the_target_do_not_count_but_wait(
    course: Course, group: StudyGroup, told: Callable[..., Any]
) -> None:
    make_extension_rule(course=course)
    sport, people = make_activity(course=course), members(group, 3)
    late = moscow(2025, 12, 15)
    make_proof(group=group, activity=sport, people=people, posted_at=late)
    make_proof(group=group, activity=sport, people=people, posted_at=late, state=Proof.State.PENDING)

    (activity,) = told()[0]["activities"]
    assert (activity["participants"], activity["pending_proofs"]) == (0, 1)


def test_groups_stand_by_name_and_activities_by_number(course: Course, told: Callable[..., Any]) -> None:
    for name in ("418", "417", "41"):
        make_group(course=course, name=name)
    for number in (10, 2, 1):
        make_activity(course=course, number=number)
    make_activity(course=make_course(), number=3)

    groups = told()
    assert [group["group"] for group in groups] == ["41", "417", "418"]
    assert [activity["number"] for activity in groups[0]["activities"]] == [1, 2, 10]


def test_a_course_without_an_extension_rule_has_no_request(
    course: Course, group: StudyGroup, told: Callable[..., Any]
) -> None:
    make_proof(group=group, activity=make_activity(course=course, min_people=1), people=members(group, 1))
    make_request(group=group, assignments=[make_assignment(course=course)])

    assert (told()[0]["earned"], told()[0]["extension"]) == (True, None)


def test_a_course_without_activities_or_groups(course: Course, out: Out, told: Callable[..., Any]) -> None:
    assert told() == []
    assert out(now=BEFORE) == "group  activity  people  places  waiting  complete  perk  request\n"
    make_group(course=course, name="417")
    assert told() == [{"group": "417", "earned": False, "activities": [], "extension": None}]
    assert out(now=BEFORE).splitlines()[1].split() == ["417", *["–"] * 5, "not", "earned", "–"]


def test_the_table_aligns_whatever_the_letters(course: Course, group: StudyGroup, out: Out) -> None:
    make_extension_rule(course=course)
    rest = make_activity(course=course, short_title="Пушкинская карта")
    make_activity(course=course, short_title="Letters", checkpoints=5)
    make_group(course=course, name="вечерняя")
    make_proof(group=group, activity=rest, people=members(group, 10))
    works = [make_assignment(course=course) for _number in range(3)]
    make_request(group=group, assignments=[works[2], works[1]])

    assert out(now=BEFORE) == (
        "group     activity             people  places  waiting  complete  perk        request\n"
        "417       1. Пушкинская карта   10/10       –        0  yes       not earned  2, 3: provisional\n"
        "417       2. Letters             0/10     0/5        0  no        not earned  2, 3: provisional\n"
        "вечерняя  1. Пушкинская карта    0/10       –        0  no        not earned  –\n"
        "вечерняя  2. Letters             0/10     0/5        0  no        not earned  –\n"
    )


def test_statements_do_not_grow_with_groups_or_proofs(course: Course, group: StudyGroup, out: Out) -> None:
    make_extension_rule(course=course)
    sport, work = make_activity(course=course), make_assignment(course=course)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            out(now=BEFORE)
        return len(captured)

    def more(in_group: StudyGroup) -> None:
        make_proof(group=in_group, activity=sport, people=members(in_group, 3))
        make_request(group=in_group, assignments=[work])

    more(group)
    few = statements()
    for _number in range(10):
        more(make_group(course=course))

    assert statements() == few == 8


def test_an_unknown_course_and_a_moment_that_is_none_are_named(course: Course, out: Out) -> None:
    with pytest.raises(CommandError, match="The courses are: effdl"):
        call_command("perks", "nothing")
    with pytest.raises(CommandError, match="--now is"):
        out(now="yesterday")
