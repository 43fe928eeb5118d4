"""The schedule table of a course README, in the shapes in which people write it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedule.readme_table import (
    FoundClass,
    Homework,
    Hours,
    Kind,
    Link,
    NoScheduleTableError,
    NoYearError,
    ReadmeError,
    ReadmeTable,
    Season,
    read_readme,
    term_of,
    write_readme,
)
from schedule.readme_table.cells import allowed_address
from schedule.readme_table.words import says_something, tidy, untwin

COURSE = Path(__file__).parent.parent / "data" / "course-readme.md"
HEAD = "| Дата | Номер | Тема | Материалы | ДЗ |\n| :---: | :---: | --- | --- | --- |\n"
SHRUG = r"¯\\\_(ツ)\_/¯"


def read(*rows: str, head: str = HEAD, year: int | None = 2025, base_url: str | None = None) -> ReadmeTable:
    return read_readme(head + "\n".join(rows) + "\n", year=year, base_url=base_url)


def only(*rows: str, base_url: str | None = None) -> FoundClass:
    (found,) = read(*rows, base_url=base_url).classes
    return found


def told(table: ReadmeTable) -> list[tuple[int, int, str]]:
    """Place and reason of all that was not understood; the reason up to its first comma or semicolon."""
    return [(r.line, r.column, r.why.split(";")[0].split(",")[0]) for r in table.not_understood]


class TestTheRealCourse:
    table = read_readme(COURSE.read_text(encoding="utf-8"))

    def test_it_has_23_classes(self) -> None:
        kinds = [found.kind for found in self.table.classes]
        assert (kinds.count(Kind.LECTURE), kinds.count(Kind.SEMINAR), len(kinds)) == (14, 9, 23)

    def test_it_has_six_homeworks(self) -> None:
        given_on = [(found.on, work.title) for found in self.table.classes for work in found.homework]
        assert given_on == [
            (date(2025, 9, 9), "Умножение векторов и матриц с использованием CUDA"),
            (date(2025, 9, 16), "Базовые методы ускорения обучения"),
            (date(2025, 9, 30), "Методы сжатия нейронных сетей"),
            (date(2025, 10, 14), "Работа с большими моделями на одной GPU"),
            (date(2025, 11, 11), "FSDP своими руками"),
            (date(2025, 12, 2), "AutoML"),
        ]

    def test_two_numbers_are_used_twice(self) -> None:
        twice = [(same.kind, same.number, same.lines) for same in self.table.numbers_used_twice]
        assert twice == [(Kind.LECTURE, "09", (47, 49)), (Kind.LECTURE, "12", (52, 53))]

    def test_everything_is_understood(self) -> None:
        assert self.table.not_understood == ()
        assert [(remark.line, remark.text) for remark in self.table.corrected] == [(32, "Введение в CUDA")]

    def test_the_year_comes_from_the_text(self) -> None:
        assert self.table.term is not None
        assert (self.table.term.year, self.table.term.season) == (2025, Season.AUTUMN)
        assert self.table.term.source == "line 3: осеннем семестре 2025"

    def test_classes_have_the_hours_of_their_kind(self) -> None:
        hours = {(found.kind, self.table.hours_of(found)) for found in self.table.classes}
        assert hours == {
            (Kind.LECTURE, Hours(time(10, 30), time(12, 5))),
            (Kind.SEMINAR, Hours(time(12, 15), time(13, 50))),
        }

    def test_the_first_row(self) -> None:
        assert self.table.classes[0] == FoundClass(
            line=31,
            on=date(2025, 9, 9),
            kind=Kind.LECTURE,
            number="01",
            title="Архитектура GPU",
            materials=(Link("Презентация", "./Seminars/01-gpu-and-cuda/lecture.pdf"),),
            homework=(
                Homework("Умножение векторов и матриц с использованием CUDA", "./Tasks/task1/task_01.ipynb"),
            ),
        )

    def test_the_table_comes_back_as_the_chair_writes_it(self) -> None:
        def rows(text: str) -> list[str]:
            return [" ".join(line.split()) for line in text.splitlines() if line.startswith("|")]

        original = (
            COURSE.read_text(encoding="utf-8").replace("Bведение", "Введение").replace("|AutoML", "| AutoML")
        )
        assert rows(write_readme(self.table.classes)) == rows(original)


@pytest.mark.parametrize(
    ("cell", "on"),
    [
        ("9 сентября", date(2025, 9, 9)),
        ("09 сентября", date(2025, 9, 9)),
        ("9\u00a0сентября", date(2025, 9, 9)),
        ("**9 сент.**", date(2025, 9, 9)),
        ("9 Cентября", date(2025, 9, 9)),
        ("вт, 9 сентября", date(2025, 9, 9)),
        ("9 сентября (вторник)", date(2025, 9, 9)),
        ("9 сентября 2025 г.", date(2025, 9, 9)),
        ("09.09", date(2025, 9, 9)),
        ("9.09.25", date(2025, 9, 9)),
        ("09.09.2025", date(2025, 9, 9)),
        ("2025-09-09", date(2025, 9, 9)),
        ("9 Sep", date(2025, 9, 9)),
        ("Sept 9", date(2025, 9, 9)),
        ("Tue, September 9th, 2025", date(2025, 9, 9)),
        ("9/9", date(2025, 9, 9)),
        ("3 февраля 2027", date(2027, 2, 3)),
    ],
)
def test_days(cell: str, on: date) -> None:
    assert only(f"| {cell} | Лекция 1 | Тема | - | - |").on == on


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("", "there is no date"),
        ("скоро", "this is not one day"),
        ("9 и 16 сентября", "this is not one day"),
        ("9-10 сентября", "this is not one day"),
        ("31 сентября", "there is no such day"),
        ("29.13", "there is no such month"),
        ("9/10", "it may be a day and a month or a month and a day"),
        ("пн, 9 сентября", "2025-09-09 is a Tuesday"),
        ("пн и вт", "more than one weekday is named"),
        ("9 сентября 12:00-10:30", "it ends before it begins"),
        ("9 сентября 10:30-25:00", "there is no such time of day"),
        ("9 сентября 1025", "this year is far away"),
        ("9 сентября 0025", "this year is far away"),
    ],
)
def test_days_that_are_not_clear(cell: str, why: str) -> None:
    table = read(f"| {cell} | Лекция 1 | Тема | - | ДЗ 1 |", "| 16 сентября | Лекция 2 | Тема | - | - |")
    assert told(table) == [(3, 1, why)]
    assert [found.line for found in table.classes] == [4]


def test_one_date_in_the_column_tells_the_order_of_the_others() -> None:
    table = read("| 9/10 | 1 | A |", "| 9/25 | 2 | B |", "| 10/7 | 3 | C |")
    assert [found.on.isoformat()[5:] for found in table.classes] == ["09-10", "09-25", "10-07"]
    table = read("| 9/10 | 1 | A |", "| 25/10 | 2 | B |")
    assert [found.on.isoformat()[5:] for found in table.classes] == ["10-09", "10-25"]


def test_a_number_is_the_same_with_and_without_zeros() -> None:
    twice = read(
        "| 9.09 | Лекция 09 | A |", "| 9.09 | Семинар 9 | B |", "| 10.09 | Лекция 9 | C |"
    ).numbers_used_twice
    assert [(same.kind, same.number, same.lines) for same in twice] == [(Kind.LECTURE, "09", (3, 5))]


def test_a_row_may_have_hours_of_its_own() -> None:
    assert only("| 9 сентября, 16:20–17:55 | Лекция 1 | Тема | | |").hours == Hours(
        time(16, 20), time(17, 55)
    )


@pytest.mark.parametrize(
    ("text", "day", "on"),
    [
        ("Курс читается в осеннем семестре 2025 года.", "9 сентября", date(2025, 9, 9)),
        ("Курс читается в осеннем семестре 2025 года.", "15 января", date(2026, 1, 15)),
        ("# Осень 2025", "9 сентября", date(2025, 9, 9)),
        ("Материалы весны 2026", "10 февраля", date(2026, 2, 10)),
        ("# Курс, весенний семестр 2025/2026", "10 февраля", date(2026, 2, 10)),
        ("# Курс 2025/2026 для бакалавров, осенний семестр", "9 сентября", date(2025, 9, 9)),
        ("# Курс 2025/2026 для бакалавров, весенний семестр", "12 мая", date(2026, 5, 12)),
        ("2025/26 учебный год", "12 мая", date(2026, 5, 12)),
        ("# Deep learning, Fall 2025", "9 Sep", date(2025, 9, 9)),
        ("# Deep learning, 2026 spring", "10 Feb", date(2026, 2, 10)),
        ("Spring semester of 2026", "10 Feb", date(2026, 2, 10)),
    ],
)
def test_the_year_is_the_terms(text: str, day: str, on: date) -> None:
    table = read_readme(f"{text}\n\n{HEAD}| {day} | Лекция 1 | Тема | | |\n")
    assert [found.on for found in table.classes] == [on]


def test_a_given_year_comes_before_the_texts() -> None:
    text = f"Осенний семестр 2025 года\n\n{HEAD}| 9 сентября | Лекция 1 | Тема | | |\n"
    table = read_readme(text, year=2026)
    assert [found.on for found in table.classes] == [date(2026, 9, 9)]
    assert table.term is not None
    assert table.term.source == "as given"


def test_a_year_given_for_a_text_without_a_term_is_the_first_dates() -> None:
    autumn = read("| 9 сентября | 1 | A |", "| 20 января | 2 | B |", "| 5 мая | 3 | C |")
    assert [found.on.year for found in autumn.classes] == [2025, 2026, 2026]
    assert [found.on.year for found in read("| 10 февраля | 1 | A |", "| 2 июня | 2 | B |").classes] == [
        2025
    ] * 2


def test_a_month_outside_the_term_is_told() -> None:
    rows = "| 9 марта | Лекция 1 | Тема | | |\n| 2 октября | Лекция 2 | Тема | | |\n"
    table = read_readme(f"Осенний семестр 2025 года\n\n{HEAD}{rows}")
    assert told(table) == [
        (5, 1, "the year of this day is not known: the autumn term of 2025 does not reach to that month")
    ]
    assert [found.line for found in table.classes] == [6]


def test_without_any_year_the_text_is_refused() -> None:
    with pytest.raises(NoYearError, match="give the year"):
        read("| 9 сентября | Лекция 1 | Тема | | |", year=None)
    dated = read("| 9 сентября | Лекция 1 | A | | |", "| 16.09.2025 | Лекция 2 | B | | |", year=None)
    assert [found.title for found in dated.classes] == ["B"]
    assert told(dated) == [(3, 1, "the year of this day is not known: no year is known")]


@pytest.mark.parametrize(
    ("cell", "kind", "number"),
    [
        ("Лекция  09", Kind.LECTURE, "09"),
        ("лекция № 9", Kind.LECTURE, "9"),
        ("Лек. 9", Kind.LECTURE, "9"),
        ("Л9", Kind.LECTURE, "9"),
        ("Lecture 9", Kind.LECTURE, "9"),
        ("Гостевая лекция", Kind.LECTURE, "Гостевая"),
        ("Семинар  03", Kind.SEMINAR, "03"),
        ("Cеминар 03", Kind.SEMINAR, "03"),
        ("С3", Kind.SEMINAR, "3"),
        ("Sem. 3", Kind.SEMINAR, "3"),
        ("Практика 3", Kind.SEMINAR, "3"),
        ("Занятие 07", Kind.CLASS, "07"),
        ("Неделя 7", Kind.CLASS, "7"),
        ("01", Kind.CLASS, "01"),
        ("№ 5", Kind.CLASS, "5"),
        ("5.2 (доп)", Kind.CLASS, "5.2 (доп)"),
        ("IV", Kind.CLASS, "IV"),
        ("--", Kind.CLASS, ""),
        ("", Kind.CLASS, ""),
    ],
)
def test_numbers(cell: str, kind: Kind, number: str) -> None:
    found = only(f"| 9 сентября | {cell} | Тема | - | - |")
    assert (found.kind, found.number) == (kind, number)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("Лекция 1 + семинар 1", "both a lecture and a seminar"),
        ("Экзамен", "neither a lecture"),
        ("Лекция " + "1" * 21, "a number longer than 20 characters"),
    ],
)
def test_numbers_that_are_not_clear(cell: str, why: str) -> None:
    table = read(f"| 9 сентября | {cell} | Тема | - | - |")
    assert (table.classes, told(table)) == ((), [(3, 2, why)])


def test_the_heading_or_the_columns_name_tells_the_kind() -> None:
    lectures = f"## Лекции\n\n{HEAD}| 9 сентября | 01 | Тема | | |\n\n"
    seminars = "## Семинары\n\n| Семинар | Дата | Тема |\n|---|---|---|\n| 1 | 10 сентября | Тема |\n"
    found = read_readme(lectures + seminars, year=2025).classes
    assert [one.kind for one in found] == [Kind.LECTURE, Kind.SEMINAR]


def test_a_column_of_kinds() -> None:
    head = "| Date | Type | # | Topic |\n|---|---|---|---|\n"
    found = read("| 9 Sep | Lecture | 1 | GPU |", "| 9 Sep | Seminar | 1 | CUDA |", head=head).classes
    assert [(one.kind, one.number) for one in found] == [(Kind.LECTURE, "1"), (Kind.SEMINAR, "1")]


class TestTopics:
    @pytest.mark.parametrize(
        ("cell", "title"),
        [
            ("<ul><li>Свёртки</li><li>Пулинг</li></ul>", "Свёртки; Пулинг"),
            ("Обзор:<ol><li>CNN</li><li>RNN</li></ol>", "Обзор: CNN; RNN"),
            ("<ul><li>Функции, модули</ul></li>", "Функции, модули"),
            ("Одна<br>вторая<br/>третья", "Одна; вторая; третья"),
            ("  Много \u00a0 пробелов  ", "Много пробелов"),
            (r"A \| B", "A | B"),
            ("`torch.distributed` и **DDP**", "torch.distributed и DDP"),
            ("std::vector<int>", "std::vector<int>"),
            ("Сжатие <!-- потом допишу -->", "Сжатие"),
            ("Bведение в СUDA", "Введение в CUDA"),
            ("R&D &amp; C++", "R&D & C++"),
            (SHRUG, ""),
            ("—", ""),
            ("", ""),
        ],
    )
    def test_they_are_one_line(self, cell: str, title: str) -> None:
        assert only(f"| 9 сентября | Лекция 1 | {cell} | - | - |").title == title

    def test_a_broken_tag_is_told(self) -> None:
        table = read("| 9 сентября | Лекция 1 | <ul><li>SSH</li><liGitFlow</li></ul> | - | - |")
        assert told(table) == [(3, 3, "a broken tag <liGitFlow")]
        assert table.classes[0].title == "SSH; <liGitFlow"

    def test_a_link_that_is_none_for_its_blank_is_told(self) -> None:
        table = read("| 9 сентября | Лекция 1 | [GPU](gpu 1.pdf) | - | [ДЗ 1](hw 1/task.ipynb) |")
        assert told(table) == [
            (3, 3, "a broken link [GPU](gpu 1.pdf)"),
            (3, 5, "a broken link [ДЗ 1](hw 1/task.ipynb)"),
        ]
        assert table.classes[0].homework == (Homework("[ДЗ 1](hw 1/task.ipynb)", ""),)

    def test_a_call_of_a_kernel_is_no_broken_link(self) -> None:
        assert not told(read("| 9 сентября | Лекция 1 | Запуск kernel[grid](x, y) | - | - |"))

    def test_a_link_in_the_topic_is_a_material(self) -> None:
        found = only("| 9 сентября | [Лекция 1](one/) | [GPU](gpu.pdf) и CUDA | [Код](code.ipynb) | |")
        assert found.title == "GPU и CUDA"
        assert found.materials == (
            Link("Лекция 1", "one/"),
            Link("GPU", "gpu.pdf"),
            Link("Код", "code.ipynb"),
        )

    def test_one_too_long_is_told(self) -> None:
        table = read(f"| 9 сентября | Лекция 1 | {'тема ' * 70} | - | - |")
        assert told(table) == [(3, 3, "a topic longer than 300 characters")]
        assert table.classes[0].title == ""


class TestMaterials:
    @pytest.mark.parametrize(
        ("cell", "links"),
        [
            ("[Слайды](a.pdf)", [("Слайды", "a.pdf")]),
            ("[Слайды](a.pdf) ([tex](a.tex)),", [("Слайды", "a.pdf"), ("tex", "a.tex")]),
            ("<ul><li>[Слайды](a.pdf)</li><li>[Код](b.py)</li>", [("Слайды", "a.pdf"), ("Код", "b.py")]),
            ("[Слайды](a.pdf)<br>[Код](b.py)", [("Слайды", "a.pdf"), ("Код", "b.py")]),
            ('<a href="a.pdf">Слайды</a>', [("Слайды", "a.pdf")]),
            ("[![Open in Colab](badge.svg)](https://colab.example/x)", [("Open in Colab", "https://colab.example/x")]),
            ("Запись: [часть 1](https://v.example/1)", [("Запись: часть 1", "https://v.example/1")]),
            ("[Слайды][1]", [("Слайды", "https://e.example/s.pdf")]),
            (r"[A \| B](a.pdf)", [("A | B", "a.pdf")]),
            ("[Лекция](<Лекция 1.pdf>)", [("Лекция", "%D0%9B%D0%B5%D0%BA%D1%86%D0%B8%D1%8F%201.pdf")]),
            ("-", []),
            (SHRUG, []),
            ("👀 👀", []),
        ],
    )  # fmt: skip
    def test_links(self, cell: str, links: list[tuple[str, str]]) -> None:
        table = read(f"| 9 сентября | Лекция 1 | Тема | {cell} | - |", "", "[1]: https://e.example/s.pdf")
        assert [(link.title, link.url) for link in table.classes[0].materials] == links
        assert table.not_understood == ()

    @pytest.mark.parametrize(
        ("cell", "why"),
        [
            ("[Слайды]()", "a link that leads nowhere"),
            ("[Слайды](#top)", "no web address"),
            ("[](a.pdf)", "a link without a text"),
            ("[Слайды](javascript:alert(1))", "text without a link"),
            ('<a href="javascript:alert(1)">Слайды</a>', "a link that leads nowhere"),
            ("[Слайды](https:///a.pdf)", "no web address"),
            ("[Почта](mailto:a@example.org)", "no web address"),
            ("Конспект (скоро будет)", "text without a link"),
            (f"[{'С' * 301}](a.pdf)", "a link whose text is longer than 300 characters"),
            (f"[Слайды]({'a' * 1001})", "an address longer than 1000 characters"),
        ],
    )
    def test_what_is_no_link_is_told(self, cell: str, why: str) -> None:
        table = read(f"| 9 сентября | Лекция 1 | Тема | {cell} | - |")
        assert told(table) == [(3, 4, why)]
        assert table.classes[0].materials == ()

    @pytest.mark.parametrize(
        "base_url",
        [
            "https://github.com/chair/course/blob/main",
            "https://github.com/chair/course/blob/main/",
            "https://github.com/chair/course/blob/main/README.md",
        ],
    )
    def test_relative_addresses_against_a_base(self, base_url: str) -> None:
        row = "| 9 сентября | Лекция 1 | Тема | [a](./a.pdf), [b](https://e.example/b) | [ДЗ](Tasks/1) |"
        found = only(row, base_url=base_url)
        assert [link.url for link in found.materials] == [
            "https://github.com/chair/course/blob/main/a.pdf",
            "https://e.example/b",
        ]
        assert found.homework[0].url == "https://github.com/chair/course/blob/main/Tasks/1"


class TestHomework:
    @pytest.mark.parametrize(
        "cell",
        [
            *(SHRUG, r"¯\_(ツ)_/¯", "＼(٥⁀▽⁀ )／", "```⊙_ರೃ```", "👀 👀 👀", "🎉", ":shrug:"),
            *("-", "—", "--", "", "нет", "Нет ДЗ", "n/a"),
        ],
    )
    def test_none(self, cell: str) -> None:
        table = read(f"| 9 сентября | Лекция 1 | Тема | - | {cell} |")
        assert table.classes[0].homework == ()
        assert table.not_understood == ()

    @pytest.mark.parametrize(
        ("cell", "works"),
        [
            ("AutoML", [("AutoML", "")]),
            ("[Свёртки](t/2.ipynb)", [("Свёртки", "t/2.ipynb")]),
            ("Контест 1: [Введение](https://c.example/1/)", [("Контест 1: Введение", "https://c.example/1/")]),
            ("Контест 1:<br>[Введение](c/1)", [("Контест 1: Введение", "c/1")]),
            ("<ul><li>[ДЗ](t/1)</li><li>Тест: [KNN](c/2)</ul></li>", [("ДЗ", "t/1"), ("Тест: KNN", "c/2")]),
            ("[ДЗ 1](t/1)<br>[ДЗ 2](t/2)", [("ДЗ 1", "t/1"), ("ДЗ 2", "t/2")]),
            (
                "<ul><li>Контесты:<ul><li>[KNN](c/1)</li><li>[SVM](c/2)</li></ul><li>[ДЗ](t/1)</ul>",
                [("Контесты: KNN", "c/1"), ("SVM", "c/2"), ("ДЗ", "t/1")],
            ),
            ("Прочитать<br>главу", [("Прочитать; главу", "")]),
            ("[1](t/1)", [("1", "t/1")]),
        ],
    )  # fmt: skip
    def test_works(self, cell: str, works: list[tuple[str, str]]) -> None:
        table = read(f"| 9 сентября | Лекция 1 | Тема | - | {cell} |")
        assert [(work.title, work.url) for work in table.classes[0].homework] == works
        assert table.not_understood == ()

    @pytest.mark.parametrize(
        ("cell", "works", "why"),
        [
            ("[pi-GAN]()", [("pi-GAN", "")], "the link of this homework leads nowhere"),
            ("[ДЗ](t/1), [csv](d)", [("ДЗ, csv", "t/1")], "only the first of 2 links is taken as its text"),
            ("[ДЗ](t/1)<br>Срок: 8 апреля", [("ДЗ", "t/1")], "text beside the homework"),
            (
                "<ul><li>[ДЗ](t/1)<ul><li>до 5 октября</ul><li>[Тест](t/2)</ul>",
                [("ДЗ", "t/1"), ("Тест", "t/2")],
                "text beside the homework",
            ),
            ("[ДЗ](t/1)<ul><li>Срок: 8 апреля</li></ul>", [("ДЗ", "t/1")], "text beside the homework"),
            ("Темы недели<ul><li>[ДЗ](t/1)</li></ul>", [("ДЗ", "t/1")], "text beside the homework"),
            ("ДЗ https://e.org/t", [("ДЗ https://e.org/t", "")], "an address that is not a link"),
            ("TBA", [], "homework that is not given yet"),
            ("слово " * 60, [], "a title longer than 300 characters"),
        ],
    )  # fmt: skip
    def test_what_is_left_out_is_told(self, cell: str, works: list[tuple[str, str]], why: str) -> None:
        table = read(f"| 9 сентября | Лекция 1 | Тема | - | {cell} |")
        assert [(work.title, work.url) for work in table.classes[0].homework] == works
        assert told(table) == [(3, 5, why)]


class TestTables:
    def test_columns_in_another_order_with_other_names(self) -> None:
        head = "| Homework | Topic | № | Date | Lecturer | Slides | Video |\n|---|---|---|---|---|---|---|\n"
        row = "| [HW 1](1) | GPU | Lecture 1 | Sept 9 | Ann | [pdf](a.pdf) | [rec](v) |"
        table = read(row, head=head)
        assert replace(table.classes[0], line=0) == FoundClass(
            line=0,
            on=date(2025, 9, 9),
            kind=Kind.LECTURE,
            number="1",
            title="GPU",
            materials=(Link("pdf", "a.pdf"), Link("rec", "v")),
            homework=(Homework("HW 1", "1"),),
        )
        assert told(table) == [(1, 5, "a column that is not read")]

    def test_what_is_struck_out_is_told_and_not_read(self) -> None:
        table = read(
            "| ~~9 сентября~~ 16 сентября | Лекция 1 | GPU <s>и CPU</s> | ~~[Слайды](a)~~ | <del>ДЗ</del> |",
            "| 23 сентября | ~~Лекция 2~~ | ~~CUDA~~ | - | - |",
            "| 30 сентября | Лекция 3 | Сети | [~~Слайды~~ Запись](v) | ~5 минут |",
        )
        assert [(found.on.day, found.title) for found in table.classes] == [(16, "GPU"), (30, "Сети")]
        assert [found.materials for found in table.classes] == [(), (Link("Запись", "v"),)]
        assert [[work.title for work in found.homework] for found in table.classes] == [[], ["~5 минут"]]
        struck = [(3, 1), (3, 3), (3, 4), (3, 5), (4, 2), (4, 3), (5, 4)]
        assert [place[:2] for place in told(table) if place[2] == "struck out"] == struck
        assert (4, 0, "no class on this day: the row is left out") in told(table)

    def test_missing_padded_and_surplus_cells(self) -> None:
        table = read(
            "|  9 сентября   |Лекция 1|   Тема",
            "16 сентября | Лекция 2 | Тема | - | - |",
            "| 23 сентября | Лекция 3 |",
            "| 30 сентября | Лекция 4 | Тема | - | - | | |",
            "| 7 октября | Лекция 5 | Тема | - | | [ДЗ](t/1) |",
        )
        assert [(found.number, found.title) for found in table.classes] == [
            ("1", "Тема"),
            ("2", "Тема"),
            ("3", ""),
            ("4", "Тема"),
            ("5", "Тема"),
        ]
        assert told(table) == [(7, 6, "a cell beyond the last column")]

    def test_rows_that_hold_no_class(self) -> None:
        table = read(
            "| **Часть 1** | | | | |",
            f"| 7 октября | -- | | | {SHRUG} |",
            "| 4 ноября | -- | Выходной | | |",
            "Сдавать до конца семестра",
            "| 11 ноября | Лекция 1 | Тема | | |",
        )
        assert told(table) == [
            (3, 1, "this is not one day"),
            (4, 0, "no class on this day: the row is left out"),
            (5, 0, "no class on this day: the row is left out"),
            (6, 1, "this is not one day"),
        ]
        assert [found.line for found in table.classes] == [7]

    def test_other_tables_and_code_are_no_schedule(self) -> None:
        code = f"```\n{HEAD}| 2 сентября | Лекция 0 | Тема | | |\n```\n\n"
        text = code + "| Имя | Балл |\n|---|---|\n| A | 1 |\n\n"
        table = read_readme(f"{text}{HEAD}| 9 сентября | Лекция 1 | Тема | | |\n", year=2025)
        assert [found.number for found in table.classes] == ["1"]

    def test_a_table_in_a_quotation(self) -> None:
        quoted = "".join(
            f"> {line}\n" for line in (HEAD + "| 9 сентября | Лекция 1 | Тема | | |").split("\n")
        )
        assert [found.on for found in read_readme(quoted, year=2025).classes] == [date(2025, 9, 9)]

    @pytest.mark.parametrize(
        "text", ["", "# Курс\n", "| Имя | Балл |\n|---|---|\n| A | 1 |\n", "Дата Номер Тема"]
    )
    def test_a_text_without_a_schedule_is_refused(self, text: str) -> None:
        with pytest.raises(NoScheduleTableError, match="a column of dates"):
            read_readme(text)

    def test_a_text_too_long_is_refused(self) -> None:
        with pytest.raises(ReadmeError, match="longer than 300,000"):
            read_readme("а" * 300_001)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_a_byte_order_mark(end: str, mark: str) -> None:
    text = mark + (HEAD + "| 9 сентября | Лекция 1 | Тема | | |\n").replace("\n", end)
    assert [(one.line, one.title) for one in read_readme(text, year=2025).classes] == [(3, "Тема")]


@pytest.mark.parametrize(
    ("sentence", "hours"),
    [
        ("лекции во **вторник 10:30-12:05**", [(Kind.LECTURE, 1, "10:30")]),
        ("Семинары: чт, 9.00 – 10.35", [(Kind.SEMINAR, 3, "09:00")]),
        ("Lectures on Mon and Wed at 16:20–17:55", [(Kind.LECTURE, 0, "16:20"), (Kind.LECTURE, 2, "16:20")]),
        ("Занятия по средам с 18:00 до 19:30", [(Kind.CLASS, 2, "18:00")]),
        ("Встречаемся 9 сентября", []),
    ],
)  # fmt: skip
def test_weekly_hours(sentence: str, hours: list[tuple[Kind, int, str]]) -> None:
    table = read_readme(f"* {sentence}\n\n{HEAD}| 9 сентября | Лекция 1 | Тема | | |\n", year=2025)
    assert [(one.kind, one.weekday, f"{one.hours.starts:%H:%M}") for one in table.weekly_hours] == hours
    assert table.not_understood == ()


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("Вторник 10:30-12:05, аудитория 685", "a time whose kind of class is not clear"),
        ("лекции во вторник 12:30-10:05", "it ends before it begins"),
    ],
)
def test_weekly_hours_that_are_not_clear(sentence: str, why: str) -> None:
    table = read_readme(f"{sentence}\n\n{HEAD}| 9 сентября | Лекция 1 | Тема | | |\n", year=2025)
    assert table.weekly_hours == ()
    assert told(table) == [(1, 0, why)]


def test_hours_are_known_only_where_one_sentence_fits() -> None:
    text = "Лекции во вторник 10:30-12:05. Лекции во вторник 14:35-16:10. Занятия в среду 9:00-10:35\n\n"
    rows = "| 9 сентября | Лекция 1 | A |\n| 10 сентября | Семинар 1 | B |\n| 11 сентября | Лекция 2 | C |\n"
    table = read_readme(text + HEAD + rows, year=2025)
    assert [table.hours_of(found) for found in table.classes] == [None, Hours(time(9), time(10, 35)), None]


def test_nothing_to_write_is_an_empty_table() -> None:
    assert write_readme([]) == HEAD
    assert term_of([]) is None


def test_a_day_outside_the_term_is_written_with_its_year() -> None:
    days = [date(2025, 9, 9), date(2026, 1, 15), date(2026, 5, 12)]
    classes = [FoundClass(0, on, Kind.CLASS, str(on.month), "Тема") for on in days]
    written = write_readme(classes)
    assert "| 15 января | 1 |" in written and "| 12 мая 2026 | 5 |" in written
    assert [replace(found, line=0) for found in read_readme(written).classes] == classes


PIECES = (
    "слово", "Bведение", "Лекция", "сем", "Занятие", "01", "5.2 (доп)", "--", "№", "ДЗ:", "нет", "tba", "👀",
    SHRUG, "[a](b.pdf)", "[](x)", "[t]()", "[т|е](https://x.example/a_(b)?c=1&amp;copy;d)", "<https://e.example>",
    "https://e.example",
    "<ul><li>", "</li>", "<li>", "</ul>", "<br>", "<a href='q'>", "</a>", "<int>", "<", "<!-- c -->",
    "|", "\\|", "`a|b`", "\\", "**", "_x_", "__", "*", "~", "#", "!", "[", "]", "(", ")", "'", '"', "^", "1.",
    "&", "&lt;", "&copy;", " ", "\t", "\u00a0", "\u2028", "\x0b", "\x00", "\u200d", "İ", "ß",
)  # fmt: skip
DAYS = (
    "9 сентября",
    "1 декабря 10:30-12:05",
    "15.01",
    "ср 3 июня 2026",
    "Oct 5",
    "9/10",
    "13/10",
    "5 мая",
    "31.09",
    "",
)
cells = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=6).map("".join)
rows = st.tuples(st.sampled_from(DAYS), st.lists(cells, max_size=5)).map(
    lambda row: "| " + " | ".join((row[0], *row[1])).replace("\n", " ").replace("\r", " ") + " |"
)
readmes = st.tuples(
    st.sampled_from(("Осенний семестр 2025 года\n\n", "Весна 2026\n\n", "# Лекции\n\n", "")),
    st.lists(rows, min_size=1, max_size=4).map("\n".join),
).map(lambda parts: parts[0] + HEAD + parts[1])


@given(text=st.text() | readmes, year=st.none() | st.integers(2000, 2099), based=st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_or_refused_and_what_is_read_comes_back(
    text: str, year: int | None, based: bool
) -> None:
    base_url = "https://e.example/course/" if based else None
    try:
        table = read_readme(text, year=year, base_url=base_url)
    except ReadmeError:
        return
    written = write_readme(table.classes)
    if table.classes:
        again = read_readme(written).classes
        assert [replace(found, line=0) for found in again] == [
            replace(found, line=0) for found in table.classes
        ]
        assert write_readme(again) == written


MARKS = st.text(alphabet="aб1 \\`*_[]()<>|&;!#~:-.,/\"'^=@{}%?+$", max_size=12)
titles = st.tuples(
    MARKS, st.sampled_from(("слово", "word", "&amp;", "<li>", "**w**", "x_y", "C++")), MARKS
).map(lambda parts: untwin(tidy("".join(parts))))
works = titles.filter(lambda title: says_something(title) and not title.endswith(":"))
urls = st.text(alphabet="ab/.?&=;()_*|%!~'", min_size=1, max_size=10).map(
    lambda path: allowed_address(f"x{path}")
)
written = st.builds(
    FoundClass,
    line=st.just(0),
    on=st.dates(date(2025, 1, 1), date(2026, 12, 31)),
    kind=st.sampled_from(Kind),
    number=st.sampled_from(("", "01", "5.2 (доп)", "7_8", "3*")),
    title=titles,
    materials=st.lists(st.builds(Link, title=titles, url=urls), max_size=3).map(tuple),
    homework=st.lists(st.builds(Homework, title=works, url=urls | st.just("")), max_size=3).map(tuple),
    hours=st.none() | st.just(Hours(time(9), time(10, 35))),
)


@given(classes=st.lists(written, min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_any_classes_written_are_read_the_same(classes: list[FoundClass]) -> None:
    assert [replace(found, line=0) for found in read_readme(write_readme(classes)).classes] == classes
