"""The sections of a course file on the perk: its activities, and what it lets a group move."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from courseportal.course_file.definition import ActivityFacts, CheckpointFacts, CourseFacts, ExtensionFacts
from courseportal.course_file.reader import FAR, Table, limit
from perks.models import Activity, Checkpoint

ANYWHERE = Activity.CountPeople.ACTIVITY


def read_activities(tables: list[Table]) -> tuple[ActivityFacts, ...]:
    """The sections [[activity]], in order of their numbers."""
    found: list[ActivityFacts] = []
    for table in tables:
        facts = _read_activity(table)
        if any(facts.number == other.number for other in found):
            table.problem("number", f"{facts.number} is used twice")
        found.append(facts)
    return tuple(sorted(found, key=lambda facts: facts.number))


def _read_activity(table: Table) -> ActivityFacts:
    checkpoints = _read_checkpoints(table.tables("checkpoint"))
    facts = ActivityFacts(
        number=table.integer("number", least=1),
        title=table.text("title", most=limit(Activity, "title")),
        short_title=table.text("short_title", most=limit(Activity, "short_title")),
        description=table.text("description", default=""),
        min_people=table.integer("min_people", least=1, default=10),
        count_people=table.choice("count_people", Activity.CountPeople.values, default=ANYWHERE),
        min_people_per_proof=table.integer("min_people_per_proof", least=1, default=1),
        within_minutes=table.integer("within_minutes", least=1, default=None),
        takes_tracks=table.flag("takes_tracks", default=False),
        checkpoints=checkpoints,
    )
    if not checkpoints:
        if facts.count_people != ANYWHERE:
            table.problem("count_people", f'"{facts.count_people}" needs checkpoints, and there are none')
        if facts.within_minutes is not None:
            table.problem("within_minutes", "needs checkpoints, and there are none")
    table.finish()
    return facts


def _read_checkpoints(tables: list[Table]) -> tuple[CheckpointFacts, ...]:
    """Numbered by their place in the file, unless they give a number."""
    found: list[CheckpointFacts] = []
    for place, table in enumerate(tables, start=1):
        facts = CheckpointFacts(
            number=table.integer("number", least=1, default=place),
            title=table.text("title", most=limit(Checkpoint, "title")),
            latitude=table.degrees("latitude", 90),
            longitude=table.degrees("longitude", 180),
        )
        if table.has("latitude") != table.has("longitude"):
            there, missing = ("latitude", "longitude") if table.has("latitude") else ("longitude", "latitude")
            table.problem(missing, f"is missing beside {there}")
        if any(facts.number == other.number for other in found):
            table.problem("number", f"{facts.number} is used twice")
        table.finish()
        found.append(facts)
    return tuple(sorted(found, key=lambda facts: facts.number))


def read_extension(table: Table | None, course: CourseFacts) -> ExtensionFacts | None:
    """The section [extension]."""
    if table is None:
        return None
    zone: ZoneInfo = course.zone
    target_at = table.moment("target_at", zone)
    if target_at and target_at.astimezone(zone).date() < course.starts_on:
        table.problem("target_at", f"is before the course starts, {course.starts_on}")
    facts = ExtensionFacts(
        target_at=target_at or FAR,
        max_assignments=table.integer("max_assignments", least=1),
        excludes_first=table.flag("excludes_first", default=True),
        excludes_last=table.flag("excludes_last", default=True),
        photos_kept_days=table.integer("photos_kept_days", default=30),
    )
    table.finish()
    return facts
