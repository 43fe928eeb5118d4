"""Who takes part in the demo. All of them are made up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


@dataclass(frozen=True, slots=True)
class Habit:
    """How somebody studies: usual points in hundredths, how far they stray; the rest are chances out of 1."""

    usual: int
    strays: int
    late: float
    most_days_late: int
    skips: float
    early: float
    tries_again: float
    gives_up_after: int = 99
    """No work for assignments with a higher number."""


class Habits(Enum):
    """The kinds of student that a course has."""

    STRONG = Habit(955, 45, late=0.06, most_days_late=1, skips=0, early=0.5, tries_again=0.05)
    STEADY = Habit(850, 80, late=0.2, most_days_late=2, skips=0.02, early=0.3, tries_again=0.15)
    HURRIED = Habit(860, 90, late=0.6, most_days_late=4, skips=0.05, early=0.05, tries_again=0.1)
    CHOOSY = Habit(880, 60, late=0.15, most_days_late=2, skips=0.28, early=0.15, tries_again=0.05)
    STRUGGLING = Habit(640, 90, late=0.35, most_days_late=3, skips=0.1, early=0.1, tries_again=0.7)
    FADING = Habit(
        600, 110, late=0.5, most_days_late=6, skips=0.2, early=0, tries_again=0.2, gives_up_after=3
    )


@dataclass(frozen=True, slots=True)
class Student:
    """A student: family name first, as in a Russian class register."""

    name: str
    habits: Habits
    exam: tuple[str, ...] = ()
    """The outcomes of the exam where they are set beforehand; a second one is the retake."""


@dataclass(frozen=True, slots=True)
class Group:
    """A study group; the representative is one of its students."""

    name: str
    representative: str
    students: tuple[Student, ...]


@dataclass(frozen=True, slots=True)
class Cohort:
    """Everyone in one year of the course."""

    groups: tuple[Group, ...]


LANGUAGE: Final = "ru"
"""What they all read, hence what they are written in until a visitor reads the portal in their name."""

LECTURER: Final = "Маркова Ирина Львовна"
ASSISTANTS: Final = ("Ким Павел", "Горелова Анастасия")
"""The same people teach every year."""

STRONG, STEADY, HURRIED = Habits.STRONG, Habits.STEADY, Habits.HURRIED
CHOOSY, STRUGGLING, FADING = Habits.CHOOSY, Habits.STRUGGLING, Habits.FADING

LAST_YEAR: Final = Cohort(
    (
        Group(
            "417",
            "Сергеева Варвара",
            (
                Student("Абрамов Даниил", STEADY),
                Student("Баранова Елизавета", STRONG, ("confirm",)),
                Student("Васильев Кирилл", HURRIED, ("raise",)),
                Student("Виноградова Алина", STEADY, ("lower",)),
                Student("Григорьев Матвей", STRUGGLING, ("confirm",)),
                Student("Данилова Мария", STRONG),
                Student("Ершов Никита", CHOOSY),
                Student("Журавлёва Полина", STEADY),
                Student("Захаров Андрей", FADING, ("absent",)),
                Student("Ильина Виктория", HURRIED),
                Student("Казаков Тимофей", STRONG, ("lower",)),
                Student("Котова Арина", STRUGGLING, ("fail", "confirm")),
                Student("Лебедев Михаил", STEADY, ("raise",)),
                Student("Логинова Софья", CHOOSY),
                Student("Медведев Роман", HURRIED),
                Student("Миронова Дарья", STRONG),
                Student("Назаров Глеб", STEADY, ("absent", "confirm")),
                Student("Осипова Ксения", HURRIED),
                Student("Павлов Ярослав", STRUGGLING, ("raise",)),
                Student("Романова Юлия", STEADY),
                Student("Сергеева Варвара", STRONG, ("confirm",)),
                Student("Соловьёв Лев", CHOOSY, ("fail",)),
                Student("Тихонова Анна", STEADY),
                Student("Фёдоров Степан", HURRIED, ("lower",)),
                Student("Филатова Вероника", STRONG),
                Student("Цветков Артур", FADING, ("confirm",)),
                Student("Шестаков Илья", STEADY),
                Student("Щербакова Таисия", CHOOSY),
            ),
        ),
        Group(
            "418",
            "Юсупов Камиль",
            (
                Student("Александрова Ева", STRONG),
                Student("Быков Фёдор", STRUGGLING),
                Student("Кириллова Олеся", HURRIED),
                Student("Орлов Денис", FADING, ("fail", "fail")),
                Student("Юсупов Камиль", STEADY, ("raise",)),
            ),
        ),
    )
)

THIS_YEAR: Final = Cohort(
    (
        Group(
            "417",
            "Сафин Тимур",
            (
                Student("Алексеева Нина", STEADY),
                Student("Белов Артём", STRONG),
                Student("Ветрова Алиса", HURRIED),
                Student("Воронин Степан", CHOOSY),
                Student("Гусева Дарья", STRUGGLING),
                Student("Егоров Илья", STEADY),
                Student("Жилина Вера", FADING),
                Student("Зайцев Марк", HURRIED),
                Student("Игнатов Лев", STEADY),
                Student("Калинина Софья", STRONG),
                Student("Карпов Егор", CHOOSY),
                Student("Крылова Анна", STEADY),
                Student("Левин Глеб", HURRIED),
                Student("Макаров Денис", STRONG),
                Student("Морозова Валерия", STEADY),
                Student("Носова Полина", STEADY),
                Student("Орешкин Фёдор", STRUGGLING),
                Student("Панина Ксения", HURRIED),
                Student("Рогов Тимофей", STRUGGLING),
                Student("Сафин Тимур", STEADY),
                Student("Соколова Ева", CHOOSY),
                Student("Тарасов Никита", STRONG),
                Student("Уланова Мария", CHOOSY),
                Student("Фомин Арсений", STEADY),
                Student("Хохлова Ульяна", STRONG),
                Student("Чернова Ольга", HURRIED),
                Student("Шубин Вадим", FADING),
                Student("Яковлева Милана", STEADY),
            ),
        ),
        Group(
            "418",
            "Ларина Стефания",
            (
                Student("Антипов Савелий", STEADY),
                Student("Дроздов Константин", STRUGGLING),
                Student("Ларина Стефания", STRONG),
                Student("Мельникова Злата", HURRIED),
                Student("Субботин Игорь", FADING),
            ),
        ),
    )
)

# fmt: off
_LATIN: Final = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh",
        "з": "z", "и": "i", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o",
        "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts",
        "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu",
        "я": "ya",
    }
)
# fmt: on


def latin(word: str) -> str:
    """A Russian name in Latin letters, small: "Щербакова" as "shcherbakova"."""
    return word.lower().translate(_LATIN)


def email_of(name: str) -> str:
    """The made-up address of a person, at a domain that nobody has: "alisa.vetrova@example.org"."""
    family, given = name.split()[:2]
    return f"{latin(given)}.{latin(family)}@example.org"
