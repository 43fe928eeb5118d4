"""Announcements: published at once, written to whom they are for, edited silently, withdrawn."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from people.channels.chats import text_of
from people.kinds import kind_of
from people.letters import envelope, letter_of
from people.models import Message, User
from schedule.actions.announcements import edit, publish, withdraw
from schedule.models import Announcement, Course, CourseChat, StudyGroup
from tests.factories import make_enrolment, make_group, moscow

pytestmark = pytest.mark.django_db

NOW = moscow(2025, 10, 1, 12)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def announced(course: Course, lecturer: User, **fields: Any) -> Announcement:
    values: dict[str, Any] = {"group": None, "title": "No class on Tuesday", "body": "**Sorry.**"}
    return publish(course=course, by=lecturer, now=NOW, **values | fields)


def readers() -> set[int | None]:
    return set(Message.objects.filter(kind="announcement").values_list("person_id", flat=True))


def test_to_everybody_but_who_says_it(
    course: Course, student: User, assistant: User, lecturer: User, stranger: User
) -> None:
    announced(course, lecturer)
    assert readers() == {student.pk, assistant.pk}


def test_to_a_group(course: Course, group: StudyGroup, student: User, lecturer: User) -> None:
    make_enrolment(group=make_group(course=course))
    announced(course, lecturer, group=group)
    assert readers() == {student.pk}


BODY = "We meet in **685**, see [the map](/courses/effdl/schedule/) <script>x</script>."


def test_its_emphasis_and_links_reach_the_letter_and_the_bell(
    course: Course, student: User, lecturer: User, client: Client
) -> None:
    publish(course=course, group=None, title="Room", body=BODY, by=lecturer, now=NOW)
    (message,) = Message.objects.filter(person=student)
    sent = envelope([message], student)
    html = str(sent.alternatives[0][0])
    assert "<strong>685</strong>" in html and "&lt;script&gt;x" in html
    whole = f"{settings.PORTAL_BASE_URL}/courses/effdl/schedule/"
    assert f'<a href="{whole}"' in html
    assert f"We meet in 685, see the map ({whole}) <script>x</script>." in sent.body
    client.force_login(student)
    page = client.get("/notices/").text
    assert "<strong>685</strong>" in page and f'href="{whole}"' in page and "<script>x" not in page
    text, _title = text_of(letter_of([message]))
    assert f"We meet in 685, see the map ({whole})" in text


def test_to_the_chat_only_what_is_for_the_course(course: Course, group: StudyGroup, lecturer: User) -> None:
    CourseChat.objects.create(course=course, token="1" * 9 + ":" + "a" * 35, chat_id="1", is_on=True)
    announced(course, lecturer, group=group)
    assert not Message.objects.filter(chat=course.slug).exists()
    announced(course, lecturer)
    assert Message.objects.filter(chat=course.slug).count() == 1


def test_edited_it_says_the_new_text_and_is_no_second_message(
    course: Course, student: User, lecturer: User
) -> None:
    row = announced(course, lecturer)
    edit(announcement=row, title="No class on Thursday", body="Really.", by=lecturer)
    (message,) = Message.objects.filter(person=student)
    assert message.facts["title"] == "No class on Thursday"
    assert message.facts["body"] == "Really."


def test_withdrawn_it_no_longer_holds(course: Course, student: User, lecturer: User) -> None:
    row = announced(course, lecturer)
    (message,) = Message.objects.filter(person=student)
    holds = kind_of("announcement").holds
    assert holds(student.pk, message.facts, NOW) == ""
    withdraw(announcement=row, by=lecturer, now=NOW)
    assert holds(student.pk, message.facts, NOW) == "withdrawn"
    message.refresh_from_db()
    assert (message.state, message.reason) == ("dropped", "withdrawn")


def test_withdrawn_who_may_have_read_it_learns_that_and_nobody_else_does(
    course: Course, student: User, lecturer: User, client: Client
) -> None:
    others = [make_enrolment(course=course).person for _each in range(4)]
    row = announced(course, lecturer)
    mailed, kept, shown, unseen = (Message.objects.filter(person=one) for one in others)
    mailed.update(state="sent", handed_at=NOW, settled_at=NOW, read_at=NOW)
    kept.update(state="kept", settled_at=NOW)  # by mail never; has not looked since
    client.force_login(others[2])
    assert "Sorry." in client.get("/notices/").text
    withdraw(announcement=row, by=lecturer, now=NOW)
    stand = {one: [(row.state, row.read_at) for row in Message.objects.noticed_by(one)] for one in others}
    assert stand == dict(zip(others, ([("sent", None)], [], [("kept", None)], []), strict=True))
    page = client.get("/notices/").text
    assert "withdrawn: No class on Tuesday" in page and "Sorry." not in page
    assert shown.get().reason == unseen.get().reason == "withdrawn"
    number = shown.get().pk
    assert "was withdrawn" in client.get(f"/notices/{number}/", follow=True).text


def test_who_left_is_not_told(course: Course, student: User, lecturer: User) -> None:
    announced(course, lecturer)
    (message,) = Message.objects.filter(person=student)
    student.enrolments.update(left_at=NOW)
    assert kind_of("announcement").holds(student.pk, message.facts, NOW) == "left_the_course"


def test_the_statements_do_not_grow_with_the_people(
    course: Course, group: StudyGroup, lecturer: User
) -> None:
    counts = []
    for more in (1, 30):
        for _each in range(more):
            make_enrolment(group=group)
        with CaptureQueriesContext(connection) as captured:
            announced(course, lecturer)
        counts.append(len(captured))
    assert counts[0] == counts[1], counts


class TestPages:
    def test_it_stands_on_its_page_the_list_and_today(
        self, course: Course, student: User, lecturer: User, time_machine: Any
    ) -> None:
        time_machine.move_to(NOW)
        row = announced(course, lecturer)
        client = signed_in(student)
        address = f"/courses/effdl/announcements/{row.pk}/"
        assert "<strong>Sorry.</strong>" in client.get(address).content.decode()
        for page in ("/", "/courses/effdl/announcements/"):
            assert address in client.get(page).content.decode()

    def test_another_groups_is_not_found(
        self, course: Course, student: User, lecturer: User, stranger: User
    ) -> None:
        row = announced(course, lecturer, group=make_group(course=course))
        for person, status in ((student, 404), (stranger, 404), (lecturer, 200)):
            assert signed_in(person).get(f"/courses/effdl/announcements/{row.pk}/").status_code == status

    def test_withdrawn_its_page_says_so_and_no_more(
        self, course: Course, student: User, lecturer: User, stranger: User
    ) -> None:
        row = announced(course, lecturer)
        withdraw(announcement=row, by=lecturer, now=NOW)
        page = signed_in(student).get(f"/courses/effdl/announcements/{row.pk}/").content.decode()
        assert "was withdrawn" in page and row.body not in page
        assert signed_in(stranger).get(f"/courses/effdl/announcements/{row.pk}/").status_code == 404
        assert row.title not in signed_in(student).get("/courses/effdl/announcements/").content.decode()


class TestAdmin:
    ADD = "/admin/schedule/announcement/add/"

    def posted(self, course: Course, **more: str) -> dict[str, str]:
        return {"course": str(course.pk), "group": "", "title": "Hello", "body": "*text*"} | more

    def test_a_preview_saves_nothing(self, course: Course, student: User, lecturer: User) -> None:
        page = signed_in(lecturer).post(self.ADD, self.posted(course, _preview="1"))
        assert "<em>text</em>" in page.content.decode()
        assert "errornote" not in page.content.decode()
        assert not Announcement.objects.exists()
        assert not Message.objects.exists()

    def test_published_it_is_written_to_everybody(
        self, course: Course, student: User, lecturer: User
    ) -> None:
        signed_in(lecturer).post(self.ADD, self.posted(course, _save="1"))
        row = Announcement.objects.get()
        assert (row.by, row.title, readers()) == (lecturer, "Hello", {student.pk})

    def test_edited_and_withdrawn(self, course: Course, student: User, lecturer: User) -> None:
        row = announced(course, lecturer)
        address = f"/admin/schedule/announcement/{row.pk}/change/"
        client = signed_in(lecturer)
        client.post(address, {"title": "New", "body": "b", "_save": "1"})
        row.refresh_from_db()
        assert (row.title, Message.objects.count()) == ("New", 1)
        client.post(address, {"title": "New", "body": "b", "_withdraw": "1"})
        row.refresh_from_db()
        assert row.withdrawn_at is not None

    def test_a_group_of_another_course_is_refused(self, course: Course, lecturer: User) -> None:
        other = make_group()
        page = signed_in(lecturer).post(self.ADD, self.posted(course, group=str(other.pk), _save="1"))
        assert page.status_code == 200
        assert not Announcement.objects.exists()

    def test_students_and_strangers_find_nothing(self, course: Course, student: User, stranger: User) -> None:
        for person in (student, stranger):
            assert signed_in(person).post(self.ADD, self.posted(course, _save="1")).status_code == 404
        assert not Announcement.objects.exists()
