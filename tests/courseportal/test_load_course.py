"""load_course: the course becomes what its file says, the changes are told, and no result is ever lost."""

from __future__ import annotations

import threading
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, connections

from courseportal.actions import ResultsAtStake, load_course
from courseportal.course_file import read_course_file
from courseportal.course_file.stored import stored_definition
from grading.models import GradeRow, LatePenalty
from grading.queries.gradebook import gradebook
from perks.models import Checkpoint
from schedule.models import Assignment, ClassMeeting, Course, Material
from tests.courseportal.course_files import SMALL
from tests.factories import make_enrolment, make_exam_result, make_submission, moscow

NOW = moscow(2025, 12, 31, 12)

ROOT = Path(__file__).parents[2]
FILES = [ROOT / "courses" / "effdl-2025.toml", ROOT / "tests" / "data" / "sibling.toml"]


def load(content: str, *, dry_run: bool = False) -> list[str]:
    return load_course(definition=read_course_file(content), now=NOW, dry_run=dry_run)


def run(*args: str) -> str:
    out = StringIO()
    call_command("load_course", *args, stdout=out)
    return out.getvalue()


@pytest.mark.sqlite
@pytest.mark.django_db
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_second_run_has_nothing_to_change(file: Path) -> None:
    first = run(str(file))
    assert all(line.startswith("+ ") for line in first.splitlines())
    assert run(str(file)) == "nothing to change\n"
    definition = read_course_file(file.read_text("utf-8"))
    assert stored_definition(Course.objects.get(slug=definition.course.slug)) == definition


@pytest.mark.django_db
def test_the_real_course_can_be_graded() -> None:
    run(str(FILES[0]))
    course = Course.objects.get(slug="effdl-2025")
    student = make_enrolment(course=course).person
    for assignment in course.assignments.all():
        make_submission(assignment=assignment, student=student, submitted_at=assignment.due_at, score=800)
    (row,) = gradebook(course, NOW).rows
    assert (row.standing.total, row.standing.accumulated.code) == (4800, "excellent")


@pytest.mark.django_db
@time_machine.travel(moscow(2025, 9, 29, 12), tick=False)
def test_dates_in_the_past_are_loaded_only_by_who_agrees(tmp_path: Path) -> None:
    load(SMALL)
    (assignment,) = Assignment.objects.all()
    student = make_enrolment(course=assignment.course).person
    make_submission(assignment=assignment, student=student, submitted_at=moscow(2025, 9, 27, 21), score=700)
    make_enrolment(course=assignment.course)
    file = tmp_path / "small.toml"
    file.write_text(SMALL.replace("due_at = 2025-09-30", "due_at = 2025-09-25"), "utf-8")
    told = [
        "assignment 1: the date would be past for 2 students, 1 of them have handed in nothing",
        f"assignment 1: attempt 1 of {student}, 2025-09-27 21:00:00: 0 -> 2 days late, ",
        "students who are told of a date that is another: 2",
    ]
    dry = run(str(file), "--dry-run")
    assert "~ assignment 1: due_at 2025-09-30 23:59:59 -> 2025-09-25 23:59:59" in dry
    assert all(line in dry for line in told)
    with pytest.raises(CommandError) as refused:
        run(str(file))
    assert all(line in str(refused.value) for line in told)
    assert Assignment.objects.get().due_at == assignment.due_at
    assert run(str(file), "--agree") == (
        "~ assignment 1: due_at 2025-09-30 23:59:59 -> 2025-09-25 23:59:59\n"
    )
    assert Assignment.objects.get().due_at == moscow(2025, 9, 25, 23, 59, 59)
    assert run(str(file)) == "nothing to change\n"


@pytest.mark.django_db
def test_nothing_is_written_when_nothing_changes() -> None:
    load(SMALL)
    with connection.execute_wrapper(_refuse_writing):
        assert load(SMALL) == []


def _refuse_writing(execute: object, sql: str, params: object, many: bool, context: object) -> object:
    assert sql.startswith(("SELECT", "SAVEPOINT", "RELEASE")), sql
    assert callable(execute)
    return execute(sql, params, many, context)


