"""Classes and the exam: what is news is told once, by comparing with what was told last."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from people.kinds import kind_of
from people.models import Message
from schedule.actions.telling import remember_schedule, sweep_schedule, tell_schedule
from schedule.models import ClassMeeting, Course, CourseChat, Exam, StudyGroup
from tests.factories import make_class, make_enrolment, make_exam, moscow

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

NOW = moscow(2025, 10, 1, 12)


@pytest.fixture
def meeting(course: Course, student: Any, lecturer: Any) -> ClassMeeting:
    """A class of tomorrow, known to everybody."""
    meeting = make_class(
        course=course, number="5", title="Pruning", starts_at=moscow(2025, 10, 2, 10, 30), room="П-13"
    )
    remember_schedule(course=course, now=NOW)
    return meeting


def told(kind: str = "class") -> list[Message]:
    return list(Message.objects.filter(kind=kind).exclude(state="dropped").order_by("pk"))


def holds(message: Message, now: Any = NOW) -> str:
    return kind_of(message.kind).holds(message.person_id, message.facts, now)


def set_to(row: Any, **fields: Any) -> None:
    """Change a row past the portal."""
    type(row).objects.filter(pk=row.pk).update(**fields)


def move(meeting: ClassMeeting, hours: int) -> None:
    lasts = meeting.ends_at - meeting.starts_at
    starts = moscow(2025, 10, 2, 10, 30) + timedelta(hours=hours)
    set_to(meeting, starts_at=starts, ends_at=starts + lasts)


class TestClasses:
    def test_first_sight_is_silent(self, course: Course, student: Any) -> None:
        make_class(course=course, starts_at=moscow(2025, 10, 2))
        sweep_schedule(NOW)
        assert told() == []

    def test_a_change_past_the_portal_is_told_once_to_everybody(
        self, meeting: ClassMeeting, student: Any, lecturer: Any
    ) -> None:
        move(meeting, 2)
        sweep_schedule(NOW)
        sweep_schedule(NOW + timedelta(minutes=1))
        assert {message.person_id for message in told()} == {student.pk, lecturer.pk}
        assert all(holds(message) == "" for message in told())

    def test_who_did_it_is_not_told(self, meeting: ClassMeeting, student: Any, lecturer: Any) -> None:
        set_to(meeting, room="П-14")
        tell_schedule(course=meeting.course, now=NOW, but=[lecturer.pk])
        assert [message.person_id for message in told()] == [student.pk]

    def test_what_changes_again_before_it_went_is_told_from_where_it_began(
        self, meeting: ClassMeeting
    ) -> None:
        move(meeting, 2)
        sweep_schedule(NOW)
        move(meeting, 4)
        sweep_schedule(NOW + timedelta(minutes=1))
        for message in told():
            assert message.facts["before"]["starts_at"] == moscow(2025, 10, 2, 10, 30).isoformat()
            assert message.facts["after"]["starts_at"] == moscow(2025, 10, 2, 14, 30).isoformat()

    def test_what_went_by_mail_is_told_from_there(self, meeting: ClassMeeting) -> None:
        move(meeting, 2)
        sweep_schedule(NOW)
        Message.objects.update(state="sent", settled_at=NOW)
        move(meeting, 4)
        sweep_schedule(NOW + timedelta(minutes=1))
        assert told()[-1].facts["before"]["starts_at"] == moscow(2025, 10, 2, 12, 30).isoformat()

    def test_moved_back_before_it_went_leaves_nothing(self, meeting: ClassMeeting) -> None:
        move(meeting, 2)
        sweep_schedule(NOW)
        move(meeting, 0)
        sweep_schedule(NOW + timedelta(minutes=1))
        assert told() == []

    @pytest.mark.parametrize("address", ["/notices/", "/notices/{0}/"])
    def test_moved_back_after_its_reader_saw_it_under_the_bell_is_told(
        self, meeting: ClassMeeting, student: Any, client: Client, address: str
    ) -> None:
        move(meeting, 2)
        sweep_schedule(NOW)
        client.force_login(student)
        client.get(address.format(Message.objects.get(person=student).pk))
        move(meeting, 0)
        sweep_schedule(NOW + timedelta(minutes=1))
        ((first, back),) = [told()]
        assert (first.person_id, back.person_id) == (student.pk, student.pk)
        assert back.facts["before"] == first.facts["after"] and holds(back) == ""
        assert holds(first) == "changed_again"

    def test_moved_back_while_a_worker_has_it_in_hand_does_not_go(self, meeting: ClassMeeting) -> None:
        move(meeting, 2)
        sweep_schedule(NOW)
        Message.objects.update(state="claimed", claimed_until=NOW + timedelta(minutes=3))
        move(meeting, 0)
        sweep_schedule(NOW + timedelta(minutes=1))
        assert told() == []

    def test_a_silent_change_leaves_what_was_about_to_be_told_and_corrects_it(
        self, meeting: ClassMeeting, student: Any
    ) -> None:
        move(meeting, 2)
        sweep_schedule(NOW)
        lease = NOW + timedelta(minutes=3)
        Message.objects.filter(person=student).update(state="claimed", claimed_until=lease)
        sent = Message.objects.exclude(person=student)
        sent.update(state="sent", handed_at=NOW, settled_at=NOW)
        set_to(meeting, room="П-14")
        remember_schedule(course=meeting.course, now=NOW)
        (mine,) = Message.objects.filter(person=student)
        assert (mine.state, holds(mine)) == ("waiting", "")
        assert mine.facts["before"]["starts_at"] == moscow(2025, 10, 2, 10, 30).isoformat()
        assert mine.facts["after"]["room"] == "П-14"
        assert [one.facts["after"]["room"] for one in sent] == ["П-13"]  # as it went
        move(meeting, 0)
        set_to(meeting, room="П-13")
        remember_schedule(course=meeting.course, now=NOW)
        mine.refresh_from_db()
        assert (mine.state, mine.reason) == ("dropped", "changed_again")

    def test_moved_back_while_it_was_handed_over_is_told(self, meeting: ClassMeeting) -> None:
        move(meeting, 2)
        sweep_schedule(NOW)
        lease = NOW + timedelta(minutes=3)
        Message.objects.update(state="claimed", claimed_until=lease, handed_at=NOW)
        first = len(told())
        move(meeting, 0)
        sweep_schedule(NOW + timedelta(minutes=1))
        assert len(told()) == 2 * first

    def test_to_and_fro_and_to_is_told_each_time(self, meeting: ClassMeeting, student: Any) -> None:
        for minute, hours in enumerate((2, 0, 2)):
            move(meeting, hours)
            sweep_schedule(NOW + timedelta(minutes=minute))
            Message.objects.update(state="sent", settled_at=NOW)
        assert len([message for message in told() if message.person_id == student.pk]) == 3

    def test_what_changed_after_it_was_written_does_not_go(self, meeting: ClassMeeting) -> None:
        move(meeting, 2)
        sweep_schedule(NOW)
        set_to(meeting, room="elsewhere")
        assert {holds(message) for message in told()} == {"changed_again"}

    def test_the_past_is_silent(self, meeting: ClassMeeting) -> None:
        set_to(meeting, room="П-14")
        sweep_schedule(moscow(2025, 10, 3))
        assert told() == []

    def test_what_passes_before_it_went_does_not_go(self, meeting: ClassMeeting) -> None:
        set_to(meeting, room="П-14")
        sweep_schedule(NOW)
        assert {holds(message, moscow(2025, 10, 3)) for message in told()} == {"past"}

    def test_who_has_left_is_not_told(self, meeting: ClassMeeting, student: Any) -> None:
        set_to(meeting, room="П-14")
        sweep_schedule(NOW)
        student.enrolments.update(left_at=NOW)
        (message,) = [message for message in told() if message.person_id == student.pk]
        assert holds(message) == "left_the_course"

    def test_the_chat_is_told_where_it_is_on(self, meeting: ClassMeeting) -> None:
        CourseChat.objects.create(
            course=meeting.course, token="1" * 9 + ":" + "a" * 35, chat_id="1", is_on=True
        )
        set_to(meeting, room="П-14")
        sweep_schedule(NOW)
        assert [message.chat for message in told() if message.chat] == [meeting.course.slug]

    def test_a_rollback_leaves_nothing(self, meeting: ClassMeeting) -> None:
        set_to(meeting, room="П-14")
        with transaction.atomic():
            tell_schedule(course=meeting.course, now=NOW)
            transaction.set_rollback(True)
        assert told() == []
        sweep_schedule(NOW)
        assert len(told()) == 2

    def test_the_statements_do_not_grow_with_the_people(
        self, meeting: ClassMeeting, group: StudyGroup
    ) -> None:
        counts: list[int] = []
        for room, more in (("a", 0), ("b", 30), ("c", 0)):
            for _each in range(more):
                make_enrolment(group=group)
            set_to(meeting, room=room)
            with CaptureQueriesContext(
                connection,
            ) as captured:
                sweep_schedule(NOW + timedelta(minutes=len(counts)))
            counts.append(len(captured))
        assert counts[2] <= counts[1] <= counts[0] + 2, counts


class TestExam:
    @pytest.fixture
    def exam(self, course: Course, student: Any) -> Exam:
        exam = make_exam(course=course)
        remember_schedule(course=course, now=NOW)
        return exam

    def test_its_day_time_and_room_are_told_once_set(self, exam: Exam) -> None:
        set_to(exam, starts_at=moscow(2025, 12, 18, 10), room="604")
        sweep_schedule(NOW)
        sweep_schedule(NOW + timedelta(minutes=1))
        (message,) = told("exam")
        assert holds(message) == ""
        assert holds(message, moscow(2025, 12, 18, 11)) == "past"

    def test_one_that_has_its_time_at_first_sight_is_told(self, course: Course, student: Any) -> None:
        make_exam(course=course, starts_at=moscow(2025, 12, 18, 10), room="604")
        for minute in range(2):
            sweep_schedule(NOW + timedelta(minutes=minute))
        (message,) = told("exam")
        assert message.facts["before"]["starts_at"] is None
        assert kind_of("exam").write([message.facts], course.zone).subject.endswith("room: 604")
        assert holds(message) == ""

    def test_one_without_a_time_or_of_the_past_is_not_told_at_first_sight(
        self, course: Course, student: Any
    ) -> None:
        exam = make_exam(course=course)
        sweep_schedule(NOW)
        exam.delete()
        make_exam(course=course, starts_at=moscow(2025, 12, 18, 10))
        sweep_schedule(moscow(2025, 12, 18, 11))
        assert told("exam") == []

    def test_an_import_says_nothing_of_one_that_has_its_time(self, course: Course, student: Any) -> None:
        make_exam(course=course, starts_at=moscow(2025, 12, 18, 10))
        remember_schedule(course=course, now=NOW)
        sweep_schedule(NOW)
        assert told("exam") == []

    def test_an_import_corrects_what_was_about_to_be_told(self, exam: Exam) -> None:
        set_to(exam, starts_at=moscow(2025, 12, 18, 10), room="604")
        sweep_schedule(NOW)
        set_to(exam, room="605")
        remember_schedule(course=exam.course, now=NOW)
        (message,) = told("exam")
        assert (message.facts["after"]["room"], holds(message)) == ("605", "")

    def test_another_window_is_told(self, exam: Exam) -> None:
        set_to(exam, not_after_on=date(2025, 12, 24))
        sweep_schedule(NOW)
        assert len(told("exam")) == 1

    def test_its_window_says_nothing_more_once_it_has_a_time(self, exam: Exam) -> None:
        set_to(exam, starts_at=moscow(2025, 12, 18, 10))
        remember_schedule(course=exam.course, now=NOW)
        set_to(exam, not_after_on=date(2025, 12, 24))
        sweep_schedule(NOW)
        assert told("exam") == []

    def test_another_format_is_not(self, exam: Exam) -> None:
        set_to(exam, format="Two questions")
        sweep_schedule(NOW)
        assert told("exam") == []

    def test_after_it_nothing_is_told(self, exam: Exam) -> None:
        set_to(exam, room="604")
        sweep_schedule(moscow(2026, 1, 1, 1))
        assert told("exam") == []

    def test_what_changed_meanwhile_does_not_go(self, exam: Exam) -> None:
        set_to(exam, room="604")
        sweep_schedule(NOW)
        set_to(exam, room="605")
        assert [holds(message) for message in told("exam")] == ["changed_again"]
