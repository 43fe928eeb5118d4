"""Courses made, changed and copied by their definitions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max, ProtectedError

from courseportal.course_file import CourseDefinition
from courseportal.course_file.definition import CourseFacts
from courseportal.course_file.moving import moved_by_weeks
from courseportal.course_file.rows import Differences, Key, Section, differences, lines, values_of
from courseportal.course_file.stored import stored_definition
from courseportal.course_file.tables import apply
from grading.actions.telling import runs
from grading.models import ExamResult, Review, Submission
from grading.queries.deadlines import CourseDeadlines, course_deadlines
from grading.queries.moved import moved_dates
from schedule.actions.telling import remember_schedule, tell_removed, tell_schedule
from schedule.models import Course
from schedule.points import short_points


class ResultsAtStake(Exception):
    """A change would lose what students or TAs did; nothing is changed. ``reasons`` name each, in words."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons


class DatesAtStake(Exception):
    """By a change work that is handed in becomes late, or a date is past at once; nothing is changed.

    ``reasons`` name each, in words; ``changes`` are the lines that tell what would change.
    """

    def __init__(self, changes: list[str], reasons: list[str]) -> None:
        super().__init__("\n".join(reasons))
        self.changes, self.reasons = changes, reasons


class CourseExists(Exception):
    """That slug is taken by a course that is not the copy; ``differing`` lines tell how they differ."""

    def __init__(self, slug: str, differing: list[str]) -> None:
        super().__init__(f"there is a course {slug} already, and it differs from the copy")
        self.differing = differing


def load_course(
    *,
    definition: CourseDefinition,
    now: datetime,
    dry_run: bool = False,
    notify: bool = False,
    spare: bool = False,
) -> list[str]:
    """Make the course what the definition says it is; the lines that tell what changed, none for nothing.

    A dry run does all of it and takes it back, so that it tells and refuses just what a real one would.
    Two at once come one after the other. With ``notify`` people are told what is news about classes
    and the exam; without it they are not. With ``spare`` nothing becomes late. Raises ResultsAtStake, and
    then DatesAtStake.
    """
    with transaction.atomic():
        course, is_new = _locked(definition.course)
        found = differences(None if is_new else stored_definition(course), definition)
        if reasons := _at_stake(course, found):
            raise ResultsAtStake(reasons)
        before = course_deadlines(course, now) if spare else None
        if notify:
            tell_removed(course=course, keys=_keys(found[Section.CLASS].removed), now=now)
        try:
            apply(found, course)
        except ProtectedError as error:
            kept = sorted({f"{row._meta.verbose_name} {row.pk}" for row in error.protected_objects})
            raise ResultsAtStake([f"what is removed is still needed by: {', '.join(kept)}"]) from error
        if before and (reasons := _late(course.pk, before, now)):
            raise DatesAtStake(lines(found, definition), reasons)
        _tell(course, found, now, notify=notify)
        if dry_run:
            transaction.set_rollback(True)
    return lines(found, definition)


def _tell(course: Course, found: Differences, now: datetime, *, notify: bool) -> None:
    """Tell what the file changed, or take it for told: what somebody changed by hand is told in any case."""
    if notify:
        tell_schedule(course=course, now=now)
        return
    classes = found[Section.CLASS]
    keys = _keys([*classes.added, *classes.changed])
    remember_schedule(course=course, now=now, keys=keys, with_exam=bool(found[Section.EXAM]))


def _keys(rows: Iterable[Key]) -> set[str]:
    return {str(key) for (key,) in rows}


def copy_course(
    *, source: Course, slug: str, weeks: int, title: str | None = None, term: str | None = None
) -> list[str]:
    """The course for another term, under another slug: its definition moved by whole weeks, nobody in it.

    Gives the lines that tell what was made, none where just this copy is there already. Raises CourseExists
    where that slug is another course or the copy was changed since, TooFar for dates nobody can mean.
    """
    definition = moved_by_weeks(stored_definition(source), weeks)
    facts = replace(definition.course, slug=slug)
    facts = replace(
        facts, title=facts.title if title is None else title, term=facts.term if term is None else term
    )
    definition = replace(definition, course=facts)
    with transaction.atomic():
        course, is_new = _locked(facts)
        found = differences(None if is_new else stored_definition(course), definition)
        if is_new:
            apply(found, course)
        elif differing := lines(found, definition):
            raise CourseExists(slug, differing)
    return lines(found, definition)


def _locked(facts: CourseFacts) -> tuple[Course, bool]:
    """The course, held until the transaction ends, and whether it was made just now."""
    mine = Course.objects.select_for_update(no_key=True)
    if course := mine.filter(slug=facts.slug).first():
        return course, False
    try:
        with transaction.atomic():
            return Course.objects.create(**values_of(facts)), True
    except IntegrityError:  # somebody else has just made it
        return mine.get(slug=facts.slug), False


def _at_stake(course: Course, found: Differences) -> list[str]:
    """Why these changes would lose results; empty where they would not."""
    reasons = []
    assignments = found[Section.ASSIGNMENT]
    for (number,) in assignments.removed:
        works = Submission.objects.filter(assignment__course=course, assignment__number=number).count()
        if works:
            reasons.append(f"assignment {number} cannot be removed: it has submissions ({works})")
    for (number,) in assignments.changed:
        worth = assignments.new_values((number,)).get("max_score")
        if worth is not None and (best := _best_score(course, number)) > worth:
            given = f"a work was given {short_points(best)} points"
            reasons.append(f"assignment {number} cannot be worth {short_points(worth)}: {given}")
    if found[Section.EXAM].removed:
        outcomes = ExamResult.objects.filter(course=course).count()
        if outcomes:
            reasons.append(f"the exam cannot be removed: it has outcomes ({outcomes})")
    return reasons


def _late(course_id: int, before: CourseDeadlines, now: datetime) -> list[str]:
    """Which works become late, and for whom a date is past at once; empty where nobody loses."""
    course = Course.objects.get(pk=course_id)
    moved = moved_dates(course, before, course_deadlines(course, now), now)
    if moved is None or not moved.takes_back:
        return []
    reasons = []
    for one in moved.assignments:
        if one.people:
            told = (
                f"the date would be past for {one.people} students, {one.idle} of them have handed in nothing"
            )
            reasons.append(f"assignment {one.number}: {told}")
        for work in one.works:
            at = work.submitted_at.astimezone(course.zone)
            days = f"{work.days_before} -> {work.days_after} days late"
            price = "does not count" if work.price is None else f"-{short_points(work.price)}"
            whose = f"attempt {work.number} of {work.name}, {at:%Y-%m-%d %H:%M:%S}"
            reasons.append(f"assignment {one.number}: {whose}: {days}, {price}")
    if moved.results:
        points = f"{'-' if moved.points < 0 else '+'}{short_points(abs(moved.points))}"
        reasons.append(f"results that change: {len(moved.results)}, {points} points together")
    if runs(course, now):
        reasons.append(f"students who are told of a date that is another: {moved.told}")
    return reasons


def _best_score(course: Course, number: int | str) -> int:
    """The most points, before any penalty, that a TA gave for an assignment; 0 where none were given."""
    reviews = Review.objects.filter(
        submission__assignment__course=course, submission__assignment__number=number
    )
    return reviews.aggregate(best=Max("score"))["best"] or 0
