"""The gradebook as text and files: JSON and CSV for programs, XLSX for spreadsheets, a table for terminals.

All four have the same columns and the same words (grade codes, outcomes), in every language, so that what
is written can be read by a program again.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from grading.queries.gradebook import Gradebook, Row
from grading.rules import Standing
from schedule.points import plain_points

PERSON: Final = ("email", "name", "group")
RESULT: Final = ("total", "passed", "accumulated", "exam", "final", "pass")
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""With these a spreadsheet takes a cell of CSV for a formula."""


def as_json(book: Gradebook) -> str:
    """The gradebook for programs: points as decimal strings with two places, null where there is no value.

    A score is null where nothing graded counts, "0.00" where work counts for nothing; exam, final and pass
    are null while the exam is pending, final and pass also for whoever was absent. ``if_earned`` is null but
    while the request of the student's group is provisional.
    """
    students = [_student(book, row) for row in book.rows]
    told = {"course": book.course.slug, "students": students}
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _student(book: Gradebook, row: Row) -> dict[str, Any]:
    return {
        "email": row.email,
        "name": row.name,
        "group": row.group,
        **_told(book, row.scores, row.standing),
        "exam": row.final.outcome,
        "final": row.final.grade.code if row.final.grade else None,
        "pass": row.final.passed,
        "if_earned": row.if_earned and _told(book, row.if_earned.scores, row.if_earned.standing),
    }


def _told(book: Gradebook, scores: Sequence[int | None], stands: Standing) -> dict[str, Any]:
    """Scores and what they make, as things stand or as they would."""
    told = zip(book.columns, scores, strict=True)
    return {
        "scores": {
            str(column.number): None if score is None else plain_points(score) for column, score in told
        },
        "total": plain_points(stands.total),
        "passed": stands.passed,
        "accumulated": stands.accumulated.code,
    }


def as_csv(book: Gradebook) -> str:
    """The gradebook with commas, decimal points and newlines; empty where there is no value.

    Text that a spreadsheet would take for a formula begins with an apostrophe. Spreadsheets in Russian expect
    other separators than programs do: for them there is `as_xlsx`.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_heading(book))
    writer.writerows([*map(_harmless, _person(row)), *_results(row)] for row in book.rows)
    return out.getvalue()


def as_table(book: Gradebook) -> str:
    """The gradebook in aligned columns for a terminal, the numbers to the right."""
    lines = [
        _heading(book),
        *([text or "–" for text in (*_person(row), *_results(row))] for row in book.rows),
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    numbers = range(len(PERSON), len(PERSON) + len(book.columns) + 2)
    return "".join(f"{_aligned(line, widths, numbers)}\n" for line in lines)


def _aligned(line: Sequence[str], widths: Sequence[int], numbers: range) -> str:
    cells = (
        text.rjust(width) if place in numbers else text.ljust(width)
        for place, (text, width) in enumerate(zip(line, widths, strict=True))
    )
    return "  ".join(cells).rstrip()


def as_xlsx(book: Gradebook, *, now: datetime) -> bytes:
    """The gradebook as an Excel workbook made at ``now``: points are numbers, and nothing is a formula."""
    workbook = Workbook(write_only=True)
    workbook.properties.created = workbook.properties.modified = now.astimezone(UTC).replace(tzinfo=None)
    sheet: Any = workbook.create_sheet(book.course.slug[:31])  # the stubs do not know that it has columns
    sheet.freeze_panes = f"{get_column_letter(len(PERSON) + 1)}2"
    for place, width in enumerate((30, 30, 10), start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.append([_cell(sheet, name, bold=True) for name in _heading(book)])
    for row in book.rows:
        sheet.append(_typed(sheet, row))
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _heading(book: Gradebook) -> list[str]:
    return [*PERSON, *(str(column.number) for column in book.columns), *RESULT]


def _person(row: Row) -> tuple[str, str, str]:
    return row.email, row.name, row.group


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _results(row: Row) -> list[str]:
    """What follows the person in a line of text, empty where there is no value."""
    end = row.final
    return [
        *("" if score is None else plain_points(score) for score in row.scores),
        plain_points(row.standing.total),
        str(row.standing.passed),
        row.standing.accumulated.code,
        end.outcome or "",
        end.grade.code if end.grade else "",
        _yes_or_no(end.passed) or "",
    ]


def _typed(sheet: Any, row: Row) -> list[object]:
    """A line of the workbook, in values rather than cells: formatted ones would take half as long again."""
    end = row.final
    scores = (*row.scores, row.standing.total)
    texts = (*_person(row), row.standing.accumulated.code, end.grade.code if end.grade else "")
    email, name, group, accumulated, grade = (_text(sheet, text) for text in texts)
    return [
        email,
        name,
        group,
        *(None if score is None else Decimal(score).scaleb(-2) for score in scores),
        row.standing.passed,
        accumulated,
        end.outcome and end.outcome.value,
        grade,
        _yes_or_no(end.passed),
    ]


def _text(sheet: Any, text: str) -> str | Cell | None:
    """A value that openpyxl writes as this text, and not as a formula or an error."""
    special = text.startswith(("=", "#")) or ILLEGAL_CHARACTERS_RE.search(text)
    return _cell(sheet, text) if special else text or None


def _cell(sheet: Any, text: str, *, bold: bool = False) -> Cell:
    """A cell that is text whatever it says, and stays text when somebody edits it."""
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type = "s"
    cell.number_format = "@"
    cell.font = Font(bold=bold)
    return cell


def _yes_or_no(passed: bool | None) -> str | None:
    return None if passed is None else "yes" if passed else "no"
