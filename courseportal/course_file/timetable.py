"""The sections of a course file that have dates: the course, its classes, the exam, the assignments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from courseportal.course_file.definition import (
    AssignmentFacts,
    ClassFacts,
    CourseFacts,
    ExamFacts,
    MaterialFacts,
)
from courseportal.course_file.grading import read_late_penalty
from courseportal.course_file.reader import FAR, Table, limit
from schedule.models import Assignment, ClassMeeting, Course, Exam, Material
from schedule.models.assignments import MEBIBYTE, SUFFIX, default_suffixes
from schedule.models.courses import SLUG, default_remind_days, default_report_days, validate_zone
from schedule.rules import end_of_day, span, usual_class_key

LINK_SCHEMES = ("", "http", "https")
NO_DAY = date(2000, 1, 1)
NO_HOURS = time(0), time(1)
"""Stand for a day and hours that could not be read, so that the rest of the file is still checked."""

Hours = tuple[time, time]


def read_course(table: Table) -> CourseFacts:
    """The section [course]."""
    zone = _zone(table)
    starts_on, ends_on = table.day("starts_on"), table.day("ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        table.problem("ends_on", f"{ends_on} is before the course starts, {starts_on}")
    closes_at = table.moment("closes_at", zone, default=None)
    if starts_on and closes_at and closes_at.astimezone(zone).date() < starts_on:
        table.problem("closes_at", f"is before the course starts, {starts_on}")
    title = table.text("title", most=limit(Course, "title"))
    base = table.text("links_base_url", most=limit(Course, "links_base_url"), default="")
    if base:
        table.validated("links_base_url", base, URLValidator(schemes=["http", "https"]), "a web address")
    facts = CourseFacts(
        slug=_slug(table, "slug", limit(Course, "slug")),
        title=title,
        short_title=table.text("short_title", most=limit(Course, "short_title")),
        institution=table.text("institution", most=limit(Course, "institution"), default=""),
        term=table.text("term", most=limit(Course, "term"), default=""),
        time_zone=zone.key,
        starts_on=starts_on or NO_DAY,
        ends_on=ends_on or date.max,
        closes_at=closes_at,
        due_days_after_issue=table.integer("due_days_after_issue", least=0, most=366),
        remind_days=table.whole_numbers("remind_days", most=60, default=tuple(default_remind_days())),
        remind_at=table.clock("remind_at", default=time(10)),
        report_weekday=table.choice("report_weekday", Course.Weekday.values, default=Course.Weekday.MONDAY),
        report_days=table.whole_numbers("report_days", most=60, default=tuple(default_report_days())),
        about=table.text("about", default=""),
        links_base_url=base,
    )
    table.finish()
    return facts


def _zone(table: Table) -> ZoneInfo:
    name = table.text("time_zone")
    if name:
        try:
            validate_zone(name)
            return ZoneInfo(name)
        except ValidationError:
            table.problem("time_zone", f'"{name}" is not an IANA time zone such as "Europe/Moscow"')
    return ZoneInfo("UTC")


def _slug(table: Table, key: str, most: int) -> str:
    slug = table.text(key, most=most)
    return table.validated(key, slug, SLUG, "small Latin letters, digits and hyphens") if slug else slug


def _link(table: Table, key: str, most: int) -> str:
    """An address, which may be relative to the course's base of links."""
    url = table.text(key, most=most, default="")
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        scheme = "broken"
    if scheme not in LINK_SCHEMES:
        table.problem(key, f'"{url}" is not a web address')
    return url


def read_class_times(table: Table | None) -> dict[str, Hours]:
    """The section [class_times]: the hours of each kind of class that names none of its own."""
    if table is None:
        return {}
    named = [kind for kind in ClassMeeting.Kind.values if table.has(kind)]
    # Hours that are wrong are told once, not again for every class that takes them from here.
    times = {kind: table.hours(kind) or NO_HOURS for kind in named}
    table.finish()
    return times


def read_classes(
    tables: list[Table], course: CourseFacts, class_times: Mapping[str, Hours]
) -> tuple[ClassFacts, ...]:
    """The sections [[class]], in the order of the file."""
    classes: list[ClassFacts] = []
    keys: Counter[str] = Counter()
    for table in tables:
        found = _read_class(table, course, class_times, keys)
        if any(found.key == other.key for other in classes):
            table.problem("key", f'"{found.key}" is used twice')
        classes.append(found)
    return tuple(classes)


def _read_class(
    table: Table, course: CourseFacts, class_times: Mapping[str, Hours], keys: Counter[str]
) -> ClassFacts:
    day = table.day("date")
    if day and not course.starts_on <= day <= course.ends_on:
        table.problem(
            "date", f"{day} is not between {course.starts_on} and {course.ends_on}, the course's days"
        )
    kind = table.choice("kind", ClassMeeting.Kind.values)
    hours = table.hours("time", default=None)
    if hours is None and not table.has("time"):
        hours = class_times.get(kind)
        if hours is None:
            table.problem("time", f'is missing, and [class_times] has no hours for "{kind}"')
    starts, ends = hours or NO_HOURS
    on = day or NO_DAY
    starts_at, ends_at = span(datetime.combine(on, starts), datetime.combine(on, ends), course.zone)
    facts = ClassFacts(
        key=_class_key(table, day, kind, keys),
        kind=kind,
        number=table.text("number", most=limit(ClassMeeting, "number"), default=""),
        title=table.text("title", most=limit(ClassMeeting, "title"), default=""),
        starts_at=starts_at,
        ends_at=ends_at,
        room=table.text("room", most=limit(ClassMeeting, "room"), default=""),
        materials=tuple(_read_material(each) for each in table.tables("materials")),
    )
    if not facts.title and not facts.number:
        table.problem("title", "is missing: a class has a title, a number or both")
    table.finish()
    return facts