CHANGES = [
    ('title = "A small course"', 'title = "Renamed"', ["~ course small: title A small course -> Renamed"]),
    (
        "due_at = 2025-09-30",
        "due_at = 2025-10-07",
        ["~ assignment 1: due_at 2025-09-30 23:59:59 -> 2025-10-07 23:59:59"],
    ),
    (
        "due_at = 2025-09-30",
        "",
        ["~ assignment 1: due_at 2025-09-30 23:59:59 -> 2025-09-23 23:59:59"],
    ),
    (
        "due_at = 2025-09-30",
        "due_at = 2025-09-30\ncloses_at = 2025-10-01\nlate_penalty = { by_day = [0.5, 4] }",
        [
            "~ assignment 1: closes_at (empty) -> 2025-10-01 23:59:59",
            "+ assignment 1, late penalty: per_day 0, by_day 0.5, 4",
        ],
    ),
    (
        'time = "10:30-12:05"',
        'time = "10:30-12:05"\nroom = "685"',
        ["~ class 2025-09-09-lecture: room (empty) -> 685"],
    ),
    (
        "2025-09-09",
        "2025-09-16",
        [
            (
                "+ class 2025-09-16-lecture: kind lecture, title First, starts_at 2025-09-16 10:30:00, "
                "ends_at 2025-09-16 12:05:00"
            ),
            "- class 2025-09-09-lecture",
            "~ assignment 1: given_at_class 2025-09-09-lecture -> 2025-09-16-lecture",
            "~ assignment 1: issued_on 2025-09-09 -> 2025-09-16",
        ],
    ),
    (
        '[[grading.grade]]\ncode = "pass"',
        (
            '[[grading.grade]]\ncode = "honours"\nmin_total = 9\nmin_passed = 1\n'
            '[[grading.grade]]\ncode = "pass"'
        ),
        [
            "+ grade honours: min_total 9, min_passed 1, position 0",
            "~ grade pass: position 0 -> 1",
            "~ grade fail: position 1 -> 2",
        ],
    ),
    (
        'short_title = "Play"',
        (
            'short_title = "Play"\nmin_people = 8\n'
            'checkpoint = [{ title = "Here", latitude = 55.75, longitude = 37.6 }]'
        ),
        [
            "~ activity 1: min_people 10 -> 8",
            "+ activity 1, checkpoint 1: title Here, latitude 55.750000, longitude 37.600000",
        ],
    ),
    (
        '[[activity]]\nnumber = 1\ntitle = "Play"\nshort_title = "Play"\n',
        "[extension]\ntarget_at = 2025-12-14\nmax_assignments = 2\n",
        [
            "- activity 1",
            (
                "+ extension: target_at 2025-12-14 23:59:59, max_assignments 2, excludes_first yes, "
                "excludes_last yes, photos_kept_days 30"
            ),
        ],
    ),
]


@pytest.mark.sqlite
@pytest.mark.django_db
@pytest.mark.parametrize(("there", "instead", "told"), CHANGES)
def test_a_change_is_told_applied_and_can_be_taken_back(there: str, instead: str, told: list[str]) -> None:
    load(SMALL)
    assert there in SMALL
    changed = SMALL.replace(there, instead)
    assert load(changed, dry_run=True) == told
    assert load(changed, dry_run=True) == told  # the first one changed nothing
    assert load(changed) == told
    assert load(changed) == []
    assert stored_definition(Course.objects.get()) == read_course_file(changed)
    assert len(load(SMALL)) >= 1
    assert stored_definition(Course.objects.get()) == read_course_file(SMALL)


@pytest.mark.django_db
def test_grades_change_places() -> None:
    grade = '[[grading.grade]]\ncode = "{}"\nmin_total = 5\nmin_passed = 1\n'
    two = SMALL.replace(grade.format("pass"), grade.format("pass") + grade.format("credit"))
    swapped = SMALL.replace(grade.format("pass"), grade.format("credit") + grade.format("pass"))
    load(two)
    load(swapped)
    codes = GradeRow.objects.order_by("position").values_list("code", flat=True)
    assert list(codes) == ["credit", "pass", "fail"]


@pytest.mark.django_db
def test_materials_follow_their_class() -> None:
    one = 'title = "First"\nmaterials = [{ title = "Slides", url = "./a.pdf" }, { title = "Code" }]'
    load(SMALL.replace('title = "First"', one))
    told = load(
        SMALL.replace(
            'title = "First"', one.replace("./a.pdf", "./b.pdf").replace(', { title = "Code" }', "")
        )
    )
    assert told == [
        "~ class 2025-09-09-lecture, material 1: url ./a.pdf -> ./b.pdf",
        "- class 2025-09-09-lecture, material 2",
    ]
    assert [material.url for material in Material.objects.all()] == ["./b.pdf"]
    without = SMALL[: SMALL.index("[[class]]")]
    assert load(without)[:1] == ["- class 2025-09-09-lecture"]  # its material is not told apart
    assert not ClassMeeting.objects.exists() and not Material.objects.exists()


