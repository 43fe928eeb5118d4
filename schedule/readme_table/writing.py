"""From classes back to the table of a README, in the form in which the chair writes it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from schedule.readme_table.rows import number_with_kind
from schedule.readme_table.tree import FoundClass, Season, Term

_MONTHS: Final = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
_NO_HOMEWORK: Final = r"¯\\\_(ツ)\_/¯"
_SPECIAL: Final = re.compile(r"[\\`*\[\]<|~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)|!(?=\[)")
_SPECIAL_IN_ADDRESS: Final = re.compile(r"[()|\\]|&(?=#?\w+;)")


def term_of(classes: Sequence[FoundClass]) -> Term | None:
    """The term in which these classes lie, by the first of them; None for no classes."""
    if not classes:
        return None
    first = min(found.on for found in classes)
    return Term(first.year, Season.AUTUMN if first.month >= 7 else Season.SPRING, "")


def write_readme(classes: Sequence[FoundClass]) -> str:
    """A heading that names the term, and the table: read again, it gives these classes."""
    term = term_of(classes)
    lines = []
    if term:
        season = {Season.AUTUMN: "Осенний", Season.SPRING: "Весенний"}[term.season]
        lines = [f"{season} семестр {term.year} года", ""]
    lines += ["| Дата | Номер | Тема | Материалы | ДЗ |", "| :---: | :---: | --- | --- | --- |"]
    lines += ["| " + " | ".join(_cells(found, term)) + " |" for found in classes]
    return "\n".join(lines) + "\n"


def _cells(found: FoundClass, term: Term | None) -> list[str]:
    materials = [_link(link.title, link.url) for link in found.materials]
    homework = [_link(work.title, work.url) for work in found.homework]
    return [
        _day(found, term),
        _escaped(number_with_kind(found.kind, found.number)),
        f"~~{_escaped(found.title)}~~" if found.is_cancelled and found.title else _escaped(found.title),
        _several(materials) if materials else "-",
        _several(homework) if homework else _NO_HOMEWORK,
    ]


def _day(found: FoundClass, term: Term | None) -> str:
    day = f"{found.on.day} {_MONTHS[found.on.month - 1]}"
    if term is None or term.year_of(found.on.month) != found.on.year:
        day += f" {found.on.year}"
    if found.hours:
        day += f" {found.hours.starts:%H:%M}-{found.hours.ends:%H:%M}"
    return day


def _several(items: list[str]) -> str:
    return items[0] if len(items) == 1 else "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


def _link(title: str, url: str) -> str:
    if not url:
        return _escaped(title)
    return f"[{_escaped(title)}]({_SPECIAL_IN_ADDRESS.sub(lambda found: chr(92) + found[0], url)})"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: "\\" + found[0], text)
