"""What people choose about their messages: the page, the link in a letter, the language."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time
from html import unescape
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from people import kinds
from people.models import Choice, User
from people.optout import optout_token, undo_token
from people.queries.choices import chosen_by
from people.rules import Wish
from schedule.models import Course
from tests.factories import make_enrolment, make_user
from tests.kinds import only_these_kinds  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.usefixtures("only_these_kinds")]
PAGE = "/preferences/messages/"


@pytest.fixture
def reader(client: Client, student: User) -> Client:
    client.force_login(student)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def form(person: User, **changed: Any) -> dict[str, Any]:
    """What the student's page sends, with these fields otherwise."""
    shown = {
        "language": "",
        "quiet_from": "",
        "quiet_until": "",
        "kind_reminder": "on",
        "kind_news": "on",
        "base": chosen_by(User.objects.get(pk=person.pk)).fingerprint,
    }
    return shown | changed


def checked(page: str) -> dict[str, str]:
    """The buttons that are pressed, by name."""
    return dict(re.findall(r'type="radio" name="(\w+)" value="(\w*)" checked', page))


def wishes() -> dict[str, str]:
    return dict(Choice.objects.values_list("kind", "wish"))


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("student", {"reminder", "news"}),
        ("representative", {"reminder", "report", "news"}),
        ("assistant", {"queue", "news"}),
        ("stranger", {"news"}),
    ],
)
def test_everybody_chooses_among_what_comes_to_them(
    client: Client, request: pytest.FixtureRequest, who: str, offered: set[str]
) -> None:
    client.force_login(request.getfixturevalue(who))
    page = client.get(PAGE, headers={"accept-language": "en"}).text
    assert set(re.findall(r'name="kind_(\w+)"', page)) == offered
    assert "Always, outside quiet hours" in page and "It matters." in page


def test_a_digest_comes_or_does_not(client: Client, assistant: User) -> None:
    """That it comes once a day is no choice; who chose so when it was offered has it by mail."""
    client.force_login(assistant)
    Choice.objects.create(person=assistant, kind="queue", wish="digest")
    page = client.get(PAGE, headers={"accept-language": "en"}).text
    assert re.findall(r'name="kind_queue" value="(\w+)"', page) == ["on", "off"]
    assert checked(page)["kind_queue"] == "on"
    sent = form(assistant, kind_queue="digest")
    assert client.post(PAGE, sent).status_code == 422
    assert client.post(PAGE, sent | {"kind_queue": "off"}).status_code == 302
    assert wishes() == {"queue": "off"}


def test_what_is_chosen_is_kept_and_shown(reader: Client, student: User) -> None:
    sent = form(student, kind_reminder="digest", kind_news="off", quiet_from="22:30", quiet_until="08:00")
    answer = reader.post(PAGE, sent)
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert wishes() == {"reminder": "digest", "news": "off"}
    student.refresh_from_db()
    assert (student.quiet_from, student.quiet_until) == (time(22, 30), time(8))
    page = reader.get(PAGE).text
    assert checked(page) == {"kind_reminder": "digest", "kind_news": "off", "language": ""}
    assert 'value="22:30"' in page and 'value="08:00"' in page and "in Moscow time" in page


def test_who_decides_nothing_follows_the_kinds_own_way(reader: Client, student: User) -> None:
    reader.post(PAGE, form(student))
    assert wishes() == {}
    reader.post(PAGE, form(student, kind_news="off"))
    reader.post(PAGE, form(student, kind_news="on"))
    assert wishes() == {"news": "on"}


