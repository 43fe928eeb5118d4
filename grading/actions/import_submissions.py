"""Work and points from a file, in bulk: what was handed in elsewhere, or graded in a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from django.db import transaction

from grading.actions.results import correct_marks, tell_marks
from grading.actions.settling import settle_handed_in
from grading.messages.marks import review_state
from grading.models import Review, Submission
from people.kinds import Facts
from schedule.cells import moment_until, number_among, points_up_to, student_among
from schedule.models import Assignment, Course
from schedule.points import short_points
from schedule.queries import students_ever
from schedule.tables import Row, Table, read_table

COLUMNS: Final = ("email", "assignment", "submitted_at", "score", "feedback")
BATCH: Final = 1_000
"""Rows a statement writes at most."""
Told = Callable[[int, int], None]
"""Is told how many of how many rows have been written."""
MOST: Final = 999_999_99
"""Hundredths that can be read at all, for a score whose assignment is not known."""


_DECIMALS: Final = re.compile("[0-9]{1,2}")


@dataclass(frozen=True, slots=True)
class SubmissionsImported:
    """How many rows were new work, how many changed the review of work that was known, how many neither."""

    new: int
    changed: int
    unchanged: int


def import_submissions(
    *,
    course: Course,
    data: bytes,
    now: datetime,
    notify: bool = False,
    told: Told = lambda done, total: None,
) -> SubmissionsImported:
    """Record the work and the points of a CSV file with the columns of ``COLUMNS``, whatever the deadlines.

    A row's key is e-mail, assignment, submitted_at. Under a known key, handed in here or imported, the points
    and the feedback of its review are changed where they differ; an empty feedback cell leaves what is there.
    An empty score is work that waits for review; it is refused for work that has points, because an import
    deletes no result. The number of statements does not grow with the rows (by one for each ``BATCH``).
    With ``notify`` students are told of points and feedback that are new; without it what a page has written
    of a work, and has not gone yet, goes with these. ``told`` hears of the progress.
    Raises BadTable, and changes nothing, where anything in the file is wrong.
    """
    table = read_table(data, COLUMNS)
    facts = _facts(table, course, now)
    with transaction.atomic():
        Course.objects.select_for_update(no_key=True).get(pk=course.pk)  # one import at a time
        stored = _stored(course, facts)
        new = [fact for key, fact in facts.items() if key not in stored]
        changed = _changes(facts, stored)
        table.check()
        total = len(new) + len(changed)
        reviewed: list[tuple[int, Facts, Review]] = []
        for start in range(0, len(new), BATCH):
            told(start, total)
            reviewed += _record(new[start : start + BATCH], now)
        for start in range(0, len(changed), BATCH):
            told(len(new) + start, total)
            reviewed += _review_anew(changed[start : start + BATCH], now)
        told(total, total)
        _tell(reviewed, course, now, notify=notify)
        if new:
            settle_handed_in(course, {(fact.key.student_id, fact.key.assignment_id) for fact in new}, now)
    return SubmissionsImported(len(new), len(changed), len(table.rows) - len(new) - len(changed))


class _Key(NamedTuple):
    student_id: int
    assignment_id: int
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class _Fact:
    """One row of the file; ``score`` in hundredths, None where the work waits."""

    key: _Key
    score: int | None
    feedback: str
    row: Row = field(compare=False)


@dataclass(frozen=True, slots=True)
class _Stored:
    """What is known about a submission; ``version`` is 0 where nobody has reviewed it."""

    submission_id: int
    score: int | None = None
    feedback: str = ""
    version: int = 0
    bonus: int = 0


def _facts(table: Table, course: Course, now: datetime) -> dict[_Key, _Fact]:
    """What the rows say, each key once; what is wrong is noted in the rows."""
    student = student_among(students_ever(course))
    worth = Assignment.objects.filter(course=course).values_list("number", "pk", "max_score")
    assignments = {number: (pk, points_up_to(max_score)) for number, pk, max_score in worth}
    highest = points_up_to(max((points for *_rest, points in worth), default=MOST))
    number = number_among(assignments, "an assignment of this course")
    moment = moment_until(now, course.zone)
    facts: dict[_Key, _Fact] = {}
    for row in table.rows:
        asked = row.read("assignment", number, 0)
        assignment_id, points = assignments.get(asked, (0, highest))
        key = _Key(row.read("email", student, 0), assignment_id, row.read("submitted_at", moment, now))
        score = row.read("score", points, 0) if row.cells["score"] else None
        if table.delimiter == ",":
            _doubt_two_numbers(row)
        if row.problems:
            continue
        fact = _Fact(key, score, row.cells["feedback"], row)
        first = facts.setdefault(key, fact)
        if first != fact:
            told = f"another moment, or the score and feedback of line {first.row.line}: it is the same work"
            row.refuse("submitted_at", told)
    return facts


def _doubt_two_numbers(row: Row) -> None:
    """Refuse 9,5 without quotes and without feedback: its comma makes it the points 9 and the feedback 5."""
    if row.cells["score"].isdecimal() and _DECIMALS.fullmatch(row.cells["feedback"]):
        number = f"{row.cells['score']},{row.cells['feedback']}"
        row.refuse("feedback", f'words: if the points are {number}, write "{number}" in quotes, or a point')


def _stored(course: Course, facts: Mapping[_Key, _Fact]) -> dict[_Key, _Stored]:
    """The submissions that may have one of these keys, their reviews locked until the transaction ends."""
    if not facts:
        return {}
    moments = [key.submitted_at for key in facts]
    known = Submission.objects.filter(
        assignment__course=course, submitted_at__gte=min(moments), submitted_at__lte=max(moments)
    )
    reviews = {
        submission_id: _Stored(submission_id, score, feedback, version, bonus)
        for submission_id, score, feedback, version, bonus in Review.objects.select_for_update()
        .filter(submission__in=known.order_by())
        .values_list("submission_id", "score", "feedback", "version", "bonus")
    }
    # Of several with one key the imported one is meant, else the last attempt: later ones overwrite.
    rows = known.order_by("origin", "pk").values_list("pk", "student_id", "assignment_id", "submitted_at")
    return {
        _Key(student_id, assignment_id, moment): reviews.get(pk, _Stored(pk))
        for pk, student_id, assignment_id, moment in rows
    }


def _changes(facts: Mapping[_Key, _Fact], stored: Mapping[_Key, _Stored]) -> list[tuple[_Stored, _Fact]]:
    """The known submissions whose review is to be another; points to be taken away are noted in the row."""
    changes = []
    for key, fact in facts.items():
        old = stored.get(key)
        if old is None:
            continue
        if fact.score is None and old.score is not None:
            told = f"points: this work has {short_points(old.score)}, and an import takes none away"
            fact.row.refuse("score", told)
        elif fact.score != old.score or (fact.feedback and fact.feedback != old.feedback):
            changes.append((old, fact))
    return changes


def _tell(
    reviewed: Sequence[tuple[int, Facts, Review]], course: Course, now: datetime, *, notify: bool
) -> None:
    """Tell of the marks; or only let no mark go out that a page has told of and that is another now."""
    works = Submission.objects.select_related("assignment__course")
    found = works.in_bulk([pk for pk, _before, _review in reviewed])
    tell = tell_marks if notify else correct_marks
    tell([(found[pk], before, review) for pk, before, review in reviewed], course=course, now=now)


def _record(facts: Sequence[_Fact], now: datetime) -> list[tuple[int, Facts, Review]]:
    """Store new work, with a review where the file has points or feedback; those reviews."""
    made = Submission.objects.bulk_create(
        Submission(**fact.key._asdict(), origin=Submission.Origin.IMPORT) for fact in facts
    )
    reviews = Review.objects.bulk_create(
        Review(submission=submission, score=fact.score, feedback=fact.feedback, reviewed_at=now)
        for submission, fact in zip(made, facts, strict=True)
        if fact.score is not None or fact.feedback
    )
    return [(review.submission_id, review_state(None), review) for review in reviews]


def _review_anew(changes: Sequence[tuple[_Stored, _Fact]], now: datetime) -> list[tuple[int, Facts, Review]]:
    """Write points and feedback into reviews that are there, and make those that are not; the reviews."""
    reviews = [
        Review(
            submission_id=old.submission_id,
            score=fact.score,
            feedback=fact.feedback or old.feedback,
            reviewed_at=now,
            version=old.version + 1,
            bonus=old.bonus,
        )
        for old, fact in changes
    ]
    Review.objects.bulk_create([review for review in reviews if review.version == 1])
    # One statement for all of them, where bulk_update would spell out every row of every column.
    Review.objects.bulk_create(
        [review for review in reviews if review.version > 1],
        update_conflicts=True,
        unique_fields=["submission"],
        update_fields=["score", "feedback", "reviewer", "reviewed_at", "version"],
    )
    return [
        (old.submission_id, {"score": old.score, "bonus": old.bonus, "feedback": old.feedback}, review)
        for (old, _fact), review in zip(changes, reviews, strict=True)
    ]
