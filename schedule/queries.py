"""What the schedule shows: a course's term week by week, with classes, materials and homework."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from people.letters import LONGEST_SENDER, known_zone
from people.models import User
from schedule.models import (
    STUDENT_ROLES,
    Announcement,
    Assignment,
    ClassMeeting,
    Course,
    Enrolment,
    Exam,
    Material,
)
from schedule.rules import is_whole_day


def sender_name(slug: str) -> str:
    """Under which name letters of the course with that short address come; empty where there is none such.

    Its title, or its short title where that alone fits. One statement.
    """
    titles = Course.objects.filter(slug=slug).values_list("title", "short_title").first()
    if titles is None:
        return ""
    title, short = titles
    return title if len(title) <= LONGEST_SENDER else short or title


def full_address(course: Course, url: str) -> str:
    """A link as browsers can follow it: relative ones against the course's base.

    Empty for anything but http and https, and for a relative link where the course has no base.
    """
    try:
        address = urljoin(course.links_base_url, url.strip())
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in ("http", "https") and parts.netloc else ""


@dataclass(frozen=True, slots=True)
class Link:
    """A material: its title, and where it is read; the address is empty where it has none that works."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Homework:
    """An assignment given at a class."""

    number: int
    title: str


@dataclass(frozen=True, slots=True)
class ClassEntry:
    """A class as it stands in the schedule. Of one that takes a whole day the hours are not known yet."""

    id: int
    kind: str
    kind_title: str
    number: str
    title: str
    starts_at: datetime
    ends_at: datetime
    is_whole_day: bool
    room: str
    materials: tuple[Link, ...]
    homework: tuple[Homework, ...]
    is_cancelled: bool = False
    cancelled_why: str = ""


@dataclass(frozen=True, slots=True)
class Week:
    """A week of the term, numbered from the week of the course's first day, Monday to Sunday."""

    number: int
    first_on: date
    classes: tuple[ClassEntry, ...]

    @property
    def last_on(self) -> date:
        """The week's Sunday."""
        return self.first_on + timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Programme:
    """The whole term: every week from the first day of the course to its last event, empty ones too."""

    course: Course
    weeks: tuple[Week, ...]
    exam: Exam | None

    def week_of(self, day: date) -> Week | None:
        """The week in which a day falls, None outside the term."""
        return next((week for week in self.weeks if week.first_on <= day <= week.last_on), None)


def week_number(course: Course, day: date) -> int:
    """Weeks are counted from that of the course's first day; before it the number is 0 or less."""
    return (monday(day) - monday(course.starts_on)).days // 7 + 1


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def programme(course: Course) -> Programme:
    """A course's schedule, in four statements."""
    zone = course.zone
    classes = list(ClassMeeting.objects.filter(course=course).order_by("starts_at", "key"))
    materials = _materials(course)
    homework = _homework(course)
    by_week: dict[int, list[ClassEntry]] = defaultdict(list)
    for meeting in classes:
        number = week_number(course, meeting.starts_at.astimezone(zone).date())
        by_week[number].append(_entry(meeting, zone, materials[meeting.pk], homework[meeting.pk]))
    exam = Exam.objects.filter(course=course).first()
    last_on = max(course.ends_on, exam.not_after_on) if exam else course.ends_on
    numbers = range(min([1, *by_week]), max([week_number(course, last_on), *by_week]) + 1)
    first = monday(course.starts_on)
    weeks = (Week(n, first + timedelta(weeks=n - 1), tuple(by_week.get(n, ()))) for n in numbers)
    return Programme(course, tuple(weeks), exam)


def _entry(
    meeting: ClassMeeting, zone: ZoneInfo, materials: Sequence[Link], homework: Sequence[Homework]
) -> ClassEntry:
    return ClassEntry(
        id=meeting.pk,
        kind=meeting.kind,
        kind_title=meeting.get_kind_display(),
        number=meeting.number,
        title=meeting.title,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        is_whole_day=is_whole_day(meeting.starts_at, meeting.ends_at, zone),
        room=meeting.room,
        materials=tuple(materials),
        homework=tuple(homework),
        is_cancelled=meeting.cancelled_at is not None,
        cancelled_why=meeting.cancelled_why,
    )


def _materials(course: Course) -> dict[int, list[Link]]:
    links: dict[int, list[Link]] = defaultdict(list)
    rows = Material.objects.filter(class_meeting__course=course).order_by("position")
    for class_id, title, url in rows.values_list("class_meeting_id", "title", "url"):
        links[class_id].append(Link(title, full_address(course, url)))
    return links


def _homework(course: Course) -> dict[int, list[Homework]]:
    given: dict[int, list[Homework]] = defaultdict(list)
    rows = Assignment.objects.filter(course=course, given_at_class__isnull=False).order_by("number")
    for class_id, number, title in rows.values_list("given_at_class_id", "number", "title"):
        if class_id is not None:
            given[class_id].append(Homework(number, title))
    return given


def current_course(user: User, now: datetime) -> Course | None:
    """The course that a person's home shows: the latest that has begun, else the first to begin."""
    return latest_begun(list(Course.objects.visible_to(user).order_by("-starts_on", "slug")), now)


def _today(course: Course, now: datetime) -> date:
    """The day in a course; by UTC where its zone is unknown: staff must reach its page to mend it."""
    return now.astimezone(known_zone(course.time_zone) or UTC).date()


def latest_begun(courses: Sequence[Course], now: datetime) -> Course | None:
    """Of courses with the newest first: the latest that has begun, else the first to begin."""
    begun = (course for course in courses if course.starts_on <= _today(course, now))
    return next(begun, courses[-1] if courses else None)


def students_ever(course: Course) -> dict[str, int]:
    """Everyone who studies or has studied in a course: account ids by e-mail."""
    parts = Enrolment.objects.filter(course=course, role__in=STUDENT_ROLES)
    return dict(parts.values_list("person__email", "person_id"))


def coming_classes(course: Course, now: datetime) -> tuple[ClassEntry, ...]:
    """The class that is going on or comes next, with its materials but no homework, in two statements.

    Before it those that are cancelled, each until it would have ended: who has not heard of it may be on the
    way. Where no other comes, those alone.
    """
    coming: list[ClassMeeting] = []
    for meeting in ClassMeeting.objects.filter(course=course, ends_at__gt=now).order_by("starts_at", "key"):
        coming.append(meeting)
        if meeting.cancelled_at is None:
            break
    links: dict[int, list[Link]] = defaultdict(list)
    rows = Material.objects.filter(class_meeting__in=coming).order_by("position")
    for class_id, title, url in rows.values_list("class_meeting_id", "title", "url"):
        links[class_id].append(Link(title, full_address(course, url)))
    return tuple(_entry(meeting, course.zone, links[meeting.pk], ()) for meeting in coming)


NEWS_FOR = timedelta(days=14)
"""How long an announcement stands on the first page."""


def announcements(course: Course, reader: User) -> QuerySet[Announcement]:
    """What was announced to the reader in a course, the latest first."""
    rows = Announcement.objects.standing().visible_to(reader).filter(course=course)
    return rows.select_related("by", "group").order_by("-published_at", "-pk")


def news(course: Course, reader: User, now: datetime) -> list[Announcement]:
    """The latest of it, for the first page: three at most, of the last two weeks; in one statement."""
    rows = announcements(course, reader).filter(published_at__gt=now - NEWS_FOR, published_at__lte=now)
    return list(rows[:3])
