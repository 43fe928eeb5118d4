"""What a course is by definition, before anybody takes part in it: values only, as a course file gives them.

The names are those of the tables, so that a value is called the same in the file, in the database and in the
lines that tell what changed. Moments are instants, points are hundredths.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from grading.rules import LatePolicy


@dataclass(frozen=True, slots=True)
class CourseFacts:
    """The course itself."""

    slug: str
    title: str
    short_title: str
    institution: str
    term: str
    time_zone: str
    starts_on: date
    ends_on: date
    closes_at: datetime | None
    due_days_after_issue: int
    remind_days: tuple[int, ...]
    remind_at: time
    report_weekday: str
    report_days: tuple[int, ...]
    about: str
    links_base_url: str

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the course's dates are read."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class MaterialFacts:
    """A link that belongs to a class."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """One lecture or seminar."""

    key: str
    kind: str
    number: str
    title: str
    starts_at: datetime
    ends_at: datetime
    room: str
    materials: tuple[MaterialFacts, ...]


@dataclass(frozen=True, slots=True)
class ExamFacts:
    """The exam: a window of days, later its time, room and format."""

    not_before_on: date
    not_after_on: date
    starts_at: datetime | None
    room: str
    format: str


@dataclass(frozen=True, slots=True)
class AssignmentFacts:
    """A piece of homework; ``given_at_class`` is the key of a class of the same course."""

    number: int
    title: str
    statement: str
    statement_url: str
    given_at_class: str | None
    issued_on: date
    due_at: datetime
    closes_at: datetime | None
    max_score: int
    takes_files: bool
    takes_link: bool
    suffixes: tuple[str, ...]
    max_files: int
    max_bytes: int
    late_penalty: LatePolicy | None


@dataclass(frozen=True, slots=True)
class GradeFacts:
    """One grade of the scale with the thresholds that give it."""

    code: str
    title: str
    min_total: int
    min_passed: int


@dataclass(frozen=True, slots=True)
class GradingFacts:
    """The scale, best grade first, and the rule of the pass."""

    pass_score: int
    pass_grade: str
    pass_basis: str
    grades: tuple[GradeFacts, ...]


@dataclass(frozen=True, slots=True)
class CheckpointFacts:
    """A place or a point of an activity."""

    number: int
    title: str
    latitude: Decimal | None
    longitude: Decimal | None


@dataclass(frozen=True, slots=True)
class ActivityFacts:
    """One activity of the perk."""

    number: int
    title: str
    short_title: str
    description: str
    min_people: int
    count_people: str
    min_people_per_proof: int
    within_minutes: int | None
    takes_tracks: bool
    checkpoints: tuple[CheckpointFacts, ...]


@dataclass(frozen=True, slots=True)
class ExtensionFacts:
    """What the perk lets a group move, and to when."""

    target_at: datetime
    max_assignments: int
    excludes_first: bool
    excludes_last: bool
    photos_kept_days: int


@dataclass(frozen=True, slots=True)
class CourseDefinition:
    """A whole course. ``grading`` is None only for a stored course that has no scale yet."""

    course: CourseFacts
    classes: tuple[ClassFacts, ...]
    exam: ExamFacts | None
    grading: GradingFacts | None
    late_penalty: LatePolicy | None
    assignments: tuple[AssignmentFacts, ...]
    activities: tuple[ActivityFacts, ...]
    extension: ExtensionFacts | None
