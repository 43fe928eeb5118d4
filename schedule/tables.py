"""Import files as people make them: bytes of CSV from Excel, an editor or a script, to rows of trimmed text.

Everything that is wrong is collected with its line, and told at once by BadTable.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from schedule.cells import BadCell

T = TypeVar("T")

DELIMITERS: Final = (",", ";", "\t")
BOM: Final = b"\xef\xbb\xbf"
SHOWN: Final = 80
"""Characters of a wrong value that a message shows."""

_SEP_LINE: Final = re.compile(r"\s*sep=([,;\t])\r?\n", re.IGNORECASE)
_NO_BREAK: Final = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "\u2007": " "}
    # What nobody sees would make a second group that looks like the first; joiners are part of emoji.
    | dict.fromkeys("\ufeff\u00ad\u200b\u2060\u180e")
    # What turns the direction of writing could show one name as another.
    | dict.fromkeys("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

csv.field_size_limit(1_000_000)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file: the line (1 is the first; 0 the file as a whole), the column, the value."""

    line: int
    expected: str
    column: str = ""
    value: str | None = None

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        if self.value is None:
            return f"{place}{self.expected}"
        value = self.value if len(self.value) <= SHOWN else f"{self.value[:SHOWN]}…"
        shown = f'"{value}"' if value else "empty"
        return f"{place}{self.column} is {shown}, expected {self.expected}"


class BadTable(Exception):
    """A file that cannot be imported as it is; ``problems`` name all that is wrong, in order of lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Row:
    """One row by column name, with the line on which it begins."""

    line: int
    cells: dict[str, str]
    problems: list[Problem] = field(default_factory=list)

    def read(self, column: str, reader: Callable[[str], T], unread: T) -> T:
        """What ``reader`` makes of a cell. A BadCell becomes a problem of the row, which gives ``unread``."""
        try:
            return reader(self.cells[column])
        except BadCell as wrong:
            self.refuse(column, str(wrong))
            return unread

    def refuse(self, column: str, expected: str) -> None:
        """Note that a cell is wrong, and what was expected instead."""
        self.problems.append(Problem(self.line, expected, column, self.cells[column]))


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file, what was wrong with lines that are not among them, and what separates its cells."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()
    delimiter: str = ","

    def check(self, others: Iterable[Problem] = ()) -> None:
        """Raise BadTable if anything in the file or in any of its rows was found wrong, or ``others``."""
        found = [*others, *self.problems, *(problem for row in self.rows for problem in row.problems)]
        if found:
            raise BadTable(found)


def read_table(data: bytes, columns: Sequence[str], optional: Sequence[str] = ()) -> Table:
    """The rows of a CSV file that has exactly these columns, in any order and in capitals or not.

    Columns among ``optional`` may be there or not; their cells are empty where they are not.
    Reads UTF-8 with or without a byte-order mark and Windows-1251, separated by comma, semicolon or tab.
    Cells are trimmed, no-break spaces become spaces, empty lines are skipped. Raises BadTable where the file
    as a whole cannot be read: no text, no heading, a column missing or unknown.
    """
    text = decoded(data)
    if not text.strip():
        raise BadTable([Problem(0, f"the file is empty, expected a first line {','.join(columns)}")])
    skipped = 0
    if told := _SEP_LINE.match(text):  # Excel's own way of naming the separator
        text, skipped = text[told.end() :], 1
    delimiter = told[1] if told else _delimiter(text, (*columns, *optional))
    lines = _records(text, delimiter)
    for line, heading in lines:
        if isinstance(heading, Problem):
            raise BadTable([heading])
        names = _named(line + skipped, heading, columns, optional)
        # A comma may stand inside a number; the other separators leave no doubt that a cell is empty.
        padded = {len(heading)} if delimiter == "," else None
        rows, problems = _rows(lines, names, padded, skipped)
        for absent in {*optional} - {*names}:
            for row in rows:
                row.cells[absent] = ""
        return Table(rows, problems, delimiter)
    raise BadTable([Problem(0, f"no line has text, expected a first line {','.join(columns)}")])


def decoded(data: bytes) -> str:
    """The text of a file in UTF-8 or Windows-1251, without a byte-order mark. Raises BadTable for others."""
    if data.startswith(b"PK\x03\x04"):
        raise BadTable([Problem(0, "this is a spreadsheet or an archive, expected text: save it as CSV")])
    if b"\x00" in data:
        raise BadTable([Problem(0, "this is not text in UTF-8 or Windows-1251: save it as CSV in UTF-8")])
    try:
        return data.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as wrong:
        first_bad = data.count(b"\n", 0, wrong.start) + 1
    # One broken byte must not turn every name of a UTF-8 file into Р°Р±СЂР°РєР°РґР°Р±СЂР°.
    if data.startswith(BOM) or any(map(_is_utf8_beyond_ascii, data.splitlines())):
        raise BadTable([Problem(first_bad, "a character is not UTF-8, though other lines are")])
    try:
        return data.decode("cp1251")
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        raise BadTable([Problem(line, "a character is neither UTF-8 nor Windows-1251")]) from None


def _is_utf8_beyond_ascii(line: bytes) -> bool:
    if line.isascii():
        return False
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(text: str, columns: Sequence[str]) -> str:
    """The separator under which the first line with text has most of the columns; a comma if none has."""
    first = next((line for line in text.splitlines() if any(map(str.isalnum, line))), "")

    def known(delimiter: str) -> int:
        return sum(_heading(cell) in columns for cell in first.split(delimiter))

    return max(DELIMITERS, key=known)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | Problem]]:
    """Each record that has text, trimmed, with the line on which it begins; or what is wrong with it."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = [trimmed(cell) for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as wrong:
            yield line, Problem(line, _csv_trouble(str(wrong), delimiter))
            continue
        if any(cells):
            yield line, cells