def _class_key(table: Table, day: date | None, kind: str, keys: Counter[str]) -> str:
    """The key that the file gives, else the usual one: the day, the kind, and which of that day's it is."""
    if table.has("key"):
        return _slug(table, "key", limit(ClassMeeting, "key"))
    table.known.append("key")
    usual = usual_class_key(day or NO_DAY, kind, 1)
    keys[usual] += 1
    return usual_class_key(day or NO_DAY, kind, keys[usual])


def _read_material(table: Table) -> MaterialFacts:
    facts = MaterialFacts(
        table.text("title", most=limit(Material, "title")), _link(table, "url", limit(Material, "url"))
    )
    table.finish()
    return facts


def read_exam(table: Table | None, course: CourseFacts) -> ExamFacts | None:
    """The section [exam]."""
    if table is None:
        return None
    not_before, not_after = table.day("not_before_on"), table.day("not_after_on")
    if not_before and not_after and not_after < not_before:
        table.problem("not_after_on", f"{not_after} is before not_before_on, {not_before}")
    if not_before and not_before < course.starts_on:
        table.problem("not_before_on", f"{not_before} is before the course starts, {course.starts_on}")
    starts_at = table.moment("starts_at", course.zone, default=None, takes_day=False)
    facts = ExamFacts(
        not_before_on=not_before or NO_DAY,
        not_after_on=not_after or NO_DAY,
        starts_at=starts_at,
        room=table.text("room", most=limit(Exam, "room"), default=""),
        format=table.text("format", default=""),
    )
    if starts_at and not_before and not_after:
        day = starts_at.astimezone(course.zone).date()
        if not not_before <= day <= not_after:
            table.problem("starts_at", f"{day} is not between {not_before} and {not_after}")
    table.finish()
    return facts


@dataclass(frozen=True, slots=True)
class _Issue:
    """When and where an assignment is given."""

    class_key: str | None
    day: date | None


def read_assignments(
    tables: list[Table], course: CourseFacts, classes: tuple[ClassFacts, ...]
) -> tuple[AssignmentFacts, ...]:
    """The sections [[assignment]], in order of their numbers."""
    days = {each.key: each.starts_at.astimezone(course.zone).date() for each in classes}
    found: list[AssignmentFacts] = []
    for table in tables:
        facts = _read_assignment(table, course, days)
        if any(facts.number == other.number for other in found):
            table.problem("number", f"{facts.number} is used twice")
        found.append(facts)
    return tuple(sorted(found, key=lambda facts: facts.number))


def _read_assignment(table: Table, course: CourseFacts, days: Mapping[str, date]) -> AssignmentFacts:
    number = table.integer("number", least=1)
    issue = _read_issue(table, days)
    if table.has("issued_on") and issue.day and issue.day < course.starts_on:
        table.problem("issued_on", f"{issue.day} is before the course starts, {course.starts_on}")
    due_at = table.moment("due_at", course.zone, default=None)
    if due_at is None:
        due_at = FAR
        if issue.day and not table.has("due_at"):
            due_at = end_of_day(issue.day + timedelta(days=course.due_days_after_issue), course.zone)
    elif issue.day and due_at.astimezone(course.zone).date() < issue.day:
        table.problem("due_at", f"is before the assignment is issued, {issue.day}")
    closes_at = table.moment("closes_at", course.zone, default=None)
    if closes_at and closes_at < due_at:
        table.problem("closes_at", "is before due_at: work cannot close before it is due")
    facts = AssignmentFacts(
        number=number,
        title=table.text("title", most=limit(Assignment, "title")),
        statement=table.text("statement", default=""),
        statement_url=_link(table, "statement_url", limit(Assignment, "statement_url")),
        given_at_class=issue.class_key,
        issued_on=issue.day or NO_DAY,
        due_at=due_at,
        closes_at=closes_at,
        max_score=table.points("max_score", default=10),
        takes_files=table.flag("takes_files", default=True),
        takes_link=table.flag("takes_link", default=True),
        suffixes=_read_suffixes(table),
        max_files=table.integer("max_files", least=1, most=100, default=10),
        max_bytes=table.integer("max_bytes", least=1, most=1024 * MEBIBYTE, default=20 * MEBIBYTE),
        late_penalty=read_late_penalty(table.table("late_penalty")),
    )
    if facts.max_score == 0 and table.has("max_score"):
        table.problem("max_score", "an assignment is worth points")
    if facts.takes_files and table.values.get("suffixes") == []:
        table.problem(
            "suffixes", "is empty, so no file could be handed in: name some, or takes_files = false"
        )
    if not facts.takes_files and not facts.takes_link:
        table.problem("takes_link", "an assignment takes files, a link or both")
    table.finish()
    return facts


def _read_issue(table: Table, days: Mapping[str, date]) -> _Issue:
    """The class at which an assignment is given, and the day: that of the class unless it says another."""
    key = table.text("given_at_class", default="") or None
    day = table.day("issued_on", default=None)
    if key is not None and key not in days:
        table.problem("given_at_class", f'no class has the key "{key}"')
        key = None
    elif key is None and not table.has("issued_on"):
        table.problem("given_at_class", "is missing: the key of a class, or the day as issued_on")
    return _Issue(key, day or (days[key] if key else None))


def _read_suffixes(table: Table) -> tuple[str, ...]:
    suffixes = table.texts("suffixes", default=tuple(default_suffixes()))
    for suffix in suffixes:
        table.validated("suffixes", suffix, SUFFIX, 'a file name ending such as ".ipynb"')
    return suffixes
