"""Rows that a README's table asks for, beside the rows of the course that they mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from schedule.models import Course
from schedule.queries import full_address
from schedule.readme_table import Homework

Values = dict[str, Any]


@dataclass(slots=True)
class Plan:
    """Rows that are there and rows that are wanted, by what `schedule.diff` finds them by."""

    classes_there: dict[str, Values] = field(default_factory=dict)
    classes: dict[str, Values] = field(default_factory=dict)
    materials_there: dict[tuple[str, int], Values] = field(default_factory=dict)
    materials: dict[tuple[str, int], Values] = field(default_factory=dict)
    homework_there: dict[int, Values] = field(default_factory=dict)
    homework: dict[int, Values] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    whole_day: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Given:
    """Homework with the class at which it is given."""

    work: Homework
    class_key: str
    on: date


def kept_address(course: Course, old: str, new: str) -> str:
    """The old way to write an address where the new one leads to the same place, or says nothing."""
    return old if not new or (full_address(course, old) or old) == (full_address(course, new) or new) else new
