"""The classes and materials that a README's table asks for, each for the class that its row means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final

from schedule.actions.readme.plan import Given, Plan, Values, kept_address
from schedule.models import ClassMeeting, Course
from schedule.pairing import Mark, pair
from schedule.readme_table import FoundClass, Kind, ReadmeTable
from schedule.rules import END_OF_DAY, instant, span, usual_class_key

FIELDS: Final = ("kind", "number", "title", "starts_at", "ends_at")


def plan_classes(planned: Plan, course: Course, table: ReadmeTable) -> list[Given]:
    """Plan the classes with their materials; the homework of the table comes back."""
    rows = ClassMeeting.objects.filter(course=course).order_by("starts_at", "key")
    meetings = list(rows.prefetch_related("materials"))
    pairs = _pair_classes(course, meetings, table)
    keys = {meeting.key for meeting in meetings}
    hours = _Hours(course, table, meetings)
    given: list[Given] = []
    for place, found in enumerate(table.classes):
        meeting = meetings[pairs[place]] if place in pairs else None
        key = meeting.key if meeting else _free_key(found, keys)
        keys.add(key)
        times = hours.of(found, meeting)
        planned.classes[key] = _class_values(found, meeting) | times
        if meeting:
            planned.classes_there[key] = {name: getattr(meeting, name) for name in FIELDS}
        elif hours.unknown(found):
            planned.whole_day.append(f"class {key} (line {found.line})")
        _plan_materials(planned, course, key, found, meeting)
        given += [Given(work, key, found.on) for work in found.homework]
    met = set(pairs.values())
    planned.absent += [f"class {row.key} ({row})" for place, row in enumerate(meetings) if place not in met]
    return given


@dataclass(frozen=True, slots=True)
class _KnownClass:
    """What a class is found again by; `any_kind` where a row may mean a lecture as well as a seminar."""

    kind: str
    any_kind: bool
    day: date
    number: str
    title: str


def _class_marks() -> Iterator[Callable[[_KnownClass], Mark]]:
    """A row means the class that shares most with it: it may be moved, renamed or numbered anew."""

    def mark(known: _KnownClass, names: tuple[str, ...], with_kind: bool) -> Mark:
        values = [getattr(known, name) for name in names]
        if not (with_kind or known.any_kind) or (len(names) < 3 and not all(values)):
            return None
        return (known.kind if with_kind else "", *values)

    all_names = (
        ("day", "number", "title"),
        ("day", "number"),
        ("day", "title"),
        ("number", "title"),
        ("number",),
        ("title",),
        ("day",),
    )
    for with_kind in (True, False):
        for names in all_names:
            yield partial(mark, names=names, with_kind=with_kind)
    yield lambda known: (known.day, known.title) if known.title else None


def _pair_classes(course: Course, meetings: Sequence[ClassMeeting], table: ReadmeTable) -> dict[int, int]:
    there = [
        _KnownClass(
            kind=meeting.kind,
            any_kind=True,
            day=meeting.starts_at.astimezone(course.zone).date(),
            number=_plain_number(meeting.number),
            title=meeting.title.casefold(),
        )
        for meeting in meetings
    ]
    wanted = [
        _KnownClass(
            kind=found.kind.value,
            any_kind=found.kind is Kind.CLASS,
            day=found.on,
            number=_plain_number(found.number),
            title=found.title.casefold(),
        )
        for found in table.classes
    ]
    return pair(there, wanted, _class_marks())


def _plain_number(number: str) -> str:
    return number.casefold().lstrip("0")


def _free_key(found: FoundClass, keys: set[str]) -> str:
    which = 1
    while (key := usual_class_key(found.on, found.kind, which)) in keys:
        which += 1
    return key


def _class_values(found: FoundClass, meeting: ClassMeeting | None) -> Values:
    """What the row says of the class; an empty cell says nothing of one that is there."""
    values = {"kind": found.kind.value, "number": found.number, "title": found.title}
    if meeting is None:
        return values
    if found.kind is Kind.CLASS:
        values["kind"] = meeting.kind
    return {name: value for name, value in values.items() if value}


def _plan_materials(
    planned: Plan, course: Course, key: str, found: FoundClass, meeting: ClassMeeting | None
) -> None:
    """The links of a class are those of its row, unless the row has none."""
    if not found.materials:
        return
    there = list(meeting.materials.all()) if meeting else []
    for material in there:
        planned.materials_there[key, material.position] = {"title": material.title, "url": material.url}
    for position, link in enumerate(found.materials, start=1):
        old = planned.materials_there.get((key, position))
        url = kept_address(course, old["url"], link.url) if old else link.url
        planned.materials[key, position] = {"title": link.title, "url": url}


class _Hours:
    """When the classes of a table begin and end.

    The table comes first, then what the class already has, then the hours that the course's other classes of
    its kind have on that weekday, where they agree. A class of which nothing is known takes the whole day.
    """

    def __init__(self, course: Course, table: ReadmeTable, meetings: Sequence[ClassMeeting]) -> None:
        self.zone = course.zone
        self.table = table
        self.usual: defaultdict[tuple[str, int], set[tuple[time, timedelta]]] = defaultdict(set)
        for meeting in meetings:
            starts = meeting.starts_at.astimezone(self.zone)
            if starts.time() != time.min:
                lasts = meeting.ends_at - meeting.starts_at
                self.usual[meeting.kind, starts.weekday()].add((starts.time(), lasts))

    def unknown(self, found: FoundClass) -> bool:
        """Whether neither the table nor the course tells when such a class is."""
        return self.table.hours_of(found) is None and len(self._usual(found)) != 1

    def of(self, found: FoundClass, meeting: ClassMeeting | None) -> dict[str, datetime]:
        if hours := self.table.hours_of(found):
            return self._between(found.on, hours.starts, hours.ends)
        if meeting:
            was = meeting.starts_at.astimezone(self.zone)
            starts_at = self._at(found.on, was.time())
            return {"starts_at": starts_at, "ends_at": starts_at + (meeting.ends_at - meeting.starts_at)}
        if not self.unknown(found):
            ((starts, lasts),) = self._usual(found)
            starts_at = self._at(found.on, starts)
            return {"starts_at": starts_at, "ends_at": starts_at + lasts}
        return self._between(found.on, time.min, END_OF_DAY)

    def _usual(self, found: FoundClass) -> set[tuple[time, timedelta]]:
        return self.usual[found.kind.value, found.on.weekday()]

    def _between(self, day: date, starts: time, ends: time) -> dict[str, datetime]:
        hours = span(datetime.combine(day, starts), datetime.combine(day, ends), self.zone)
        return dict(zip(("starts_at", "ends_at"), hours, strict=True))

    def _at(self, day: date, clock: time) -> datetime:
        return instant(datetime.combine(day, clock), self.zone)
