"""The bell in the frame, and the page behind it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from people import kinds
from people.actions.notices import mark_shown
from people.actions.outbox import write
from people.kinds import Facts, Letter
from people.models import Message, User
from schedule.models import Course
from tests.factories import make_user, moscow
from tests.kinds import only_these_kinds  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.usefixtures("only_these_kinds")]
NOW = moscow(2025, 9, 23, 23, 30)


@pytest.fixture
def reader(client: Client, student: User) -> Client:
    client.force_login(student)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def tell(
    person: User, what: str = "One", *, at: datetime = NOW, link: str = "", kind: str = "news"
) -> Message:
    facts = {"what": what, "link": link}
    write(kind=kind, to=[person.pk], key=what, facts=facts, zone="Europe/Moscow", now=at)
    return Message.objects.get(person=person, key__contains=f":{what}:")


def bell(page: str) -> str:
    found = re.search(r'class="tool bell".*?</a>', page, re.DOTALL)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", " ", found[0].split(">", 1)[1]).split())


def test_the_bell_counts_what_is_unread_in_words_and_in_a_figure(
    reader: Client, course: Course, student: User, stranger: User
) -> None:
    page = f"/courses/{course.slug}/about/"
    assert bell(reader.get(page).text) == "Notices, none unread"
    tell(student, "One")
    tell(student, "Two")
    tell(stranger, "Theirs")
    gone = tell(student, "Three")
    Message.objects.filter(pk=gone.pk).update(state="dropped", reason="moved", settled_at=NOW)
    assert bell(reader.get(page).text) == "2 unread notices 2"
    reader.force_login(stranger)
    assert bell(reader.get("/").text) == "1 unread notice 1"


def test_the_bell_costs_no_statement_where_courses_are_asked_for_anyway(
    reader: Client, course: Course, student: User
) -> None:
    tell(student)
    with CaptureQueriesContext(connection) as queries:
        reader.get(f"/courses/{course.slug}/about/")
    assert len([one for one in queries if "people_message" in one["sql"]]) == 1


def test_notices_stand_by_day_latest_first_in_the_readers_language(reader: Client, student: User) -> None:
    tell(student, "Old", at=NOW)
    tell(student, "New", at=NOW + timedelta(hours=1))
    page = reader.get("/notices/").text
    titles = re.findall(r"<h[23][^>]*>(.*?)</h[23]>", page, re.DOTALL)
    told = [re.sub(r"<[^>]+>|\s+", " ", title).strip() for title in titles]
    assert [" ".join(one.split()) for one in told] == [
        "Wednesday, 24 September",
        "New: Schedule: New",
        "Tuesday, 23 September",
        "New: Schedule: Old",
    ]
    assert "00:30" in page and "23:30" in page and "MSK" in page and "More of Old" in page
    assert "Расписание: Old" in reader.get("/notices/", headers={"accept-language": "ru"}).text


def test_what_the_list_shows_its_reader_counts_as_shown_the_first_time(
    reader: Client, student: User, stranger: User, time_machine: Any
) -> None:
    seen, theirs = tell(student, "Seen"), tell(stranger, "Theirs")
    reader.head("/notices/")
    assert not Message.objects.exclude(shown_at=None).exists()
    for minute in range(2):
        time_machine.move_to(NOW + timedelta(minutes=minute), tick=False)
        reader.get("/notices/")
    later = tell(student, "Later")
    shown = dict(Message.objects.values_list("pk", "shown_at"))
    assert shown == {seen.pk: NOW, theirs.pk: None, later.pk: None}
    assert bell(reader.get("/").text) == "2 unread notices 2"  # shown is not yet opened


def test_one_that_is_taken_back_while_the_list_is_made_does_not_stand_in_it(
    reader: Client, student: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(student, "Stays")
    gone = tell(student, "Gone")

    def taken_back_first(*, messages: Any, now: datetime) -> bool:
        messages = list(messages)
        Message.objects.filter(pk=gone.pk).update(state="dropped", reason="moved", settled_at=NOW)
        return mark_shown(messages=messages, now=now)

    monkeypatch.setattr("courseportal.views.messages.mark_shown", taken_back_first)
    page = reader.get("/notices/").text
    assert "Schedule: Stays" in page and "Schedule: Gone" not in page
    gone.refresh_from_db()
    assert gone.shown_at is None


def test_opening_a_notice_marks_it_read_and_goes_where_it_leads(reader: Client, student: User) -> None:
    message = tell(student, link="/courses/effdl/assignments/1/")
    answer = reader.get(f"/notices/{message.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, "/courses/effdl/assignments/1/")
    message.refresh_from_db()
    first = message.read_at
    assert first is not None
    reader.get(f"/notices/{message.pk}/")
    message.refresh_from_db()
    assert message.read_at == first
    assert 'class="new"' not in reader.get("/notices/").text


@pytest.mark.parametrize("link", ["", "https://elsewhere.example/", "//elsewhere.example/", "javascript:x"])
def test_a_notice_without_a_page_of_ours_leads_back_to_the_list(
    reader: Client, student: User, link: str
) -> None:
    assert reader.get(f"/notices/{tell(student, link=link).pk}/")["Location"] == "/notices/"


def test_somebody_elses_notice_is_not_there(reader: Client, stranger: User, student: User) -> None:
    theirs = tell(stranger)
    gone = tell(student, "Gone")
    Message.objects.filter(pk=gone.pk).update(state="dropped", reason="moved", settled_at=NOW)
    for number in (theirs.pk, gone.pk, 0, 10**30):
        assert reader.get(f"/notices/{number}/").status_code == 404
    theirs.refresh_from_db()
    assert theirs.read_at is None


def test_all_that_was_shown_is_marked_read_and_what_came_later_is_not(
    reader: Client, student: User, stranger: User
) -> None:
    seen, theirs = tell(student, "Seen"), tell(stranger, "Theirs")
    page = reader.get("/notices/").text
    latest = re.search(r'name="latest" value="(\d+)"', page)
    assert latest is not None
    later = tell(student, "Later")
    assert reader.post("/notices/read/", {"latest": latest[1]})["Location"] == "/notices/"
    unread = Message.objects.filter(read_at=None).values_list("pk", flat=True)
    assert seen.pk not in unread and {later.pk, theirs.pk} <= set(unread)


@pytest.mark.parametrize("latest", ["", "x", "-1", "9" * 30, "²"])
def test_a_bad_number_marks_nothing(reader: Client, student: User, latest: str) -> None:
    tell(student)
    assert reader.post("/notices/read/", {"latest": latest}).status_code == 302
    assert Message.objects.filter(read_at=None).count() == 1


def test_a_message_of_a_kind_that_is_no_more_breaks_nothing(reader: Client, student: User) -> None:
    message = tell(student)
    Message.objects.update(kind="gone")
    assert "can no longer be shown" in reader.get("/notices/").text
    assert reader.get(f"/notices/{message.pk}/")["Location"] == "/notices/"


def test_a_message_that_cannot_be_written_hides_no_other_and_can_be_read(
    reader: Client, student: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(facts: Sequence[Facts], zone: ZoneInfo) -> Letter:
        return Letter(facts[0]["called something else"], "")

    monkeypatch.setitem(kinds._kinds, "report", replace(kinds.kind_of("report"), write=broken))
    tell(student, "Sound")
    message = tell(student, "Broken", kind="report")
    page = reader.get("/notices/").text
    assert page.count("This message cannot be shown.") == 1 and "Schedule: Sound" in page
    assert f'href="/notices/{message.pk}/"' in page
    assert reader.get(f"/notices/{message.pk}/")["Location"] == "/notices/"
    message.refresh_from_db()
    assert message.read_at is not None
    page = reader.get("/notices/").text
    assert "This message cannot be shown." in page and page.count('class="new"') == 1


def test_a_visitor_is_asked_to_sign_in_and_then_led_to_the_notice(client: Client, student: User) -> None:
    address = f"/notices/{tell(student).pk}/"
    assert client.get(address)["Location"] == f"/accounts/login/?next={address}"
    assert client.get("/notices/")["Location"] == "/accounts/login/?next=/notices/"
    assert client.post("/notices/read/").status_code == 302
    assert 'class="tool bell"' not in client.get("/accounts/login/").text


def test_without_notices_the_page_says_what_will_come(reader: Client) -> None:
    assert "Nothing has happened yet" in reader.get("/notices/").text


def test_the_list_takes_the_same_statements_with_1_and_with_30_and_goes_on(
    reader: Client, student: User
) -> None:
    counts = []
    for numbers in (range(1), range(1, 30), range(30, 40)):
        for number in numbers:
            tell(student, f"n{number}", at=NOW + timedelta(hours=number))
        with CaptureQueriesContext(connection) as queries:
            page = reader.get("/notices/").text
        counts.append(len(queries))
    assert counts == [7, 7, 7]  # one to keep what was shown
    with CaptureQueriesContext(connection) as queries:
        reader.get("/notices/")
    assert len(queries) == 6  # and none where all of it was
    assert page.count('class="new"') == 30 and "?page=2" in page
    assert reader.get("/notices/?page=2").text.count('class="new"') == 10
    assert make_user().messages.count() == 0
