"""From the text of a course README to its classes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from markdown_it.token import Token

from schedule.readme_table.cells import MARKDOWN, Cell, read_cell, split_row
from schedule.readme_table.dates import UnclearError, WrittenDay, month_first, read_written_day
from schedule.readme_table.prose import (
    Block,
    blocks_outside_tables,
    find_season,
    find_term,
    find_weekly_hours,
)
from schedule.readme_table.rows import RowReader
from schedule.readme_table.tree import (
    FoundClass,
    Kind,
    NoScheduleTableError,
    NoYearError,
    NumberUsedTwice,
    ReadmeError,
    ReadmeTable,
    Remark,
    Season,
    Term,
)
from schedule.readme_table.words import fold, role_of_header

MAX_CHARACTERS: Final = 300_000
_LECTURES: Final = re.compile(r"лекци|lecture")
_SEMINARS: Final = re.compile(r"семинар|практич|seminar")
_MAY_BE_TITLE: Final = frozenset(
    {"занятие", "лекция", "семинар", "пара", "class", "lecture", "seminar", "session"}
)


def read_readme(
    text: str, *, year: int | None = None, base_url: str | None = None, known_term: Term | None = None
) -> ReadmeTable:
    """Read every schedule table of a README in Markdown.

    `year` is the one in which the term begins; without it the text tells it, and where the text does not,
    `known_term`. Relative addresses are kept as they are, or resolved against `base_url`.
    NoScheduleTableError, NoYearError or ReadmeError, in words for people, where nothing can be read.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > MAX_CHARACTERS:
        raise ReadmeError(f"this text is longer than {MAX_CHARACTERS:,} characters")
    env: dict[str, Any] = {}
    tokens = MARKDOWN.parse(text, env)
    tables = list(_tables(tokens, text.split("\n"), env))
    if not tables:
        raise NoScheduleTableError(_why_no_table(tokens))
    blocks = list(blocks_outside_tables(tokens))
    days = [row.day for table in tables for row in table.rows]
    term = _find_term(blocks, days, year=year) or known_term
    readers = [_read(table, term=term, base_url=base_url) for table in tables]
    classes = tuple(found for found_classes, _ in readers for found in found_classes)
    if not classes and term is None and any(isinstance(day, WrittenDay) and day.year is None for day in days):
        raise NoYearError(
            "the dates have no year, and the text names no term such as “осенний семестр 2025”: give the year"
        )
    weekly, unclear = find_weekly_hours(blocks)
    return ReadmeTable(
        classes=classes,
        not_understood=tuple(
            sorted((*unclear, *(r for _, by in readers for r in by.not_understood)), key=_place)
        ),
        corrected=tuple(remark for _, by in readers for remark in by.corrected),
        numbers_used_twice=tuple(_used_twice(classes)),
        weekly_hours=tuple(weekly),
        term=term,
    )


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: dict[str, list[Cell]]
    extra: list[Cell]
    day: WrittenDay | UnclearError


@dataclass(frozen=True, slots=True)
class _Table:
    line: int
    headers: dict[int, str]
    roles: dict[int, str]
    default_kind: Kind
    rows: list[_Row] = field(default_factory=list)


def _tables(tokens: Sequence[Token], lines: list[str], env: dict[str, Any]) -> Iterator[_Table]:
    """Tables with a column of days and one of topics or numbers."""
    heading = ""
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            heading = tokens[index + 1].content
        if token.type != "table_open" or token.map is None:
            continue
        first, end = token.map
        rows = [(number, lines[number].lstrip(" \t>")) for number in range(first, end)]
        table = _columns(first + 1, [read_cell(raw).text for raw in split_row(rows[0][1])], heading)
        if {"title", "number"} & set(table.roles.values()) and "day" in table.roles.values():
            _take_rows(table, rows[2:], env)
            yield table


