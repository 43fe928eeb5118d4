"""Which row that is there is meant by which wanted row."""

from __future__ import annotations

from schedule.pairing import pair

Known = tuple[str, str]
MARKS = (lambda row: row, lambda row: row[0] or None, lambda row: row[1] or None)


def paired(there: list[Known], wanted: list[Known]) -> dict[int, int]:
    return pair(there, wanted, MARKS)


def test_rows_the_same_in_everything_come_first() -> None:
    assert paired([("a", "1"), ("a", "2")], [("a", "2"), ("a", "1")]) == {0: 1, 1: 0}


def test_what_is_left_is_paired_by_less() -> None:
    assert paired([("a", "1"), ("b", "2")], [("b", "9"), ("c", "1")]) == {0: 1, 1: 0}


def test_as_many_on_both_sides_are_paired_in_their_order() -> None:
    assert paired([("a", "1"), ("a", "2")], [("a", "8"), ("a", "9")]) == {0: 0, 1: 1}


def test_where_it_is_not_clear_which_is_meant_none_is() -> None:
    assert paired([("a", "1"), ("a", "2")], [("a", "9")]) == {}


def test_of_equal_rows_as_many_as_there_are() -> None:
    assert paired([("a", "1")], [("a", "1"), ("a", "1")]) == {0: 0}


def test_rows_with_nothing_to_be_known_by_are_not_paired() -> None:
    assert paired([("", "")], [("", "x")]) == {}
