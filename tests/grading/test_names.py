"""Names of files as students call them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.names import safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("work.py", "work.py"),
        ("Лабораторная № 5 (Ветрова).ipynb", "Лабораторная № 5 (Ветрова).ipynb"),
        (unicodedata.normalize("NFD", "Ёлочный йод.py"), "Ёлочный йод.py"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("a/b/../c.py", "c.py"),
        ("..", "file"),
        ("", "file"),
        ("/", "file"),
        (".", "file"),
        (" . ", "file"),
        ("work\x00.py", "work.py"),
        ("work\r\n\t.py", "work.py"),
        ("abc\u202eyp.exe", "abcyp.exe"),
        ("a\u00a0b.py", "a b.py"),
        ('a<b>c:"d"|e?f*.py', "a_b_c__d__e_f_.py"),
        ("work.py. . ", "work.py"),
        ("CON", "_CON"),
        ("con.py", "_con.py"),
        ("Aux.tar.gz", "_Aux.tar.gz"),
        ("COM1.zip", "_COM1.zip"),
        ("lpt².pdf", "_lpt².pdf"),
        ("console.py", "console.py"),
        (".ipynb", ".ipynb"),
        ("ж" * 300 + ".ipynb", "ж" * 249 + ".ipynb"),
        ("ж" * 300, "ж" * 255),
        ("a." + "b" * 300, "a." + "b" * 253),
    ],
)
def test_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text(max_size=400))
def test_every_name_becomes_one_that_is_safe_and_stays(name: str) -> None:
    safe = safe_name(name)
    assert 1 <= len(safe) <= 255
    assert safe.isprintable() and safe not in {".", ".."} and not set(safe) & set('<>:"/\\|?*')
    assert safe_name(safe) == safe
