"""Names are found on SQLite as on PostgreSQL: in any script, whatever the case."""

from __future__ import annotations

import pytest

from people.models import User
from people.sqlite_like import like
from tests.factories import make_user


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("%ветр%", "Ветрова Алиса", True),
        ("%ВЕТР%", "Ветрова Алиса", True),
        ("%ветр%", "Белов", False),
        ("В_трова%", "Ветрова Алиса", True),
        (r"100\%", "100%", True),
        (r"100\%", "1000", False),
        (r"a\_b", "a_b", True),
        (r"a\_b", "axb", False),
        (r"a\\b", r"a\b", True),
        ("a.c", "abc", False),
        ("%two%", "one\ntwo", True),
        ("1%", 12, True),
        ("%", None, None),
        (None, "x", None),
    ],
)
def test_a_pattern_fits_whatever_the_script(pattern: str | None, text: object, fits: bool | None) -> None:
    assert like(pattern, text, "\\") is fits


@pytest.mark.sqlite
@pytest.mark.django_db
def test_a_search_finds_capitals_of_any_script() -> None:
    person = make_user(name="Ёлкина Анна", email="elkina@example.org")
    make_user(name="Белов Артём")
    for words in ("ёлкина", "ЁЛКИНА", "анна"):
        assert list(User.objects.filter(name__icontains=words)) == [person]
    assert list(User.objects.filter(email__icontains="ELKINA")) == [person]
    assert list(User.objects.filter(name__iexact="ёлкина анна")) == [person]
