"""Where the groups of a course stand: their proofs, taken through the rules, and what they asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from perks.models import Activity, ExtensionRequest, ExtensionRule, Proof
from perks.rules import (
    ActivityRule,
    ActivityStanding,
    CountPeople,
    MoveRule,
    PartState,
    ProofFacts,
    ProofState,
    RequestState,
    activity_standing,
    is_earned,
    request_state,
)
from schedule.models import Course, StudyGroup


@dataclass(frozen=True, slots=True)
class Move:
    """A group's standing request: which assignments (ids), to when, asked for by whom, and what it means now.

    ``asked_by`` is a name, empty where a command filed it.
    """

    group_id: int
    request_id: int
    assignments: frozenset[int]
    target_at: datetime
    asked_at: datetime
    asked_by: str
    state: RequestState
    unearned_state: RequestState
    """What it means while the perk is not earned: provisional until the target, then expired."""

    @property
    def is_active(self) -> bool:
        """Whether the deadlines are moved."""
        return self.state is RequestState.ACTIVE

    @property
    def is_provisional(self) -> bool:
        """Whether the deadlines move as soon as the perk is earned."""
        return self.state is RequestState.PROVISIONAL


@dataclass(frozen=True, slots=True)
class GroupStanding:
    """How far one group is: its activities in order of number, and its request; None where none stands."""

    group_id: int
    group: str
    activities: tuple[ActivityStanding, ...]
    move: Move | None

    @property
    def earned(self) -> bool:
        """Whether the perk is earned."""
        return is_earned(self.activities)


def move_rule(course: Course) -> MoveRule | None:
    """What groups of a course may move; None where they may move nothing."""
    row = ExtensionRule.objects.filter(course=course).first()
    return None if row is None else row.rule


def group_standings(
    course: Course, now: datetime, *, groups: Collection[int] | None = None
) -> list[GroupStanding]:
    """The groups of a course, or some of them by their ids, by name; in five statements."""
    rule = move_rule(course)
    named = StudyGroup.objects.filter(course=course)
    if groups is not None:
        named = named.filter(pk__in=groups)
    names = sorted(named.values_list("name", "pk"))
    activities = activities_of(course, [pk for _name, pk in names], rule)
    asked = _standing_requests(course, groups)
    return [
        GroupStanding(
            pk,
            name,
            activities[pk],
            _move(asked[pk], activities[pk], now) if pk in asked else None,
        )
        for name, pk in names
    ]


def moves(course: Course, now: datetime, *, groups: Collection[int] | None = None) -> dict[int, Move]:
    """The standing requests of a course's groups, or of some, by group.

    One statement where there is none, else three.
    """
    asked = _standing_requests(course, groups)
    if not asked:
        return {}
    activities = activities_of(course, asked, next(iter(asked.values())).rule)
    return {pk: _move(one, activities[pk], now) for pk, one in asked.items()}


def activities_of(
    course: Course, groups: Collection[int], rule: MoveRule | None
) -> dict[int, tuple[ActivityStanding, ...]]:
    """By group: how far it is with each activity, in order of number; in two statements."""
    asked_for = activity_rules(course)
    proofs = proof_facts(course, groups)
    target_at = rule.target_at if rule else None
    return {
        pk: tuple(activity_standing(one, proofs.get((pk, one.number), ()), target_at) for one in asked_for)
        for pk in groups
    }


@dataclass(frozen=True, slots=True)
class NamedActivity:
    """An activity by its short title, what it asks for, and the course's target; None where nothing moves."""

    title: str
    rule: ActivityRule
    target_at: datetime | None


def activity_rules(course: Course) -> tuple[ActivityRule, ...]:
    """What a course's activities ask for, in order of number; in one statement."""
    return tuple(one.rule for one in named_activities(course))


