"""Import files as people make them: what is read, and what is refused in which words."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schedule.cells import BadCell, email_address, moment, moment_until, one_of, points_up_to, words
from schedule.tables import BadTable, Problem, Row, read_table

COLUMNS = ("email", "name")
MOSCOW = ZoneInfo("Europe/Moscow")
PLAIN = "email,name\na@example.org,Ветрова Алиса\nb@example.org,Белов Артём\n"
ROWS = [
    {"email": "a@example.org", "name": "Ветрова Алиса"},
    {"email": "b@example.org", "name": "Белов Артём"},
]


def cells(data: bytes, columns: tuple[str, ...] = COLUMNS) -> list[dict[str, str]]:
    table = read_table(data, columns)
    table.check()
    return [row.cells for row in table.rows]


def trouble(data: bytes, columns: tuple[str, ...] = COLUMNS, optional: tuple[str, ...] = ()) -> str:
    with pytest.raises(BadTable) as refused:
        read_table(data, columns, optional).check()
    return str(refused.value)


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("cp1251"),
        PLAIN.replace(",", ";").encode("cp1251"),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.rstrip("\n").encode(),
        PLAIN.replace("\n", "\n\n ,\u00a0\n").encode(),
        PLAIN.replace(",", "\u00a0, ").encode(),
        PLAIN.replace("email,name", "\u00a0EMail , NAME").encode(),
        PLAIN.replace("email,name", '"email","name"').encode(),
        PLAIN.replace("\n", ",,\n").encode(),
        PLAIN.replace(",", ";").replace("\n", ";;\r\n").encode("cp1251"),
        PLAIN.replace(",", ";").replace("а\n", "а;;\n").encode(),
        PLAIN.replace(",", "\t").replace("м\n", "м\t\n").encode(),
        PLAIN.replace("Алиса", "\u202eАлиса\u202c").encode(),
        unicodedata.normalize("NFD", PLAIN).encode(),
        b"sep=;\r\n" + PLAIN.replace(",", ";").encode(),
        b"\n\n" + PLAIN.replace("Ветрова Алиса", "Ветрова\u00a0Алиса").encode(),
        PLAIN.replace("Ветрова Алиса", "\u200fВетро\u00adва Алиса\u200e").encode(),
        "name;email\nВетрова Алиса;a@example.org\nБелов Артём;b@example.org".encode("cp1251"),
    ],
)
def test_the_same_rows_whatever_made_the_file(data: bytes) -> None:
    assert cells(data) == ROWS


def test_a_quoted_cell_keeps_separators_quotes_and_lines() -> None:
    data = 'email;name\r\na@example.org;" Первая; ""вторая""\r\nстрока "\r\n\r\nb@example.org;Б\r\n'
    rows = read_table(data.encode(), COLUMNS).rows

    assert rows[0].cells["name"] == 'Первая; "вторая"\nстрока'
    assert [row.line for row in rows] == [2, 5]


def test_a_heading_alone_is_a_table_without_rows() -> None:
    assert read_table(b"email,name\n", COLUMNS).rows == ()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf \n", "the file is empty"),
        (b",,\n,", "no line has text"),
        (b"PK\x03\x04rest", "save it as CSV"),
        ("email,name".encode("utf-16"), "not text in UTF-8"),
        (b"email,name\na@example.org,\x98", "line 2: a character is neither UTF-8 nor Windows-1251"),
        (PLAIN.encode() + b"c@example.org,\xc0", "line 4: a character is not UTF-8, though other lines are"),
        (b"email,mail\n", 'line 1: there is no column "name"'),
        (b"email,mail,name\n", 'line 1: column "mail" is not known: the columns are email, name'),
        (b"email,name,Name\n", 'line 1: column "name" stands there 2 times'),
        (b"a@example.org,A\n", 'there is no column "email"'),
        (b"email,name\na@example.org\n", "line 2: the number of cells is 1, expected 2: email, name"),
        (b"email,name\na@example.org,A,extra\n", "line 2: the number of cells is 3, expected 2"),
        (b"email,name\na@example.org,9,5\n", "line 2: the number of cells is 3, expected 2"),
        (b"email,name\na@example.org,A,\n", "line 2: the number of cells is 3, expected 2"),
        (b"email;name\na@example.org;A;;x\n", "line 2: the number of cells is 4, expected 2"),
        (b"email;name\na@example.org\n", "line 2: the number of cells is 1, expected 2"),
        (b'email,name\na@example.org,"A\nB\n', "line 2: a quoted cell begins here and is never closed"),
        (b'email,name\na@example.org,"A"B\n', "line 2: a quoted cell ends in the middle"),
    ],
)
def test_what_cannot_be_read_is_named(data: bytes, told: str) -> None:
    assert told in trouble(data)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"email,name\na@example.org,A\n", {"email": "a@example.org", "name": "A", "id": "", "note": ""}),
        (b"ID;email;name\n7;a@x.org;A\n", {"email": "a@x.org", "name": "A", "id": "7", "note": ""}),
        (
            b"note\temail\tname\tid\nN\ta@x.org\tA\t7\n",
            {"email": "a@x.org", "name": "A", "id": "7", "note": "N"},
        ),
        (b"email,name,id,,\na@x.org,A,7,,\n", {"email": "a@x.org", "name": "A", "id": "7", "note": ""}),
    ],
)
def test_some_columns_may_be_there_or_not(data: bytes, found: dict[str, str]) -> None:
    table = read_table(data, COLUMNS, ("id", "note"))

    table.check()
    assert [row.cells for row in table.rows] == [found]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"email,id\n", 'no column "name": the columns are email, name, and there may be id, note'),
        (b"email,name,why\n", 'column "why" is not known: the columns are email, name, and there may be id'),
        (b"email,name,id,Id\n", 'column "id" stands there 2 times'),
        (b"email,name,id\na@example.org,A\n", "the number of cells is 2, expected 3: email, name, id"),
    ],
)
def test_what_is_wrong_with_columns_that_may_be_there(data: bytes, told: str) -> None:
    assert told in trouble(data, optional=("id", "note"))


def test_every_bad_line_is_told_in_order() -> None:
    told = trouble(b'email,name\na\nb,"B"x\nc,C\nd,D,D\n').splitlines()

    assert [line.split(":")[0] for line in told] == ["line 2", "line 3", "line 5"]


_pieces = st.one_of(
    st.binary(max_size=12),
    st.sampled_from([b"email", b"name", b",", b";", b"\t", b'"', b"\n", b"\r\n", b"sep=;", b"a@example.org"]),
)


@given(data=st.lists(_pieces, max_size=40).map(b"".join))
@example(b"email,name\n" + b"x" * 1_100_000 + b",A\n")
@example(b"\xef\xbb\xbf\xff")
def test_any_bytes_are_rows_or_a_list_of_what_is_wrong(data: bytes) -> None:
    problems: tuple[Problem, ...] = ()
    rows: tuple[Row, ...] = ()
    try:
        table = read_table(data, COLUMNS)
        rows, problems = table.rows, table.problems
    except BadTable as refused:
        problems = refused.problems
    assert all(map(str, problems))
    assert all(set(row.cells) == set(COLUMNS) for row in rows)


@given(text=st.text(max_size=40))
@example("2025-09-30T23:59:59+23:59:59.999999")
@example("-0001-01-01T00:00")
def test_any_text_is_a_moment_or_refused(text: str) -> None:
    try:
        found = moment(text, MOSCOW)
    except BadCell:
        return
    assert found.tzinfo is UTC and found.microsecond == 0


def test_lines_are_those_of_the_file_also_after_a_line_that_names_the_separator() -> None:
    assert read_table(b"sep=;\nemail;name\n\na;A\n", COLUMNS).rows[0].line == 4


def test_a_row_collects_all_that_is_wrong_in_it() -> None:
    row = Row(7, {"email": "nobody", "score": "11"})

    assert row.read("email", email_address, "") == ""
    assert row.read("score", points_up_to(1000), 0) == 0
    assert [str(problem) for problem in row.problems] == [
        'line 7: email is "nobody", expected an e-mail address, for example a.student@example.org',
        'line 7: score is "11", expected points from 0 to 10 with at most two places, for example 9.5',
    ]


def test_an_empty_and_a_long_value_are_told_shortly() -> None:
    row = Row(2, {"empty": "", "long": "x" * 500})
    row.refuse("empty", "something")
    row.refuse("long", "less")

    assert str(row.problems[0]) == "line 2: empty is empty, expected something"
    assert len(str(row.problems[1])) < 130


@pytest.mark.parametrize(
    ("text", "hundredths"),
    [("9,5", 950), ("9.5", 950), ("10", 1000), ("0", 0), ("0,25", 25), ("10.00", 1000)],
)
def test_points_are_read_with_a_comma_or_a_point(text: str, hundredths: int) -> None:
    assert points_up_to(1000)(text) == hundredths


@pytest.mark.parametrize(
    "text", ["11", "10.01", "-1", "-0.5", "abc", "9.555", "1e1", "9.май", "", "NaN", "9.5.1"]
)
def test_points_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(BadCell, match="points from 0 to 10"):
        points_up_to(1000)(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-09-30T23:59:59", datetime(2025, 9, 30, 20, 59, 59, tzinfo=UTC)),
        ("2025-09-30 23:59", datetime(2025, 9, 30, 20, 59, tzinfo=UTC)),
        ("2025-09-30T23:59:59.999", datetime(2025, 9, 30, 20, 59, 59, tzinfo=UTC)),
        ("2025-09-30T23:59:59Z", datetime(2025, 9, 30, 23, 59, 59, tzinfo=UTC)),
        ("2025-09-30T23:59:59+05:00", datetime(2025, 9, 30, 18, 59, 59, tzinfo=UTC)),
        ("20250930T235959", datetime(2025, 9, 30, 20, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_moment_without_an_offset_is_in_the_courses_zone(text: str, expected: datetime) -> None:
    assert moment(text, MOSCOW) == expected


def test_a_moment_that_a_clock_change_repeats_or_skips_is_read_in_the_students_favour() -> None:
    berlin = ZoneInfo("Europe/Berlin")

    assert moment("2025-10-26T02:30:00", berlin) == datetime(2025, 10, 26, 1, 30, tzinfo=UTC)
    assert moment("2025-03-30T02:30:00", berlin) == datetime(2025, 3, 30, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2025-09-30",
        "20250930",
        "30.09.2025 18:00",
        "2025-13-01T10:00",
        "2025-09-30T25:00",
        "2025-02-30T10:00",
        "1",
    ],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(BadCell, match="ISO 8601"):
        moment(text, MOSCOW)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00", "1999-12-31T23:59:59", "9999-12-31T23:59:59-14:00"])
def test_a_moment_outside_the_years_of_courses_is_refused(text: str) -> None:
    with pytest.raises(BadCell, match="a date of the years 2000 to 2100"):
        moment(text, MOSCOW)


def test_a_moment_in_the_future_is_refused() -> None:
    now = datetime(2025, 9, 30, 12, 0, 0, tzinfo=UTC)
    read = moment_until(now, MOSCOW)

    assert read("2025-09-30T15:00:00.9") == now
    with pytest.raises(BadCell, match=r"not in the future; it is now 2025-09-30 15:00:00\+03:00"):
        read("2025-09-30T15:00:01")


@pytest.mark.parametrize(
    "text", ["", "nobody", "a@", "@example.org", "a b@example.org", "a@example", "ё@x.ru"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadCell, match="an e-mail address"):
        email_address(text)


def test_an_address_too_long_to_be_kept_is_refused() -> None:
    with pytest.raises(BadCell, match="e-mail address"):
        email_address(f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.org")


def test_addresses_are_compared_in_small_letters() -> None:
    assert email_address(" A.Student@Example.ORG ") == "a.student@example.org"


@pytest.mark.parametrize(
    ("reader", "text", "value"),
    [
        (one_of(["student", "lecturer"]), "Student", "student"),
        (words("a name", at_most=10), " Ann \n Lee ", "Ann Lee"),
    ],
)
def test_words_are_read_as_people_type_them(reader: Callable[[str], str], text: str, value: str) -> None:
    assert reader(text) == value


@pytest.mark.parametrize(
    ("reader", "text", "told"),
    [
        (one_of(["student", "assistant", "lecturer"]), "teacher", "student, assistant or lecturer"),
        (words("a name", at_most=10), " ", "a name"),
        (words("a name", at_most=10), "x" * 11, "a name of at most 10 characters"),
    ],
)
def test_other_words_are_refused(reader: Callable[[str], str], text: str, told: str) -> None:
    with pytest.raises(BadCell, match=told):
        reader(text)
