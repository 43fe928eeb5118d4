"""One row of the table: its day, number, topic, materials and homework."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from schedule.readme_table.cells import Cell, Line, Piece, resolve
from schedule.readme_table.dates import UnclearError, WrittenDay
from schedule.readme_table.tree import FoundClass, Homework, Kind, Link, Remark, Term
from schedule.readme_table.words import DAY_OFF, KIND_WORDS, LATER, fold, says_something, tidy, untwin

MAX_NUMBER: Final = 20
MAX_TITLE: Final = 300
MAX_ADDRESS: Final = 1000

_KIND: Final = {
    kind: re.compile(rf"(?<!\w)(?:{pattern})(?![^\W\d_])", re.IGNORECASE)
    for kind, pattern in KIND_WORDS.items()
}
_LETTER: Final = (
    (Kind.LECTURE, re.compile(r"[лl]\.? ?(?=\d)", re.I)),
    (Kind.SEMINAR, re.compile(r"[сs]\.? ?(?=\d)", re.I)),
)
_NUMBER: Final = re.compile(r"\d|[IVXLC]+(?!\w)")
_ANYTHING: Final = re.compile(r"[A-Za-zА-Яа-яЁё0-9]")


def read_number(text: str, *, default: Kind) -> tuple[Kind, str]:
    """Kind and number of a class from "Лекция  01", "Sem. 2", "5.2 (доп)", "--"; else UnclearError."""
    text = untwin(tidy(text))
    found = {kind: match for kind, pattern in _KIND.items() if (match := pattern.search(text))}
    if not found:
        found = {kind: match for kind, letter in _LETTER if (match := letter.match(text))}
    if Kind.LECTURE in found and Kind.SEMINAR in found:
        raise UnclearError("both a lecture and a seminar")
    rest = text
    for match in sorted(found.values(), key=lambda match: match.start(), reverse=True):
        rest = rest[: match.start()] + " " + rest[match.end() :]
    number = tidy(rest.replace("()", "")).strip(" .:,;№#-–—−")
    if not found and number and not _NUMBER.match(number):
        raise UnclearError("neither a lecture, a seminar nor a number")
    if len(number) > MAX_NUMBER:
        raise UnclearError(f"a number longer than {MAX_NUMBER} characters")
    kind = next((kind for kind in (Kind.LECTURE, Kind.SEMINAR) if kind in found), default)
    return kind, number


def number_with_kind(kind: Kind, number: str) -> str:
    """The cell from which `read_number` reads this kind and number."""
    word = {Kind.LECTURE: "Лекция", Kind.SEMINAR: "Семинар", Kind.CLASS: "Занятие"}[kind]
    if kind is Kind.CLASS and _NUMBER.match(number):
        return number
    return f"{word} {number}".strip() if number or kind is not Kind.CLASS else "--"


@dataclass
class RowReader:
    """Reads rows of one table; what it cannot understand or has put right it notes."""

    headers: Mapping[int, str]
    term: Term | None
    base_url: str | None
    default_kind: Kind
    not_understood: list[Remark] = field(default_factory=list)
    corrected: list[Remark] = field(default_factory=list)

    def read(
        self, line: int, cells: Mapping[str, list[Cell]], day: WrittenDay | UnclearError
    ) -> FoundClass | None:
        """The class in this row; None, and a remark, where its day or kind is not clear or it has none."""
        day_cell, number_cell, title_cell = (_first(cells, role) for role in ("day", "number", "title"))
        for cell in (cell for named in cells.values() for cell in named if cell.struck):
            self._puzzle(line, cell, "struck out, not read", cell.struck)
        number_text = " ".join(cell.text for cell in (_first(cells, "kind"), number_cell) if cell)
        try:
            if isinstance(day, UnclearError):
                raise day
            on = day.on(self.term)
        except UnclearError as why:
            self._puzzle(line, day_cell, f"{why}; the row is left out")
            return None
        try:
            kind, number = read_number(number_text, default=self.default_kind)
        except UnclearError as why:
            self._puzzle(line, number_cell, f"{why}; the row is left out")
            return None
        title = self._title(line, title_cell)
        if not number and (not title or DAY_OFF.search(fold(title))):
            self._puzzle(
                line,
                None,
                "no class on this day: the row is left out",
                title or (day_cell.text if day_cell else ""),
            )
            return None
        materials = self._links_beside(line, [cell for cell in (number_cell, title_cell) if cell])
        for cell in cells.get("materials", []):
            materials += self._materials(line, cell)
        homework = [work for cell in cells.get("homework", []) for work in self._homework(line, cell)]
        return FoundClass(line, on, kind, number, title, tuple(materials), tuple(homework), day.hours)

    def _title(self, line: int, cell: Cell | None) -> str:
        if cell is None or not _ANYTHING.search(cell.text):
            return ""
        self._tell_broken(line, cell)
        title = self._spelled(line, cell, cell.text)
        if len(title) > MAX_TITLE:
            self._puzzle(line, cell, f"a topic longer than {MAX_TITLE} characters, left out")
            return ""
        return title

    def _tell_broken(self, line: int, cell: Cell) -> None:
        for what, piece in (("tag", cell.broken_tag), ("link", cell.broken_link)):
            if piece:
                self._puzzle(line, cell, f"a broken {what} {piece}, taken as text")

    def _spelled(self, line: int, cell: Cell, text: str) -> str:
        text = tidy(text)
        spelled = untwin(text)
        if spelled != text:
            why = "letters of another alphabet that only look right, put right"
            self.corrected.append(Remark(line, cell.column, self.headers.get(cell.column, ""), spelled, why))
        return spelled

    def _links_beside(self, line: int, cells: list[Cell]) -> list[Link]:
        """A topic or a number that is itself a link leads to a material."""
        pieces = [
            (cell, piece) for cell in cells for part in cell.lines for piece in part.pieces if piece.url
        ]
        return [
            link for cell, piece in pieces if (link := self._link(line, cell, piece.text, piece.url or ""))
        ]

    def _materials(self, line: int, cell: Cell) -> list[Link]:
        links: list[Link] = []
        for part in cell.lines:
            prefix = ""
            for piece in part.pieces:
                if piece.url is None:
                    if says_something(prefix):
                        self._puzzle(line, cell, "text without a link", tidy(prefix))
                    prefix = piece.text
                    continue
                title = (
                    prefix + piece.text
                    if says_something(prefix) and prefix.rstrip().endswith(":")
                    else piece.text
                )
                if title == piece.text and says_something(prefix):
                    self._puzzle(line, cell, "text without a link", tidy(prefix))
                if not piece.url:
                    self._puzzle(line, cell, "a link that leads nowhere", tidy(title))
                elif link := self._link(line, cell, title, piece.url):
                    links.append(link)
                prefix = ""
            if says_something(prefix) and fold(prefix) not in LATER:
                self._puzzle(line, cell, "text without a link", tidy(prefix))
        return links

    def _link(self, line: int, cell: Cell, title: str, url: str) -> Link | None:
        title = self._spelled(line, cell, title)
        address = self._address(line, cell, title, url)
        if not address:
            return None
        if not title or len(title) > MAX_TITLE:
            why = (
                f"a link whose text is longer than {MAX_TITLE} characters"
                if title
                else "a link without a text"
            )
            self._puzzle(line, cell, why, address)
            return None
        return Link(title, address)

    def _address(self, line: int, cell: Cell, title: str, url: str) -> str:
        address = "" if url.startswith("#") else resolve(url, self.base_url)
        if not address or len(address) > MAX_ADDRESS:
            why = f"an address longer than {MAX_ADDRESS} characters" if address else "no web address"
            self._puzzle(line, cell, why, tidy(f"{title} {url}"[:MAX_TITLE]))
            return ""
        return address

    def _homework(self, line: int, cell: Cell) -> list[Homework]:
        """A list gives one homework an item, else each line with a link is one, else the whole cell is."""
        parts = [part for part in _joined_after_colon(cell.lines) if _is_work(part)]
        if not parts or fold(cell.text) in LATER:
            if parts:
                self._puzzle(line, cell, "homework that is not given yet")
            return []
        self._tell_broken(line, cell)
        works = _works_among(parts)
        if not works:
            works = [Line((Piece(Cell(0, "", tuple(parts)).text),))]
        else:
            for part in parts:
                if not any(part is work for work in works):
                    self._puzzle(line, cell, "text beside the homework", part.text)
        return [work for part in works if (work := self._work(line, cell, part))]

    def _work(self, line: int, cell: Cell, part: Line) -> Homework | None:
        title = self._spelled(line, cell, part.text)
        if len(title) > MAX_TITLE:
            self._puzzle(line, cell, f"a title longer than {MAX_TITLE} characters", title[:MAX_TITLE])
            return None
        urls = _urls(part)
        if not urls and "://" in title:
            self._puzzle(line, cell, "an address that is not a link, taken as text", title)
        if "" in (piece.url for piece in part.pieces):
            self._puzzle(line, cell, "the link of this homework leads nowhere", title)
        if len(urls) > 1:
            self._puzzle(line, cell, f"only the first of {len(urls)} links is taken as its text", title)
        return Homework(title, self._address(line, cell, title, urls[0]) if urls else "")

    def _puzzle(self, line: int, cell: Cell | None, why: str, text: str | None = None) -> None:
        column = cell.column if cell else 0
        shown = text if text is not None else cell.raw if cell else ""
        self.not_understood.append(Remark(line, column, self.headers.get(column, ""), shown, why))


def _first(cells: Mapping[str, list[Cell]], role: str) -> Cell | None:
    return next(iter(cells.get(role, [])), None)


def _urls(part: Line) -> list[str]:
    return [piece.url for piece in part.pieces if piece.url]


def _is_work(part: Line) -> bool:
    """A shrug is no homework; a link is one even if its text is a number."""
    return says_something(part.text) or bool(_urls(part) and _ANYTHING.search(part.text))


def _works_among(parts: list[Line]) -> list[Line]:
    """Which lines are homework of their own; none where only all of them together are.

    What lies in an item, or in a list without links below a link, tells about the homework above it.
    """
    if len(parts) == 1:
        return parts
    linked = [part for part in parts if not part.is_item and _urls(part)]
    if linked and not any(_urls(part) for part in parts if part.is_item):
        return linked
    works: list[Line] = []
    above: list[int] = []  # depths of the homework that the line lies in
    for part in parts:
        while above and above[-1] >= part.depth:
            above.pop()
        if not above and (part.is_item or _urls(part)):
            works.append(part)
            above += [part.depth] * part.is_item
    return works


def _joined_after_colon(lines: tuple[Line, ...]) -> list[Line]:
    """A line "Contest 1:" and what comes first below it are one."""
    joined: list[Line] = []
    for part in lines:
        above = joined[-1] if joined else None
        if above and above.text.endswith(":") and (part.depth > above.depth or not above.is_item):
            before = joined.pop()
            part = Line((*before.pieces, Piece(" "), *part.pieces), part.depth)  # noqa: PLW2901
        joined.append(part)
    return joined
