"""The deadline engine: which date holds for a person on an assignment, on what terms, and why.

Every page, mail, calendar, export and command asks here; nothing else decides a date
(docs/course-rules.md, Time, Late penalty, Moving deadlines, Personal dates).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from grading.models import LatePenalty, PersonalDate
from grading.rules import FREE, LatePolicy, Regime, Source, Tariff, moved, tariff
from perks.queries.standing import Move, moves
from perks.rules import RequestState
from schedule.models import Assignment, Course, Enrolment


class DateState(StrEnum):
    """What a date that somebody set means now."""

    HOLDS = "holds"
    OVERTAKEN = "overtaken"
    """Another date is later, or has taken its place."""
    PROVISIONAL = "provisional"
    """Holds as soon as the group has earned the perk."""
    EXPIRED = "expired"
    """The target has passed and the perk was not earned; a late approval may still make it hold."""


@dataclass(frozen=True, slots=True)
class SetDate:
    """A date that was set for an assignment, where it comes from, and whether it holds for the person.

    ``by`` and ``set_at`` say who set or asked for it and when, ``reason`` why; empty and None for the
    course's own date.
    """

    at: datetime
    source: Source
    state: DateState
    is_hard: bool
    by: str = ""
    set_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms on which one person may hand in one assignment.

    ``regimes`` are all that apply to the person, ``prices`` is the price list they make together, and
    ``dates`` are all dates that were ever set, in the order in which they were, each with its source.
    ``move`` is the standing request of the person's group that names the assignment, whatever it means
    now; while it is provisional, ``if_earned`` are the terms that hold once the perk is earned.
    """

    regimes: tuple[Regime, ...]
    prices: Tariff
    dates: tuple[SetDate, ...]
    move: Move | None = None
    if_earned: Terms | None = None

    @property
    def due_at(self) -> datetime:
        """The latest moment that costs nothing: the date shown as the deadline."""
        return max(regime.due_at for regime in self.regimes)

    @property
    def source(self) -> Source:
        """Where the date shown comes from."""
        return max(self.regimes, key=lambda regime: regime.due_at).source

    @property
    def closes_at(self) -> datetime | None:
        """The last moment at which work is accepted; None where lateness never closes the assignment."""
        return self.prices.closes_at

    @property
    def is_hard(self) -> bool:
        """Whether nothing is accepted after the deadline itself."""
        return self.closes_at == self.due_at

    @property
    def day_late(self) -> int | None:
        """What the first second after the deadline costs, in hundredths; None where nothing is taken then."""
        return self.prices.penalty_at(self.due_at + timedelta(seconds=1))

    def would_not_count(self, moment: datetime) -> bool:
        """Whether work of that moment counts now, but not if the perk is (still) earned."""
        if self.move is None or self.move.is_active or self.prices.penalty_at(moment) is None:
            return False
        return moment > self.move.target_at and not any(
            regime.source is Source.PERSONAL and regime.penalty_at(moment) is not None
            for regime in self.regimes
        )


@dataclass(frozen=True, slots=True)
class Column:
    """An assignment as a column of the gradebook; ``max_score`` in hundredths."""

    id: int
    number: int
    title: str
    max_score: int
    issued_on: date


@dataclass(frozen=True, slots=True)
class _Personal:
    """A personal date as a regime and as a date that was set."""

    regime: Regime
    date: SetDate


