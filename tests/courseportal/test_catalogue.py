"""The Russian catalogue is whole: no text is missing, guessed, left over, or lost a placeholder."""

from importlib import import_module
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tests.catalogue import RUSSIAN, collect, is_translated, texts_of_python, texts_of_template, update
from tests.services import ROOT


@pytest.fixture(scope="module")
def russian() -> Catalog:
    with RUSSIAN.open("rb") as file:
        return read_po(file, locale="ru")


def test_every_text_is_translated_and_none_is_left_over(russian: Catalog) -> None:
    known = {(message.id, message.context) for message in russian if message.id and is_translated(message)}
    used = {(message.id, message.context) for message in collect() if message.id}
    assert used - known == set(), "run `make messages` and translate what comes in empty"
    assert known - used == set(), "run `make messages`: these are used nowhere"


def test_no_translation_is_a_guess(russian: Catalog) -> None:
    assert [message.id for message in russian if message.id and message.fuzzy] == []


def test_placeholders_survive_translation(russian: Catalog) -> None:
    assert [(message.id, errors) for message in russian if (errors := list(message.check(russian)))] == []


def test_borrowed_texts_are_still_texts_of_their_libraries() -> None:
    """One that a library has reworded would be translated for nobody."""
    theirs = set()
    for name in ("allauth", "django.conf", "django.contrib.admin", "django.contrib.auth"):
        (package,) = import_module(name).__path__
        with (Path(package) / "locale/ru/LC_MESSAGES/django.po").open("rb") as file:
            theirs |= {message.id for message in read_po(file, locale="ru")}
    ours = {text for _line, text, _context in texts_of_python(ROOT / "courseportal/borrowed_texts.py")}
    assert len(ours) > 50
    assert ours - theirs == set()


def test_texts_are_found_in_modules(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        "from django.utils.translation import gettext as _, ngettext_lazy, pgettext\n"
        'a = _("one " "text")\nb = ngettext_lazy("%(n)d day", "%(n)d days", "n")\n'
        'c = pgettext("verb", "close")\n'
    )
    found = {(text, context) for _line, text, context in texts_of_python(module)}
    assert found == {("one text", None), (("%(n)d day", "%(n)d days"), None), ("close", "verb")}


def test_texts_are_found_in_templates(tmp_path: Path) -> None:
    template = tmp_path / "page.html"
    template.write_text(
        "{% load i18n %}<p title='{% translate \"it's\" %}'>{{ _('filter') }}</p>"
        "{% blocktranslate trimmed count n=days %}\n {{ n }} day\n"
        "{% plural %}\n {{ n }} days{% endblocktranslate %}"
        '{% translate "close" context "verb" %}'
    )
    found = {(text, context) for _line, text, context in texts_of_template(template)}
    assert found == {
        ("it's", None),
        ("filter", None),
        (("%(n)s day", "%(n)s days"), None),
        ("close", "verb"),
    }


def test_an_update_keeps_translations_and_counts_what_waits(tmp_path: Path) -> None:
    path = tmp_path / "django.po"
    waiting = update(path)
    text = path.read_text()
    assert 'msgid "Administration"\nmsgstr ""' in text
    path.write_text(
        text.replace('msgid "Administration"\nmsgstr ""', 'msgid "Administration"\nmsgstr "Управление"')
    )
    assert update(path) == waiting - 1
    assert "Управление" in path.read_text()
