"""Whatever stands wherever in a course file, it is refused in words, or the tables take it as it is."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from courseportal.actions import load_course
from courseportal.course_file import CourseDefinition, CourseFileError, course_of
from courseportal.course_file.moving import TooFar, moved_by_weeks
from courseportal.course_file.stored import stored_definition
from schedule.models import Course
from tests.courseportal.course_files import SMALL
from tests.factories import moscow

NOW = moscow(2025, 9, 1, 12)

MORE = """
checkpoint = [{ title = "Here", latitude = 55.75, longitude = 37.6 }]

[exam]
not_before_on = 2025-12-16
not_after_on = 2025-12-31
starts_at = 2025-12-20T10:30:00

[extension]
target_at = 2025-12-14
max_assignments = 2

[late_penalty]
by_day = [1, 2.5]

[class_times]
seminar = "12:15-13:50"
"""
VALUES: list[Any] = [
    *(0, 1, -1, 32_768, 2**63, 10**400, True, False),
    *(
        "",
        "x",
        "\x00",
        "a" * 5000,
        "2025-09-09",
        "2025-02-30",
        "10:30-12:05",
        "24:00-25:00",
        "#",
        "class",
        "pass",
    ),
    *(
        "https://[::1",
        "javascript:x",
        "https://example.org/",
        "America/New_York",
        "0001-01-01T00:00:00+23:00",
    ),
    *map(Decimal, ("0.25", "0.255", "-0.5", "NaN", "sNaN", "Infinity", "1e30", "1e-30", "179.9999999")),
    *(date(1, 1, 1), date(2000, 1, 1), date(2025, 11, 1), date(2100, 12, 31), date(9999, 12, 31)),
    *(datetime.fromisoformat(text) for text in ("2025-10-01T01:02:03.000999", "9999-12-31T23:59:59")),
    time(10, 30),
    *(datetime(2025, 12, 30, tzinfo=UTC), datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=23)))),
    *([], {}, [1], [{}], ["a", 1], {"per_day": 1}, {"by_day": []}, {"by_day": [1, 2]}),
]

Path = tuple[str | int, ...]


def paths(values: Any, path: Path = ()) -> Iterator[Path]:
    """The place of every value in a parsed file."""
    children = (
        values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    )
    for key, value in children:
        yield (*path, key)
        yield from paths(value, (*path, key))


def variants(values: dict[str, Any]) -> Iterator[tuple[Path, Any, dict[str, Any]]]:
    """The file with one value replaced by another, for every place and value; and with it left out."""
    for path in paths(values):
        for value in (*VALUES, None):
            changed: Any = deepcopy(values)
            inner = changed
            for key in path[:-1]:
                inner = inner[key]
            if value is None:
                del inner[path[-1]]
            else:
                inner[path[-1]] = deepcopy(value)
            yield path, value, changed


def _read(values: dict[str, Any]) -> CourseDefinition | list[str]:
    """The course, or what is wrong with it."""
    try:
        return course_of(values)
    except CourseFileError as error:
        return error.problems


def _there_and_back(definition: CourseDefinition) -> CourseDefinition:
    """The course moved by a year and back, where there are such years."""
    try:
        return moved_by_weeks(moved_by_weeks(definition, 52), -52)
    except TooFar:
        return definition


@pytest.mark.slow
@pytest.mark.django_db
def test_any_value_is_refused_in_words_or_kept_as_it_is() -> None:
    values = tomllib.loads(SMALL + MORE, parse_float=Decimal)
    assert course_of(values).extension is not None
    kept, refused = dict[CourseDefinition, None](), 0
    for path, value, changed in variants(values):
        read = _read(changed)
        if isinstance(read, CourseDefinition):
            kept[read] = None
            assert _there_and_back(read) == read, (path, value)
        else:
            refused += 1
            assert read and all(read), (path, value)
    assert refused > 1000 and len(kept) > 50
    for definition in list(kept)[::2]:  # every other one, for time
        with transaction.atomic():
            load_course(definition=definition, now=NOW)
            assert stored_definition(Course.objects.get()) == definition
            transaction.set_rollback(True)
