"""--notify: imports tell nobody without it, and with it just those whom a change concerns."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from people.actions.deliver import deliver
from people.kinds import kind_of
from people.letters import letter_of
from people.models import Message, User
from schedule.actions.inviting import invite
from schedule.actions.telling import sweep_schedule
from schedule.models import ClassMeeting, Course, Enrolment
from tests.courseportal.course_files import SMALL
from tests.factories import PASSWORD, make_class, make_enrolment, make_user, moscow

pytestmark = pytest.mark.django_db

NOW = moscow(2025, 9, 2, 12)


def told(kind: str) -> list[Message]:
    return list(Message.objects.filter(kind=kind).exclude(state="dropped").order_by("pk"))


def run(name: str, *arguments: str) -> None:
    with time_machine.travel(NOW, tick=False):
        call_command(name, *arguments, stdout=StringIO(), stderr=StringIO())


class TestRoster:
    def bring(self, tmp_path: Path, *more: str) -> None:
        file = tmp_path / "roster.csv"
        file.write_text(
            "email,name,group,role\nnew@example.org,New,417,student\nold@example.org,Old,,assistant\n"
        )
        run("import_roster", "effdl", str(file), *more)

    def test_silent_unless_asked(self, course: Course, tmp_path: Path) -> None:
        self.bring(tmp_path)
        assert told("invitation") == []

    def test_who_joins_without_a_password_is_invited_once(self, course: Course, tmp_path: Path) -> None:
        make_user(email="old@example.org", name="Old", password=PASSWORD)
        for _each in range(2):
            self.bring(tmp_path, "--notify")
        assert [message.person.email for message in told("invitation") if message.person] == [
            "new@example.org"
        ]

    def test_the_link_lets_them_choose_a_password_and_holds_no_secret_in_the_outbox(
        self, course: Course, tmp_path: Path, client: Client
    ) -> None:
        self.bring(tmp_path, "--notify")
        (message,) = [one for one in told("invitation") if "new@" in one.facts["email"]]
        assert "reset" not in str(message.facts)
        mail.outbox.clear()
        with time_machine.travel(NOW, tick=False):
            deliver(clock=lambda: NOW)
            (letter,) = [one for one in mail.outbox if "new@example.org" in one.to[0]]
            found = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", str(letter.body))
            assert found is not None
            page = client.get(found[1], follow=True)
            assert page.status_code == 200
            address = page.request["PATH_INFO"]
            client.post(address, {"password1": "Tr0ub4dor&3x", "password2": "Tr0ub4dor&3x"})
        person = User.objects.get(email="new@example.org")
        assert person.check_password("Tr0ub4dor&3x")
        assert kind_of("invitation").holds(person.pk, message.facts, NOW) == "signs_in_already"

    def test_shown_it_links_to_the_sign_in_page_and_takes_no_query(self, course: Course) -> None:
        row = make_enrolment(course=course)
        invite(course=course, people=[row.person_id], now=NOW)
        (message,) = told("invitation")
        with CaptureQueriesContext(connection) as taken:
            assert letter_of([message]).link == "/accounts/login/"
        assert len(taken) == 0

    def test_the_page_of_notices_takes_no_more_for_more_invitations(self, course: Course) -> None:
        row = make_enrolment(course=course)
        client = Client()
        client.force_login(row.person)
        counted = []
        for hour in range(3):
            invite(course=course, people=[row.person_id], now=moscow(2025, 9, 2, hour))
            client.get("/notices/")
            with CaptureQueriesContext(connection) as taken:
                page = client.get("/notices/").content.decode()
            counted.append(len(taken))
            assert "password/reset" not in page
        assert counted[0] == counted[2]

    def test_invited_again_by_staff(self, course: Course, assistant: User) -> None:
        person = make_enrolment(course=course).person
        for hour in range(2):
            assert invite(course=course, people=[person.pk, assistant.pk], now=moscow(2025, 9, 2, hour)) == 1
        assert {message.person_id for message in told("invitation")} == {person.pk}

    @pytest.mark.parametrize(
        ("page", "action"), [("schedule/enrolment", "invite_people"), ("people/user", "invite_accounts")]
    )
    def test_the_actions_of_the_administration(
        self, course: Course, lecturer: User, page: str, action: str
    ) -> None:
        row = make_enrolment(course=course)
        client = Client()
        client.force_login(lecturer)
        chosen = row.pk if "enrolment" in page else row.person_id
        data = {"action": action, "_selected_action": [chosen]}
        answer = client.post(f"/admin/{page}/", data, follow=True)
        assert "1 person is invited." in answer.content.decode()
        assert [message.person_id for message in told("invitation")] == [row.person_id]

    def test_in_russian(self, course: Course) -> None:
        row = make_enrolment(course=course)
        invite(course=course, people=[row.person_id], now=NOW)
        (message,) = told("invitation")
        with translation.override("ru"):
            letter = kind_of("invitation").write([message.facts], course.zone)
        assert letter.subject.endswith(": выберите пароль для портала курса")

    def test_who_left_is_not_invited(self, course: Course) -> None:
        row = make_enrolment(course=course)
        Enrolment.objects.update(left_at=NOW)
        assert invite(course=course, people=[row.person_id], now=NOW) == 0


class TestCourseFile:
    EXAM = "\n[exam]\nnot_before_on = 2025-12-16\nnot_after_on = 2025-12-31\n"

    @pytest.fixture(autouse=True)
    def there(self, tmp_path: Path) -> None:
        """The small course is loaded, with a student who knows of its class and its exam."""
        self.file = tmp_path / "small.toml"
        self.load(SMALL + self.EXAM)
        make_enrolment(course=Course.objects.get(slug="small"))

    def load(self, text: str, *more: str) -> None:
        self.file.write_text(text)
        run("load_course", str(self.file), *more)
        sweep_schedule(NOW)

    CHANGED = (SMALL + EXAM).replace("10:30-12:05", "12:15-13:50") + 'room = "604"\n'

    def test_silent_unless_asked(self) -> None:
        self.load(self.CHANGED)
        assert (told("class"), told("exam")) == ([], [])

    def test_classes_and_the_exam(self) -> None:
        self.load(self.CHANGED, "--notify")
        assert (len(told("class")), len(told("exam"))) == (1, 1)

    def test_a_class_that_is_gone_is_cancelled(self) -> None:
        gone = re.sub(r"\[\[class\]\].*?\n\n", "", SMALL, flags=re.DOTALL)
        gone = gone.replace('given_at_class = "2025-09-09-lecture"', "issued_on = 2025-09-09")
        self.load(gone + self.EXAM, "--notify")
        (message,) = told("class")
        assert message.facts["after"]["cancelled"]
        assert kind_of("class").holds(message.person_id, message.facts, NOW) == ""
        assert kind_of("class").holds(message.person_id, message.facts, moscow(2025, 9, 10)) == "past"

    def test_a_dry_run_tells_nobody(self) -> None:
        self.load(self.CHANGED, "--notify", "--dry-run")
        assert (told("class"), told("exam")) == ([], [])


README = """Лекции во вторник {hours}