def named_activities(course: Course) -> tuple[NamedActivity, ...]:
    """The activities of a course with their names, in order of number; in one statement."""
    rows = (
        Activity.objects.filter(course=course)
        .order_by("number", "checkpoints__number")
        .values_list(
            "number",
            "min_people",
            "count_people",
            "min_people_per_proof",
            "within_minutes",
            "short_title",
            "course__extension_rule__target_at",
            "checkpoints__number",
        )
    )
    checkpoints: dict[int, list[int]] = defaultdict(list)
    asked: dict[int, tuple[int, str, int, int | None, str, datetime | None]] = {}
    for number, *values, checkpoint in rows:
        asked[number] = tuple(values)  # type: ignore[assignment]  # the columns above
        if checkpoint is not None:
            checkpoints[number].append(checkpoint)
    return tuple(
        NamedActivity(
            title,
            ActivityRule(
                number,
                people,
                CountPeople(count_people),
                per_proof,
                None if within is None else timedelta(minutes=within),
                tuple(checkpoints[number]),
            ),
            target_at,
        )
        for number, (people, count_people, per_proof, within, title, target_at) in asked.items()
    )


def proof_facts(
    course: Course, groups: Collection[int] | None = None
) -> Mapping[tuple[int, int], Sequence[ProofFacts]]:
    """By group and number of the activity: the proofs as the rules see them; in one statement."""
    proofs = Proof.objects.filter(activity__course=course)
    if groups is not None:
        proofs = proofs.filter(group__in=groups)
    rows = proofs.order_by().values_list(
        "pk",
        "group_id",
        "activity__number",
        "state",
        "checkpoint__number",
        "taken_at",
        "posted_at",
        "parts__person_id",
        "parts__state",
    )
    people: dict[int, set[int]] = defaultdict(set)
    told = {}
    for pk, group_id, number, state, checkpoint, taken_at, posted_at, person_id, part in rows:
        told[pk] = (group_id, number, state, checkpoint, taken_at, posted_at)
        if part not in (None, PartState.STRUCK):
            people[pk].add(person_id)
    facts: dict[tuple[int, int], list[ProofFacts]] = defaultdict(list)
    for pk, (group_id, number, state, checkpoint, taken_at, posted_at) in told.items():
        one = ProofFacts(pk, ProofState(state), checkpoint, taken_at, posted_at, frozenset(people[pk]))
        facts[group_id, number].append(one)
    return facts


@dataclass(frozen=True, slots=True)
class _Asked:
    """A standing request as it is stored."""

    group_id: int
    request_id: int
    assignments: frozenset[int]
    asked_at: datetime
    asked_by: str
    rule: MoveRule


def _standing_requests(course: Course, groups: Collection[int] | None) -> dict[int, _Asked]:
    """By group, with the rule of their course: where that has none, no request means anything."""
    requests = ExtensionRequest.objects.standing().filter(
        group__course=course, group__course__extension_rule__isnull=False
    )
    if groups is not None:
        requests = requests.filter(group__in=groups)
    rows = requests.order_by().select_related("filed_by", "group__course__extension_rule")
    asked: dict[int, _Asked] = {}
    chosen: dict[int, set[int]] = defaultdict(set)
    for row in rows.annotate(chosen_id=F("choices__assignment_id")):
        if (assignment_id := row.chosen_id) is not None:  # type: ignore[attr-defined]
            chosen[row.group_id].add(assignment_id)
        asked[row.group_id] = _Asked(
            row.group_id,
            row.pk,
            frozenset(chosen[row.group_id]),
            row.filed_at,
            str(row.filed_by or ""),
            row.group.course.extension_rule.rule,
        )
    return asked


def _move(asked: _Asked, activities: Collection[ActivityStanding], now: datetime) -> Move:
    state, unearned = (
        request_state(asked=True, withdrawn=False, earned=earned, rule=asked.rule, now=now)
        for earned in (is_earned(activities), False)
    )
    return Move(
        asked.group_id,
        asked.request_id,
        asked.assignments,
        asked.rule.target_at,
        asked.asked_at,
        asked.asked_by,
        state,
        unearned,
    )
