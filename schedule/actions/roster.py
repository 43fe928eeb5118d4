"""A course's roster from a file: accounts, study groups, enrolments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.db import transaction

from people.models import User
from schedule.actions.inviting import invite
from schedule.cells import email_address, one_of, shown_moment, words
from schedule.models import STUDENT_ROLES, Course, Enrolment, Role, StudyGroup
from schedule.tables import Problem, Row, Table, read_table

COLUMNS: Final = ("email", "name", "group", "role")

_name = words("a full name", at_most=200)
_group = words("a study group's name", at_most=60)
_role = one_of(Role.values)

_Key = tuple[str, bool]
"""A person's e-mail and whether it is about studying: a person may both study and teach in a course."""


@dataclass(frozen=True, slots=True)
class RosterChanges:
    """What an import changed, a line of text each; ``absent`` are people it left as they were."""

    accounts: tuple[str, ...]
    names: tuple[str, ...]
    groups: tuple[str, ...]
    joined: tuple[str, ...]
    transferred: tuple[str, ...]
    roles: tuple[str, ...]
    ended: tuple[str, ...]
    absent: tuple[str, ...]

    def __bool__(self) -> bool:
        return any(
            (self.accounts, self.names, self.groups, self.joined, self.transferred, self.roles, self.ended)
        )


def import_roster(
    *,
    course: Course,
    data: bytes,
    now: datetime,
    deactivate_missing: bool = False,
    notify: bool = False,
) -> RosterChanges:
    """Make a course's people those of a CSV file with the columns of ``COLUMNS``.

    New people get an account without a password and belong to the course from its beginning. A transfer to
    another group ends an enrolment at ``now`` and begins the next; another role in the same group is written
    into the enrolment that is there. Who is not in the file stays, or leaves at ``now`` with
    ``deactivate_missing``. Nobody's work or account is touched but for names. With ``notify`` who joins and
    has no password is invited to choose one.
    Raises BadTable, and changes nothing, where anything in the file is wrong.
    """
    table = read_table(data, COLUMNS)
    entries = _entries(table)
    if deactivate_missing and not table.rows:
        table.check([Problem(0, "nobody is in the file, and everybody would leave the course")])
    with transaction.atomic():
        Course.objects.select_for_update(no_key=True).get(pk=course.pk)  # one import at a time
        plan = _plan(course, entries, now, deactivate_missing)
        table.check(plan.problems)
        changes = _carry_out(plan, course, entries, now)
        if notify:
            emails = {entry.email for entry, _joined_at in plan.joining}
            joined = User.objects.filter(email__in=emails).values_list("pk", flat=True)
            invite(course=course, people=set(joined), now=now)
        return changes


@dataclass(frozen=True, slots=True)
class _Entry:
    """One person's part in the course, as the file has it."""

    email: str
    name: str
    group: str
    role: str
    row: Row = field(compare=False)

    @property
    def key(self) -> _Key:
        return self.email, self.role in STUDENT_ROLES


@dataclass(slots=True)
class _Plan:
    joining: list[tuple[_Entry, datetime | None]] = field(default_factory=list)
    moving: list[tuple[Enrolment, _Entry]] = field(default_factory=list)
    changing: list[tuple[Enrolment, _Entry]] = field(default_factory=list)
    ending: list[Enrolment] = field(default_factory=list)
    staying: list[Enrolment] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def _entries(table: Table) -> dict[_Key, _Entry]:
    """The people of a file; what contradicts itself is noted in its rows."""
    entries: dict[_Key, _Entry] = {}
    named: dict[str, _Entry] = {}
    speakers: dict[str, _Entry] = {}
    for row in table.rows:
        entry = _entry(row)
        if row.problems:
            continue
        first = entries.setdefault(entry.key, entry)
        if first != entry:
            row.refuse("email", f"each person once, or the same again: line {first.row.line} says otherwise")
            continue
        first = named.setdefault(entry.email, entry)
        if first.name != entry.name:
            row.refuse("name", f'"{first.name}" as in line {first.row.line}, it is the same person')
        if entry.role == Role.REPRESENTATIVE:
            first = speakers.setdefault(entry.group, entry)
            if first.email != entry.email:
                told = f"one representative a group: {entry.group} has {first.email} in line {first.row.line}"
                row.refuse("role", told)
    return entries


def _entry(row: Row) -> _Entry:
    role = row.read("role", _role, "")
    group = row.cells["group"]
    if group or role in STUDENT_ROLES:
        group = row.read("group", _group, "")
    return _Entry(row.read("email", email_address, ""), row.read("name", _name, ""), group, role, row)


