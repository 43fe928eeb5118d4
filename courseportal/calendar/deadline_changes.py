"""When the deadlines that hold for a person, or what is said of them, were last changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from courseportal.calendar.changes import (
    UNCHANGED,
    Row,
    added,
    added_with,
    last_of,
    latest,
    latest_by_row,
    row,
    rows_are,
)
from courseportal.calendar.events import Revision
from grading.models import LatePenalty, PersonalDate, Submission
from grading.queries.deadlines import CourseDeadlines
from people.models import User
from perks.models import (
    Activity,
    Checkpoint,
    ExtensionRequest,
    ExtensionRule,
    Participation,
    Proof,
    RequestedAssignment,
)
from schedule.models import Assignment, Course, Enrolment


@dataclass(frozen=True, slots=True)
class Studies:
    """A course that a person studies: their group, and every enrolment of theirs there, past ones too."""

    course: Course
    group_id: int
    enrolments: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """What a person has handed in for one assignment: when last, and all of it by id."""

    handed_in_at: datetime
    submissions: tuple[int, ...]


def deadline_revisions(
    person: User,
    read: Sequence[tuple[Studies, CourseDeadlines]],
    works: Mapping[int, Work],
    now: datetime,
) -> dict[int, Revision]:
    """By assignment: the last change of the person's deadline or of what its event says.

    In three statements, one more for each course whose group has ever asked to move deadlines.
    """
    own = added(
        added_with(PersonalDate, student_id=person.pk)
        | added_with(LatePenalty, course_id=[one.course.pk for one, _deadlines in read])
    )
    own_rows = _by_assignment(own)
    changes = latest_by_row(
        rows_are(Course, [one.course.pk for one, _deadlines in read])
        | rows_are(Enrolment, [pk for one, _deadlines in read for pk in one.enrolments])
        | rows_are(Assignment, [column.id for _one, deadlines in read for column in deadlines.columns])
        | rows_are(Submission, [pk for work in works.values() for pk in work.submissions])
        | rows_are(PersonalDate, _ids(own, PersonalDate))
        | rows_are(LatePenalty, _ids(own, LatePenalty))
    )
    named = _named(read)
    revisions = {}
    for one, deadlines in read:
        group = _of_group(one) if named[one.group_id] else UNCHANGED
        clock = _target_passed(deadlines, person, now)
        for column in deadlines.columns:
            work = works.get(column.id)
            rows = [
                row(Course, one.course.pk),
                row(Assignment, column.id),
                *(row(Enrolment, pk) for pk in one.enrolments),
                *(row(Submission, pk) for pk in (work.submissions if work else ())),
                *own_rows[None, one.course.pk],
                *own_rows[column.id, None],
            ]
            moves = (group, clock) if column.id in named[one.group_id] else ()
            revisions[column.id] = last_of(changes, rows, *moves)
    return revisions


def _ids(rows: Iterable[Row], model: type[PersonalDate] | type[LatePenalty]) -> list[int]:
    return [row_id for table, row_id in rows if table == model._meta.db_table]


def _by_assignment(
    own: Mapping[Row, Mapping[str, int | None]],
) -> defaultdict[tuple[int | None, int | None], list[Row]]:
    """The rows by the assignment that they are about, or else by the course."""
    found: defaultdict[tuple[int | None, int | None], list[Row]] = defaultdict(list)
    for one, values in own.items():
        assignment_id = values["assignment_id"]
        found[assignment_id, None if assignment_id else values["course_id"]].append(one)
    return found


def _named(read: Sequence[tuple[Studies, CourseDeadlines]]) -> defaultdict[int, set[int]]:
    """By group: the assignments that any request of it has ever named."""
    groups = [one.group_id for one, _deadlines in read]
    named: defaultdict[int, set[int]] = defaultdict(set)
    rows = RequestedAssignment.objects.filter(request__group__in=groups).order_by()
    for group_id, assignment_id in rows.values_list("request__group_id", "assignment_id"):
        named[group_id].add(assignment_id)
    return named


def _of_group(one: Studies) -> Revision:
    """The last change of what the group asked for, and of anything on which it hangs whether it holds."""
    proofs = Proof.objects.filter(group=one.group_id).order_by()
    activities = Activity.objects.filter(course=one.course).order_by()
    return latest(
        rows_are(
            ExtensionRequest, ExtensionRequest.objects.filter(group=one.group_id).order_by().values("pk")
        )
        | rows_are(ExtensionRule, ExtensionRule.objects.filter(course=one.course).order_by().values("pk"))
        | rows_are(Activity, activities.values("pk"))
        | rows_are(Checkpoint, Checkpoint.objects.filter(activity__in=activities).order_by().values("pk"))
        | rows_are(Proof, proofs.values("pk"))
        | rows_are(Participation, Participation.objects.filter(proof__in=proofs).order_by().values("pk"))
    )


def _target_passed(deadlines: CourseDeadlines, person: User, now: datetime) -> Revision:
    """The moment at which a request expired: no row changes then, but what is said of it does."""
    move = deadlines.move_of(person.pk)
    if move is None or move.is_active or now <= move.target_at:
        return UNCHANGED
    return Revision(UNCHANGED.number, move.target_at)
