"""The difference between the rows that are there and the rows a file asks for."""

from __future__ import annotations

from schedule.diff import SHOWN, Change, difference

THERE = {
    1: {"title": "CUDA", "room": "685", "materials": ("slides",)},
    2: {"title": "Triton", "room": "", "materials": ()},
}


def test_same_rows_differ_in_nothing() -> None:
    found = difference(THERE, dict(reversed(THERE.items())))
    assert not found
    assert found.lines(str) == []


def test_rows_are_added_changed_and_removed() -> None:
    wanted = {
        3: {"title": "AutoML", "room": "", "materials": ()},
        1: {"title": "CUDA and GPUs", "room": "", "materials": ("slides",)},
    }
    found = difference(THERE, wanted)
    assert found.added == {3: wanted[3]}
    assert found.changed == {1: (Change("title", "CUDA", "CUDA and GPUs"), Change("room", "685", ""))}
    assert found.new_values(1) == {"title": "CUDA and GPUs", "room": ""}
    assert found.removed == (2,)
    assert found.lines(lambda key: f"class {key}") == [
        "+ class 3: title AutoML",
        "~ class 1: title CUDA -> CUDA and GPUs",
        "~ class 1: room 685 -> (empty)",
        "- class 2",
    ]


def test_what_the_wanted_rows_do_not_name_stays() -> None:
    found = difference(THERE, {1: {"title": "CUDA"}}, keep_unnamed=True)
    assert not found


def test_values_are_described_for_people() -> None:
    found = difference({}, {1: {"price": 950, "hard": True}})
    assert found.lines(str, lambda field, value: f"{value / 100:.2f}" if field == "price" else "yes") == [
        "+ 1: price 9.50, hard yes"
    ]


def test_a_long_text_is_shown_where_it_changes() -> None:
    old, new = "so " * 100 + "old end", "so " * 100 + "new end"
    (line,) = difference({1: {"about": old}}, {1: {"about": new}}).lines(str)
    assert "old end -> …" in line and line.endswith("new end")
    assert len(line) < 3 * SHOWN


def test_a_long_new_text_is_cut() -> None:
    (line,) = difference({}, {1: {"about": "word\n" * 100}}).lines(str)
    assert "\n" not in line and line.endswith("…") and len(line) < 2 * SHOWN
