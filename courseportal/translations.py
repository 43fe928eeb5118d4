"""Compiled message catalogues, made from the .po files without GNU gettext.

As a command: `python -m courseportal.translations FOLDER…`.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_all(folders: Iterable[str | Path]) -> None:
    """Compile each catalogue under `folders` (`ru/LC_MESSAGES/django.po`) that is newer than its .mo file."""
    for folder in folders:
        for source in Path(folder).glob("*/LC_MESSAGES/*.po"):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                continue
            with source.open("rb") as text:
                catalogue = read_po(text, locale=source.parent.parent.name)
            aside = target.with_suffix(".mo.new")
            with aside.open("wb") as compiled:
                write_mo(compiled, catalogue)
            aside.replace(target)


if __name__ == "__main__":
    compile_all(sys.argv[1:])