def test_what_cannot_be_off_and_what_is_others_is_not_touched(reader: Client, student: User) -> None:
    reader.post(PAGE, form(student, kind_dates="off", kind_queue="off", kind_report="off"))
    assert wishes() == {}


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"quiet_from": "22:00"}, "give both, or neither"),
        ({"quiet_until": "07:00"}, "give both, or neither"),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "no hour at all"),
        ({"quiet_from": "25:61", "quiet_until": "07:00"}, "Enter a valid time"),
        ({"kind_news": "sometimes"}, "Select a valid choice"),
        ({"language": "xx"}, "Select a valid choice"),
    ],
)
def test_bad_input_changes_nothing_and_keeps_what_was_typed(
    reader: Client, student: User, bad: dict[str, str], said: str
) -> None:
    answer = reader.post(PAGE, form(student, kind_reminder="off") | bad)
    assert answer.status_code == 422
    assert said in answer.text and "Nothing is saved yet" in answer.text
    assert checked(answer.text)["kind_reminder"] == "off"
    for name in ("quiet_from", "quiet_until"):
        if name in bad:
            assert f'name="{name}" id="id_{name}" value="{bad[name]}"' in answer.text
    assert wishes() == {}
    student.refresh_from_db()
    assert student.quiet_from is None


def test_of_two_windows_the_second_is_told_and_may_insist(reader: Client, student: User) -> None:
    first, second = form(student, kind_news="off"), form(student, kind_news="digest")
    assert reader.post(PAGE, first).status_code == 302
    answer = reader.post(PAGE, second)
    assert answer.status_code == 409 and "changed elsewhere" in answer.text
    assert wishes() == {"news": "off"}
    assert checked(answer.text)["kind_news"] == "digest"
    base = re.search(r'name="base" value="(\w+)"', answer.text)
    assert base is not None
    assert reader.post(PAGE, second | {"base": base[1]}).status_code == 302
    assert wishes() == {"news": "digest"}


def test_a_form_without_its_base_is_taken_for_a_changed_one(reader: Client, student: User) -> None:
    assert reader.post(PAGE, form(student, kind_news="off", base="")).status_code == 409
    assert wishes() == {}


def test_the_page_asks_a_visitor_to_sign_in(client: Client) -> None:
    assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"


