"""What holds for the members of a group, and what they were told of it last: read, and stored as told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from grading.messages.dates import ToldPerk
from grading.messages.moved_dates import ToldDate, told_date
from grading.models import AnnouncedDates, AnnouncedPerk
from grading.queries.deadlines import CourseDeadlines, course_deadlines
from perks.queries.standing import GroupStanding, group_standings
from perks.rules import RequestState
from schedule.models import Course, Enrolment, StudyGroup

Dates = dict[str, ToldDate]
"""By the assignment's id: the date that holds, and what comes after it."""


@dataclass(frozen=True, slots=True)
class Held:
    """What holds now for a group and each of its members, and what is stored of it."""

    standing: GroupStanding
    deadlines: CourseDeadlines
    stored: Mapping[int, StoredDates]
    """By member who was told any: the dates that were told."""
    dates: Mapping[int, Dates]
    """By member: the dates of which they are told."""

    @property
    def request_id(self) -> int | None:
        """The request that stands."""
        return self.standing.move.request_id if self.standing.move else None

    @property
    def perk(self) -> ToldPerk:
        """Whether the perk is earned, and what the request means."""
        return ToldPerk.of(self.standing)


@dataclass(frozen=True, slots=True)
class StoredDates:
    """The dates that a student was told last, as they are stored."""

    dates: dict[str, str]
    late: dict[str, list[int | str | None]]

    @classmethod
    def of(cls, dates: Dates) -> StoredDates:
        """These dates, to be stored."""
        return cls({key: one.at for key, one in dates.items()}, {key: one.late for key, one in dates.items()})

    def as_told(self, holds: Dates) -> Dates:
        """Those of the assignments that there are; what was stored before ``late`` was counts as it holds."""
        return {
            key: ToldDate.read(self.dates[key], self.late.get(key) or now.late)
            for key, now in holds.items()
            if key in self.dates
        }

    def says_other(self, key: str, holds: ToldDate) -> bool:
        """Whether an assignment's date was told, and as another than this."""
        return key in self.dates and self.as_told({key: holds})[key] != holds


def held(group: StudyGroup, now: datetime) -> Held:
    """What holds for a group now."""
    members = members_of(group.course, [group.pk])
    standing = group_standings(group.course, now, groups=[group.pk])[0]
    deadlines = course_deadlines(group.course, now, students=list(members), groups=members)
    stored = stored_dates(group.course, members)
    return Held(standing, deadlines, stored, dates_of(deadlines, members, stored, now))


def members_of(course: Course, groups: Collection[int] | None = None) -> dict[int, int]:
    """By student who is there now: the group."""
    enrolments = Enrolment.objects.students().filter(course=course, person__is_active=True)
    if groups is not None:
        enrolments = enrolments.filter(group__in=groups)
    return {person: group for person, group in enrolments.values_list("person_id", "group_id") if group}


def dates_of(
    deadlines: CourseDeadlines, members: Collection[int], stored: Mapping[int, StoredDates], now: datetime
) -> dict[int, Dates]:
    """By member: the dates that hold and that they are told of.

    Of an assignment that is not given out yet only a date of their own, and what has become of one that they
    were told of; ``stored`` are these. Once it is given out, the date as it is then is simply what holds.
    """
    issued, found = deadlines.issued(now), {}
    for student in members:
        told, dates = stored.get(student), Dates()
        for column in deadlines.columns:
            key, holds = str(column.id), told_date(deadlines.terms(column.id, student))
            if deadlines.is_theirs(column.id, student, issued) or (told and told.says_other(key, holds)):
                dates[key] = holds
        found[student] = dates
    return found


def stored_dates(course: Course, students: Collection[int]) -> dict[int, StoredDates]:
    """By student who was told any: the dates, as they are stored."""
    rows = AnnouncedDates.objects.filter(course=course, person__in=students)
    told = rows.values_list("person", "dates", "late")
    return {student: StoredDates(dates, late) for student, dates, late in told}


def remember_dates(course: Course, dates: Mapping[int, Dates], stored: Mapping[int, StoredDates]) -> None:
    """Store these dates as told; ``stored`` are those that are."""
    wanted = {student: StoredDates.of(holds) for student, holds in dates.items()}
    AnnouncedDates.objects.bulk_create(
        (
            AnnouncedDates(person_id=student, course=course, dates=holds.dates, late=holds.late)
            for student, holds in wanted.items()
            if stored.get(student) != holds
        ),
        update_conflicts=True,
        unique_fields=["person", "course"],
        update_fields=["dates", "late"],
    )


def remember_unknown_dates(
    course: Course, dates: Mapping[int, Dates], stored: Mapping[int, StoredDates]
) -> None:
    """Store those of these dates as told of which nothing is stored."""
    AnnouncedDates.objects.bulk_create(
        (
            AnnouncedDates(person_id=student, course=course, dates=told.dates, late=told.late)
            for student, told in ((one, StoredDates.of(holds)) for one, holds in dates.items())
            if student not in stored
        ),
        ignore_conflicts=True,
    )
    incomplete = {
        student: told.as_told(dates[student])
        for student, told in stored.items()
        if not told.late.keys() >= told.dates.keys()
    }
    remember_dates(course, incomplete, stored)


def remember_perk(group: StudyGroup, state: Held) -> ToldPerk:
    """Store the group's standing as told; what was told before."""
    row = AnnouncedPerk.objects.filter(group=group).first() or AnnouncedPerk(group=group)
    before, perk = ToldPerk(row.earned, RequestState(row.state)), state.perk
    if (before, row.request_id) != (perk, state.request_id) or row._state.adding:
        row.earned, row.request_id, row.state = perk.earned, state.request_id, perk.state
        row.save()
    return before
