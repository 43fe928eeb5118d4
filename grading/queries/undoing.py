"""What a decision about proofs would undo, or bring: activities, deadlines, and everyone's results.

Worked out before anything is changed, by the rules and the gradebook that hold afterwards
(docs/course-rules.md, Effective rest).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from grading.queries.deadlines import CourseDeadlines, course_deadlines
from grading.queries.gradebook import Gradebook, Row, gradebook, works_of
from grading.queries.scheme import SchemeMissing
from perks.models import Activity
from perks.queries.standing import activity_rules, move_rule, proof_facts
from perks.rules import ActivityStanding, ProofFacts, ProofState, activity_standing, is_earned
from schedule.models import Course, Enrolment, StudyGroup


@dataclass(frozen=True, slots=True)
class ProofChange:
    """What is about to be made of one proof: its state, where that changes; people (ids) who come or go."""

    state: ProofState | None = None
    adds: frozenset[int] = frozenset()
    strikes: frozenset[int] = frozenset()

    def applied(self, proof: ProofFacts) -> ProofFacts:
        """The proof as it would be."""
        people = (proof.people | self.adds) - self.strikes
        return replace(proof, state=self.state or proof.state, people=people)


@dataclass(frozen=True, slots=True)
class ActivityChange:
    """An activity that stops being complete, or becomes it: people of ``required``, places that lack."""

    number: int
    title: str
    before: int
    after: int
    required: int
    uncovered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeadlineChange:
    """An assignment whose deadline goes from one date to another."""

    number: int
    title: str
    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True)
class ResultChange:
    """A student whose result changes: the sum of points in hundredths, and the grade in words.

    The grade is the final one where the exam has an outcome, else the accumulated.
    """

    name: str
    total_before: int
    total_after: int
    grade_before: str
    grade_after: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decision does to one group whose perk it takes back, or earns (``earned`` is afterwards)."""

    group_id: int
    group: str
    earned: bool
    activities: tuple[ActivityChange, ...]
    deadlines: tuple[DeadlineChange, ...]
    results: tuple[ResultChange, ...]

    @property
    def takes_back(self) -> bool:
        """Whether deadlines that are moved now, or could be, no longer are."""
        return not self.earned

    @property
    def points(self) -> int:
        """How many points, in hundredths, the group gains (or, below zero, loses) together."""
        return sum(one.total_after - one.total_before for one in self.results)

    @property
    def grades_changed(self) -> int:
        """Of how many students the grade changes."""
        return sum(one.grade_before != one.grade_after for one in self.results)


def effects(course: Course, changes: Mapping[int, ProofChange], now: datetime) -> list[Effect]:
    """What these changes, by the proofs' ids, do to the groups whose perk they take back or earn; by name.

    Four statements where there is no such group.
    """
    named = StudyGroup.objects.filter(course=course, proofs__in=changes).distinct()
    names = sorted(named.values_list("name", "pk"))
    rules, rule = activity_rules(course), move_rule(course)
    facts = proof_facts(course, [pk for _name, pk in names])
    target_at = rule.target_at if rule else None
    found = []
    for name, group_id in names:
        of_group = [(one, facts.get((group_id, one.number), ())) for one in rules]
        before = [activity_standing(one, proofs, target_at) for one, proofs in of_group]
        after = [activity_standing(one, _changed(proofs, changes), target_at) for one, proofs in of_group]
        if is_earned(before) is not is_earned(after):
            found.append(_effect(course, (group_id, name), before, after, now))
    return found


def withdrawal(group: StudyGroup, now: datetime) -> Effect | None:
    """What taking back the group's request does; None while it is not active and so moves nothing."""
    deadlines = _deadlines(group.course, group.pk, now)
    move = deadlines.moves.get(group.pk)
    if move is None or not move.is_active:
        return None
    without = deadlines.with_moves({pk: one for pk, one in deadlines.moves.items() if pk != group.pk})
    moved, results = _difference(group.course, deadlines, without, move.assignments, now)
    return Effect(group.pk, group.name, False, (), moved, results)