def _plan(course: Course, entries: Mapping[_Key, _Entry], now: datetime, deactivate_missing: bool) -> _Plan:
    """What has to be done; what cannot be is noted in the rows."""
    plan = _Plan()
    active: dict[_Key, Enrolment] = {}
    latest: dict[_Key, datetime | None] = {}
    for part in Enrolment.objects.filter(course=course).select_related("person", "group").order_by("pk"):
        key = part.person.email, part.role in STUDENT_ROLES
        moments = (latest.get(key), part.joined_at, part.left_at)
        latest[key] = max((moment for moment in moments if moment), default=None)
        if part.left_at is None:
            active[key] = part
    for key, entry in entries.items():
        old = active.pop(key, None)
        if old is None:
            plan.joining.append((entry, now if key in latest else None))
        elif _group_name(old) != entry.group:
            plan.moving.append((old, entry))
        else:
            if old.role != entry.role:
                plan.changing.append((old, entry))
            continue
        if (last := latest.get(key)) and last > now:
            told = f"no change before the person's last one, at {shown_moment(last, course.zone)}"
            entry.row.refuse("email", told)
    missing = plan.ending if deactivate_missing else plan.staying
    missing.extend(active.values())
    _check_missing(plan, entries.values(), now, course.zone)
    return plan


def _check_missing(plan: _Plan, entries: Iterable[_Entry], now: datetime, zone: ZoneInfo) -> None:
    """People who are not in the file: they neither leave before they came nor share their office."""
    for part in plan.ending:
        if part.joined_at and part.joined_at > now:
            joined = shown_moment(part.joined_at, zone)
            told = f"{part.person.email}, not in this file, cannot leave before joining at {joined}"
            plan.problems.append(Problem(0, told))
    offices = {_group_name(part): part for part in plan.staying if part.role == Role.REPRESENTATIVE}
    for entry in entries:
        if entry.role == Role.REPRESENTATIVE and (holder := offices.get(entry.group)):
            told = f"one representative a group: {entry.group} has {holder.person.email}"
            # Who teaches now may still be in the file, only no longer as a student.
            told += ", who is no student of this file and stays (--deactivate-missing ends that)"
            entry.row.refuse("role", told)


def _carry_out(plan: _Plan, course: Course, entries: Mapping[_Key, _Entry], now: datetime) -> RosterChanges:
    people, accounts, names = _accounts({entry.email: entry.name for entry in entries.values()})
    groups, new_groups = _groups(course, {entry.group for entry in entries.values() if entry.group})
    ended = [part.pk for part in plan.ending] + [old.pk for old, _entry in plan.moving]
    Enrolment.objects.filter(pk__in=ended).update(left_at=now)
    # A group has one representative at any moment: who lays the office down goes before who takes it up.
    for role in (Role.STUDENT, Role.ASSISTANT, Role.LECTURER, Role.REPRESENTATIVE):
        changed = [old.pk for old, entry in plan.changing if entry.role == role]
        if changed:
            Enrolment.objects.filter(pk__in=changed).update(role=role)
    begun = plan.joining + [(entry, now) for _old, entry in plan.moving]
    Enrolment.objects.bulk_create(
        Enrolment(
            person=people[entry.email],
            course=course,
            group=groups.get(entry.group),
            role=entry.role,
            joined_at=joined_at,
        )
        for entry, joined_at in begun
    )
    return RosterChanges(
        accounts=accounts,
        names=names,
        groups=new_groups,
        joined=tuple(_told(entry.email, entry.role, entry.group) for entry, _joined_at in plan.joining),
        transferred=tuple(
            f"{entry.email}: {_group_name(old) or 'no group'} -> {entry.group or 'no group'}"
            for old, entry in plan.moving
        ),
        roles=tuple(f"{entry.email}: {old.role} -> {entry.role}" for old, entry in plan.changing),
        ended=tuple(_told(part.person.email, part.role, _group_name(part)) for part in plan.ending),
        absent=tuple(_told(part.person.email, part.role, _group_name(part)) for part in plan.staying),
    )


def _accounts(names: Mapping[str, str]) -> tuple[dict[str, User], tuple[str, ...], tuple[str, ...]]:
    """Everyone's account by e-mail, with the name of the file; which are new, and which were renamed."""
    people = {person.email: person for person in User.objects.filter(email__in=names)}
    renamed, told = [], []
    for email, person in people.items():
        if person.name != names[email]:
            told.append(f"{email}: {person.name} -> {names[email]}")
            person.name = names[email]
            renamed.append(person)
    User.objects.bulk_update(renamed, ["name"], batch_size=500)
    new = User.objects.bulk_create(
        User(email=email, name=name, password=make_password(None))
        for email, name in names.items()
        if email not in people
    )
    people |= {person.email: person for person in new}
    return people, tuple(person.email for person in new), tuple(told)


def _groups(course: Course, names: set[str]) -> tuple[dict[str, StudyGroup], tuple[str, ...]]:
    """The course's groups by name, made where they are not there yet; and which are new."""
    groups = {group.name: group for group in StudyGroup.objects.filter(course=course)}
    new = sorted(names - groups.keys())
    made = StudyGroup.objects.bulk_create(StudyGroup(course=course, name=name) for name in new)
    return groups | {group.name: group for group in made}, tuple(new)


def _group_name(part: Enrolment) -> str:
    return part.group.name if part.group else ""


def _told(email: str, role: str, group: str) -> str:
    return f"{email} ({role}, {group})" if group else f"{email} ({role})"
