"""The deadlines that hold for one person, as events that end when the deadline does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from courseportal.calendar.addresses import portal_address, uid
from courseportal.calendar.deadline_changes import Studies, Work, deadline_revisions
from courseportal.calendar.events import CalendarEvent, Revision
from courseportal.calendar.words import deadline_text, deadline_title, with_course
from grading.models import Submission
from grading.queries.deadlines import Column, Terms, course_deadlines
from people.models import User
from schedule.models import Course

LASTS: Final = timedelta(minutes=30)
"""How long before a deadline its event begins: long enough for programs to draw its name."""

MINUTE: Final = timedelta(minutes=1)


def deadline_events(person: User, studies: Sequence[Studies], now: datetime) -> list[CalendarEvent]:
    """The deadlines at ``now`` that hold for a person in the courses they study.

    In four statements and four for each course, three more for each whose group asked to move some.
    """
    works = _works(person, studies)
    read = [
        (
            one,
            course_deadlines(one.course, now, students=[person.pk], groups={person.pk: one.group_id}),
        )
        for one in studies
    ]
    revisions = deadline_revisions(person, read, works, now)
    events = []
    for one, deadlines in read:
        for column in deadlines.columns:
            terms, work = deadlines.terms(column.id, person.pk), works.get(column.id)
            name = uid("deadline", column.id, person.pk)
            events.append(_event(name, one.course, column, terms, work, revisions[column.id]))
    return events


def _works(person: User, studies: Sequence[Studies]) -> dict[int, Work]:
    """By assignment: what the person has handed in."""
    courses = [one.course.pk for one in studies]
    rows = Submission.objects.filter(student=person, assignment__course__in=courses)
    works: dict[int, Work] = {}
    for pk, assignment_id, at in rows.order_by("submitted_at", "pk").values_list(
        "pk", "assignment_id", "submitted_at"
    ):
        before = works.get(assignment_id)
        works[assignment_id] = Work(at, (*before.submissions, pk) if before else (pk,))
    return works


def event_begins(due_at: datetime) -> datetime:
    """When the event of a deadline begins: half an hour before, on the next whole minute."""
    begins = due_at - LASTS
    cut = begins.replace(second=0, microsecond=0)
    return cut if cut == begins else cut + MINUTE


def _event(  # noqa: PLR0917 - what one event is made of
    name: str, course: Course, column: Column, terms: Terms, work: Work | None, revision: Revision
) -> CalendarEvent:
    url = portal_address("grading:assignment", course.slug, column.number)
    return CalendarEvent(
        uid=name,
        title=with_course(deadline_title(column.number, column.title, handed_in=work is not None), course),
        description=deadline_text(course, terms, work.handed_in_at if work else None, url),
        starts=event_begins(terms.due_at),
        ends=terms.due_at,
        zone=course.zone,
        url=url,
        category=course.title,
        revision=revision,
        is_busy=False,
    )
