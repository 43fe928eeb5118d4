"""The assignments that a README's table asks for, each for the one that its cell means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from schedule.actions.readme.plan import Given, Plan, Values, kept_address
from schedule.models import Assignment, Course
from schedule.pairing import Mark, pair
from schedule.queries import full_address
from schedule.rules import end_of_day

FIELDS: Final = ("title", "statement_url", "issued_on", "due_at")


def plan_homework(planned: Plan, course: Course, given: Sequence[Given]) -> None:
    """Homework that is there keeps its number; new homework takes the next free ones."""
    assignments = list(
        Assignment.objects.filter(course=course).order_by("number").select_related("given_at_class")
    )
    pairs = _pair_homework(course, assignments, given)
    number = max((assignment.number for assignment in assignments), default=0)
    for place, one in enumerate(given):
        assignment = assignments[pairs[place]] if place in pairs else None
        if assignment is None:
            number += 1
            planned.homework[number] = _new_homework(course, one)
            continue
        at_class = assignment.given_at_class
        planned.homework[assignment.number] = _homework_values(course, one, assignment)
        planned.homework_there[assignment.number] = {
            **{name: getattr(assignment, name) for name in FIELDS},
            "given_at_class": at_class.key if at_class else None,
        }
    met = set(pairs.values())
    planned.absent += [
        f"assignment {row.number} ({row.title})" for place, row in enumerate(assignments) if place not in met
    ]


@dataclass(frozen=True, slots=True)
class _KnownHomework:
    """What homework is found again by."""

    title: str
    issued_on: date
    address: str
    class_key: str


_HOMEWORK_MARKS: Final[tuple[Callable[[_KnownHomework], Mark], ...]] = (
    lambda known: (known.title, known.class_key) if known.class_key else None,
    lambda known: (known.title, known.issued_on),
    lambda known: known.title,
    lambda known: known.address or None,
    lambda known: known.class_key or None,
    lambda known: known.issued_on,
)


def _pair_homework(
    course: Course, assignments: Sequence[Assignment], given: Sequence[Given]
) -> dict[int, int]:
    there = [
        _KnownHomework(
            title=row.title.casefold(),
            issued_on=row.issued_on,
            address=full_address(course, row.statement_url) or row.statement_url,
            class_key=row.given_at_class.key if row.given_at_class else "",
        )
        for row in assignments
    ]
    wanted = [
        _KnownHomework(
            title=one.work.title.casefold(),
            issued_on=one.on,
            address=full_address(course, one.work.url) or one.work.url,
            class_key=one.class_key,
        )
        for one in given
    ]
    return pair(there, wanted, _HOMEWORK_MARKS)


def _new_homework(course: Course, one: Given) -> Values:
    return {
        "title": one.work.title,
        "statement_url": one.work.url,
        "given_at_class": one.class_key,
        "issued_on": one.on,
        "due_at": _usual_due_at(course, one.on),
    }


def _homework_values(course: Course, one: Given, assignment: Assignment) -> Values:
    values = _new_homework(course, one)
    values["statement_url"] = kept_address(course, assignment.statement_url, one.work.url)
    if _has_a_day_of_its_own(course, one, assignment):
        del values["issued_on"], values["due_at"]
        return values
    follows = assignment.due_at == _usual_due_at(course, assignment.issued_on)
    if not follows or (assignment.closes_at and assignment.closes_at < values["due_at"]):
        del values["due_at"]  # a date of its own
    return values


def _has_a_day_of_its_own(course: Course, one: Given, assignment: Assignment) -> bool:
    """Whether somebody set another day of issue than that of the class, at which it stays."""
    at_class = assignment.given_at_class
    if at_class is None or at_class.key != one.class_key:
        return False
    return assignment.issued_on != at_class.starts_at.astimezone(course.zone).date()


def _usual_due_at(course: Course, issued_on: date) -> datetime:
    """The end of the day so many days after the day of issue (docs/course-rules.md, Time)."""
    return end_of_day(issued_on + timedelta(days=course.due_days_after_issue), course.zone)
