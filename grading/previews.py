"""What students' files say, made into parts that can stand on a page.

Nothing of a file reaches the page as it is: text is escaped, Markdown is cleaned, pictures are decoded and
made anew. Nothing is run. What is too long is cut, and the reader is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import IO, Final

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from grading.archives import Contents, NotListed, contents_of, is_archive
from grading.notebooks import Cell, NotANotebook, Output, cells_of
from grading.pictures import MOST_PIXELS, NotAPicture, remade
from schedule.markdown import render_markdown

MOST_BYTES: Final = 4 * 2**20
"""A larger file is only downloaded; archives are listed whatever their size."""

MOST_TEXT: Final = 80_000
"""So many characters of a file are shown, of a notebook all cells together."""

MOST_OF_A_CELL: Final = 20_000
MOST_OF_AN_OUTPUT: Final = 5_000
"""Of a longer one the beginning and the end are shown."""

MOST_PICTURES: Final = 20
MOST_OF_PICTURES: Final = 4_000_000
"""Characters of all pictures of a notebook together, as they stand on the page."""
MOST_PIXELS_IN_ALL: Final = 24_000_000
"""Pixels of all pictures of a notebook together: they take time to be decoded, however small the files."""

_PICTURES: Final = frozenset({".png", ".jpg", ".jpeg", ".webp"})
_LANGUAGES: Final = {
    ".py": "python",
    ".cu": "cuda",
    ".c": "c",
    ".h": "c",
    ".cpp": "cpp",
    ".hpp": "cpp",
    ".sh": "bash",
    ".json": "json",
    ".toml": "toml",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".sql": "sql",
}
_UNSHOWN: Final = frozenset({".pdf", ".gz", ".tar", ".7z", ".rar", ".pt", ".pth", ".npz", ".pkl"})


class PartKind(StrEnum):
    CODE = "code"
    PROSE = "prose"
    OUTPUT = "output"
    ERROR = "error"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a file: safe HTML, for a picture the address of its data."""

    kind: PartKind
    html: SafeString


@dataclass(frozen=True, slots=True)
class Preview:
    """What of a file is shown: its parts, or an archive's contents. ``is_cut`` where there is more."""

    parts: tuple[Part, ...] = ()
    contents: Contents | None = None
    is_cut: bool = False


class NoPreview(Exception):
    """This file can only be downloaded: it is no text, notebook, picture or archive, or too large."""


def has_preview(name: str) -> bool:
    """Whether a file of that name may have a preview; its bytes decide."""
    return PurePath(name.lower()).suffix not in _UNSHOWN


def preview_of(name: str, stream: IO[bytes]) -> Preview:
    """The preview of a file with that name and these bytes. Raises NoPreview, and OSError of the stream."""
    suffix = PurePath(name.lower()).suffix
    if is_archive(name):
        try:
            return Preview(contents=contents_of(stream))
        except NotListed:
            raise NoPreview from None
    if suffix in _UNSHOWN:
        raise NoPreview
    content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise NoPreview
    if suffix in _PICTURES:
        return _picture(content)
    if suffix == ".ipynb":
        try:
            return _notebook(cells_of(content))
        except NotANotebook:
            pass  # it is text all the same
    return _text(content, suffix)


def _picture(content: bytes) -> Preview:
    try:
        address = mark_safe(remade(content).address)  # noqa: S308 - see remade
    except NotAPicture:
        raise NoPreview from None
    return Preview((Part(PartKind.PICTURE, address),))


def _text(content: bytes, suffix: str) -> Preview:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NoPreview from None
    if "\0" in text:
        raise NoPreview
    shown = text[:MOST_TEXT]
    if suffix == ".md":
        part = Part(PartKind.PROSE, render_markdown(shown))
    else:
        part = Part(PartKind.CODE, _coloured(shown, _LANGUAGES.get(suffix)))
    return Preview((part,), is_cut=len(text) > MOST_TEXT)


def _coloured(source: str, language: str | None) -> SafeString:
    if language is None:
        return SafeString(escape(source))
    lexer = get_lexer_by_name(language, stripnl=False)
    formatter = HtmlFormatter(nowrap=True, classprefix="tok-")
    return mark_safe(highlight(source, lexer, formatter))  # noqa: S308 - the formatter escapes


def _notebook(cells: Sequence[Cell]) -> Preview:
    """Cells one after the other, until there is enough of them."""
    parts: list[Part] = []
    letters, pictures, outputs = MOST_TEXT, MOST_PICTURES, _Outputs()
    for cell in cells:
        letters -= min(len(cell.source), MOST_OF_A_CELL) + sum(
            min(len(out.text), MOST_OF_AN_OUTPUT) for out in cell.outputs
        )
        pictures -= sum(out.picture is not None for out in cell.outputs)
        if min(letters, pictures) < 0:
            return Preview(tuple(parts), is_cut=True)
        pieces = [_source(cell), *map(outputs.part, cell.outputs)]
        if outputs.data < 0:
            return Preview(tuple(parts), is_cut=True)
        parts += [piece for piece in pieces if piece.html.strip()]
    return Preview(tuple(parts))


class _Outputs:
    """Makes parts of what came out of cells, and knows how much of the pictures' limits is left."""

    def __init__(self) -> None:
        self.data, self.pixels = MOST_OF_PICTURES, MOST_PIXELS_IN_ALL

    def part(self, output: Output) -> Part:
        if output.picture is None:
            kind = PartKind.ERROR if output.is_error else PartKind.OUTPUT
            return Part(kind, SafeString(escape(_shortened(output.text, MOST_OF_AN_OUTPUT))))
        try:
            picture = remade(output.picture, most_pixels=min(MOST_PIXELS, self.pixels))
        except NotAPicture:
            return Part(PartKind.OUTPUT, SafeString(escape(_("(a picture that cannot be shown)"))))
        self.pixels -= picture.pixels
        self.data -= len(picture.address)
        return Part(PartKind.PICTURE, mark_safe(picture.address))  # noqa: S308 - see remade


def _source(cell: Cell) -> Part:
    source = _shortened(cell.source, MOST_OF_A_CELL)
    if cell.kind == "markdown":
        return Part(PartKind.PROSE, render_markdown(source))
    return Part(PartKind.CODE, _coloured(source, "python" if cell.kind == "code" else None))


def _shortened(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    left_out = len(text) - most
    words = ngettext("%(count)d character is left out", "%(count)d characters are left out", left_out)
    return f"{text[: most * 3 // 4]}\n[… {words % {'count': left_out}} …]\n{text[-(most // 4) :]}"