@dataclass(frozen=True, slots=True)
class CourseDeadlines:
    """The terms of everyone in one course, or of those who were asked for, read once."""

    zone: ZoneInfo
    of_course: Mapping[int, Terms]
    """By assignment id: what holds for whoever has nothing of their own."""
    columns: tuple[Column, ...]
    """The assignments, in order of number."""
    moves: Mapping[int, Move] = field(default_factory=dict)
    """By group id: its standing request."""
    groups: Mapping[int, int] = field(default_factory=dict)
    """By student id: the group the student is in now."""
    personal: Mapping[tuple[int, int], _Personal] = field(default_factory=dict)
    _of_groups: dict[tuple[int, int], Terms] = field(default_factory=dict, repr=False, compare=False)
    """By assignment and group, as they were asked for: what the group's request makes of the terms."""

    def issued(self, now: datetime) -> frozenset[int]:
        """The assignments that have been given out."""
        return frozenset(one.id for one in self.columns if is_issued(one.issued_on, self.zone, now))

    def knows(self, assignment_id: int) -> bool:
        """False for an assignment that was made after these were read: pages leave it to the next reading."""
        return assignment_id in self.of_course

    def terms(self, assignment_id: int, student_id: int) -> Terms:
        """What holds for this person on this assignment. KeyError for an assignment of another course."""
        terms = self.of_course[assignment_id]
        move = self.move_of(student_id)
        if move is not None and assignment_id in move.assignments:
            key = (assignment_id, move.group_id)
            terms = self._of_groups.get(key) or self._of_groups.setdefault(key, self._with_move(*key))
        own = self.personal.get((assignment_id, student_id))
        return terms if own is None else self._with_personal(assignment_id, terms, own)

    def is_theirs(self, assignment_id: int, student_id: int, issued: Collection[int]) -> bool:
        """Whether a person is told when this date changes; ``issued`` are the assignments given out.

        Until an assignment is given out, the course's own date of it is nobody's yet and changes in silence.
        One that the person's group asked for, or that staff gave to the person, is theirs at once.
        """
        return assignment_id in issued or self.terms(assignment_id, student_id).source is not Source.COURSE

    def move_of(self, student_id: int) -> Move | None:
        """The standing request of the group the student is in now."""
        return self.moves.get(self.groups.get(student_id, 0))

    def as_if(self, group_id: int, *, earned: bool) -> CourseDeadlines:
        """The same, were the perk of that group earned or not, at the same moment."""
        move = self.moves.get(group_id)
        if move is None:
            return self
        state = RequestState.ACTIVE if earned else move.unearned_state
        return self.with_moves({**self.moves, group_id: replace(move, state=state)})

    def if_earned(self) -> CourseDeadlines:
        """The same, were every group's provisional request active."""
        earned = {
            group_id: replace(move, state=RequestState.ACTIVE) if move.is_provisional else move
            for group_id, move in self.moves.items()
        }
        return self.with_moves(earned)

    def with_moves(self, moves: Mapping[int, Move]) -> CourseDeadlines:
        """The same with other requests standing."""
        return replace(self, moves=moves, _of_groups={})

    def _prices(self, assignment_id: int, regimes: tuple[Regime, ...]) -> Tariff:
        return tariff(regimes, self.of_course[assignment_id].prices.max_score)

    def _with_move(self, assignment_id: int, group_id: int) -> Terms:
        """The course's terms of an assignment together with the request of a group that names it."""
        move, plain = self.moves[group_id], self.of_course[assignment_id]
        regime = moved(move.target_at, self.zone)
        states = {
            RequestState.ACTIVE: DateState.HOLDS,
            RequestState.PROVISIONAL: DateState.PROVISIONAL,
        }
        date = SetDate(
            move.target_at,
            Source.GROUP_MOVE,
            states.get(move.state, DateState.EXPIRED),
            is_hard=True,
            by=move.asked_by,
            set_at=move.asked_at,
        )
        overtaken = tuple(replace(one, state=DateState.OVERTAKEN) for one in plain.dates)
        prices = self._prices(assignment_id, (regime,))
        in_force = Terms((regime,), prices, (*overtaken, replace(date, state=DateState.HOLDS)), move)
        if move.is_active:
            return in_force
        return Terms(
            plain.regimes,
            plain.prices,
            (*plain.dates, date),
            move,
            if_earned=in_force if move.is_provisional else None,
        )

    def _with_personal(self, assignment_id: int, terms: Terms, own: _Personal) -> Terms:
        """Terms together with a person's own date: work is taken, and costs, as under the better of them."""
        regimes = (*terms.regimes, own.regime)
        holding = max(regimes, key=lambda regime: regime.due_at)
        dates = [
            replace(one, state=DateState.OVERTAKEN)
            if one.state is DateState.HOLDS and one.source is not holding.source
            else one
            for one in (*terms.dates, own.date)
        ]
        dates.sort(key=lambda one: (one.set_at is not None, one.set_at or one.at))
        if_earned = terms.if_earned and self._with_personal(assignment_id, terms.if_earned, own)
        prices = self._prices(assignment_id, regimes)
        return Terms(regimes, prices, tuple(dates), terms.move, if_earned)