def test_it_takes_the_same_statements_with_none_and_with_many_choices(
    reader: Client, student: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    reader.get(PAGE)
    with django_assert_num_queries(5):
        reader.get(PAGE)
    Choice.objects.bulk_create(Choice(person=student, kind=f"k{n}", wish="off") for n in range(30))
    with django_assert_num_queries(5):
        reader.get(PAGE)


# Language -----------------------------------------------------------------------------------------------


def test_the_chosen_language_holds_for_pages_on_every_device(reader: Client, student: User) -> None:
    assert reader.post(PAGE, form(student, language="ru"), follow=True).text.count('<html lang="ru"') == 1
    elsewhere = Client(headers={"accept-language": "en"})
    elsewhere.force_login(student)
    answer = elsewhere.get(PAGE)
    assert '<html lang="ru"' in answer.text and answer["Content-Language"] == "ru"


def test_the_switch_of_the_frame_is_a_choice_of_whoever_is_signed_in(reader: Client, student: User) -> None:
    reader.post("/i18n/setlang/", {"language": "ru", "next": PAGE})
    student.refresh_from_db()
    assert student.language == "ru"
    reader.post("/i18n/setlang/", {"language": "xx", "next": PAGE})
    student.refresh_from_db()
    assert student.language == "ru"


def test_without_a_choice_the_language_that_was_read_is_remembered_for_letters(
    client: Client, student: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(student)
    for language in ("ru", "en"):
        client.get(PAGE, headers={"accept-language": language})
        student.refresh_from_db()
        assert (student.seen_language, student.language) == (language, "")


# The link in a letter -----------------------------------------------------------------------------------


def link(person: User, kind: str = "news") -> str:
    return f"{PAGE}off/{optout_token(person.pk, kind)}/"


def test_opening_the_link_changes_nothing_and_one_press_does(client: Client) -> None:
    person = make_user(email="nina@example.org")
    page = client.get(link(person)).text
    assert re.findall(r'name="do" value="(\w+)"', page) == ["off"] and "n•••@example.org" in page
    assert "nina@" not in page and wishes() == {}
    page = client.post(link(person), {"do": "off"}).text
    assert "is switched off" in page and wishes() == {"news": "off"}
    assert "Switch it on again" in client.get(link(person)).text
    page = client.post(link(person), {"do": "on"}).text
    assert "Switch off mail" in page and wishes() == {}, "as it comes by itself"


def undo_of(page: str) -> str:
    found = re.search(r'name="undo" value="([^"]*)"', page)
    assert found is not None
    return unescape(found[1])


@pytest.mark.parametrize(
    "before", [{}, {"news": "on"}, {"news": "digest"}, {"news": "digest", "reminder": "off"}]
)
def test_switching_on_again_brings_back_what_stood_before(client: Client, before: dict[str, str]) -> None:
    person = make_user()
    for kind, wish in before.items():
        Choice.objects.create(person=person, kind=kind, wish=wish)
    address = f"{PAGE}off/{optout_token(person.pk, 'news', 'reminder')}/"
    page = client.post(address).text
    assert wishes() == {"news": "off", "reminder": "off"}
    client.post(address, {"do": "on", "undo": undo_of(page)})
    assert wishes() == before


def test_the_undo_of_another_or_a_forged_one_brings_back_nothing_of_theirs(client: Client) -> None:
    person, other = make_user(), make_user()
    Choice.objects.create(person=other, kind="news", wish="digest")
    theirs = undo_of(client.post(link(other)).text)
    for undo in (theirs, f"{undo_token(person.pk, ['news'], {'news': Wish.DIGEST})[:-2]}xx", "junk", "\x00"):
        client.post(link(person))
        client.post(link(person), {"do": "on", "undo": undo})
        assert not Choice.objects.filter(person=person).exists(), "as it comes by itself"


def test_a_kind_that_is_off_by_itself_can_be_switched_on(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(kinds._kinds, "news", replace(kinds.kind_of("news"), wish=Wish.OFF))
    client.post(link(make_user()), {"do": "on"})
    assert wishes() == {"news": "on"}


def test_a_mail_program_posts_once_without_a_session_or_a_key() -> None:
    person, program = make_user(), Client(enforce_csrf_checks=True)
    for _time in range(2):
        answer = program.post(
            link(person), "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
        )
        assert answer.status_code == 200
    assert wishes() == {"news": "off"}


def test_a_kind_that_cannot_be_off_stays(client: Client) -> None:
    answer = client.post(link(make_user(), "dates"), {"do": "off"})
    assert answer.status_code == 200 and "cannot be switched off" in answer.text
    assert wishes() == {}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("fault", ["forged", "cut", "other kind", "gone", "closed", "no such kind", "junk"])
def test_a_link_that_is_not_ours_changes_nothing_and_says_so(client: Client, method: str, fault: str) -> None:
    person, other = make_user(), make_user()
    token = optout_token(person.pk, "news")
    _value, _colon, signature = token.rpartition(":")
    tokens = {
        "forged": f"{optout_token(other.pk, 'news').rpartition(':')[0]}:{signature}",
        "cut": token[:-3],
        "other kind": f"{optout_token(person.pk, 'reminder').rpartition(':')[0]}:{signature}",
        "no such kind": optout_token(person.pk, "gone"),
        "junk": "%00%ff:x",
    }
    if fault == "gone":
        person.delete()
    if fault == "closed":
        User.objects.filter(pk=person.pk).update(is_active=False)
    address = f"{PAGE}off/{tokens.get(fault, token)}/"
    answer = getattr(client, method)(address, headers={"accept-language": "en"})
    assert answer.status_code == 404 and "This link does not work." in answer.text
    assert wishes() == {}


def test_the_link_of_one_person_says_nothing_of_another(
    client: Client, course: Course, student: User
) -> None:
    other = make_user()
    make_enrolment(person=other, course=course)
    client.force_login(student)
    client.post(link(other), {"do": "off"})
    assert list(Choice.objects.values_list("person", flat=True)) == [other.pk]