def _changed(proofs: Iterable[ProofFacts], changes: Mapping[int, ProofChange]) -> list[ProofFacts]:
    return [changes[proof.id].applied(proof) if proof.id in changes else proof for proof in proofs]


def _effect(
    course: Course,
    group: tuple[int, str],
    before: Sequence[ActivityStanding],
    after: Sequence[ActivityStanding],
    now: datetime,
) -> Effect:
    group_id, name = group
    deadlines = _deadlines(course, group_id, now)
    move = deadlines.moves.get(group_id)
    earned = is_earned(after)
    moved, results = _difference(
        course,
        deadlines.as_if(group_id, earned=not earned),
        deadlines.as_if(group_id, earned=earned),
        move.assignments if move else (),
        now,
    )
    return Effect(group_id, name, earned, _activities(course, before, after), moved, results)


def _activities(
    course: Course, before: Sequence[ActivityStanding], after: Sequence[ActivityStanding]
) -> tuple[ActivityChange, ...]:
    rows = Activity.objects.filter(course=course).prefetch_related("checkpoints")
    known = {row.number: row for row in rows}
    changed = []
    for was, becomes in zip(before, after, strict=True):
        if was.complete is becomes.complete:
            continue
        activity = known[was.rule.number]
        places = {place.number: place.title for place in activity.checkpoints.all()}
        changed.append(
            ActivityChange(
                activity.number,
                activity.title,
                was.participants,
                becomes.participants,
                becomes.required,
                tuple(places[number] for number in becomes.uncovered),
            )
        )
    return tuple(changed)


def _deadlines(course: Course, group_id: int, now: datetime) -> CourseDeadlines:
    students = Enrolment.objects.students().filter(group=group_id).values_list("person_id", "group_id")
    groups = dict(students)
    return course_deadlines(course, now, students=list(groups), groups=groups)


def _difference(
    course: Course,
    before: CourseDeadlines,
    after: CourseDeadlines,
    assignments: Collection[int],
    now: datetime,
) -> tuple[tuple[DeadlineChange, ...], tuple[ResultChange, ...]]:
    """What changes with the deadlines: dates of the assignments (ids), and results of the students."""
    moved = []
    for column in before.columns:
        if column.id in assignments:
            dates = [_due_at(column.id, each) for each in (before, after)]
            moved.append(DeadlineChange(column.number, column.title, *dates))
    return tuple(moved), result_changes(course, before, after, list(before.groups), now)


def result_changes(
    course: Course,
    before: CourseDeadlines,
    after: CourseDeadlines,
    students: Sequence[int],
    now: datetime,
) -> tuple[ResultChange, ...]:
    """Whose result other deadlines change, by name in the gradebook's order; nobody's without a scale."""
    works = works_of(course, students)
    try:
        books = [
            gradebook(course, now, students=students, deadlines=each, works=works) for each in (before, after)
        ]
    except SchemeMissing:
        return ()
    rows = zip(books[0].rows, books[1].rows, strict=True)
    return tuple(
        ResultChange(
            was.name or was.email,
            was.standing.total,
            becomes.standing.total,
            _grade(books[0], was),
            _grade(books[1], becomes),
        )
        for was, becomes in rows
        if was.scores != becomes.scores
    )


def _due_at(assignment_id: int, deadlines: CourseDeadlines) -> datetime:
    """The date for the group: the target while its request is active, else the course's."""
    move = next((one for one in deadlines.moves.values() if assignment_id in one.assignments), None)
    if move is not None and move.is_active:
        return move.target_at
    return deadlines.of_course[assignment_id].due_at


def _grade(book: Gradebook, row: Row) -> str:
    grade = row.final.grade or row.standing.accumulated
    return book.scheme.titles[grade.code]
