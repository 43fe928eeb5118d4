"""A table cell in Markdown with HTML inside, taken apart into lines of text and links."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from schedule.readme_table.words import listed, tidy

MARKDOWN: Final = MarkdownIt("commonmark").enable(["table", "strikethrough"])

_BREAKING: Final = frozenset({"br", "ul", "ol", "li", "p", "div", "hr", "tr", "td", "details", "summary"})
_INLINE: Final = frozenset(
    listed(
        "a,b,i,u,s,em,strong,code,kbd,sub,sup,small,big,span,font,center,img,del,ins,mark,nobr,tt,q,cite,var"
    )
)
_STRIKING: Final = frozenset({"s", "del", "strike"})
_BROKEN_LINK: Final = re.compile(r"(?<!\w)\[[^\[\]]*\]\([^()]*\)?")
_BROKEN_TAG: Final = re.compile(r"</?(?:ul|ol|li|br|a|p|div)\w*(?=[\s</>]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; `url` is None for plain text and empty for a link that leads nowhere."""

    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a cell: what stands between line breaks, or an item of a list."""

    pieces: tuple[Piece, ...]
    depth: int = 0
    """How many items of lists it lies in: 1 for an item, 2 for an item of a list inside an item."""

    @property
    def is_item(self) -> bool:
        return self.depth > 0

    @property
    def text(self) -> str:
        return tidy("".join(piece.text for piece in self.pieces))


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with its place: the column counts from 1."""

    column: int
    raw: str
    lines: tuple[Line, ...]
    struck: str = ""
    """What is struck out, and is not among the lines."""

    @property
    def text(self) -> str:
        """All of it in one line; the items of a list are joined by semicolons."""
        joined = ""
        for text in (line.text for line in self.lines):
            joined += ("" if not joined else " " if joined[-1] in ".,:;!?" else "; ") + text
        return joined

    @property
    def broken_link(self) -> str | None:
        """A link that Markdown does not take for one, "[Git](my notes.md)" for its blank."""
        found = _BROKEN_LINK.search(self.text)
        return found[0] if found else None

    @property
    def broken_tag(self) -> str | None:
        """A piece of a tag that was never closed, "<liGit" for example."""
        found = _BROKEN_TAG.search(self.text)
        return found[0] if found else None


def split_row(line: str) -> list[str]:
    """The cells of a table row as GitHub splits it: a pipe after a backslash is a letter."""
    cells, cell = [], ""
    for char in line.strip():
        if char == "|" and not cell.endswith("\\"):
            cells.append(cell)
            cell = ""
        else:
            cell = (cell[:-1] if char == "|" else cell) + char
    cells.append(cell)
    if cells[0].strip() == "":
        cells.pop(0)
    if cells and cells[-1].strip() == "":
        cells.pop()
    return [cell.strip() for cell in cells]


def read_cell(raw: str, *, column: int = 0, env: dict[str, Any] | None = None) -> Cell:
    """The cell's lines; `env` holds the document's link references."""
    tokens = MARKDOWN.parseInline(raw, dict(env or {}))
    lines = _Lines()
    for token in tokens[0].children or ():
        lines.take(token)
    lines.end_line()
    return Cell(column=column, raw=tidy(raw), lines=tuple(lines.done), struck=tidy(" ".join(lines.struck)))


def plain_text(tokens: Iterable[Token]) -> str:
    """The words of inline Markdown, without addresses and tags."""
    parts = []
    for token in tokens:
        if token.type in ("text", "code_inline", "image"):
            parts.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return tidy("".join(parts))


@dataclass
class _Lines:
    """Collects pieces while the tokens of a cell go by."""

    done: list[Line] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    url: str | None = None
    text: str = ""
    striking: int = 0
    struck: list[str] = field(default_factory=list)
    lists: list[bool] = field(default_factory=list)
    """Of each list that is open, whether an item of it is."""

    def take(self, token: Token) -> None:
        if token.type in ("text", "text_special", "code_inline", "image"):
            self.text += token.content
        elif token.type in ("softbreak", "hardbreak"):
            self.text += " "
        elif token.type == "link_open":
            self.end_piece()
            self.url = str(token.attrGet("href") or "")
        elif token.type == "link_close":
            self.end_piece()
            self.url = None
        elif token.type in ("s_open", "s_close"):
            self.strike(opens=token.type == "s_open")
        elif token.type == "html_inline":
            self.take_tag(token.content)

    def take_tag(self, content: str) -> None:
        tag = _Tag(content)
        if tag.name in _BREAKING:
            self.end_line()
            self.take_list_tag(tag)
        elif tag.name in _STRIKING:
            self.strike(opens=tag.opens)
        elif tag.name == "a":
            self.end_piece()
            self.url = allowed_address(tag.href) if tag.opens else None
        elif tag.name not in _INLINE and not content.startswith("<!"):
            self.text += content  # vector<int> is text to the one who wrote it

    def take_list_tag(self, tag: _Tag) -> None:
        if tag.name in ("ul", "ol"):
            if tag.opens:
                self.lists.append(False)
            elif self.lists:
                self.lists.pop()
        elif tag.name == "li":
            if tag.opens and not self.lists:
                self.lists.append(False)
            if self.lists:
                self.lists[-1] = tag.opens

    def strike(self, *, opens: bool) -> None:
        if self.text or self.striking:
            self.end_piece()
        self.striking = max(0, self.striking + (1 if opens else -1))

    def end_piece(self) -> None:
        if self.striking:
            self.struck.append(self.text)
        elif self.text or self.url is not None:
            self.pieces.append(Piece(self.text, self.url))
        self.text = ""

    def end_line(self) -> None:
        self.end_piece()
        if self.url is not None and self.pieces and not tidy(self.pieces[-1].text):
            self.pieces.pop()
        if any(tidy(piece.text) or piece.url for piece in self.pieces):
            self.done.append(Line(tuple(self.pieces), sum(self.lists)))
        self.pieces = []


class _Tag(HTMLParser):
    """Name and address of one HTML tag."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.name, self.opens, self.href = "", False, ""
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.name, self.opens, self.href = tag, True, dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        self.name = self.name or tag


def allowed_address(href: str) -> str:
    """The address of an HTML link, percent-encoded as in Markdown; empty where it is none to follow."""
    encoded = MARKDOWN.normalizeLink(href.strip())
    return encoded if MARKDOWN.validateLink(encoded) else ""


def resolve(url: str, base_url: str | None) -> str | None:
    """The address, against the base where one is given; None where it is no web address."""
    try:
        if base_url and url:
            url = urljoin(base_url if _is_document(base_url) else base_url.rstrip("/") + "/", url)
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme and (parts.scheme not in ("http", "https") or not parts.netloc):
        return None
    return url


def _is_document(base_url: str) -> bool:
    """A base may name the README itself or the folder in which it lies."""
    return urlsplit(base_url).path.lower().endswith((".md", ".markdown"))
