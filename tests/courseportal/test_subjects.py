"""Every kind of message in both languages: the subject says it all, and its link leads somewhere."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import resolve
from django.utils import translation

from people.kinds import Facts, kind_of

MOSCOW = ZoneInfo("Europe/Moscow")
COURSE: Facts = {"course": "effdl", "called": "EffDL"}
AT = "2025-10-02T07:30:00+00:00"


def a_class(before: Facts, after: Facts, **more: Any) -> Facts:
    was = {"starts_at": AT, "ends_at": "2025-10-02T09:05:00+00:00", "room": "П-13", "cancelled": False}
    facts = {"class": 1, "kind": "lecture", "number": "5", "title": "Pruning", "why": ""}
    return COURSE | facts | {"before": was | before, "after": was | after} | more


def an_exam(before: Facts, after: Facts) -> Facts:
    was = {"not_before_on": "2025-12-16", "not_after_on": "2025-12-31", "starts_at": None, "room": ""}
    return COURSE | {"exam": 1, "before": was | before, "after": was | after}


def a_proof(topic: str, *after: str) -> Facts:
    facts = {"proof": 7, "topic": topic, "activity": "Group photo", "place": "Ostankino Tower", "photo": 1}
    return COURSE | facts | {"taken_at": AT, "before": ["pending", ""], "after": list(after)}


def a_request(event: str, *before: int) -> Facts:
    chosen = [{"number": number, "title": "Pruning", "due_at": AT} for number in (2, 5)]
    facts = {"request": 1, "group_id": 1, "group": "417", "event": event, "by": "Сафин Тимур"}
    more = {"chosen": chosen, "before": list(before), "target_at": AT, "state": "provisional"}
    return COURSE | facts | more


def a_mark(before: int | None, after: int | None, number: int = 3, **more: Any) -> Facts:
    review: Facts = {"bonus": 0, "feedback": "Good."}
    mark = after and {"score": after, "penalty": 100, "bonus": 0, "result": after - 100, "days_late": 1}
    facts = {"submission": number, "number": number, "title": "Pruning", "max": 1000, "attempt": 1}
    told = {"before": review | {"score": before}, "after": review | {"score": after}, "sum": mark or None}
    return COURSE | facts | told | {"if_earned": None, "counting": 1, "assignment_score": 850} | more


def an_outcome(after: str, final: str | None) -> Facts:
    facts = {"student": 1, "before": None, "after": after, "accumulated": "good", "final": final}
    return COURSE | facts | {"passed": final == "good", "titles": {}}


RECEIPT: Facts = COURSE | {
    "submission": 1,
    "receipt": "7QKM-4T2X-9PWA",
    "number": 3,
    "title": "Pruning",
    "submitted_at": AT,
    "files": [{"name": "работа.ipynb", "size": 2048, "sha256": "0" * 64}],
    "link": "",
    "days_late": 2,
    "price": 200,
    "if_earned": 0,
    "would_not_count": False,
}
ANNOUNCED: Facts = COURSE | {
    "announcement": 1,
    "title": "Guest lecture",
    "body": "Hi",
    "by": "М",
    "group": "",
}
LATER = {"starts_at": "2025-10-04T09:15:00+00:00", "ends_at": "2025-10-04T10:50:00+00:00"}
SET = {"starts_at": "2025-12-18T07:00:00+00:00", "room": "604"}

SUBJECTS: list[tuple[str, list[Facts], str, str]] = [
    ("announcement", [ANNOUNCED], "Guest lecture", "Guest lecture"),
    ("class", [a_class({}, LATER)], "moved: lecture 5, 2 October, 10:30 → 4 October, 12:15",
     "перенос: лекция 5, 2 октября, 10:30 → 4 октября, 12:15"),
    ("class", [a_class({}, {"cancelled": True})], "cancelled: lecture 5, 2 October, 10:30",
     "отмена: лекция 5, 2 октября, 10:30"),
    ("class", [a_class({"cancelled": True}, {})], "takes place after all: lecture 5, 2 October, 10:30",
     "всё-таки состоится: лекция 5, 2 октября, 10:30"),
    ("class", [a_class({}, {"room": "604"})], "another room: lecture 5, 2 October, 10:30: 604",
     "другая аудитория: лекция 5, 2 октября, 10:30: 604"),
    ("class", [a_class({"room": ""}, {"room": "604"})], "room known: lecture 5, 2 October, 10:30: 604",
     "известна аудитория: лекция 5, 2 октября, 10:30: 604"),
    ("class", [a_class({}, {"room": ""})],
     "not in П-13: lecture 5, 2 October, 10:30; the room is not known yet",
     "не в П-13: лекция 5, 2 октября, 10:30; аудитория пока неизвестна"),
    ("class", [a_class({}, {"ends_at": "2025-10-02T08:30:00+00:00"})],
     "other hours: lecture 5, 2 October, 10:30–12:05 → 10:30–11:30",
     "другие часы: лекция 5, 2 октября, 10:30–12:05 → 10:30–11:30"),
    ("class", [a_class({}, LATER), a_class({}, {"cancelled": True})], "2 classes are changed",
     "изменились 2 занятия"),
    ("class", [a_class({}, {"cancelled": True})] * 2, "2 classes are cancelled", "отменены 2 занятия"),
    ("exam", [an_exam({}, SET)], "exam, 18 December, 10:00, room: 604",
     "экзамен 18 декабря, 10:00, аудитория: 604"),
    ("exam", [an_exam(SET, SET | LATER)], "exam moved: 18 December, 10:00 → 4 October, 12:15",
     "экзамен перенесён: 18 декабря, 10:00 → 4 октября, 12:15"),
    ("exam", [an_exam(SET, SET | {"room": ""})],
     "the exam on 18 December, 10:00 is not in 604; the room is not known yet",
     "экзамен 18 декабря, 10:00 не в 604; аудитория пока неизвестна"),
    ("exam", [an_exam({}, {"not_after_on": "2025-12-24"})],
     "exam moved: 16 December–31 December → 16 December–24 December",
     "экзамен перенесён: 16 декабря–31 декабря → 16 декабря–24 декабря"),
    ("proof", [a_proof("decision", "approved", "")], "proof approved: Group photo, Ostankino Tower",
     "доказательство принято: Group photo, Ostankino Tower"),
    ("proof", [a_proof("decision", "rejected", "Blurred")], "proof rejected: Group photo, Ostankino Tower",
     "доказательство отклонено: Group photo, Ostankino Tower"),
    ("proof", [a_proof("decision", "pending", "")],
     "proof waits for a check again: Group photo, Ostankino Tower",
     "доказательство снова на проверке: Group photo, Ostankino Tower"),
    ("proof", [a_proof("person", "struck")], "you no longer count on a proof: Group photo, Ostankino Tower",
     "вас больше не считают на доказательстве: Group photo, Ostankino Tower"),
    ("proof", [a_proof("person", "named")], "you are on a proof: Group photo, Ostankino Tower",
     "вы есть на доказательстве: Group photo, Ostankino Tower"),
    ("proof", [a_proof("decision", "approved", "")] * 5, "5 proofs approved",
     "принято 5 доказательств"),
    ("request", [a_request("filed")], "group 417 asks to move the deadlines of № 2, № 5",
     "группа 417 просит перенести сроки № 2, № 5"),
    ("request", [a_request("filed", 3)], "group 417 asks to move № 2, № 5 instead of № 3",
     "группа 417 просит перенести № 2, № 5 вместо № 3"),
    ("request", [a_request("withdrawn")], "group 417 takes its request back: № 2, № 5",
     "группа 417 отзывает заявку: № 2, № 5"),
    ("marks", [a_mark(None, 950)], "assignment 3 graded, 8.50 of 10", "задание 3 проверено, 8,50 из 10"),
    ("marks", [a_mark(800, 950)], "assignment 3 graded anew, 8.50 of 10",
     "задание 3 проверено заново, 8,50 из 10"),
    ("marks", [a_mark(950, None)], "assignment 3: the points are taken back", "задание 3: баллы сняты"),
    ("marks", [a_mark(None, 950, 1), a_mark(None, 800, 2)], "2 works graded: № 1, № 2",
     "проверены 2 работы: № 1, № 2"),
    ("outcome", [an_outcome("confirm", "good")], "exam: grade confirmed, final grade: good",
     "экзамен: оценка подтверждена, итоговая оценка: хорошо"),
    ("outcome", [an_outcome("absent", None)], "exam: absent, no final grade",
     "экзамен: неявка, итоговой оценки нет"),
    ("receipt", [RECEIPT], "assignment 3 is handed in, receipt 7QKM-4T2X-9PWA",
     "задание 3 сдано, квитанция 7QKM-4T2X-9PWA"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "facts", "english", "russian"), SUBJECTS)
def test_subjects(kind: str, facts: list[Facts], english: str, russian: str) -> None:
    for language, told in (("en", english), ("ru", russian)):
        with translation.override(language):
            letter = kind_of(kind).write(facts, MOSCOW)
        assert letter.subject.replace("\N{NO-BREAK SPACE}", " ") == f"EffDL: {told}"
        assert letter.lead
        assert resolve(letter.link.partition("#")[0]).view_name


@pytest.mark.parametrize("kind", ["class", "exam", "proof", "request", "receipt"])
def test_moments_have_their_zone(kind: str) -> None:
    facts = next(facts for name, facts, *_texts in SUBJECTS if name == kind)
    for language, zone in (("en", "MSK"), ("ru", "МСК")):
        with translation.override(language):
            rows = kind_of(kind).write(facts, MOSCOW).rows
        assert any(zone in value for _name, value in rows), rows


@pytest.mark.parametrize(
    ("before", "after", "lead", "rows"),
    [
        ("", "612", "The room of this class is known now.", {"Room": "612"}),
        ("612", "", "This class is not in the room that was told. The new one is not known yet.",
         {"Room before": "612", "Room now": "not known yet"}),
        ("612", "604", "This class is in another room.", {"Room before": "612", "Room now": "604"}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("moved", [{}, LATER])
def test_a_first_room_is_no_other_room(
    before: str, after: str, lead: str, rows: dict[str, str], moved: Facts
) -> None:
    with translation.override("en"):
        letter = kind_of("class").write([a_class({"room": before}, {"room": after} | moved)], MOSCOW)
    assert letter.lead == ("This class is at another time." if moved else lead)
    assert {name: value for name, value in letter.rows if "Room" in name} == rows


def test_a_receipt_says_what_its_page_says() -> None:
    with translation.override("en"):
        rows = dict(kind_of("receipt").write([RECEIPT], MOSCOW).rows)
    assert rows["Handed in on"].replace("\N{NO-BREAK SPACE}", " ") == "2 October 2025, 10:30:00 MSK"
    assert (rows["Days late"], rows["Price of lateness"]) == ("2", "−2.00")
    assert rows["If the perk is earned"] == "0"
    assert rows["работа.ipynb"].replace("\N{NO-BREAK SPACE}", " ") == f"2 KB, sha256 {'0' * 64}"


def test_a_long_comment_ends_on_its_page() -> None:
    facts = a_mark(None, 950)
    facts["after"]["feedback"] = "word " * 1000
    with translation.override("en"):
        paragraphs = kind_of("marks").write([facts], MOSCOW).paragraphs
    assert sum(map(len, paragraphs)) < 2100
    assert paragraphs[-1] == "… The whole comment stands on the page."