def course_deadlines(
    course: Course,
    now: datetime,
    *,
    students: Collection[int] | None = None,
    groups: Mapping[int, int] | None = None,
) -> CourseDeadlines:
    """The deadlines at ``now`` of a course, or of some of its students, however many people it has.

    ``groups`` says who is in which group now, where that is known already. In five statements, in two more
    where a group of theirs has asked to move some, in one fewer with ``groups``.
    """
    zone = course.zone
    policies = {
        penalty.assignment_id: penalty.policy for penalty in LatePenalty.objects.filter(course=course)
    }
    rows = Assignment.objects.filter(course=course).order_by("number")
    columns, of_course, policy_of = [], {}, {}
    for pk, number, title, max_score, issued_on, due_at, closes_at in rows.values_list(
        "pk", "number", "title", "max_score", "issued_on", "due_at", "closes_at"
    ):
        policy_of[pk] = policies.get(pk, policies.get(None, FREE))
        regime = course_regime(due_at, closes_at, course.closes_at, policy_of[pk], zone)
        date = SetDate(due_at, Source.COURSE, DateState.HOLDS, regime.is_hard)
        of_course[pk] = Terms((regime,), tariff((regime,), max_score), (date,))
        columns.append(Column(pk, number, title, max_score, issued_on))
    groups = _groups(course, students) if groups is None else groups
    return CourseDeadlines(
        zone,
        of_course,
        tuple(columns),
        moves(course, now, groups=None if students is None else set(groups.values())),
        groups,
        _personal_dates(course, students, policy_of),
    )


def is_issued(issued_on: date, zone: ZoneInfo, now: datetime) -> bool:
    """Whether the day on which an assignment is given out has begun in the course's zone."""
    return now.astimezone(zone).date() >= issued_on


def course_regime(
    due_at: datetime,
    closes_at: datetime | None,
    course_closes_at: datetime | None,
    policy: LatePolicy,
    zone: ZoneInfo,
) -> Regime:
    """The course's own terms: closes at its hard date or with the course, whichever is first."""
    ends = [moment for moment in (closes_at, course_closes_at) if moment is not None]
    closes = max(due_at, min(ends)) if ends else None
    return Regime(due_at, zone, policy, closes)


def personal_regime(
    date: PersonalDate, course_closes_at: datetime | None, policy: LatePolicy, zone: ZoneInfo
) -> Regime:
    """The terms of a personal date: hard, or open until the course closes; penalised as usual, or not."""
    closes = course_closes_at and max(date.due_at, course_closes_at)
    return Regime(
        date.due_at,
        zone,
        policy if date.is_penalised else FREE,
        date.due_at if date.is_hard else closes,
        Source.PERSONAL,
    )


def _groups(course: Course, students: Collection[int] | None) -> dict[int, int]:
    """By student: the group the student is in now."""
    enrolments = Enrolment.objects.students().filter(course=course)
    if students is not None:
        enrolments = enrolments.filter(person__in=students)
    rows = enrolments.order_by().values_list("person_id", "group_id")
    return dict(rows)


def _personal_dates(
    course: Course, students: Collection[int] | None, policies: Mapping[int, LatePolicy]
) -> dict[tuple[int, int], _Personal]:
    rows = PersonalDate.objects.filter(assignment__course=course).select_related("set_by")
    if students is not None:
        rows = rows.filter(student__in=students)
    zone, found = course.zone, {}
    for row in rows.order_by():
        if row.assignment_id not in policies:
            continue  # an assignment that was added a moment after the others were read
        regime = personal_regime(row, course.closes_at, policies[row.assignment_id], zone)
        date = SetDate(
            row.due_at,
            Source.PERSONAL,
            DateState.HOLDS,
            regime.is_hard,
            by=str(row.set_by or ""),
            set_at=row.set_at,
            reason=row.reason,
        )
        found[row.assignment_id, row.student_id] = _Personal(regime, date)
    return found
