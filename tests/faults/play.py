"""Courses in which reminders are due now, and what happens in them meanwhile: work comes in, dates move.

One of the people has an address that does not exist.

The courses lie where it is eleven in the morning, so that the day's reminders are an hour old. Each deadline
of an assignment has a time of day of its own, by which the ledger knows it in a mail.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from math import inf

from people.models import User
from schedule.models import Assignment, Course, Enrolment, Role, StudyGroup
from tests.factories import make_assignment, make_course, make_group, make_personal_date, make_submission
from tests.faults.ledger import Ledger, Subject
from tests.faults.mail_server import NEVER_THERE

DAYS = (0, 1, 3, 7)  # before the deadline; on each a reminder is due
PEOPLE_A_COURSE = 75
HOUR = 11
DAY_DUE_FROM = 14 * 60
"""Minutes after midnight of the day's first deadline: a run of two hours ends before it."""


def zone_where_it_is(hour: int, now: datetime) -> str:
    """The name of a zone whose clocks show that hour now."""
    offset = (hour - now.astimezone(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"


@dataclass
class Piece:
    """An assignment with the people who have it, and the deadline that holds for each."""

    assignment: Assignment
    people: list[User]
    deadlines: dict[int, datetime]  # by person

    def subject(self, person: User) -> Subject:
        local = self.deadlines[person.pk].astimezone(self.assignment.course.zone)
        return Subject(person.email, self.assignment.title, f"{local:%H:%M}")


@dataclass
class Play:
    """So many reminders are due, and the ledger knows them."""

    due: int
    chance: random.Random
    ledger: Ledger = field(default_factory=Ledger)
    pieces: list[Piece] = field(default_factory=list)
    done: set[tuple[int, int]] = field(default_factory=set)  # (assignment, person): handed in
    soon: set[int] = field(default_factory=set)  # assignments whose deadline passes meanwhile
    moved: set[int] = field(default_factory=set)  # assignments, for all; each once
    given: set[tuple[int, int]] = field(default_factory=set)  # (assignment, person): a date of their own

    def set_up(self, now: datetime) -> None:
        """People and assignments enough for the number of reminders."""
        self.minutes = count()
        self.zone = zone_where_it_is(HOUR, now)
        students = -(-self.due // len(DAYS))
        while students > 0:
            self._course(now, min(students, PEOPLE_A_COURSE))
            students -= PEOPLE_A_COURSE

    def _course(self, now: datetime, students: int) -> None:
        today = now.astimezone(UTC).date()
        course = make_course(
            time_zone=self.zone,
            starts_on=today - timedelta(days=60),
            ends_on=today + timedelta(days=60),
        )
        group = make_group(course=course)
        people = _people(course, group, students)
        if not self.pieces:
            people[-1].email = NEVER_THERE
            people[-1].save(update_fields=["email"])
        for days in DAYS:
            self._piece(course, people, self.later(now, course, days))

    def later(self, now: datetime, course: Course, days: int) -> datetime:
        """A deadline on that day, at a time of day that no other has among the next hundreds."""
        minutes = DAY_DUE_FROM + next(self.minutes) % (24 * 60 - DAY_DUE_FROM)
        day = now.astimezone(course.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return (day + timedelta(days=days, minutes=minutes)).astimezone(UTC)

    def _piece(self, course: Course, people: list[User], due_at: datetime) -> Piece:
        number = Assignment.objects.filter(course=course).count() + 1
        assignment = make_assignment(
            course=course,
            number=number,
            title=f"Task {course.pk}x{number}",
            issued_on=due_at.date() - timedelta(days=20),
            due_at=due_at,
        )
        piece = Piece(assignment, people, {person.pk: due_at for person in people})
        self.pieces.append(piece)
        for person in people:
            self._ask(person, piece.subject(person), due_at.timestamp())
        return piece

    def _ask(self, person: User, subject: Subject, deadline: float) -> None:
        """From now on this has to go, where there is anybody to take it."""
        self.ledger.ask(subject, deadline, must=person.email != NEVER_THERE)

    def due_soon(self, now: datetime, in_seconds: float) -> None:
        """One more assignment of some course, whose deadline passes while all this goes on."""
        first = self.pieces[len(self.soon) * len(DAYS) % len(self.pieces)]
        due_at = (now + timedelta(seconds=in_seconds)).replace(microsecond=0)
        piece = self._piece(first.assignment.course, first.people[:10], due_at)
        self.soon.add(piece.assignment.pk)
        for person in first.people[:10]:
            self.ledger.orders[piece.subject(person)].must = False
        for person in first.people[10:]:  # the others have handed it in long ago
            make_submission(assignment=piece.assignment, student=person, submitted_at=now - timedelta(days=1))

    def ten_hand_in(self, now: datetime) -> None:
        """The first ten people hand their first work in."""
        for person in self.pieces[0].people[:10]:
            self._hand_in(now, self.pieces[0], person)

    def hand_in(self, now: datetime) -> None:
        """Somebody hands something in that nobody has moved."""
        piece = self.chance.choice(self.pieces)
        self._hand_in(now, piece, self.chance.choice(piece.people))

    def _hand_in(self, now: datetime, piece: Piece, person: User) -> None:
        key = (piece.assignment.pk, person.pk)
        if key in self.done or key in self.given:
            return
        make_submission(assignment=piece.assignment, student=person, submitted_at=now.replace(microsecond=0))
        self.done.add(key)
        self.ledger.spoil([piece.subject(person)], time.time())

    def give_a_date(self, now: datetime) -> None:
        """Somebody gets a later date of their own, of which a reminder is due today."""
        piece = self.chance.choice(self.pieces)
        person = self.chance.choice(piece.people)
        key = (piece.assignment.pk, person.pk)
        if key in self.done or key in self.given or piece.assignment.pk in self.moved:
            return
        old = piece.subject(person)
        due_at = self.later(now, piece.assignment.course, 7)
        if due_at <= piece.deadlines[person.pk]:
            return
        make_personal_date(assignment=piece.assignment, student=person, due_at=due_at, set_at=now)
        self.given.add(key)
        self._moved(piece, person, old, due_at)

    def move(self, now: datetime) -> None:
        """An assignment's date moves for everybody, to another day of which a reminder is due today."""
        piece = self.chance.choice(self.pieces)
        assignment = piece.assignment
        if assignment.pk in self.soon or len(self.moved) >= max(1, len(self.pieces) // 8):
            return  # of the reminders most have to go
        if assignment.pk in self.moved or any(key[0] == assignment.pk for key in self.given):
            return
        olds = {person.pk: piece.subject(person) for person in piece.people}
        due_at = self.later(now, assignment.course, self.chance.choice((1, 3, 7)))
        assignment.due_at = due_at
        assignment.save(update_fields=["due_at"])
        self.moved.add(assignment.pk)
        for person in piece.people:
            self._moved(piece, person, olds[person.pk], due_at)

    def _moved(self, piece: Piece, person: User, old: Subject, due_at: datetime) -> None:
        """The old reminder is untrue; the day's round is over, so that the news alone goes."""
        self.ledger.spoil([old], time.time())
        piece.deadlines[person.pk] = due_at
        new = piece.subject(person)
        self._ask(person, replace(new, was=old.clock), inf)


def _people(course: Course, group: StudyGroup, number: int) -> list[User]:
    """Students of the course, made in two statements."""
    people = User.objects.bulk_create(
        User(email=f"student{course.pk}-{place}@example.org", name=f"Student {place}", password="!")
        for place in range(number)
    )
    Enrolment.objects.bulk_create(
        Enrolment(person=person, course=course, group=group, role=Role.STUDENT) for person in people
    )
    return people