def _csv_trouble(wrong: str, delimiter: str) -> str:
    if "unexpected end" in wrong:
        return "a quoted cell begins here and is never closed"
    if "expected after" in wrong:
        return f'a quoted cell ends in the middle: write "" for a quote inside it, and "{delimiter}" after it'
    return f"not a line of CSV: {wrong}"


def trimmed(cell: str) -> str:
    """A text as cells are read: without blanks around it and what nobody sees, each letter one character."""
    # A Mac may write й as two characters: it would be another group, and each name a changed one.
    text = unicodedata.normalize("NFC", cell.replace("\r\n", "\n"))
    return _CONTROLS.sub("", text.translate(_NO_BREAK)).strip()


def _heading(cell: str) -> str:
    return trimmed(cell).strip('"').strip().lower()


def _named(
    line: int, heading: Sequence[str], columns: Sequence[str], optional: Sequence[str]
) -> tuple[str, ...]:
    """The columns in the order of the file, empty headings at its right left out."""
    names = [_heading(cell) for cell in heading]
    while names and not names[-1]:
        names.pop()
    known = (*columns, *optional)
    expected = f"the columns are {', '.join(columns)}"
    expected += f", and there may be {', '.join(optional)}" if optional else ""
    problems = [
        Problem(line, f'there is no column "{name}": {expected}') for name in columns if name not in names
    ]
    problems += [
        Problem(line, f'column "{name}" is not known: {expected}')
        for name in dict.fromkeys(names)
        if name not in known
    ]
    problems += [
        Problem(line, f'column "{name}" stands there {names.count(name)} times')
        for name in known
        if names.count(name) > 1
    ]
    if problems:
        raise BadTable(problems)
    return tuple(names)


def _rows(
    records: Iterator[tuple[int, list[str] | Problem]],
    names: Sequence[str],
    padded: Container[int] | None,
    skipped: int,
) -> tuple[tuple[Row, ...], tuple[Problem, ...]]:
    """The rows under these names, and the lines that are none.

    Spreadsheets pad rows with empty cells to the right. They are left out of rows of ``padded`` cells,
    of all rows where that is None.
    """
    rows, problems = [], []
    for line, cells in records:
        place = line + skipped
        if isinstance(cells, Problem):
            problems.append(Problem(place, cells.expected))
            continue
        if (padded is None or len(cells) in padded) and not any(cells[len(names) :]):
            del cells[len(names) :]
        if len(cells) != len(names):
            problems.append(
                Problem(
                    place, f"the number of cells is {len(cells)}, expected {len(names)}: {', '.join(names)}"
                )
            )
            continue
        rows.append(Row(place, dict(zip(names, cells, strict=True))))
    return tuple(rows), tuple(problems)
