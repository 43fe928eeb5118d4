"""What stands in a Jupyter notebook: its cells in order, as far as they can be read."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

_ESCAPES: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
PICTURES: Final = ("image/png", "image/jpeg")


class NotANotebook(Exception):
    """The bytes are no JSON, or not that of a notebook."""


@dataclass(frozen=True, slots=True)
class Output:
    """What a cell printed, or a picture's bytes. ``is_error`` for the traceback of an exception."""

    text: str = ""
    picture: bytes | None = None
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: code with what came out of it, or Markdown, or, being neither, raw text."""

    kind: str
    source: str
    outputs: tuple[Output, ...] = ()


def cells_of(content: bytes) -> tuple[Cell, ...]:
    """The cells of a notebook of version 4; what in it is malformed is left out. Raises NotANotebook."""
    try:
        notebook = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise NotANotebook from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise NotANotebook
    return tuple(
        Cell(str(cell.get("cell_type")), _text(cell.get("source")), tuple(_outputs(cell)))
        for cell in cells
        if isinstance(cell, dict)
    )


def _text(value: Any) -> str:
    """Notebooks keep text as one string or as a list of lines."""
    lines = value if isinstance(value, list) else [value]
    return _whole("".join(line for line in lines if isinstance(line, str)))


def _whole(text: str) -> str:
    """JSON can name half a character, which no page can send: it is shown as "?"."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _outputs(cell: dict[str, Any]) -> Iterator[Output]:
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else ():
        if isinstance(output, dict) and (made := _output(output)) is not None:
            yield made


def _output(output: dict[str, Any]) -> Output | None:
    match output.get("output_type"):
        case "stream":
            return Output(_plain(_text(output.get("text"))))
        case "error":
            told = output.get("traceback")
            lines = [line for line in told if isinstance(line, str)] if isinstance(told, list) else []
            said = "\n".join(lines) or f"{output.get('ename')}: {output.get('evalue')}"
            return Output(_plain(said), is_error=True)
        case "display_data" | "execute_result":
            data = output.get("data")
            return _data(data) if isinstance(data, dict) else None
        case _:
            return None


def _data(data: dict[str, Any]) -> Output:
    for kind in PICTURES:
        if kind in data:
            try:
                return Output(picture=base64.b64decode(_text(data[kind])))
            except (binascii.Error, ValueError):
                break
    return Output(_plain(_text(data.get("text/plain"))))


def _plain(text: str) -> str:
    """Text without the colours of a terminal; of a line that was written over, what stood there last."""
    lines = _ESCAPES.sub("", _whole(text)).replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)
