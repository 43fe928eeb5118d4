"""Archives are listed, never unpacked, whatever they claim."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.archives import LONGEST_LIST, MOST_ENTRIES, Contents, Entry, NotListed, contents_of, is_archive


def archive(names: dict[str, bytes], comment: bytes = b"") -> BytesIO:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in names.items():
            made.writestr(name, data)
        made.comment = comment
    return out


def test_names_and_sizes() -> None:
    made = archive(
        {"src/": b"", "src/a.py": b"x" * 10, "Отчёт.md": b"y" * 5, "../up.py": b""}, b"hello" * 100
    )
    assert contents_of(made) == Contents(
        (Entry("src/a.py", 10), Entry("Отчёт.md", 5), Entry("../up.py", 0)), more=0, total=15
    )


def test_control_characters_of_names_are_not_shown() -> None:
    [entry] = contents_of(archive({"a\x1b[31m\u202eb.py": b""})).entries
    assert entry.name == "a\ufffd[31m\ufffdb.py"


def test_only_the_first_entries_are_shown() -> None:
    found = contents_of(archive({f"{number}.py": b"x" for number in range(MOST_ENTRIES + 7)}))
    assert (len(found.entries), found.more, found.total) == (MOST_ENTRIES, 7, MOST_ENTRIES + 7)


def test_a_bomb_is_only_a_number() -> None:
    made = archive({"zeros": b"\0" * 50_000_000})
    assert made.tell() < 100_000
    assert contents_of(made).total == 50_000_000


def test_a_list_too_long_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    made = archive({"n" * 60_000 + str(number): b"" for number in range(LONGEST_LIST // 60_000 + 1)})

    def never(*_args: object) -> None:
        raise AssertionError("the list was read")

    monkeypatch.setattr(zipfile, "ZipFile", never)
    with pytest.raises(NotListed):
        contents_of(made)


@pytest.mark.parametrize("data", [b"", b"PK", b"not an archive", b"PK\x05\x06", b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_archive_is_told(data: bytes) -> None:
    with pytest.raises(NotListed):
        contents_of(BytesIO(data))


def test_a_second_list_behind_the_first_is_not_followed() -> None:
    made = archive({"a.py": b""}).getvalue()
    end = made.rindex(b"PK\x05\x06")
    with pytest.raises(NotListed):
        contents_of(BytesIO(made[:end] + b"PK\x06\x07" + bytes(16) + made[end:]))


@given(st.data())
def test_a_damaged_archive_is_listed_or_told(data: st.DataObject) -> None:
    good = bytearray(archive({"a.py": b"x" * 50, "b.py": b"y" * 50}).getvalue())
    for _change in range(data.draw(st.integers(1, 8))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    good = good[: data.draw(st.integers(0, len(good)))]
    with suppress(NotListed):
        contents_of(BytesIO(bytes(good)))


@pytest.mark.parametrize(
    ("name", "listed"), [("a.zip", True), ("A.ZIP", True), ("a.tar.gz", False), ("zip", False)]
)
def test_which_files_are_listed(name: str, listed: bool) -> None:
    assert is_archive(name) is listed
