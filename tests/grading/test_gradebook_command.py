"""gradebook: the same numbers in four formats."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from people.models import User
from schedule.models import Course, Role, StudyGroup
from tests.factories import (
    make_assignment,
    make_course,
    make_enrolment,
    make_exam_result,
    make_group,
    make_review,
    make_submission,
    make_user,
    moscow,
)
from tests.services import ROOT

pytestmark = pytest.mark.django_db

Out = Callable[..., str]


@pytest.fixture
def out(course: Course) -> Out:
    """Runs the command and gives what it printed."""

    def run(**options: Any) -> str:
        stream = io.StringIO()
        call_command("gradebook", course.slug, stdout=stream, **options)
        return stream.getvalue()

    return run


@pytest.fixture
def small_course(course: Course, group: StudyGroup, assistant: User) -> Course:
    """Students who are excellent, failed, absent, pending, without work, and one who left."""
    works = [make_assignment(course=course) for _number in range(6)]
    make_assignment(course=make_course(), number=1)

    def student(name: str, role: Role = Role.STUDENT, in_group: StudyGroup = group) -> User:
        person = make_user(email=f"{name.lower()}@example.org", name=name)
        make_enrolment(person=person, group=in_group, role=role)
        return person

    best = student("Best", Role.REPRESENTATIVE)
    for work in works:
        make_submission(assignment=work, student=best, score=800)
    make_exam_result(course=course, student=best, outcome="lower")

    late = student("Late")
    make_submission(assignment=works[0], student=late, submitted_at=moscow(2025, 10, 1), score=1000)
    make_submission(assignment=works[1], student=late)
    make_submission(assignment=works[2], student=late, submitted_at=moscow(2025, 12, 1), score=1000)
    make_review(
        submission=make_submission(
            assignment=works[3], student=late, submitted_at=moscow(2025, 9, 30, 23, 59, 59)
        ),
        score=925,
        bonus=50,
    )

    failed, absent = student("Failed"), student("Absent", in_group=make_group(course=course, name="418"))
    for person, outcome in ((failed, "fail"), (absent, "absent")):
        for work in works[:4]:
            make_submission(assignment=work, student=person, score=1000)
        make_exam_result(course=course, student=person, outcome=outcome)

    student("Silent")
    make_enrolment(group=group, left_at=moscow(2025, 10, 1))
    return course


def line(
    name: str, group: str, scores: list[str | None], total: str, passed: int, **rest: Any
) -> dict[str, Any]:
    empty = {"accumulated": "unsatisfactory", "exam": None, "final": None, "pass": None, "if_earned": None}
    return {
        "email": f"{name.lower()}@example.org",
        "name": name,
        "group": group,
        "scores": {str(number): score for number, score in enumerate(scores, start=1)},
        "total": total,
        "passed": passed,
        **empty,
        **rest,
    }


TEN = ["10.00"] * 4 + [None, None]
GOLDEN: dict[str, Any] = {
    "course": "effdl",
    "students": [
        line(
            "Best", "417", ["8.00"] * 6, "48.00", 6,
            **{"accumulated": "excellent", "exam": "lower", "final": "good", "pass": True},
        ),
        line(
            "Failed", "417", TEN, "40.00", 4,
            **{"accumulated": "good", "exam": "fail", "final": "unsatisfactory", "pass": False},
        ),
        line("Late", "417", ["9.00", None, "0.00", "9.75", None, None], "18.75", 2),
        line("Silent", "417", [None] * 6, "0.00", 0),
        line("Absent", "418", TEN, "40.00", 4, accumulated="good", exam="absent"),
    ],
}  # fmt: skip


@pytest.mark.sqlite
def test_json_is_what_programs_are_promised(small_course: Course, out: Out) -> None:
    told = json.loads(out(format="json"))

    assert told == GOLDEN
    assert [list(student) for student in told["students"]] == [list(GOLDEN["students"][0])] * 5


@pytest.mark.sqlite
def test_csv_has_the_same(small_course: Course, out: Out) -> None:
    rows = list(csv.DictReader(io.StringIO(out(format="csv"))))

    assert list(rows[0]) == [
        *("email", "name", "group", "1", "2", "3", "4", "5", "6"),
        *("total", "passed", "accumulated", "exam", "final", "pass"),
    ]
    for row, student in zip(rows, GOLDEN["students"], strict=True):
        for number, score in student["scores"].items():
            assert row[number] == (score or "")
        for name in ("email", "name", "group", "total", "accumulated"):
            assert row[name] == student[name]
        for name in ("exam", "final"):
            assert row[name] == (student[name] or "")
        assert row["passed"] == str(student["passed"])
        assert row["pass"] == {None: "", True: "yes", False: "no"}[student["pass"]]


def test_the_table_is_aligned(small_course: Course, out: Out) -> None:
    lines = out().splitlines()

    assert len(lines) == 6
    assert lines[0].split() == [
        *("email", "name", "group", "1", "2", "3", "4", "5", "6"),
        *("total", "passed", "accumulated", "exam", "final", "pass"),
    ]
    assert lines[3].split() == [
        *("late@example.org", "Late", "417", "9.00", "–", "0.00", "9.75", "–", "–"),
        *("18.75", "2", "unsatisfactory", "–", "–", "–"),
    ]
    end_of_total = lines[0].index("total") + len("total")
    assert all(each[:end_of_total].endswith((".00", ".75", "total")) for each in lines)


def test_the_workbook_has_numbers_and_no_formulas(small_course: Course, out: Out, tmp_path: Path) -> None:
    trap = make_user(email="trap@example.org", name='=HYPERLINK("http://x","y")\x07')
    make_enrolment(person=trap, group=make_group(course=small_course, name="=1+1"))
    file = tmp_path / "book.xlsx"

    out(format="xlsx", output=str(file), now="2026-01-15T12:00")

    workbook = load_workbook(file)
    sheet = workbook.active
    assert sheet is not None
    heading, *rows = [list(row) for row in sheet.iter_rows()]
    assert [cell.value for cell in heading][:4] == ["email", "name", "group", "1"]
    assert [cell.value for cell in rows[2]] == [
        *("late@example.org", "Late", "417", 9, None, 0, 9.75, None, None),
        *(18.75, 2, "unsatisfactory", None, None, None),
    ]
    assert {cell.data_type for cell in rows[2][9:11]} == {"n"}
    assert [(cell.value, cell.data_type) for cell in rows[-1][1:3]] == [
        ('=HYPERLINK("http://x","y")', "s"),
        ("=1+1", "s"),
    ]
    assert not [cell for row in rows for cell in row if cell.data_type == "f"]
    assert workbook.properties.created is not None
    assert workbook.properties.created.isoformat() == "2026-01-15T09:00:00"


def test_csv_from_names_like_formulas_is_harmless(course: Course, out: Out) -> None:
    group = make_group(course=course, name="-1")
    for name in ("=1+1", "+7", "@x", "Plain"):
        make_enrolment(person=make_user(name=name), group=group)

    rows = list(csv.DictReader(io.StringIO(out(format="csv"))))

    assert [row["name"] for row in rows] == ["'+7", "'=1+1", "'@x", "Plain"]
    assert {row["group"] for row in rows} == {"'-1"}


def test_a_file_of_csv_tells_spreadsheets_that_it_is_utf8(course: Course, out: Out, tmp_path: Path) -> None:
    make_enrolment(course=course, person=make_user(name="Ветрова Алиса"))
    file = tmp_path / "book.csv"
    file.write_text("old")

    assert out(format="csv", output=str(file)) == ""

    assert file.read_bytes().startswith(b"\xef\xbb\xbfemail,name,group")
    assert file.read_text("utf-8-sig") == out(format="csv")
    assert list(tmp_path.iterdir()) == [file]
    assert file.stat().st_mode & 0o777 == 0o600


def test_json_is_written_as_text(small_course: Course, out: Out, tmp_path: Path) -> None:
    file = tmp_path / "book.json"
    out(format="json", output=str(file))

    assert json.loads(file.read_text()) == GOLDEN


def test_a_file_that_cannot_be_written_is_named_and_nothing_is_left(
    course: Course, out: Out, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match=r"nowhere/book\.csv: No such file or directory"):
        out(format="csv", output=str(tmp_path / "nowhere" / "book.csv"))
    (tmp_path / "folder").mkdir()
    with pytest.raises(CommandError, match="folder: Is a directory"):
        out(format="csv", output=str(tmp_path / "folder"))
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_process_that_is_ended_while_it_writes_leaves_no_draft(
    course: Course, out: Out, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there: list[list[str]] = []
    before = signal.signal(
        signal.SIGTERM, lambda *_: there.append([path.name for path in tmp_path.iterdir()])
    )
    monkeypatch.setattr(
        os, "fsync", lambda _descriptor: signal.raise_signal(signal.SIGTERM)
    )  # to this thread
    try:
        out(format="csv", output=str(tmp_path / "book.csv"))
    finally:
        signal.signal(signal.SIGTERM, before)
    assert there == [["book.csv"]]


def test_a_link_stays_a_link(course: Course, out: Out, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    link, file = tmp_path / "book.csv", tmp_path / "shared" / "book.csv"
    link.symlink_to(file)

    for _time in range(2):
        out(format="csv", output=str(link))

        assert link.is_symlink()
        assert file.read_text("utf-8-sig") == out(format="csv")


def test_a_pipe_is_written_into_and_never_replaced(course: Course, out: Out, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        out(format="json", output=str(pipe))
        assert json.loads(os.read(reader, 1_000)) == {"course": "effdl", "students": []}
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_a_link_to_a_stream_of_the_system_is_not_replaced(
    course: Course, out: Out, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, stream = tmp_path / "file", tmp_path / "dev" / "stdout"
    stream.parent.mkdir()
    stream.symlink_to(file)
    file.write_text("before\n")
    monkeypatch.setattr("grading.management.commands.gradebook.STREAMS", (stream.parent,))

    out(format="json", output=str(stream))

    assert stream.is_symlink()
    assert file.read_text() == "before\n" + out(format="json")


def test_a_link_to_itself_is_named(course: Course, out: Out, tmp_path: Path) -> None:
    (tmp_path / "book.csv").symlink_to(tmp_path / "book.csv")

    with pytest.raises(CommandError, match=r"book\.csv: a link that leads to itself"):
        out(format="csv", output=str(tmp_path / "book.csv"))


def test_a_workbook_is_not_printed_on_a_terminal(
    course: Course, out: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

    with pytest.raises(CommandError, match="name a file with --output, or use a pipe"):
        out(format="xlsx")


def test_a_workbook_goes_through_a_pipe(process_env: dict[str, str]) -> None:
    make_enrolment(course=make_course(slug="piped"), person=make_user(name="Ветрова Алиса"))
    command = [sys.executable, "manage.py", "gradebook", "piped", "--format"]

    data = subprocess.run(
        [*command, "xlsx"], cwd=ROOT, env=process_env, check=True, capture_output=True
    ).stdout
    text = subprocess.run(
        [*command, "csv"], cwd=ROOT, env=process_env | {"PYTHONUTF8": "1"}, check=True, capture_output=True
    ).stdout

    sheet = load_workbook(io.BytesIO(data)).active
    assert sheet is not None and sheet["B2"].value == "Ветрова Алиса"
    assert text.startswith(b"email,name,group") and "Ветрова Алиса".encode() in text
    assert os.linesep.encode() in text


@pytest.mark.parametrize(
    ("slug", "options", "told"),
    [
        ("nowhere", {}, 'There is no course "nowhere". The courses are: effdl.'),
        ("effdl", {"now": "soon"}, '--now is "soon", expected a date and time'),
    ],
)
def test_what_is_asked_for_wrongly_is_named(
    course: Course, slug: str, options: dict[str, str], told: str
) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("gradebook", slug, **options)
    assert told in str(refused.value)


def test_a_course_without_a_scale_is_named() -> None:
    with pytest.raises(CommandError, match="no grade scale yet"):
        call_command("gradebook", make_course(scheme=False).slug)


def test_a_course_without_students_or_assignments_is_an_empty_book(out: Out) -> None:
    assert json.loads(out(format="json")) == {"course": "effdl", "students": []}
    assert out(format="csv") == "email,name,group,total,passed,accumulated,exam,final,pass\n"
    assert len(out().splitlines()) == 1


@pytest.mark.parametrize("students", [1, 30])
def test_statements_do_not_grow_with_students(
    course: Course,
    group: StudyGroup,
    out: Out,
    students: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    assignment = make_assignment(course=course)
    for _number in range(students):
        make_submission(assignment=assignment, student=make_enrolment(group=group).person, score=500)

    with django_assert_num_queries(9):
        assert len(json.loads(out(format="json"))["students"]) == students
