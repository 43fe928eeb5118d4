"""The words in which people write course tables, in Russian and English, and how letters are cleaned."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from schedule.readme_table.tree import Kind


def listed(words: str) -> list[str]:
    """The words between commas."""
    return [tidy(word) for word in words.split(",")]


def tidy(text: str) -> str:
    """One line of plain text: composed letters, single spaces, nothing invisible."""
    kept = (_visible(char) for char in unicodedata.normalize("NFC", text))
    return " ".join("".join(kept).split())


def _visible(char: str) -> str:
    """A joiner inside an emoji stays; other invisible characters go, control characters part words."""
    kind = unicodedata.category(char)
    if kind == "Cc":
        return " "
    return "" if kind in ("Cf", "Cs") and char != "\u200d" else char


_HEADERS: Final = {
    "day": """
        дата, даты, день, дата занятия, дата проведения, когда, date, dates, day, when
        """,
    "number": """
        номер, номер занятия, №, n, no, #, num, number, неделя, week, wk, занятие, пара, класс, class,
        session, лекция, lecture, семинар, seminar, № занятия, № п/п, lecture number, class number
        """,
    "kind": """
        тип, вид, тип занятия, вид занятия, формат, kind, type, format
        """,
    "title": """
        тема, темы, тема занятия, темы занятия, название, содержание, план, описание, topic, topics, title,
        subject, content, contents, description, lecture topic
        """,
    "materials": """
        материалы, материал, материалы занятия, дополнительные материалы, доп материалы, презентация,
        презентации, слайды, слайды и видео, конспект, конспекты, ноутбук, ноутбуки, ссылки,
        ссылка, код, литература,
        видео, видеозапись, видеозаписи, запись, записи, materials, course materials, supplementary materials,
        slides, notes, lecture notes, notebook, notebooks, links, code, reading, readings, resources,
        video, videos, lecture video, seminar video, recording, recordings
        """,
    "homework": """
        дз, д/з, домашнее задание, домашние задания, домашняя работа, домашка, задание, задания,
        практическое задание, практические задания, homework, homeworks, hw, home assignment,
        home assignments, assignment, assignments, practical assignment
        """,
}
ROLE_OF_HEADER: Final = {word: role for role, words in _HEADERS.items() for word in listed(words)}

_MONTHS: Final = (
    "январь января янв january jan",
    "февраль февраля фев февр february feb",
    "март марта мар march mar",
    "апрель апреля апр april apr",
    "май мая may",
    "июнь июня июн june jun",
    "июль июля июл july jul",
    "август августа авг august aug",
    "сентябрь сентября сен сент september sept sep",
    "октябрь октября окт october oct",
    "ноябрь ноября ноя нояб november nov",
    "декабрь декабря дек december dec",
)
MONTH_OF_WORD: Final = {word: month for month, words in enumerate(_MONTHS, 1) for word in words.split()}

_WEEKDAYS: Final = (
    "понедельник понедельникам понедельника пн пон monday mondays mon",
    "вторник вторникам вторника вт tuesday tuesdays tue tues",
    "среда среду средам среды ср wednesday wednesdays wed",
    "четверг четвергам четверга чт thursday thursdays thu thur thurs",
    "пятница пятницу пятницам пятницы пт friday fridays fri",
    "суббота субботу субботам субботы сб saturday saturdays sat",
    "воскресенье воскресеньям воскресенья вс sunday sundays sun",
)
WEEKDAY_OF_WORD: Final = {word: day for day, words in enumerate(_WEEKDAYS) for word in words.split()}

KIND_WORDS: Final = {
    Kind.LECTURE: r"лекци[яюи]|лекц?\.?|lectures?|lect?\.?",
    Kind.SEMINAR: r"семинары?|сем\.?|практика|практическое занятие|seminars?|sem\.?|practice|practical",
    Kind.CLASS: r"занятие|занятия|зан\.?|пара|неделя|нед\.?|class|session|meeting|week|wk\.?",
}

NOTHING: Final = frozenset(
    listed("нет, нету, нет дз, дз нет, без дз, не задано, ничего, no, none, n/a, na, nothing, xd, хд")
)
LATER: Final = frozenset(
    listed("""
        скоро, скоро будет, будет позже, позже, будет, уточняется,
        tba, tbd, tbc, soon, coming soon, later, wip
        """)
)
DAY_OFF: Final = re.compile(
    r"выходной|праздник|каникулы|нет заняти|занятий нет|занятия нет|занятия не будет|без заняти|отмен"
    r"|no class|no lecture|holiday|break\b|reading week|day off|cancell?ed"
)

_WORD: Final = re.compile(r"[A-Za-zА-Яа-яЁё]{2,}")
_SHORTCODE: Final = re.compile(r":[a-z0-9_+-]+:")
_LETTERS: Final = re.compile(r"[A-Za-zА-Яа-яЁё]+")
_CYRILLIC_TWINS: Final = dict(zip("aceopxyABCEHKMOPTXY", "асеорхуАВСЕНКМОРТХУ", strict=True))
_LATIN_TWINS: Final = {cyrillic: latin for latin, cyrillic in _CYRILLIC_TWINS.items()}


def untwin(text: str) -> str:
    """Letters that only look right put right: a Latin B in "Введение", a Cyrillic С in "CUDA".

    Only in words that mix both alphabets, and only where it is sure which of the two was meant.
    """
    return _LETTERS.sub(_untwin_word, text)


def _untwin_word(found: re.Match[str]) -> str:
    word = found[0]
    latin = {char for char in word if char.isascii()}
    cyrillic = set(word) - latin
    if not latin or not cyrillic:
        return word
    to_cyrillic, to_latin = latin <= _CYRILLIC_TWINS.keys(), cyrillic <= _LATIN_TWINS.keys()
    if to_cyrillic == to_latin:
        return word
    twins = _CYRILLIC_TWINS if to_cyrillic else _LATIN_TWINS
    return "".join(twins.get(char, char) for char in word)


def fold(text: str) -> str:
    """For comparing: small letters of one alphabet, ё as е, no decoration around the words."""
    plain = _SHORTCODE.sub(" ", untwin(tidy(text))).casefold().replace("ё", "е")
    return tidy(re.sub(r"[^\w#№/ ]+|_", " ", plain))


def says_something(text: str) -> bool:
    """Whether there is at least one word: a shrug, an emoji or a dash is none, nor is "нет"."""
    return bool(_WORD.search(_SHORTCODE.sub(" ", text))) and fold(text) not in NOTHING


def role_of_header(text: str) -> str | None:
    """What a column with this heading says ("Дата занятия" is the day); None where it is none of these."""
    without_brackets = re.sub(r"\([^()]*\)", " ", text)
    return ROLE_OF_HEADER.get(fold(text)) or ROLE_OF_HEADER.get(fold(without_brackets))