def _columns(line: int, headers: list[str], heading: str) -> _Table:
    """Which column says what. Of several that could be the day, the number or the topic the first is."""
    roles: dict[int, str] = {}
    for column, header in enumerate(headers, 1):
        role = role_of_header(header)
        if role and (role in ("materials", "homework") or role not in roles.values()):
            roles[column] = role
    number = next((column for column, role in roles.items() if role == "number"), None)
    said = fold(headers[number - 1]) if number else ""
    if number and "title" not in roles.values() and said in _MAY_BE_TITLE:
        roles[number] = "title"
    kinds = [
        kind for kind, word in ((Kind.LECTURE, _LECTURES), (Kind.SEMINAR, _SEMINARS)) if word.search(said)
    ]
    heading = fold(heading)
    if not kinds:
        kinds = [
            kind
            for kind, word in ((Kind.LECTURE, _LECTURES), (Kind.SEMINAR, _SEMINARS))
            if word.search(heading)
        ]
    return _Table(line, dict(enumerate(headers, 1)), roles, kinds[0] if len(kinds) == 1 else Kind.CLASS)


def _take_rows(table: _Table, lines: list[tuple[int, str]], env: dict[str, Any]) -> None:
    split = [(number + 1, split_row(line)) for number, line in lines]
    day_column = next(column for column, role in table.roles.items() if role == "day")
    order = month_first(cells[day_column - 1] for _, cells in split if len(cells) >= day_column)
    for line, raw_cells in split:
        cells: defaultdict[str, list[Cell]] = defaultdict(list)
        extra = []
        for column, raw in enumerate(raw_cells, 1):
            cell = read_cell(raw, column=column, env=env)
            if column in table.roles:
                cells[table.roles[column]].append(cell)
            elif column not in table.headers and cell.lines:
                extra.append(cell)
        try:
            day: WrittenDay | UnclearError = read_written_day(
                cells["day"][0].text if cells["day"] else "", month_comes_first=order
            )
        except UnclearError as why:
            day = why
        table.rows.append(_Row(line, dict(cells), extra, day))


def _read(table: _Table, *, term: Term | None, base_url: str | None) -> tuple[list[FoundClass], RowReader]:
    reader = RowReader(headers=table.headers, term=term, base_url=base_url, default_kind=table.default_kind)
    for column, header in table.headers.items():
        if column not in table.roles:
            reader.not_understood.append(Remark(table.line, column, "", header, "a column that is not read"))
    classes = []
    for row in table.rows:
        reader.not_understood += [
            Remark(row.line, cell.column, "", cell.raw, "a cell beyond the last column") for cell in row.extra
        ]
        if found := reader.read(row.line, row.cells, row.day):
            classes.append(found)
    return classes, reader


def _find_term(
    blocks: Sequence[Block], days: Sequence[WrittenDay | UnclearError], *, year: int | None
) -> Term | None:
    if year is None:
        return find_term(blocks)
    season = find_season(blocks)
    if season is None:
        month = next((day.month for day in days if isinstance(day, WrittenDay) and day.year is None), 1)
        season = Season.YEAR if month >= 7 else Season.SPRING
    return Term(year, season, "as given")


def _used_twice(classes: Sequence[FoundClass]) -> Iterator[NumberUsedTwice]:
    lines: defaultdict[tuple[Kind, str], list[int]] = defaultdict(list)
    for found in classes:
        if found.number:
            lines[found.kind, found.number.casefold().lstrip("0")].append(found.line)
    by_line = {found.line: found.number for found in classes}
    for (kind, _), places in lines.items():
        if len(places) > 1:
            yield NumberUsedTwice(kind, by_line[places[0]], tuple(places))


def _why_no_table(tokens: Sequence[Token]) -> str:
    places = [str(token.map[0] + 1) for token in tokens if token.type == "table_open" and token.map]
    need = "a table with a column of dates (Дата, Date) and one of topics (Тема, Topic) or numbers (Номер, №)"
    if not places:
        return f"there is no Markdown table in this text; it needs {need}"
    return f"no table in this text is a schedule (seen: line {', '.join(places)}); it needs {need}"


def _place(remark: Remark) -> tuple[int, int]:
    return remark.line, remark.column
