"""A course whose row makes no sense keeps no other from its messages, and nothing of its own is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from people.actions.apart import PartlyDone
from people.actions.sweep import sweep
from people.kinds import sweepers
from people.models import Message, Sweep
from schedule.actions import telling
from schedule.messages.classes import class_facts
from schedule.models import Assignment, ClassMeeting, Course
from tests.factories import make_assignment, make_class, make_course, make_enrolment, moscow

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
TEN = moscow(2025, 9, 29, 10)
State = Message.State


def run(minutes: float = 0.0) -> None:
    sweep(clock=lambda: TEN + timedelta(minutes=minutes))


def make_due() -> Assignment:
    """An assignment that is due on the next day, with a student and a class."""
    course = make_course()
    make_enrolment(course=course)
    make_class(course=course, starts_at=TEN + timedelta(days=3))
    return make_assignment(course=course, due_at=moscow(2025, 9, 30, 23, 59, 59))


@pytest.mark.parametrize("zone", ["", "Mars/Phobos", "../../etc/passwd"])
def test_a_course_without_a_zone_keeps_no_other(zone: str, caplog: pytest.LogCaptureFixture) -> None:
    before, bad, after = make_due(), make_due(), make_due()
    Course.objects.filter(pk=bad.course_id).update(time_zone=zone)
    run()
    assert set(Message.objects.values_list("scope", flat=True)) == {before.course.slug, after.course.slug}
    assert len(mail.outbox) == 2
    assert f"schedule.Course {bad.course_id} could not be swept" in caplog.text
    assert Sweep.objects.get().swept_at == TEN
    Course.objects.filter(pk=bad.course_id).update(time_zone="Europe/Moscow")
    run(1)
    assert len(mail.outbox) == 3, "its reminders go when the row makes sense again"


@pytest.mark.parametrize("zone", ["", "Mars/Phobos"])
def test_what_was_written_before_waits_for_the_row_and_then_says_what_is_wrong(zone: str) -> None:
    assignment = make_due()
    for sweeper in sweepers:
        sweeper(TEN)
    message = Message.objects.get(kind="reminder")
    Course.objects.filter(pk=assignment.course_id).update(time_zone=zone)
    run()
    message.refresh_from_db()
    assert (message.state, message.attempts) == (State.WAITING, 1)
    assert "Error" in message.error or "NotFound" in message.error
    Course.objects.filter(pk=assignment.course_id).update(time_zone="Europe/Moscow")
    run(2)
    message.refresh_from_db()
    assert (message.state, len(mail.outbox)) == (State.SENT, 1)


def test_a_reminder_that_cannot_be_looked_at_again_keeps_no_other_course() -> None:
    bad, good = make_due(), make_due()
    Assignment.objects.filter(pk=good.pk).update(due_at=TEN + timedelta(days=5))
    run()
    message = Message.objects.get(kind="reminder")
    Message.objects.filter(pk=message.pk).update(state=State.DROPPED, reason="moved", settled_at=TEN)
    Course.objects.filter(pk=bad.course_id).update(time_zone="Mars/Phobos")
    Assignment.objects.filter(pk=good.pk).update(due_at=moscow(2025, 9, 30, 23, 59, 59))
    run(24 * 60)
    assert Message.objects.filter(kind="reminder", scope=good.course.slug).count() == 1


def test_a_class_of_a_bad_course_keeps_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = make_due(), make_due()
    run()
    ClassMeeting.objects.update(room="607")
    right = class_facts

    def facts(one: ClassMeeting, *args: object) -> object:
        if one.course_id == bad.course_id:
            raise RuntimeError("cannot be told")
        return right(one, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(telling, "class_facts", facts)
    with pytest.raises(PartlyDone, match=f"schedule.Course {bad.course_id}"):
        telling.sweep_schedule(TEN)
    assert set(Message.objects.filter(kind="class").values_list("scope", flat=True)) == {good.course.slug}
