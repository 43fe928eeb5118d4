"""import_roster: accounts, groups and enrolments from a file."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries

from people.models import User
from schedule.actions.roster import RosterChanges, import_roster
from schedule.models import Course, Enrolment, Role, StudyGroup
from schedule.tables import BadTable
from tests.factories import make_course, make_enrolment, make_group, make_user, moscow

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

HEAD = "email,name,group,role\n"
NOW = moscow(2025, 10, 1, 12)
LATER = moscow(2025, 11, 1, 12)

Bring = Callable[..., RosterChanges]


@pytest.fixture
def bring(course: Course) -> Bring:
    """Imports lines into the course."""

    def run(*lines: str, now: datetime = NOW, deactivate_missing: bool = False) -> RosterChanges:
        data = (HEAD + "\n".join(lines)).encode()
        return import_roster(course=course, data=data, now=now, deactivate_missing=deactivate_missing)

    return run


def parts(course: Course) -> list[tuple[str, str, str]]:
    """Who is in the course now: e-mail, group, role."""
    active = Enrolment.objects.active().filter(course=course).select_related("person", "group")
    return sorted((part.person.email, part.group.name if part.group else "", part.role) for part in active)


def counts() -> tuple[int, int, int]:
    return User.objects.count(), StudyGroup.objects.count(), Enrolment.objects.count()


def refused(bring: Bring, *lines: str, **options: object) -> list[str]:
    """What is told about a file that is refused; nothing is written."""
    before = counts()
    with pytest.raises(BadTable) as told:
        bring(*lines, **options)
    assert counts() == before
    return [str(problem) for problem in told.value.problems]


FOUR = (
    "a@example.org,Ветрова Алиса,417,representative",
    "B@example.org,Белов Артём,417,Student",
    "t@example.org,Ким Павел,,assistant",
    "l@example.org,Маркова Ирина,,lecturer",
)


def test_a_first_roster_makes_accounts_groups_and_enrolments(course: Course, bring: Bring) -> None:
    changes = bring(*FOUR)

    assert parts(course) == [
        ("a@example.org", "417", "representative"),
        ("b@example.org", "417", "student"),
        ("l@example.org", "", "lecturer"),
        ("t@example.org", "", "assistant"),
    ]
    assert changes.groups == ("417",)
    assert len(changes.accounts) == len(changes.joined) == 4
    assert not any(User.objects.get(email=email).has_usable_password() for email in changes.accounts)
    assert set(Enrolment.objects.values_list("joined_at", flat=True)) == {None}


def test_a_second_run_changes_nothing(course: Course, bring: Bring) -> None:
    bring(*FOUR)
    before = list(Enrolment.objects.order_by("pk").values())

    assert not bring(*FOUR, now=LATER)
    assert not bring(*FOUR, now=LATER, deactivate_missing=True)
    assert list(Enrolment.objects.order_by("pk").values()) == before


def test_a_transfer_ends_one_enrolment_and_begins_the_next(course: Course, bring: Bring) -> None:
    bring(*FOUR)

    changes = bring(FOUR[0], "b@example.org,Белов Артём,418,student", *FOUR[2:], now=LATER)

    assert changes.transferred == ("b@example.org: 417 -> 418",)
    old, new = Enrolment.objects.filter(person__email="b@example.org").order_by("pk")
    assert (old.group and old.group.name, old.joined_at, old.left_at) == ("417", None, LATER)
    assert (new.group and new.group.name, new.joined_at, new.left_at) == ("418", LATER, None)


def test_another_role_in_the_same_group_is_written_in_place(course: Course, bring: Bring) -> None:
    bring("a@example.org,А,417,student", "t@example.org,Т,,assistant")
    ids = set(Enrolment.objects.values_list("pk", flat=True))

    changes = bring("a@example.org,А,417,representative", "t@example.org,Т,,lecturer")

    assert set(changes.roles) == {
        "a@example.org: student -> representative",
        "t@example.org: assistant -> lecturer",
    }
    assert set(Enrolment.objects.values_list("pk", flat=True)) == ids


def test_two_representatives_of_a_group_swap(course: Course, bring: Bring) -> None:
    bring("a@example.org,А,417,representative", "b@example.org,Б,417,student")

    bring("b@example.org,Б,417,representative", "a@example.org,А,417,student")

    assert parts(course) == [
        ("a@example.org", "417", "student"),
        ("b@example.org", "417", "representative"),
    ]


def test_representatives_of_two_groups_swap_groups(course: Course, bring: Bring) -> None:
    bring("a@example.org,А,417,representative", "b@example.org,Б,418,representative")

    bring("a@example.org,А,418,representative", "b@example.org,Б,417,representative")

    assert [part[:2] for part in parts(course)] == [("a@example.org", "418"), ("b@example.org", "417")]


def test_a_person_may_study_and_teach(course: Course, bring: Bring) -> None:
    bring("a@example.org,А,417,student", "a@example.org,А,,assistant")

    assert parts(course) == [("a@example.org", "", "assistant"), ("a@example.org", "417", "student")]
    assert User.objects.filter(email="a@example.org").count() == 1


def test_names_of_accounts_that_are_there_are_updated(course: Course, bring: Bring) -> None:
    person = make_user(email="a@example.org", name="Ветрова А.", password="kept")

    changes = bring("A@Example.org,Ветрова  Алиса,417,student")

    person.refresh_from_db()
    assert person.name == "Ветрова Алиса"
    assert person.check_password("kept")
    assert changes.names == ("a@example.org: Ветрова А. -> Ветрова Алиса",)
    assert changes.accounts == ()


def test_people_absent_from_the_file_stay_and_are_listed(course: Course, bring: Bring) -> None:
    bring(*FOUR)

    changes = bring(FOUR[0])

    assert not changes
    assert set(changes.absent) == {
        "b@example.org (student, 417)",
        "t@example.org (assistant)",
        "l@example.org (lecturer)",
    }
    assert len(parts(course)) == 4


def test_people_absent_from_the_file_leave_if_asked_and_may_come_back(course: Course, bring: Bring) -> None:
    bring(*FOUR)

    changes = bring(FOUR[0], now=LATER, deactivate_missing=True)

    assert len(changes.ended) == 3
    assert [part[0] for part in parts(course)] == ["a@example.org"]
    assert User.objects.filter(is_active=False).count() == 0

    bring(*FOUR, now=moscow(2025, 12, 1))
    back = Enrolment.objects.active().get(person__email="b@example.org")
    assert back.joined_at == moscow(2025, 12, 1)


def test_an_empty_file_sends_nobody_away(course: Course, bring: Bring) -> None:
    bring(*FOUR)
    before = parts(course)

    (told,) = refused(bring, now=LATER, deactivate_missing=True)

    assert told == "nobody is in the file, and everybody would leave the course"
    assert parts(course) == before
    assert len(bring(now=LATER).absent) == 4


def test_other_courses_are_left_alone(course: Course, bring: Bring) -> None:
    elsewhere = make_enrolment(course=make_course())

    bring(*FOUR, deactivate_missing=True)

    elsewhere.refresh_from_db()
    assert elsewhere.left_at is None


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["nobody,А,417,student"], 'line 2: email is "nobody", expected an e-mail address'),
        (["a@example.org,,417,student"], "line 2: name is empty, expected a full name"),
        (["a@example.org,А,,student"], "line 2: group is empty, expected a study group's name"),
        (["a@example.org,А,,representative"], "line 2: group is empty"),
        (["a@example.org,А,417,староста"], 'role is "староста", expected student, representative, assistant'),
        (["a@example.org,А,417,student", "A@example.org,А,418,student"], "line 3: email is"),
        (["a@example.org,А,417,student", "a@example.org,Б,417,student"], "line 2 says otherwise"),
        (["a@example.org,А,417,student", "a@example.org,Б,,assistant"], 'line 3: name is "Б", expected "А"'),
        (
            ["a@example.org,А,417,representative", "b@example.org,Б,417,representative"],
            'line 3: role is "representative", expected one representative a group: 417 has a@example.org',
        ),
        (["a@example.org,А,417"], "line 2: the number of cells is 3, expected 4"),
        ([f"a@example.org,{'я' * 201},417,student"], "at most 200 characters"),
        ([f"a@example.org,А,{'4' * 61},student"], "at most 60 characters"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(bring: Bring, lines: list[str], told: str) -> None:
    assert told in "\n".join(refused(bring, *lines, "good@example.org,Хороший,418,student"))


def test_the_same_row_twice_is_one(course: Course, bring: Bring) -> None:
    bring(FOUR[0], FOUR[0])

    assert len(parts(course)) == 1


def test_all_that_is_wrong_is_told_at_once(bring: Bring) -> None:
    told = refused(bring, "nobody,,417,student", "a@example.org,А,417", "b@example.org,Б,,student")

    assert [line.split(":")[0] for line in told] == ["line 2", "line 2", "line 3", "line 4"]


def test_a_representative_who_is_not_in_the_file_keeps_the_office(bring: Bring) -> None:
    bring("a@example.org,А,417,representative")

    (told,) = refused(bring, "b@example.org,Б,417,representative")

    assert "417 has a@example.org, who is no student of this file and stays" in told
    (told,) = refused(bring, "a@example.org,А,417,assistant", "b@example.org,Б,417,representative")
    assert "417 has a@example.org, who is no student of this file and stays" in told
    assert bring("b@example.org,Б,417,representative", deactivate_missing=True, now=LATER)


def test_nothing_happens_before_what_happened_last(course: Course, bring: Bring) -> None:
    person = make_user(email="a@example.org", name="А")
    make_enrolment(person=person, group=make_group(course=course, name="417"), joined_at=LATER)

    (told,) = refused(bring, "a@example.org,А,418,student")
    assert "no change before the person's last one, at 2025-11-01 12:00:00+03:00" in told
    (told,) = refused(bring, "b@example.org,Б,418,student", deactivate_missing=True)
    assert "cannot leave before joining at 2025-11-01 12:00:00+03:00" in told


@pytest.mark.parametrize("people", [3, 60])
def test_statements_do_not_grow_with_people(
    course: Course, bring: Bring, people: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    lines = [f"p{number}@example.org,Person {number},{number % 3},student" for number in range(people)]

    with django_assert_max_num_queries(12):
        bring(*lines)
    with django_assert_max_num_queries(12):
        bring(*(line.replace("Person", "Student") for line in lines), now=LATER)


def test_the_command_reads_a_file_and_says_what_it_did(course: Course, tmp_path: Path) -> None:
    file, out = tmp_path / "roster.csv", io.StringIO()
    file.write_bytes((HEAD + "\n".join(FOUR)).replace(",", ";").encode("cp1251"))

    call_command("import_roster", course.slug, str(file), stdout=out)
    assert "New accounts: 4\n  a@example.org" in out.getvalue()
    assert "Joined the course: 4" in out.getvalue()
    assert User.objects.get(email="a@example.org").name == "Ветрова Алиса"

    out = io.StringIO()
    call_command("import_roster", course.slug, str(file), stdout=out)
    assert out.getvalue() == "Nothing to change.\n"


def test_the_command_reads_standard_input(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    data = io.TextIOWrapper(io.BytesIO((HEAD + FOUR[0]).encode("utf-8-sig")), encoding="ascii")
    monkeypatch.setattr(sys, "stdin", data)

    call_command("import_roster", course.slug, "-", now="2025-10-01T12:00", stdout=io.StringIO())

    assert parts(course) == [("a@example.org", "417", Role.REPRESENTATIVE)]


def test_a_closed_standard_input_is_named(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)

    with pytest.raises(CommandError, match="standard input is closed"):
        call_command("import_roster", course.slug, "-")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere", "x.csv"], 'There is no course "nowhere". The courses are: effdl.'),
        (["effdl", "no-such-file.csv"], "no-such-file.csv: No such file or directory"),
        (["effdl", "."], "Is a directory"),
        (["effdl", "x.csv", "--now", "yesterday"], '--now is "yesterday", expected a date and time'),
    ],
)
def test_the_command_names_what_it_cannot_find(course: Course, arguments: list[str], told: str) -> None:
    with pytest.raises(CommandError, match=told.replace(".", r"\.")):
        call_command("import_roster", *arguments)


def test_the_command_tells_every_wrong_line(course: Course, tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_text(HEAD + "nobody,А,417,student\nb@example.org,Б,,student\n")

    with pytest.raises(CommandError) as refused_file:
        call_command("import_roster", course.slug, str(file))

    told = str(refused_file.value)
    assert "roster.csv: nothing was imported.\nline 2: email" in told
    assert "\nline 3: group is empty" in told
    assert refused_file.value.returncode == 1
