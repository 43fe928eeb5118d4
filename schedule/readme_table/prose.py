"""What the README's sentences say around the table: the term, and when classes are in the week."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from markdown_it.token import Token

from schedule.readme_table.cells import plain_text
from schedule.readme_table.dates import HOURS, UnclearError, read_hours
from schedule.readme_table.tree import Kind, Remark, Season, Term, WeeklyHours
from schedule.readme_table.words import WEEKDAY_OF_WORD, untwin

_AUTUMN: Final = r"осен\w*|осін\w*|fall|autumn"
_SPRING: Final = r"весен\w*|весн\w*|spring"
_SEASON: Final = rf"\b(?:(?P<autumn>{_AUTUMN})|(?P<spring>{_SPRING}))\b"
_YEARS: Final = r"\b(?P<year>20\d\d)(?:\s?[/–-]\s?(?P<second>(?:20)?\d\d))?(?!\d)"
_SEASON_THEN_YEAR: Final = re.compile(
    rf"{_SEASON}(?:\s+(?:семестр\w*|полугоди\w*|semester|term))?,?\s+(?:of\s+)?{_YEARS}", re.IGNORECASE
)
_YEAR_THEN_SEASON: Final = re.compile(
    rf"{_YEARS}(?:\s+(?:год\w*|г\.?|уч\w*\.?|year|academic)){{0,3}},?\s+{_SEASON}", re.IGNORECASE
)
_ACADEMIC_YEAR: Final = re.compile(
    r"\b(?P<year>20\d\d)\s?[/–-]\s?(?P<second>(?:20)?\d\d)(?!\d)", re.IGNORECASE
)
_SEASON_ALONE: Final = re.compile(_SEASON, re.IGNORECASE)
_ACADEMIC_WORDS: Final = re.compile(r"уч(?:\.|ебн\w*)\s*год|academic year", re.IGNORECASE)

_DAY_WORD: Final = "|".join(sorted(WEEKDAY_OF_WORD, key=len, reverse=True))
_KIND_WORD: Final = (
    r"(?:(?P<lecture>лекци\w*|lectures?)|(?P<seminar>семинар\w*|seminars?)"
    r"|(?P<class>заняти\w*|пар[аы]|class(?:es)?))"
)
_WEEKLY: Final = re.compile(
    rf"\b{_KIND_WORD}\b[^\d.;]{{0,40}}?"
    rf"\b(?P<days>(?:{_DAY_WORD})\b\.?(?:(?:\s*,\s*|\s+(?:и|and|&)\s+)(?:(?:по|on)\s+)?(?:{_DAY_WORD})\b\.?)*)"
    rf"[^\dа-яa-z]{{0,6}}(?:(?:в|с|at|from)\s+)?{HOURS}",
    re.IGNORECASE,
)
_SOME_HOURS: Final = re.compile(rf"\b(?:{_DAY_WORD})\b.{{0,40}}?{HOURS}", re.IGNORECASE)

Block = tuple[int, str]


def blocks_outside_tables(tokens: Sequence[Token]) -> Iterator[Block]:
    """Line number and words of every heading, paragraph and list item that is no table cell."""
    inside = 0
    for token in tokens:
        inside += (token.type == "table_open") - (token.type == "table_close")
        if token.type == "inline" and not inside:
            line = token.map[0] + 1 if token.map else 0
            yield line, untwin(plain_text(token.children or ()))


def find_term(blocks: Sequence[Block]) -> Term | None:
    """The first sentence that names a term and its year; None where none does."""
    for line, text in blocks:
        if found := _SEASON_THEN_YEAR.search(text) or _YEAR_THEN_SEASON.search(text):
            return _term(found, season=_season(found), line=line)
    for line, text in blocks:
        season, years = _SEASON_ALONE.search(text), _ACADEMIC_YEAR.search(text)
        if season and years and _follows(years):
            return _term(years, season=_season(season), line=line)
    for line, text in blocks:
        years = _ACADEMIC_YEAR.search(text)
        if years and _follows(years) and _ACADEMIC_WORDS.search(text):
            return Term(int(years["year"]), Season.YEAR, f"line {line}: {years[0]}")
    return None


def find_season(blocks: Sequence[Block]) -> Season | None:
    """The season alone, for a caller who knows the year."""
    term = find_term(blocks)
    if term is not None:
        return term.season
    found = next((found for _, text in blocks if (found := _SEASON_ALONE.search(text))), None)
    return _season(found) if found else None


def find_weekly_hours(blocks: Sequence[Block]) -> tuple[list[WeeklyHours], list[Remark]]:
    """Sentences like "lectures on Tuesday 10:30-12:05", and those whose kind of class is not clear."""
    found, unclear = [], []
    for line, text in blocks:
        said = list(_WEEKLY.finditer(text))
        for sentence in said:
            try:
                hours = read_hours(sentence)
            except UnclearError as why:
                unclear.append(Remark(line, 0, "", sentence[0], str(why)))
                continue
            kind = next(kind for kind in Kind if sentence[kind.value])
            days = re.findall(rf"\b(?:{_DAY_WORD})\b", sentence["days"].casefold())
            found += [WeeklyHours(kind, WEEKDAY_OF_WORD[day], hours, line) for day in days]
        rest = _WEEKLY.sub(" ", text)
        unclear += [
            Remark(line, 0, "", hours[0], "a time whose kind of class is not clear")
            for hours in _SOME_HOURS.finditer(rest)
        ]
    return found, unclear


def _season(found: re.Match[str]) -> Season:
    return Season.AUTUMN if found["autumn"] else Season.SPRING


def _follows(years: re.Match[str]) -> bool:
    return int(years["second"][-2:]) == (int(years["year"]) + 1) % 100


def _term(found: re.Match[str], *, season: Season, line: int) -> Term:
    """The spring of the academic year 2025/26 is in 2026."""
    year = int(found["year"])
    if season is Season.SPRING and found["second"] and _follows(found):
        year += 1
    return Term(year, season, f"line {line}: {found[0]}")
