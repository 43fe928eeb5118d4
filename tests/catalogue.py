"""Every text of the portal that waits for translation, found without GNU gettext.

As a command (`make messages`) it brings locale/ru up to date: new texts come in empty, lost ones go.
"""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from tests.services import ROOT

APPS = ("people", "schedule", "perks", "grading", "courseportal")
RUSSIAN = ROOT / "locale/ru/LC_MESSAGES/django.po"
# The four forms of Django's own Russian: день, дня, дней, and the fraction's дня.
PLURALS = (
    "nplurals=4; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : "
    "n%10==0 || (n%10>=5 && n%10<=9) || (n%100>=11 && n%100<=14) ? 2 : 3);"
)
# Without dates, versions and names of programs: only texts make a difference.
HEADER = f"""\
# Russian texts of courseportal.
msgid ""
msgstr ""
"Language: ru\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {PLURALS}\\n"

"""
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
STRING = r"""\s*u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*"""
CALL = re.compile(
    rf"\b(_|gettext|ngettext|pgettext|npgettext)\({STRING}(?:,{STRING})?(?:,{STRING})?", re.DOTALL
)


def texts_of_python(path: Path) -> Iterator[tuple[int, str | tuple[str, ...], str | None]]:
    """Line, text (or singular and plural) and context of each marked text in a module."""
    with path.open("rb") as source:
        for line, message, _comments, context in extract("python", source, keywords=KEYWORDS):
            yield line, message, context


def texts_of_template(path: Path) -> Iterator[tuple[int, str | tuple[str, ...], str | None]]:
    """The same for a template, by way of Django's own reading of its tags."""
    code = templatize(path.read_text(), origin=str(path))
    for call in CALL.finditer(code):
        name, *found = call.groups()
        words = [ast.literal_eval(word) for word in found if word]
        context = words.pop(0) if name in {"pgettext", "npgettext"} else None
        line = code.count("\n", 0, call.start()) + 1
        yield line, tuple(words[:2]) if name in {"ngettext", "npgettext"} else words[0], context


def collect() -> Catalog:
    """All texts of the apps and the templates, with where they stand."""
    catalogue = Catalog(locale="ru", fuzzy=False)
    catalogue.mime_headers = [("Plural-Forms", PLURALS)]
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            for line, message, context in texts_of_python(path):
                catalogue.add(message, locations=[(str(path.relative_to(ROOT)), line)], context=context)
    for path in sorted([*ROOT.glob("templates/**/*.html"), *ROOT.glob("templates/**/*.txt")]):
        for line, message, context in texts_of_template(path):
            catalogue.add(message, locations=[(str(path.relative_to(ROOT)), line)], context=context)
    return catalogue


def update(path: Path) -> int:
    """Bring the catalogue at `path` up to date; how many texts still wait for their translation."""
    texts = collect()
    if path.exists():
        with path.open("rb") as file:
            known = read_po(file, locale="ru")
        known.update(texts, no_fuzzy_matching=True)
        known.obsolete.clear()
        texts = known
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(HEADER.encode())
        write_po(file, texts, width=110, include_lineno=False, sort_by_file=True, omit_header=True)
    return sum(1 for message in texts if message.id and not is_translated(message))


def is_translated(message: Message) -> bool:
    """Whether each form of the text has its translation."""
    forms = message.string if isinstance(message.string, (tuple, list)) else [message.string]
    return all(forms)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "courseportal.settings")
    print(f"{RUSSIAN.relative_to(ROOT)}: {update(RUSSIAN)} texts wait for their translation")