| Дата | Номер | Тема | Материалы | ДЗ |
| --- | --- | --- | --- | --- |
| 9 сентября {own} | 01 | Первая | - | - |
"""


@pytest.mark.parametrize("more", [[], ["--notify"]])
def test_the_schedule_of_a_readme(course: Course, student: User, tmp_path: Path, more: list[str]) -> None:
    file = tmp_path / "README.md"
    for own in ("10:30-12:05", "12:15-13:50"):
        file.write_text(README.format(hours="10:30-12:05", own=own))
        run("import_schedule", "effdl", str(file), "--year", "2025", *more)
    sweep_schedule(NOW)
    assert len(told("class")) == len(more)


class TestClassesInTheAdministration:
    @pytest.fixture
    def meeting(self, course: Course, student: User) -> ClassMeeting:
        meeting = make_class(course=course, title="Pruning", starts_at=moscow(2025, 9, 9, 10, 30))
        sweep_schedule(NOW)
        return meeting

    def saved(self, meeting: ClassMeeting, by: User, **more: str) -> None:
        answer = self.posted(meeting, by, **more)
        assert answer.status_code == 302, answer.content.decode()

    def asked(self, meeting: ClassMeeting, by: User, **more: str) -> str:
        """The question in between; nothing has changed."""
        before = ClassMeeting.objects.filter(pk=meeting.pk).values().get()
        answer = self.posted(meeting, by, **more)
        assert answer.status_code == 200
        assert ClassMeeting.objects.filter(pk=meeting.pk).values().get() == before
        return str(answer.content.decode())

    def posted(self, meeting: ClassMeeting, by: User, **more: str) -> Any:
        client = Client()
        client.force_login(by)
        starts, ends = "2025-09-09T10:30:00", "2025-09-09T12:05:00"
        values = {"key": meeting.key, "kind": "lecture", "number": "5", "title": "Pruning", "room": ""}
        frame = {f"materials-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL", "MIN_NUM", "MAX_NUM")}
        with time_machine.travel(NOW, tick=False):
            address = f"/admin/schedule/classmeeting/{meeting.pk}/change/"
            return client.post(address, values | frame | {"starts_at": starts, "ends_at": ends} | more)

    def test_cancelled_and_restored(self, meeting: ClassMeeting, student: User, lecturer: User) -> None:
        asked = self.asked(meeting, lecturer, is_cancelled="on", why="The lecturer is ill")
        assert "1 person is told" in asked and "cancelled: lecture 5" in asked and told("class") == []
        self.saved(meeting, lecturer, is_cancelled="on", why="The lecturer is ill", _asked="1")
        (message,) = told("class")
        assert (message.person_id, message.facts["why"]) == (student.pk, "The lecturer is ill")
        client = Client()
        client.force_login(student)
        with time_machine.travel(NOW, tick=False):
            for address in ("/", "/courses/effdl/schedule/"):
                page = client.get(address).content.decode()
                assert "<s>Pruning</s>" in page
                assert "The lecturer is ill" in page
            assert "The class on Tuesday, 9" in client.get("/").content.decode()
            assert "September is cancelled." in client.get("/").content.decode()
        out = StringIO()
        call_command("export_schedule", "effdl", stdout=out)
        assert "~~Pruning~~" in out.getvalue()
        assert "takes place after all: lecture 5" in self.asked(meeting, lecturer)
        self.saved(meeting, lecturer, _asked="1")
        assert told("class") == []  # nobody had been told yet
        meeting.refresh_from_db()
        assert (meeting.cancelled_at, meeting.cancelled_why) == (None, "")

    def together(self, by: User, action: str, *chosen: ClassMeeting, **more: str) -> str:
        client = Client()
        client.force_login(by)
        data = {"action": action, "_selected_action": [one.pk for one in chosen]} | more
        with time_machine.travel(NOW, tick=False):
            return str(client.post("/admin/schedule/classmeeting/", data, follow=True).content.decode())

    def test_several_at_once_are_asked_for_and_are_one_letter(
        self, meeting: ClassMeeting, student: User, lecturer: User
    ) -> None:
        other = make_class(course=meeting.course, title="Quantization", starts_at=moscow(2025, 9, 16))
        past = make_class(course=meeting.course, title="Intro", starts_at=moscow(2025, 8, 30))
        sweep_schedule(NOW)
        chosen = (meeting, other, past)
        asked = self.together(lecturer, "cancel", *chosen)
        assert "Cancel 3 classes" in asked and "1 person is told" in asked and "Pruning" in asked
        assert "2 classes are cancelled" in asked and asked.count("nobody is told of it") == 1
        assert not ClassMeeting.objects.filter(cancelled_at__isnull=False).exists() and told("class") == []
        reasons = {"why": " The lecturer is ill ", f"why_{other.pk}": "The room is flooded"}
        done = self.together(lecturer, "cancel", *chosen, _asked="1", **reasons)
        assert "3 classes are cancelled. 1 person is told" in done
        whys = dict(ClassMeeting.objects.values_list("pk", "cancelled_why"))
        ill, flooded = "The lecturer is ill", "The room is flooded"
        assert whys == {meeting.pk: ill, other.pk: flooded, past.pk: ill}
        mail.outbox.clear()
        deliver(clock=lambda: moscow(2025, 9, 2, 12, 3))
        (letter,) = mail.outbox
        assert str(letter.subject).endswith(": 2 classes are cancelled")
        assert ill in letter.body and flooded in letter.body

    def test_put_back_on_together_only_after_asking(
        self, meeting: ClassMeeting, student: User, lecturer: User
    ) -> None:
        self.together(lecturer, "cancel", meeting, _asked="1", why="x" * 301)
        assert not ClassMeeting.objects.filter(cancelled_at__isnull=False).exists()  # said, and typed again
        self.together(lecturer, "cancel", meeting, _asked="1", why="<b>ill</b>")
        assert "are cancelled already" in self.together(lecturer, "cancel", meeting, _asked="1", why="No")
        Message.objects.update(state="sent", settled_at=NOW)
        asked = self.together(lecturer, "restore", meeting)
        assert "takes place after all: lecture" in asked and "&lt;b&gt;ill&lt;/b&gt;" in asked
        assert ClassMeeting.objects.get(pk=meeting.pk).cancelled_why == "<b>ill</b>"
        done = self.together(lecturer, "restore", meeting, _asked="1")
        assert "1 class takes place after all. 1 person is told" in done
        assert "take place already" in self.together(lecturer, "restore", meeting, _asked="1")
        assert not ClassMeeting.objects.filter(cancelled_at__isnull=False).exists()

    def test_deleted_it_is_cancelled(self, meeting: ClassMeeting, student: User, lecturer: User) -> None:
        client = Client()
        client.force_login(lecturer)
        with time_machine.travel(NOW, tick=False):
            asked = client.get(f"/admin/schedule/classmeeting/{meeting.pk}/delete/").content.decode()
            assert "1 person is told" in asked and "cancelled: lecture" in asked and told("class") == []
            client.post(f"/admin/schedule/classmeeting/{meeting.pk}/delete/", {"post": "yes"})
        (message,) = told("class")
        assert message.facts["after"]["cancelled"]
