"""After a standstill staff are told once: from when until when, and what came too late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from grading.actions import outage
from grading.actions.outage import STOOD_STILL, sweep_outage, too_late
from grading.actions.reminding import sweep_reminders
from people.actions.sweep import sweep
from people.letters import letter_of
from people.models import Message, Sweep, User
from schedule.models import Course, Role, StudyGroup
from schedule.wording import NBSP
from tests.factories import (
    make_assignment,
    make_course,
    make_enrolment,
    make_group,
    make_message,
    make_personal_date,
    make_submission,
    make_user,
    moscow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

DUE = moscow(2025, 9, 30, 23, 59, 59)
SINCE, NOW = moscow(2025, 9, 29, 12), moscow(2025, 10, 2, 12)
"""Three days, over the day of a deadline."""


def told(now: datetime = NOW, since: datetime | None = SINCE) -> list[Message]:
    """What a first sweep at ``now`` tells of an outage, when the last one was at ``since``."""
    Sweep.objects.all().delete()
    if since is not None:
        Sweep.objects.create(swept_at=since)
    sweep_outage(now)
    return list(Message.objects.filter(kind="outage").order_by("person__email"))


@pytest.fixture
def root(db: None) -> User:
    return make_user(is_superuser=True, email="root@example.org")


class TestWhen:
    @pytest.mark.parametrize(
        ("still", "is_told"),
        [(timedelta(minutes=1), False), (STOOD_STILL, False), (STOOD_STILL + timedelta(seconds=1), True)],
    )
    def test_after_more_than_an_hour(self, still: timedelta, is_told: bool, lecturer: User) -> None:
        assert bool(told(NOW, NOW - still)) is is_told

    def test_a_portal_that_was_never_swept_did_not_stand_still(self, lecturer: User) -> None:
        assert told(NOW, None) == []

    def test_once_however_often_and_by_however_many(self, lecturer: User) -> None:
        assert len(told()) == 1
        sweep_outage(NOW + timedelta(minutes=1))  # the first sweep was killed before it kept its moment
        sweep_outage(NOW)
        assert Message.objects.filter(kind="outage").count() == 1
        again = moscow(2025, 10, 5, 12)
        assert len(told(again + timedelta(hours=2), again)) == 2, "another standstill is another message"

    def test_a_whole_sweep_tells_it_and_the_next_does_not(self, lecturer: User) -> None:
        Sweep.objects.create(swept_at=SINCE)
        for minutes in (0, 1):
            moment = NOW + timedelta(minutes=minutes)
            with time_machine.travel(moment, tick=False):
                sweep(clock=lambda at=moment: at)  # type: ignore[misc]
        [letter] = [each for each in mail.outbox if "sent nothing" in each.subject]
        assert lecturer.email in letter.to[0]
        assert Sweep.objects.get().swept_at == NOW + timedelta(minutes=1)

    def test_what_could_not_be_told_is_told_by_a_later_sweep(
        self, course: Course, lecturer: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Sweep.objects.create(swept_at=SINCE)
        with monkeypatch.context() as broken:
            broken.setattr(outage, "_readers", lambda _courses: 1 / 0)
            sweep(clock=lambda: NOW)
        assert Sweep.objects.get().swept_at == NOW and not Message.objects.exists()
        for minutes in (1, 2):
            sweep(clock=lambda at=NOW + timedelta(minutes=minutes): at)  # type: ignore[misc]
        message = Message.objects.get(kind="outage")
        assert (message.facts["since"], message.facts["until"]) == (
            SINCE.astimezone(UTC).isoformat(),
            NOW.astimezone(UTC).isoformat(),
        )

    @pytest.mark.parametrize("zone", ["", "Mars/Base", "../../etc/passwd"])
    def test_a_course_without_a_zone_keeps_no_other(self, zone: str, course: Course, lecturer: User) -> None:
        bad = make_course(slug="bad", short_title="Bad")
        of_bad = make_enrolment(
            course=bad, role=Role.LECTURER, person=make_user(email="z@example.org")
        ).person
        Course.objects.filter(pk=bad.pk).update(time_zone=zone)
        Sweep.objects.create(swept_at=SINCE)
        sweep(clock=lambda: NOW)
        found = {one.person: one for one in Message.objects.filter(kind="outage")}
        assert set(found) == {lecturer, of_bad}
        assert [one["late"] for one in found[lecturer].facts["courses"]] == [0]
        assert "is its time zone right?" in dict(letter_of([found[of_bad]]).rows)["Bad"]


class TestWhom:
    def test_lecturers_of_running_courses_and_superusers(
        self, course: Course, lecturer: User, assistant: User, student: User, root: User, stranger: User
    ) -> None:
        for slug, days in (("over", (-400, -100)), ("later", (60, 200))):
            first, last = ((NOW + timedelta(days=many)).date() for many in days)
            other = make_course(slug=slug, starts_on=first, ends_on=last)
            make_enrolment(course=other, role=Role.LECTURER)
        make_enrolment(course=course, role=Role.LECTURER, left_at=moscow(2025, 9, 20))
        gone = make_user(is_active=False)
        make_enrolment(person=gone, course=course, role=Role.LECTURER)
        assert [message.person for message in told()] == [lecturer, root]

    def test_each_of_their_own_courses(self, course: Course, lecturer: User, root: User) -> None:
        second, third = make_course(slug="second"), make_course(slug="third")
        make_enrolment(person=lecturer, course=second, role=Role.LECTURER)
        of_lecturer, of_root = ([each["course"] for each in message.facts["courses"]] for message in told())
        assert of_lecturer == [course.slug, second.slug]
        assert of_root == [course.slug, second.slug, third.slug]

    def test_without_anybody_to_tell_nothing_is_written(self, course: Course, student: User) -> None:
        assert told() == []


class TestTooLate:
    def test_a_round_that_fell_into_it_before_a_deadline_that_did(
        self, course: Course, student: User, group_mate: User
    ) -> None:
        """On the 29th at noon the round of the day before is done; that of the day itself is missed."""
        make_assignment(course=course, due_at=DUE)
        assert too_late(course, SINCE, NOW) == 2
        assert too_late(course, moscow(2025, 9, 29, 9), NOW) == 4, "both rounds, for both students"
        assert too_late(course, SINCE, moscow(2025, 9, 30, 20)) == 0, "it can still be written"
        assert too_late(course, moscow(2025, 9, 30, 11), NOW) == 0, "all its rounds were done"

    def test_what_was_handed_in_before_the_round_misses_nothing(
        self, course: Course, student: User, group_mate: User
    ) -> None:
        assignment = make_assignment(course=course, due_at=DUE)
        make_submission(assignment=assignment, student=student, submitted_at=moscow(2025, 9, 30, 9))
        make_submission(assignment=assignment, student=group_mate, submitted_at=moscow(2025, 10, 1))
        assert too_late(course, SINCE, NOW) == 1

    def test_the_date_that_holds_for_the_student_counts(
        self, course: Course, student: User, group_mate: User
    ) -> None:
        assignment = make_assignment(course=course, due_at=DUE)
        make_personal_date(assignment=assignment, student=student, due_at=moscow(2025, 10, 10))
        assert too_late(course, SINCE, NOW) == 1

    def test_what_was_written_and_did_not_go(self, course: Course, student: User) -> None:
        assert too_late(course, SINCE, NOW) == 0
        fields: dict[str, Any] = {"kind": "reminder", "person": student, "scope": course.slug}
        fields["at"] = moscow(2025, 9, 29, 10)
        make_message(**fields, useful_until=DUE)
        make_message(**fields, useful_until=DUE, state=Message.State.SENT)
        make_message(**fields, useful_until=NOW + timedelta(days=1))
        make_message(**{**fields, "scope": "other"}, useful_until=DUE)
        assert too_late(course, SINCE, NOW) == 1

    @pytest.mark.parametrize("days", [[], [7, 3]])
    def test_rounds_that_the_course_does_not_have(
        self, days: list[int], course: Course, student: User
    ) -> None:
        Course.objects.update(remind_days=days)
        course.refresh_from_db()
        make_assignment(course=course, due_at=DUE)
        assert too_late(course, SINCE, NOW) == 0

    def test_it_is_what_the_rounds_would_have_written(self, course: Course, student: User) -> None:
        """Two portals of the same story: one that is swept each hour, and one that stands still."""
        for day in (29, 30):
            make_assignment(course=course, due_at=moscow(2025, 9, day, 23, 59, 59))
        make_assignment(course=course, due_at=moscow(2025, 10, 2, 9))
        make_assignment(course=course, due_at=moscow(2025, 10, 4, 9))
        counted = too_late(course, moscow(2025, 9, 28, 12), NOW)
        sweep_reminders(moscow(2025, 9, 28, 12))
        before = set(Message.objects.values_list("key", flat=True))
        hour = moscow(2025, 9, 28, 13)
        while hour < NOW:
            sweep_reminders(hour)
            hour += timedelta(hours=1)
        written = Message.objects.exclude(key__in=before).filter(kind="reminder", useful_until__lt=NOW)
        assert counted == written.count() == 5

    def test_it_takes_as_many_statements_for_thirty_students(
        self,
        course: Course,
        group: StudyGroup,
        student: User,
        lecturer: User,
        django_assert_num_queries: DjangoAssertNumQueries,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        make_assignment(course=course, due_at=DUE)
        with django_assert_max_num_queries(20) as first:
            assert too_late(course, SINCE, NOW) == 1
        for _each in range(29):
            make_enrolment(group=group)
        with django_assert_num_queries(len(first.captured_queries)):
            assert too_late(course, SINCE, NOW) == 30


class TestWords:
    def test_from_when_until_when_and_how_many(self, course: Course, student: User, lecturer: User) -> None:
        make_assignment(course=course, due_at=DUE)
        make_course(slug="quiet", short_title="Quiet")
        [message] = told()
        with translation.override("en"):
            letter = letter_of([message])
        told_as = "The portal sent nothing from 29 September, 12:00 MSK until 2 October, 12:00 MSK"
        assert letter.subject.replace(NBSP, " ") == told_as
        assert dict(letter.rows)[course.short_title] == (
            "1 reminder was not sent: it would have come too late"
        )
        assert letter.link == "/admin/people/message/?course=all"
        assert any("Tell your students" in each for each in letter.paragraphs)

    def test_where_nothing_came_too_late(self, course: Course, lecturer: User) -> None:
        make_group(course=course)
        letter = letter_of(told())
        assert dict(letter.rows)[course.short_title] == "no reminder came too late"
        assert not any("Tell your students" in each for each in letter.paragraphs)