WITHOUT_ASSIGNMENT = SMALL[: SMALL.index("[[assignment]]")] + SMALL[SMALL.index("[[activity]]") :]
EXAM = "\n[exam]\nnot_before_on = 2025-12-16\nnot_after_on = 2025-12-31\n"
AT_STAKE = [
    (WITHOUT_ASSIGNMENT + EXAM, "assignment 1 cannot be removed: it has submissions (1)"),
    (
        SMALL.replace("due_at = 2025-09-30", "max_score = 9.5") + EXAM,
        "assignment 1 cannot be worth 9.5: a work was given 9.75 points",
    ),
    (SMALL, "the exam cannot be removed: it has outcomes (1)"),
]


@pytest.mark.sqlite
@pytest.mark.django_db
@pytest.mark.parametrize(("content", "reason"), AT_STAKE)
def test_results_are_never_lost(content: str, reason: str) -> None:
    load(SMALL + EXAM)
    before = stored_definition(Course.objects.get())
    work = make_submission(assignment=Assignment.objects.get(), score=975)
    make_exam_result(course=work.assignment.course, student=work.student)
    for dry_run in (True, False):
        with pytest.raises(ResultsAtStake) as caught:
            load(content.replace("A small course", "Another name"), dry_run=dry_run)
        assert caught.value.reasons == [reason]
    assert stored_definition(Course.objects.get()) == before


@pytest.mark.django_db
def test_without_results_anything_may_go() -> None:
    load(SMALL + EXAM)
    assert "- assignment 1" in load(WITHOUT_ASSIGNMENT)
    assert not Assignment.objects.exists() and not LatePenalty.objects.exists()


@pytest.mark.django_db
def test_what_was_changed_elsewhere_is_set_back() -> None:
    load(SMALL)
    Assignment.objects.update(title="Typed by hand")
    assert load(SMALL) == ["~ assignment 1: title Typed by hand -> Homework"]


@pytest.mark.django_db
def test_another_course_stays_as_it_is() -> None:
    run(str(FILES[1]))
    before = stored_definition(Course.objects.get())
    load(SMALL)
    load(WITHOUT_ASSIGNMENT.replace("2025-09-09", "2025-09-10"))
    assert stored_definition(Course.objects.get(slug="ml-2026")) == before
    assert Checkpoint.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_course() -> None:
    definition = read_course_file(FILES[0].read_text("utf-8"))
    start, told, failed = threading.Barrier(2), [], []

    def work() -> None:
        try:
            start.wait(10)
            told.append(load_course(definition=definition, now=NOW))
        except Exception as error:  # noqa: BLE001 - whatever it is, the test has to see it
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    assert sorted(map(bool, told)) == [False, True]  # the second found nothing to change
    assert stored_definition(Course.objects.get()) == definition


@pytest.mark.django_db
def test_a_wrong_file_is_told_and_not_loaded(tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(SMALL.replace("2025-09-30", '"soon"').replace("number = 1", "number = 1\nnote = 1", 1))
    with pytest.raises(CommandError) as caught:
        run(str(file))
    due, unknown = str(caught.value).splitlines()[1:]
    assert due == '  assignment[1].due_at: "soon" is not a date, nor a date and time'
    assert unknown.startswith('  assignment[1]: unknown key "note"; known are number, ')
    assert not Course.objects.exists()


@pytest.mark.django_db
def test_files_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "binary.toml"
    file.write_bytes(b"[course]\n\x98")
    with pytest.raises(CommandError, match="is not text in UTF-8 or Windows-1251: line 2"):
        run(str(file))
    with pytest.raises(CommandError, match="No such file"):
        run(str(tmp_path / "none.toml"))
    with pytest.raises(CommandError, match=": Is a directory"):
        run(str(tmp_path))


@pytest.mark.django_db
def test_a_file_in_windows_1251_is_the_same_course(tmp_path: Path) -> None:
    file = tmp_path / "small.toml"
    content = SMALL.replace('short_title = "', 'short_title = "Щ ')
    assert "Щ" in content
    for encoding in ("utf-8", "utf-8-sig", "cp1251"):
        file.write_text(content, encoding=encoding)
        told = run(str(file))
        assert told.startswith("+ course") if encoding == "utf-8" else told == "nothing to change\n"


@pytest.mark.django_db
def test_standard_input_and_dry_run(monkeypatch: pytest.MonkeyPatch) -> None:
    for expected in ("a dry run: nothing is changed", "+ activity 1: title Play"):
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(SMALL.encode())))
        told = run("-", "--dry-run") if expected.startswith("a dry") else run("-")
        assert expected in told
        assert Course.objects.exists() is not expected.startswith("a dry")
