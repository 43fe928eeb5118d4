"""The advisor beside a group's request: what each choice of deadlines would give back, and to whom."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, islice
from math import comb

from grading.queries.deadlines import CourseDeadlines, course_deadlines
from grading.queries.gradebook import Works, graded_of, result_of, works_of
from grading.queries.scheme import Scheme, grading_scheme
from grading.rules import Graded
from perks.queries.standing import Move
from perks.rules import MoveRule, RequestState, may_be_moved
from schedule.models import Course, Enrolment

MOST_CHOICES = 500
"""Choices that are worked out at most; of more, those among the assignments that alone give back most."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a choice makes of one student's total (hundredths) and accumulated grade (its code)."""

    student_id: int
    name: str
    total: int
    total_after: int
    grade: str
    grade_after: str

    @property
    def regained(self) -> int:
        """The points that come back; below zero where work would no longer count."""
        return self.total_after - self.total


@dataclass(frozen=True, slots=True)
class Choice:
    """Assignments, by number, and what moving them all changes: only students whose total changes."""

    numbers: tuple[int, ...]
    changes: tuple[Change, ...]
    rises: tuple[Change, ...]
    """Those of them whose accumulated grade rises."""
    falls: tuple[Change, ...]

    @property
    def regained(self) -> int:
        """The points, in hundredths, that the group gets back in all."""
        return sum(change.regained for change in self.changes)


@dataclass(frozen=True, slots=True)
class Advice:
    """Every choice a group has, the best first; the scheme has the grades' words and thresholds."""

    choices: tuple[Choice, ...]
    scheme: Scheme

    def choice(self, numbers: Collection[int]) -> Choice | None:
        """The choice of just these numbers; None where it was not worked out."""
        return next((one for one in self.choices if set(one.numbers) == set(numbers)), None)


def advice(
    course: Course, group_id: int, rule: MoveRule, now: datetime, *, kept: Collection[int] = ()
) -> Advice:
    """What each choice would give back, were the perk earned now; ``kept`` are numbers that must stay in it.

    Worked out by the gradebook's own code, against the results without any move; only by work that is
    graded. In seven statements. Raises SchemeMissing for a course without a grade scale.
    """
    people = dict(
        Enrolment.objects.students().filter(group=group_id).values_list("person_id", "person__name")
    )
    deadlines = course_deadlines(
        course, now, students=people, groups=dict.fromkeys(people, group_id)
    ).with_moves({})
    sums = _Sums(rule, group_id, people, deadlines, grading_scheme(course), works_of(course, people))
    allowed = may_be_moved([column.number for column in deadlines.columns], rule)
    choices = [sums.choice(numbers) for numbers in _choices(allowed, rule, kept, sums)]
    choices.sort(key=lambda one: (-one.regained, -len(one.rises), -len(one.numbers), one.numbers))
    return Advice(tuple(choices), sums.scheme)


def _choices(
    allowed: Sequence[int], rule: MoveRule, kept: Collection[int], sums: _Sums
) -> Iterator[tuple[int, ...]]:
    """Every choice of as many assignments as may be moved, then of fewer."""
    free = [number for number in allowed if number not in kept]
    most = min(rule.max_assignments - len(kept), len(free))
    while comb(len(free), max(most, 0)) > MOST_CHOICES:
        free.remove(min(free, key=lambda number: sums.choice((number,)).regained))
    fixed = tuple(sorted(set(kept)))
    found = (
        tuple(sorted((*fixed, *more)))
        for size in range(most, -1, -1)
        for more in combinations(free, size)
        if fixed or more
    )
    return islice(found, 2 * MOST_CHOICES)


@dataclass(frozen=True, slots=True)
class _Sums:
    """A group's work, read once, to be reckoned on the terms of any choice."""

    rule: MoveRule
    group_id: int
    people: dict[int, str]
    deadlines: CourseDeadlines
    scheme: Scheme
    works: Works

    def choice(self, numbers: Sequence[int]) -> Choice:
        ids = {column.number: column.id for column in self.deadlines.columns}
        move = Move(
            group_id=self.group_id,
            request_id=0,
            assignments=frozenset(ids[number] for number in numbers),
            target_at=self.rule.target_at,
            asked_at=self.rule.target_at,
            asked_by="",
            state=RequestState.ACTIVE,
            unearned_state=RequestState.PROVISIONAL,
        )
        moved = self.deadlines.with_moves({self.group_id: move})
        changes = [change for person in self.people if (change := self._change(person, moved)).regained]
        changes.sort(key=lambda one: (-one.regained, one.name))
        rank = self.scheme.scale.rank
        return Choice(
            tuple(numbers),
            tuple(changes),
            tuple(one for one in changes if rank(one.grade_after) < rank(one.grade)),
            tuple(one for one in changes if rank(one.grade_after) > rank(one.grade)),
        )

    def _change(self, student_id: int, moved: CourseDeadlines) -> Change:
        before, after = (
            result_of(student_id, self.deadlines.columns, self._graded(student_id), terms, self.scheme)
            for terms in (self.deadlines, moved)
        )
        return Change(
            student_id,
            self.people[student_id],
            before.standing.total,
            after.standing.total,
            before.standing.accumulated.code,
            after.standing.accumulated.code,
        )

    def _graded(self, student_id: int) -> list[list[Graded]]:
        return [graded_of(self.works.get((student_id, one.id), ())) for one in self.deadlines.columns]
