"""Courses made and changed from their definitions."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Max, ProtectedError

from courseportal.course_file import CourseDefinition
from courseportal.course_file.definition import CourseFacts
from courseportal.course_file.rows import Differences, Section, differences, lines, values_of
from courseportal.course_file.stored import stored_definition
from courseportal.course_file.tables import apply
from grading.models import ExamResult, Review, Submission
from schedule.models import Course
from schedule.points import short_points


class ResultsAtStake(Exception):
    """A change would lose what students or TAs did; nothing is changed. ``reasons`` name each, in words."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons


def load_course(*, definition: CourseDefinition, dry_run: bool = False) -> list[str]:
    """Make the course what the definition says it is; the lines that tell what changed, none for nothing.

    A dry run does all of it and takes it back, so that it tells and refuses just what a real one would.
    Two at once come one after the other. Raises ResultsAtStake.
    """
    with transaction.atomic():
        course, is_new = _locked(definition.course)
        found = differences(None if is_new else stored_definition(course), definition)
        if reasons := _at_stake(course, found):
            raise ResultsAtStake(reasons)
        try:
            apply(found, course)
        except ProtectedError as error:
            kept = sorted({f"{row._meta.verbose_name} {row.pk}" for row in error.protected_objects})
            raise ResultsAtStake([f"what is removed is still needed by: {', '.join(kept)}"]) from error
        if dry_run:
            transaction.set_rollback(True)
    return lines(found, definition)


def _locked(facts: CourseFacts) -> tuple[Course, bool]:
    """The course, held until the transaction ends, and whether it was made just now."""
    mine = Course.objects.select_for_update()
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


def _best_score(course: Course, number: int | str) -> int:
    """The most points, before any penalty, that a TA gave for an assignment; 0 where none were given."""
    reviews = Review.objects.filter(
        submission__assignment__course=course, submission__assignment__number=number
    )
    return reviews.aggregate(best=Max("score"))["best"] or 0
