"""import_schedule and export_schedule: a course's schedule from its README's table, and back."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries

from schedule.actions.readme import OutsideTheCourse, ScheduleChanges, import_schedule
from schedule.course_table import written_classes
from schedule.models import Assignment, ClassMeeting, Course, Material
from schedule.readme_table import read_readme
from tests.factories import make_assignment, make_class, make_course, moscow

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

NOW = moscow(2025, 9, 1, 12)
README = Path(__file__).parent.parent / "data" / "course-readme.md"
HEAD = "| Дата | Номер | Тема | Материалы | ДЗ |\n| --- | --- | --- | --- | --- |\n"
HOURS = "Лекции во вторник 10:30-12:05, семинары во вторник 12:15-13:50\n\n"

Bring = Callable[..., ScheduleChanges]


@pytest.fixture
def bring(course: Course) -> Bring:
    """Imports rows of a table into the course."""

    def run(*rows: str, text: str = HOURS, dry_run: bool = False) -> ScheduleChanges:
        table = read_readme(f"{text}{HEAD}" + "\n".join(rows), year=2025)
        return import_schedule(course=course, now=NOW, table=table, dry_run=dry_run)

    return run


def command(name: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(name, *arguments, stdout=out, stderr=out)
    return out.getvalue()


def everything(course: Course) -> list[object]:
    """All that an import may touch, as it is stored."""
    return [
        *ClassMeeting.objects.filter(course=course).order_by("pk").values(),
        *Material.objects.filter(class_meeting__course=course).order_by("pk").values(),
        *Assignment.objects.filter(course=course).order_by("pk").values(),
    ]


class TestTheRealReadme:
    def test_into_an_empty_course(self, course: Course) -> None:
        told = command("import_schedule", course.slug, str(README))
        classes = ClassMeeting.objects.filter(course=course)
        assert [classes.filter(kind=kind).count() for kind in ("lecture", "seminar")] == [14, 9]
        assert "Understood: 23 classes (14 lectures, 9 seminars), 2 materials, 6 homeworks\n" in told
        assert "Year: 2025, autumn (line 3: осеннем семестре 2025)\n" in told
        assert "Numbers used twice: 2\n  lecture 09: lines 47, 49\n  lecture 12: lines 52, 53\n" in told
        assert "+ class 2025-12-16-lecture: kind lecture, number 12, title Efficient DL in the Wild" in told
        assert "Not understood" not in told

    def test_classes_have_their_hours_and_materials(self, course: Course) -> None:
        command("import_schedule", course.slug, str(README))
        first, second = ClassMeeting.objects.filter(course=course).order_by("starts_at")[:2]
        assert (first.key, first.number, first.title) == ("2025-09-09-lecture", "01", "Архитектура GPU")
        assert (first.starts_at, first.ends_at) == (moscow(2025, 9, 9, 10, 30), moscow(2025, 9, 9, 12, 5))
        assert (second.starts_at, second.ends_at) == (moscow(2025, 9, 9, 12, 15), moscow(2025, 9, 9, 13, 50))
        assert [(link.position, link.title, link.url) for link in first.materials.all()] == [
            (1, "Презентация", "./Seminars/01-gpu-and-cuda/lecture.pdf")
        ]

    def test_homework_is_due_by_the_courses_rule(self, course: Course) -> None:
        command("import_schedule", course.slug, str(README))
        works = Assignment.objects.filter(course=course).order_by("number").select_related("given_at_class")
        assert [(work.number, work.issued_on, work.due_at) for work in works] == [
            (1, date(2025, 9, 9), moscow(2025, 9, 23, 23, 59, 59)),
            (2, date(2025, 9, 16), moscow(2025, 9, 30, 23, 59, 59)),
            (3, date(2025, 9, 30), moscow(2025, 10, 14, 23, 59, 59)),
            (4, date(2025, 10, 14), moscow(2025, 10, 28, 23, 59, 59)),
            (5, date(2025, 11, 11), moscow(2025, 11, 25, 23, 59, 59)),
            (6, date(2025, 12, 2), moscow(2025, 12, 16, 23, 59, 59)),
        ]
        assert works[0].statement_url == "./Tasks/task1/task_01.ipynb"
        assert works[0].given_at_class is not None
        assert works[0].given_at_class.key == "2025-09-09-lecture"

    def test_twice_changes_nothing(self, course: Course) -> None:
        command("import_schedule", course.slug, str(README))
        before = everything(course)
        assert command("import_schedule", course.slug, str(README)).endswith("nothing to change\n")
        assert everything(course) == before

    def test_the_course_file_says_the_same(self) -> None:
        command("load_course", "courses/effdl-2025.toml")
        assert command("import_schedule", "effdl-2025", str(README)).endswith("nothing to change\n")

    def test_the_exported_table_changes_nothing(self, course: Course, tmp_path: Path) -> None:
        command("import_schedule", course.slug, str(README), "--base-url", "https://example.org/course")
        exported = tmp_path / "table.md"
        exported.write_text(command("export_schedule", course.slug), encoding="utf-8")
        told = command("import_schedule", course.slug, str(exported))
        assert "Understood: 23 classes (14 lectures, 9 seminars), 2 materials, 6 homeworks\n" in told
        assert told.endswith("nothing to change\n")

    def test_a_dry_run_tells_and_writes_nothing(self, course: Course) -> None:
        told = command("import_schedule", course.slug, str(README), "--dry-run")
        assert "Would change: 31\n" in told
        assert told.endswith("a dry run: nothing is changed\n")
        assert everything(course) == []

    def test_in_few_statements(
        self, course: Course, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        table = read_readme(README.read_text(encoding="utf-8"))
        with django_assert_max_num_queries(16):
            import_schedule(course=course, now=NOW, table=table)
        with django_assert_max_num_queries(9):
            import_schedule(course=course, now=NOW, table=table)
        with django_assert_max_num_queries(3):
            written_classes(course)


class TestClassesThatAreThere:
    @pytest.mark.parametrize(
        ("row", "changed"),
        [
            ("| 16 сентября | Лекция 01 | GPU |", "starts_at 2025-09-09 10:30:00 -> 2025-09-16 10:30:00"),
            ("| 9 сентября | Лекция 02 | GPU |", "number 01 -> 02"),
            ("| 9 сентября | Лекция 01 | Архитектура |", "title GPU -> Архитектура"),
            ("| 9 сентября | Семинар 01 | GPU |", "kind lecture -> seminar"),
        ],
    )
    def test_they_are_found_again(self, bring: Bring, course: Course, row: str, changed: str) -> None:
        bring("| 9 сентября | Лекция 01 | GPU |", "| 30 сентября | Лекция 05 | Triton |")
        changes = bring(row, "| 30 сентября | Лекция 05 | Triton |")
        assert f"~ class 2025-09-09-lecture: {changed}" in changes.lines
        assert changes.absent == ()
        assert ClassMeeting.objects.filter(course=course).count() == 2

    def test_classes_that_trade_days_trade_them(self, bring: Bring, course: Course) -> None:
        bring("| 9 сентября | Лекция 1 | GPU |", "| 16 сентября | Лекция 2 | CUDA |")
        keys = dict(ClassMeeting.objects.filter(course=course).values_list("title", "key"))
        bring("| 9 сентября | Лекция 2 | CUDA |", "| 16 сентября | Лекция 1 | GPU |")
        assert dict(ClassMeeting.objects.filter(course=course).values_list("title", "key")) == keys
        assert [found.title for found in written_classes(course)] == ["CUDA", "GPU"]

    def test_equal_rows_stay_as_many(self, bring: Bring, course: Course) -> None:
        rows = ["| 9 сентября | Семинар | Консультация |"] * 2
        bring(*rows)
        assert not bring(*rows).lines
        assert set(ClassMeeting.objects.values_list("key", flat=True)) == {
            "2025-09-09-seminar",
            "2025-09-09-seminar-2",
        }

    def test_other_fields_stay_as_people_set_them(self, bring: Bring, course: Course) -> None:
        bring("| 9 сентября | Лекция 1 | GPU | [Слайды](a.pdf) | ДЗ 1 |")
        ClassMeeting.objects.update(room="685")
        Assignment.objects.update(statement="Как сдавать", max_score=500, max_files=3)
        bring("| 9 сентября | Лекция 1 | GPU и CUDA | [Слайды](b.pdf) | ДЗ 1 |")
        meeting, work = ClassMeeting.objects.get(course=course), Assignment.objects.get(course=course)
        assert (meeting.room, meeting.title) == ("685", "GPU и CUDA")
        assert (work.statement, work.max_score, work.max_files) == ("Как сдавать", 500, 3)

    def test_an_empty_cell_says_nothing(self, bring: Bring, course: Course) -> None:
        bring("| 9 сентября | Лекция 1 | GPU | [Слайды](a.pdf) | [ДЗ](t/1) |")
        before = everything(course)
        assert bring("| 9 сентября | Лекция 1 | | - | ДЗ |").lines == ()
        assert everything(course) == before

    def test_those_the_table_does_not_name_stay_and_are_told(self, bring: Bring, course: Course) -> None:
        make_class(
            course=course, key="guest", number="7", title="Гость", starts_at=moscow(2025, 10, 7, 10, 30)
        )
        make_assignment(course=course, number=1, title="Старое")
        changes = bring("| 9 сентября | Лекция 1 | GPU |", "| 11 ноября | Семинар 2 | CUDA | | Новое |")
        assert changes.absent == ("class guest (lecture 7: Гость)", "assignment 1 (Старое)")
        assert ClassMeeting.objects.filter(course=course).count() == 3
        assert list(Assignment.objects.order_by("number").values_list("number", "title")) == [
            (1, "Старое"),
            (2, "Новое"),
        ]

    def test_a_row_of_no_said_kind_means_either(self, bring: Bring, course: Course) -> None:
        bring("| 9 сентября | Лекция 01 | GPU |")
        assert bring("| 9 сентября | 01 | GPU |").lines == ()
        bring("| 9 сентября | 01 | GPU |", "| 16 сентября | 5.2 (доп) | TeX |")
        found = ClassMeeting.objects.filter(course=course).values_list("key", "kind", "number")
        assert sorted(found) == [
            ("2025-09-09-lecture", "lecture", "01"),
            ("2025-09-16-class", "class", "5.2 (доп)"),
        ]


class TestMaterials:
    def test_links_come_change_and_go_with_the_row(self, bring: Bring) -> None:
        bring("| 9 сентября | Лекция 1 | GPU | [Слайды](a.pdf), [Код](b.py), [Запись](c) |")
        changes = bring("| 9 сентября | Лекция 1 | GPU | [Слайды](a.pdf), [Ноутбук](b.ipynb) |")
        assert changes.lines == (
            "~ class 2025-09-09-lecture, material 2: title Код -> Ноутбук",
            "~ class 2025-09-09-lecture, material 2: url b.py -> b.ipynb",
            "- class 2025-09-09-lecture, material 3",
        )
        assert list(Material.objects.values_list("position", "title", "url")) == [
            (1, "Слайды", "a.pdf"),
            (2, "Ноутбук", "b.ipynb"),
        ]

    def test_two_ways_to_write_one_address_are_the_same(self) -> None:
        course = make_course(links_base_url="https://example.org/course/")
        row = "| 9 сентября | Лекция 1 | GPU | [Слайды](./a.pdf) | [ДЗ](t/1) |"
        import_schedule(course=course, now=NOW, table=read_readme(HEAD + row, year=2025))
        based = read_readme(HEAD + row, year=2025, base_url="https://example.org/course/")
        assert import_schedule(course=course, now=NOW, table=based).lines == ()
        assert Material.objects.get().url == "./a.pdf"


class TestHours:
    ROW = "| 9 сентября | Лекция 1 | GPU |"

    def hours(self, key: str) -> tuple[str, str]:
        meeting = ClassMeeting.objects.get(key=key)
        local = [moment.astimezone(meeting.course.zone) for moment in (meeting.starts_at, meeting.ends_at)]
        return local[0].strftime("%d.%m %H:%M"), local[1].strftime("%d.%m %H:%M")

    def test_without_any_a_class_takes_the_whole_day(self, bring: Bring) -> None:
        changes = bring(self.ROW, text="")
        assert changes.whole_day == ("class 2025-09-09-lecture (line 3)",)
        assert self.hours("2025-09-09-lecture") == ("09.09 00:00", "09.09 23:59")
        assert not bring(self.ROW, text="").lines
        changes = bring(self.ROW, "| 16 сентября | Лекция 2 | B |", text="")
        assert changes.whole_day == ("class 2025-09-16-lecture (line 4)",)

    def test_what_the_course_has_stays(self, bring: Bring) -> None:
        bring(self.ROW)
        assert not bring(self.ROW, text="").lines

    def test_a_class_that_is_moved_keeps_its_hours(self, bring: Bring) -> None:
        bring(self.ROW)
        bring("| 13 ноября | Лекция 1 | GPU |", text="")
        assert self.hours("2025-09-09-lecture") == ("13.11 10:30", "13.11 12:05")

    def test_a_new_class_has_those_of_its_kind_on_that_weekday(self, bring: Bring) -> None:
        bring(self.ROW)
        changes = bring(self.ROW, "| 16 сентября | Лекция 2 | B |", "| 17 сентября | Лекция 3 | C |", text="")
        assert self.hours("2025-09-16-lecture") == ("16.09 10:30", "16.09 12:05")
        assert changes.whole_day == ("class 2025-09-17-lecture (line 5)",)

    def test_a_rows_own_come_first(self, bring: Bring) -> None:
        bring("| 9 сентября 16:20-17:55 | Лекция 1 | GPU |")
        assert self.hours("2025-09-09-lecture") == ("09.09 16:20", "09.09 17:55")


class TestHomework:
    def test_a_deadline_follows_its_class_until_it_has_a_date_of_its_own(self, bring: Bring) -> None:
        bring("| 9 сентября | Лекция 1 | GPU | | ДЗ 1 |")
        bring("| 16 сентября | Лекция 1 | GPU | | ДЗ 1 |")
        work = Assignment.objects.get()
        assert (work.issued_on, work.due_at) == (date(2025, 9, 16), moscow(2025, 9, 30, 23, 59, 59))
        Assignment.objects.update(due_at=moscow(2025, 10, 5, 18))
        bring("| 23 сентября | Лекция 1 | GPU | | ДЗ 1 |")
        work.refresh_from_db()
        assert (work.issued_on, work.due_at) == (date(2025, 9, 23), moscow(2025, 10, 5, 18))

    def test_a_day_of_issue_that_was_set_by_hand_stays_and_so_does_its_deadline(
        self, course: Course, bring: Bring, tmp_path: Path
    ) -> None:
        rows = ["| 9 сентября | Лекция 1 | GPU | | ДЗ 1 |", "| 12 сентября | Лекция 2 | CUDA | | ДЗ 1 |"]
        bring(*rows)
        first = Assignment.objects.order_by("number")[0]
        first.issued_on, first.due_at = date(2025, 9, 12), moscow(2025, 9, 26, 23, 59, 59)
        first.save()
        before = everything(course)

        assert bring(*rows).lines == ()
        exported = tmp_path / "exported.md"
        exported.write_text(command("export_schedule", course.slug), encoding="utf-8")
        assert command("import_schedule", course.slug, str(exported)).endswith("nothing to change\n")
        assert everything(course) == before

        bring("| 10 сентября | Лекция 1 | GPU | | ДЗ 1 |", rows[1])
        first.refresh_from_db()
        assert (first.issued_on, first.due_at) == (date(2025, 9, 12), moscow(2025, 9, 26, 23, 59, 59))

    def test_a_deadline_does_not_pass_the_closing_date(self, bring: Bring) -> None:
        bring("| 9 сентября | Лекция 1 | GPU | | ДЗ 1 |")
        Assignment.objects.update(closes_at=moscow(2025, 9, 24))
        bring("| 16 сентября | Лекция 1 | GPU | | ДЗ 1 |")
        assert Assignment.objects.get().due_at == moscow(2025, 9, 23, 23, 59, 59)

    @pytest.mark.parametrize(
        "rows",
        [
            ["| 9 сентября | Лекция 1 | GPU | | [Свёртки](t/1) |"],  # renamed, at the same class
            ["| 9 сентября | Лекция 1 | GPU |", "| 16 сентября | Лекция 2 | B | | ДЗ |"],  # at another class
            ["| 9 сентября | Лекция 1 | GPU |", "| 16 сентября | Лекция 2 | B | | [ДЗ № 1](t/1) |"],  # both
        ],
    )
    def test_it_is_found_again(self, bring: Bring, rows: list[str]) -> None:
        bring("| 9 сентября | Лекция 1 | GPU | | [ДЗ](t/1) |")
        work = Assignment.objects.get()
        assert bring(*rows).absent == ()
        assert Assignment.objects.get().pk == work.pk

    def test_numbers_stay_when_homework_comes_between(self, bring: Bring) -> None:
        bring("| 9 сентября | Лекция 1 | A | | Первое |", "| 23 сентября | Лекция 3 | C | | Второе |")
        bring(
            "| 9 сентября | Лекция 1 | A | | Первое |",
            "| 16 сентября | Лекция 2 | B | | Между |",
            "| 23 сентября | Лекция 3 | C | | Второе |",
        )
        assert dict(Assignment.objects.values_list("title", "number")) == {
            "Первое": 1,
            "Второе": 2,
            "Между": 3,
        }

    def test_several_in_one_cell(self, bring: Bring, course: Course) -> None:
        bring("| 9 сентября | Лекция 1 | A | | <ul><li>[Задача](t/1)</li><li>Контест: [KNN](c/1)</li></ul> |")
        assert list(Assignment.objects.order_by("number").values_list("title", "statement_url")) == [
            ("Задача", "t/1"),
            ("Контест: KNN", "c/1"),
        ]
        (found,) = written_classes(course)
        assert [work.title for work in found.homework] == ["Задача", "Контест: KNN"]


def test_a_table_of_another_year_is_refused(bring: Bring, course: Course) -> None:
    bring("| 9 сентября | Лекция 1 | A |")
    before = everything(course)
    with pytest.raises(OutsideTheCourse, match="is the year right"):
        bring("| 09.09.2024 | Лекция 1 | A |")
    assert everything(course) == before


def test_a_failure_leaves_nothing(bring: Bring, course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(Assignment.objects, "bulk_create", fails)
    with pytest.raises(OSError, match=r"^$"):
        bring("| 9 сентября | Лекция 1 | A | [a](b) | ДЗ |")
    assert everything(course) == []


class TestTheCommands:
    def refused(self, course: Course, content: bytes, tmp_path: Path, *options: str) -> str:
        file = tmp_path / "README.md"
        file.write_bytes(content)
        with pytest.raises(CommandError) as told:
            command("import_schedule", course.slug, str(file), *options)
        assert everything(course) == []
        return str(told.value)

    def test_a_readme_without_a_table(self, course: Course, tmp_path: Path) -> None:
        told = self.refused(course, "# Курс\n\nСкоро.\n".encode(), tmp_path)
        assert "README.md: nothing was imported: there is no Markdown table in this text" in told

    def test_a_file_that_is_no_text(self, course: Course, tmp_path: Path) -> None:
        told = self.refused(course, b"# \n\xff\x98\n", tmp_path)
        assert told.endswith("README.md is not text in UTF-8 or Windows-1251: line 2")

    def test_a_table_of_another_year(self, course: Course, tmp_path: Path) -> None:
        content = (HEAD + "| 9 сентября | Лекция 1 | A |").encode()
        assert "is the year right?" in self.refused(course, content, tmp_path, "--year", "2024")

    @pytest.mark.parametrize(
        ("options", "why"),
        [
            (("--year", "25"), "is not a year such as 2025"),
            (("--year", "next"), "is not a year such as 2025"),
            (("--base-url", "course/"), "is not a web address"),
            (("--base-url", "http://["), "is not a web address"),
        ],
    )
    def test_options_that_make_no_sense(
        self, course: Course, tmp_path: Path, options: tuple[str, ...], why: str
    ) -> None:
        content = (HEAD + "| 9 сентября | Лекция 1 | A |").encode()
        assert why in self.refused(course, content, tmp_path, *options)

    def test_no_such_course_or_file(self, course: Course) -> None:
        with pytest.raises(CommandError, match='There is no course "other"'):
            command("import_schedule", "other", str(README))
        with pytest.raises(CommandError, match="There is no course"):
            command("export_schedule", "other")
        with pytest.raises(CommandError, match="No such file"):
            command("import_schedule", course.slug, "nowhere.md")

    def test_what_is_not_understood_is_told_with_its_place(self, course: Course, tmp_path: Path) -> None:
        file = tmp_path / "README.md"
        rows = "| 9 сентября | Лекция 1 | A | [Слайды]() |\n| скоро | Лекция 2 | B |\n"
        file.write_text(HEAD + rows, encoding="utf-8")
        told = command("import_schedule", course.slug, str(file), "--year", "2025")
        assert (
            "Not understood: 2\n"
            "  line 3, column 4 (Материалы): a link that leads nowhere: Слайды\n"
            "  line 4, column 1 (Дата): this is not one day; the row is left out: скоро\n"
        ) in told
        assert ClassMeeting.objects.filter(course=course).count() == 1

    def test_a_day_outside_the_course_is_told(self, course: Course, tmp_path: Path) -> None:
        file = tmp_path / "README.md"
        rows = "| 9 сентября | Лекция 1 | A |\n| 15 января | Лекция 2 | B |\n"
        file.write_text(HEAD + rows, encoding="utf-8")
        told = command("import_schedule", course.slug, str(file), "--year", "2025")
        assert (
            "Outside the course's days, 2025-09-01 to 2025-12-31: 1\n  line 4: 2026-01-15 lecture 2, B\n"
            in told
        )

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
    def test_from_standard_input_in_any_usual_encoding(
        self, course: Course, monkeypatch: pytest.MonkeyPatch, encoding: str
    ) -> None:
        content = (HEAD + "| 9 сентября | Лекция 1 | Введение |\r\n").encode(encoding)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        told = command("import_schedule", course.slug, "-")
        assert "Year: 2025, autumn (the days of the course; the README names no term)\n" in told
        assert ClassMeeting.objects.get(course=course).title == "Введение"

    @pytest.mark.parametrize(
        ("starts_on", "ends_on", "on"),
        [
            (date(2025, 9, 1), date(2026, 1, 31), "2026-01-15"),
            (date(2025, 9, 1), date(2026, 6, 30), "2026-01-15"),
            (date(2026, 1, 12), date(2026, 6, 30), "2026-01-15"),
        ],
    )
    def test_the_courses_days_tell_the_year(
        self, tmp_path: Path, starts_on: date, ends_on: date, on: str
    ) -> None:
        course = make_course(starts_on=starts_on, ends_on=ends_on)
        file = tmp_path / "README.md"
        file.write_text(HEAD + "| 15 января | Лекция 1 | A |\n", encoding="utf-8")
        command("import_schedule", course.slug, str(file))
        assert ClassMeeting.objects.get(course=course).key == f"{on}-lecture"

    def test_relative_links_without_a_base_are_told(self, course: Course) -> None:
        led_nowhere = (
            "Relative links, which lead nowhere until the course has a base of links (or --base-url): 3\n"
        )
        assert led_nowhere in command("import_schedule", course.slug, str(README))
        course.links_base_url = "https://example.org/"
        course.save()
        assert led_nowhere not in command("import_schedule", course.slug, str(README))

    def test_an_empty_course_is_an_empty_table(self, course: Course) -> None:
        assert command("export_schedule", course.slug).startswith(
            "| Дата | Номер | Тема | Материалы | ДЗ |\n"
        )

    def test_homework_given_at_no_class_is_told(self, course: Course) -> None:
        make_class(course=course, number="1", title="A")
        make_assignment(course=course, number=1, title="Эссе")
        assert command("export_schedule", course.slug).endswith(
            "not in the table, it is given at no class: № 1. Эссе\n"
        )
