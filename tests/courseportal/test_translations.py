"""Catalogues are compiled without gettext, and only when they changed."""

import gettext
import os
from pathlib import Path

from courseportal.translations import compile_all

RUSSIAN = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && "
"(n%100<12 || n%100>14) ? 1 : 2);\\n"

msgid "schedule"
msgstr "расписание"

msgid "one day"
msgid_plural "%(count)s days"
msgstr[0] "%(count)s день"
msgstr[1] "%(count)s дня"
msgstr[2] "%(count)s дней"
"""


def test_a_catalogue_is_compiled_with_its_plurals(tmp_path: Path) -> None:
    source = tmp_path / "ru/LC_MESSAGES/django.po"
    source.parent.mkdir(parents=True)
    source.write_text(RUSSIAN)
    compile_all([tmp_path])
    words = gettext.translation("django", str(tmp_path), ["ru"])
    assert words.gettext("schedule") == "расписание"
    forms = [
        words.ngettext("one day", "%(count)s days", count) % {"count": count} for count in (1, 3, 11, 21)
    ]
    assert forms == ["1 день", "3 дня", "11 дней", "21 день"]


def test_only_what_changed_is_compiled_again(tmp_path: Path) -> None:
    source = tmp_path / "ru/LC_MESSAGES/django.po"
    source.parent.mkdir(parents=True)
    source.write_text(RUSSIAN)
    compile_all([tmp_path])
    compiled = source.with_suffix(".mo")
    made_at = compiled.stat().st_mtime_ns
    compile_all([tmp_path])
    assert compiled.stat().st_mtime_ns == made_at
    source.write_text(RUSSIAN.replace("расписание", "план"))
    os.utime(source, ns=(made_at + 10**9, made_at + 10**9))
    compile_all([tmp_path])
    assert gettext.translation("django", str(tmp_path), ["ru"]).gettext("schedule") == "план"
