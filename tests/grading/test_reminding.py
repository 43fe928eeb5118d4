"""Reminders, the representative's report, the digest to staff: at their hour, once, and never falsely."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from grading.actions.hand_in import hand_in
from grading.actions.import_submissions import import_submissions
from grading.actions.reminding import sweep_reminders
from grading.actions.telling import sweep_dates
from grading.messages.reports import report_holds
from grading.models import LatePenalty, Reminded
from people.actions.deliver import deliver
from people.letters import letter_of
from people.models import Message, User
from people.queries.notices import unread_of
from perks.models import Activity, ExtensionRule
from schedule.models import Assignment, Course, Exam, StudyGroup
from tests.factories import (
    make_activity,
    make_assignment,
    make_course,
    make_enrolment,
    make_exam,
    make_extension_rule,
    make_personal_date,
    make_proof,
    make_request,
    make_submission,
    moscow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

DUE = moscow(2025, 9, 30, 23, 59, 59)


@pytest.fixture
def assignment(course: Course) -> Assignment:
    return make_assignment(course=course, number=3, title="Triton", due_at=DUE)


def reminders(now: datetime) -> int:
    """Sweep at that moment; how many reminders are there now in all."""
    sweep_reminders(now)
    return Message.objects.filter(kind="reminder").count()


def sent(now: datetime) -> list[str]:
    deliver(clock=lambda: now)
    subjects = [str(letter.subject) for letter in mail.outbox]
    mail.outbox.clear()
    return subjects


@pytest.mark.parametrize("days", [7, 3, 1, 0])
def test_at_ten_so_many_days_before(student: User, assignment: Assignment, days: int) -> None:
    day = date(2025, 9, 30) - timedelta(days=days)
    ten = moscow(day.year, day.month, day.day, 10)
    assert reminders(ten - timedelta(seconds=1)) == 0
    assert reminders(ten) == 1
    assert reminders(ten + timedelta(minutes=1)) == 1
    message = Message.objects.get()
    assert (message.person, message.useful_until, message.scope) == (student, DUE, "effdl")


@pytest.mark.parametrize("days", [8, 6, 5, 4, 2, -1])
def test_on_no_other_day(student: User, assignment: Assignment, days: int) -> None:
    day = date(2025, 9, 30) - timedelta(days=days)
    assert reminders(moscow(day.year, day.month, day.day, 10)) == 0


def test_the_days_and_the_hour_are_the_courses(student: User, assignment: Assignment, course: Course) -> None:
    Course.objects.filter(pk=course.pk).update(remind_days=[2], remind_at=time(20, 30))
    assert reminders(moscow(2025, 9, 28, 20, 29, 59)) == 0
    assert reminders(moscow(2025, 9, 28, 20, 30)) == 1
    Course.objects.filter(pk=course.pk).update(remind_days=[])
    assert reminders(moscow(2025, 9, 29, 20, 30)) == 1


def test_a_whole_autumn_of_minutes_makes_four(student: User, assignment: Assignment) -> None:
    moment = moscow(2025, 9, 20)
    while moment < moscow(2025, 10, 2):
        reminders(moment)
        moment += timedelta(minutes=97)
    days = [message.created_at.date().isoformat() for message in Message.objects.order_by("pk")]
    assert days == ["2025-09-23", "2025-09-27", "2025-09-29", "2025-09-30"]


def test_never_to_who_has_handed_in_not_even_after_it_was_written(
    student: User, group_mate: User, assignment: Assignment
) -> None:
    ten = moscow(2025, 9, 29, 10)
    make_submission(assignment=assignment, student=student, submitted_at=ten - timedelta(hours=1))
    reminders(ten)
    assert [message.person for message in Message.objects.all()] == [group_mate]
    make_submission(assignment=assignment, student=group_mate, submitted_at=ten)
    assert sent(ten) == []
    assert Message.objects.get().reason == "handed_in"


@pytest.mark.usefixtures("place")
@pytest.mark.django_db(transaction=True)
def test_what_is_handed_in_leaves_no_reminder_under_the_bell(student: User, assignment: Assignment) -> None:
    Assignment.objects.update(takes_link=True)
    reminders(moscow(2025, 9, 27, 10))
    sent(moscow(2025, 9, 27, 10))
    reminders(moscow(2025, 9, 29, 10))  # waits still
    assert unread_of(student) == 2
    at, link = moscow(2025, 9, 29, 11), "https://example.org/work"
    hand_in(assignment=Assignment.objects.get(), by=student, now=at, form_token=uuid4(), link=link)
    first, second = Message.objects.filter(kind="reminder").order_by("pk")
    assert (first.state, first.read_at) == ("sent", at)
    assert (second.state, second.reason, second.read_at) == ("dropped", "handed_in", None)
    assert unread_of(student) == 1  # the receipt


def test_neither_does_work_that_is_imported(
    student: User, group_mate: User, assignment: Assignment, course: Course
) -> None:
    ten = moscow(2025, 9, 29, 10)
    reminders(ten)
    sent(ten)
    rows = f"email,assignment,submitted_at,score,feedback\n{student.email},3,2025-09-28T12:00:00,,\n"
    import_submissions(course=course, data=rows.encode(), now=ten)
    assert (unread_of(student), unread_of(group_mate)) == (0, 1)


def test_a_date_that_has_moved_leaves_no_reminder_of_the_old_one(
    student: User, group_mate: User, assignment: Assignment
) -> None:
    ten = moscow(2025, 9, 29, 10)
    sweep_dates(ten)
    reminders(ten)
    sent(ten)
    make_personal_date(assignment=assignment, student=student, due_at=DUE + timedelta(days=4))
    sweep_dates(ten + timedelta(minutes=1))
    old, other = Message.objects.filter(kind="reminder").order_by("person_id")
    assert (old.person, old.read_at) == (student, ten + timedelta(minutes=1))
    assert (other.person, other.read_at) == (group_mate, None)
    assert unread_of(student) == 1  # of the date


def test_never_for_a_date_that_has_moved_away(student: User, assignment: Assignment) -> None:
    ten = moscow(2025, 9, 29, 10)
    reminders(ten)
    make_personal_date(assignment=assignment, student=student, due_at=DUE + timedelta(days=4))
    assert sent(ten) == []
    assert Message.objects.get().reason == "moved"
    assert reminders(moscow(2025, 10, 3, 10)) == 2  # a day before the date that holds now
    assert sent(moscow(2025, 10, 3, 10)) != []


def test_a_date_that_comes_back_the_same_day_is_reminded_of(student: User, assignment: Assignment) -> None:
    ten = moscow(2025, 9, 29, 10)
    reminders(ten)
    own = make_personal_date(assignment=assignment, student=student, due_at=DUE + timedelta(days=4))
    assert sent(ten) == []
    own.delete()
    assert reminders(ten + timedelta(minutes=1)) == 1
    assert len(sent(ten + timedelta(minutes=1))) == 1
    assert reminders(ten + timedelta(minutes=2)) == 1
    assert sent(ten + timedelta(minutes=2)) == []


def test_a_date_that_moved_away_costs_each_sweep_as_little_for_thirty_students_as_for_one(
    group: StudyGroup,
    student: User,
    assignment: Assignment,
    django_assert_num_queries: DjangoAssertNumQueries,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    ten, minute = moscow(2025, 9, 29, 10), timedelta(minutes=1)

    def sweep_after_a_move() -> None:
        Message.objects.all().delete()
        Reminded.objects.all().delete()
        Assignment.objects.update(due_at=DUE)
        reminders(ten)
        Assignment.objects.update(due_at=DUE + timedelta(days=1))
        assert sent(ten) == []

    sweep_after_a_move()
    with django_assert_max_num_queries(40) as first:
        sweep_reminders(ten + minute)
    for _each in range(29):
        make_enrolment(group=group)
    sweep_after_a_move()
    assert Message.objects.filter(state="dropped").count() == 30
    with django_assert_num_queries(len(first.captured_queries)):
        sweep_reminders(ten + minute)


def test_a_report_that_cannot_be_written_keeps_no_reminder(
    student: User, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(course: Course) -> None:
        raise RuntimeError("no digest")

    monkeypatch.setattr("grading.actions.reminding.staff_waits", broken)
    assert reminders(moscow(2025, 9, 29, 10)) == 1


def test_never_after_the_deadline(student: User, assignment: Assignment) -> None:
    reminders(moscow(2025, 9, 30, 10))
    assert sent(DUE + timedelta(seconds=1)) == []
    assert Message.objects.get().reason == "past"


def test_a_deadline_in_the_morning_has_no_reminder_on_its_day(student: User, course: Course) -> None:
    make_assignment(course=course, due_at=moscow(2025, 9, 30, 9))
    assert reminders(moscow(2025, 9, 30, 10)) == 0


def test_after_a_standstill_only_the_latest_and_only_what_is_still_to_come(
    student: User, course: Course, assignment: Assignment
) -> None:
    make_assignment(course=course, number=4, title="Past", due_at=moscow(2025, 9, 28, 23, 59, 59))
    reminders(moscow(2025, 9, 26, 10))
    # From here on nothing runs until three days later in the evening.
    now = moscow(2025, 9, 29, 21)
    reminders(now)
    facts = [message.facts for message in Message.objects.filter(kind="reminder", created_at=now)]
    assert [one["number"] for one in facts] == [3]
    (subject,) = sent(now)
    assert "tomorrow is the deadline of assignment 3" in subject


def test_what_was_missed_yesterday_goes_before_todays_hour(student: User, course: Course) -> None:
    """Due at half past nine: today's round at ten would be too late, and yesterday's was missed."""
    make_assignment(course=course, number=5, due_at=moscow(2025, 9, 30, 9, 30))
    assert reminders(moscow(2025, 9, 27, 10)) == 1
    assert reminders(moscow(2025, 9, 30, 8)) == 2
    assert "today is the deadline of assignment 5" in sent(moscow(2025, 9, 30, 8))[-1]
    assert reminders(moscow(2025, 9, 30, 10)) == 2


def test_what_todays_round_says_anyway_waits_for_it(student: User, assignment: Assignment) -> None:
    reminders(moscow(2025, 9, 27, 10))
    assert reminders(moscow(2025, 9, 30, 8)) == 1, (
        "the day before was missed, and at ten comes the day itself"
    )
    assert reminders(moscow(2025, 9, 30, 10)) == 2


def test_a_course_that_is_new_in_the_morning_has_missed_nothing(student: User, course: Course) -> None:
    make_assignment(course=course, due_at=moscow(2025, 9, 30, 9, 30))
    assert reminders(moscow(2025, 9, 30, 8)) == 0


@pytest.mark.parametrize("at", [moscow(2025, 11, 5, 10, 1), moscow(2026, 1, 5, 9)])
def test_a_wrong_clock_silences_no_later_round(
    student: User, assistant: User, assignment: Assignment, group_mate: User, at: datetime
) -> None:
    make_submission(assignment=assignment, student=group_mate, submitted_at=moscow(2025, 9, 20))
    reminders(moscow(2025, 9, 22, 10))
    reminders(at)
    Message.objects.all().delete()
    for day in (23, 24, 27, 29, 30):
        for hour in (8, 10, 11):
            reminders(moscow(2025, 9, day, hour))
    found = Message.objects.filter(kind="reminder").order_by("pk")
    assert [message.created_at.day for message in found] == [23, 27, 29, 30]
    assert Message.objects.filter(kind="staff-digest").count() == 5, "once a day"


class TestNotGivenOutYet:
    @pytest.fixture
    def coming(self, course: Course) -> Assignment:
        return make_assignment(course=course, number=4, issued_on=date(2025, 9, 27), due_at=DUE)

    def test_nobody_is_reminded_of_what_nobody_has(self, student: User, coming: Assignment) -> None:
        assert reminders(moscow(2025, 9, 23, 10)) == 0
        assert reminders(moscow(2025, 9, 27, 10)) == 1, "on the day of its issue, three days before"

    def test_nor_when_its_issue_was_put_off_meanwhile(self, student: User, coming: Assignment) -> None:
        reminders(moscow(2025, 9, 27, 10))
        Assignment.objects.update(issued_on=date(2025, 9, 28))
        assert sent(moscow(2025, 9, 27, 11)) == []
        assert Message.objects.get().reason == "not_issued"
        Assignment.objects.update(issued_on=date(2025, 9, 27))
        reminders(moscow(2025, 9, 27, 12))
        assert len(sent(moscow(2025, 9, 27, 12))) == 1, "it is as it was"


def test_a_provisional_move_is_mentioned(
    student: User, group: StudyGroup, course: Course, assignment: Assignment
) -> None:
    make_extension_rule(course=course)
    make_activity(course=course)
    make_request(group=group, assignments=[assignment])
    reminders(moscow(2025, 9, 29, 10))
    letter = letter_of([Message.objects.get(kind="reminder")])
    assert ("If the perk is earned", "14\xa0December, 23:59\xa0MSK") in letter.rows


def test_what_lateness_costs_and_what_was_asked_for_are_as_they_are_when_it_goes(
    student: User, group: StudyGroup, course: Course, assignment: Assignment
) -> None:
    make_extension_rule(course=course)
    make_activity(course=course)
    reminders(moscow(2025, 9, 29, 10))
    LatePenalty.objects.filter(course=course).update(per_day=300)
    make_request(group=group, assignments=[assignment], filed_at=moscow(2025, 9, 29, 12))
    deliver(clock=lambda: moscow(2025, 9, 29, 18))
    letter = letter_of([Message.objects.get(kind="reminder", state="sent")])
    assert ("After it", "from the first second −3.00") in letter.rows
    assert ("If the perk is earned", "14\xa0December, 23:59\xa0MSK") in letter.rows


def test_what_waited_past_midnight_does_not_say_tomorrow(student: User, assignment: Assignment) -> None:
    reminders(moscow(2025, 9, 29, 10))
    (subject,) = sent(moscow(2025, 9, 30, 0, 30))
    assert "today is the deadline of assignment 3" in subject


def test_a_provisional_move_that_was_taken_back_meanwhile_is_not_mentioned(
    student: User, group: StudyGroup, course: Course, assignment: Assignment
) -> None:
    make_extension_rule(course=course)
    make_activity(course=course)
    request = make_request(group=group, assignments=[assignment], filed_at=moscow(2025, 9, 20))
    ten = moscow(2025, 9, 29, 10)
    reminders(ten)
    request.ended_at, request.end = ten, request.End.WITHDRAWN
    request.save()
    deliver(clock=lambda: ten + timedelta(minutes=1))
    letter = next(one for one in mail.outbox if "deadline of assignment 3" in str(one.subject))
    assert "If the perk is earned" not in letter.body
    assert "14\xa0December" not in letter.body


def test_the_words_in_both_languages(student: User, assignment: Assignment) -> None:
    reminders(moscow(2025, 9, 27, 10))
    message = Message.objects.get()
    assert letter_of([message]).subject == "C" + message.facts["called"][1:] + (
        ": 3 days until the deadline of assignment 3, 30\xa0Sep, 23:59\xa0MSK"
    )
    with translation.override("ru"):
        letter = letter_of([message])
    assert letter.subject.endswith(": до срока задания 3 осталось 3 дня, 30\xa0сен, 23:59\xa0МСК")
    assert ("После него", "с первой секунды −1,00") in letter.rows


@pytest.mark.parametrize(
    ("zone", "due", "now", "expected"),
    [
        # Clocks go forward in the night before: ten o'clock is ten o'clock.
        ("Europe/Berlin", "2026-03-29T23:59:59+02:00", "2026-03-29T08:00:00+00:00", 1),
        ("Europe/Berlin", "2026-03-29T23:59:59+02:00", "2026-03-29T07:59:59+00:00", 0),
        # And back: a week before in summer time, the deadline in winter time.
        ("Europe/Berlin", "2025-10-26T23:59:59+01:00", "2025-10-19T08:00:00+00:00", 1),
        ("Europe/Berlin", "2025-10-26T23:59:59+01:00", "2025-10-26T09:00:00+00:00", 1),
        ("Europe/Berlin", "2025-10-26T23:59:59+01:00", "2025-10-26T08:59:59+00:00", 0),
        # The day is the course's, whatever UTC says: over the year's end, and by three quarters of an hour.
        ("Europe/Moscow", "2026-01-01T00:30:00+03:00", "2025-12-31T07:00:00+00:00", 1),
        ("Europe/Moscow", "2026-01-01T00:30:00+03:00", "2025-12-25T07:00:00+00:00", 1),
        ("Asia/Kathmandu", "2025-10-01T23:59:59+05:45", "2025-09-30T04:15:00+00:00", 1),
        ("Asia/Kathmandu", "2025-10-01T23:59:59+05:45", "2025-09-30T04:14:59+00:00", 0),
        ("Pacific/Kiritimati", "2025-10-01T23:59:59+14:00", "2025-09-29T20:00:00+00:00", 1),
    ],
)
def test_ten_by_the_courses_clocks(zone: str, due: str, now: str, expected: int) -> None:
    course = make_course(time_zone=zone, ends_on=date(2026, 6, 1))
    make_enrolment(course=course)
    make_assignment(course=course, due_at=datetime.fromisoformat(due))
    assert reminders(datetime.fromisoformat(now)) == expected


def test_two_sweeps_at_once_and_a_database_restored_make_no_second(
    student: User, assignment: Assignment
) -> None:
    ten = moscow(2025, 9, 29, 10)
    reminders(ten)
    Reminded.objects.update(through_on=date(2025, 9, 28))
    assert reminders(ten) == 1


class TestReport:
    MONDAY = moscow(2025, 12, 1, 10)

    @pytest.fixture
    def activity(self, course: Course) -> Activity:
        make_extension_rule(course=course)
        return make_activity(course=course, short_title="Ping-pong", min_people=2)

    @pytest.mark.parametrize(
        ("now", "expected"),
        [
            (moscow(2025, 12, 1, 10), 1),
            (moscow(2025, 12, 2, 10), 0),
            (moscow(2025, 12, 11, 10), 1),
            (moscow(2025, 12, 15, 10), 0),
        ],
    )
    def test_on_mondays_and_three_days_before_the_target(
        self, representative: User, student: User, activity: Activity, now: datetime, expected: int
    ) -> None:
        sweep_reminders(now)
        found = Message.objects.filter(kind="perk-report")
        assert [message.person for message in found] == [representative] * expected

    def test_the_days_of_the_report_are_the_courses(
        self, course: Course, representative: User, student: User, activity: Activity
    ) -> None:
        Course.objects.filter(pk=course.pk).update(report_weekday="wednesday", report_days=[5, 0])
        for day in (1, 2, 3, 8, 9, 10, 13, 14):
            sweep_reminders(moscow(2025, 12, day, 10))
        found = Message.objects.filter(kind="perk-report").order_by("pk")
        assert [message.created_at.day for message in found] == [3, 9, 10, 14]
        Message.objects.all().delete()
        Course.objects.filter(pk=course.pk).update(report_weekday="", report_days=[])
        Reminded.objects.update(through_on=date(2025, 11, 30))
        sweep_reminders(moscow(2025, 12, 14, 10))
        assert not Message.objects.filter(kind="perk-report").exists()

    def test_it_says_how_far_each_activity_is(
        self, representative: User, student: User, group: StudyGroup, activity: Activity
    ) -> None:
        make_proof(group=group, activity=activity, people=[student])
        make_proof(group=group, activity=activity, people=[representative], state="pending")
        sweep_reminders(self.MONDAY)
        letter = letter_of([Message.objects.get(kind="perk-report")])
        assert letter.subject.endswith("the perk, group 417: 0 of 1 activities complete")
        assert letter.rows[0] == ("1. Ping-pong", "1 of 2 people; 1 proof waits")
        with translation.override("ru"):
            letter = letter_of([Message.objects.get(kind="perk-report")])
        assert letter.lead.endswith("сдано до целевой даты и принято.")
        assert letter.rows[1][0] == "Целевая дата"

    def test_not_if_it_was_earned_before_it_went(
        self, representative: User, student: User, group: StudyGroup, activity: Activity
    ) -> None:
        sweep_reminders(self.MONDAY)
        make_proof(group=group, activity=activity, people=[student, representative])
        sent(self.MONDAY)
        assert Message.objects.get(kind="perk-report").reason == "earned"

    def test_its_target_is_the_one_that_holds_when_it_goes(
        self, course: Course, representative: User, activity: Activity
    ) -> None:
        sweep_reminders(self.MONDAY)
        ExtensionRule.objects.update(target_at=moscow(2025, 12, 20, 23, 59, 59))
        sent(self.MONDAY)
        message = Message.objects.get(kind="perk-report", state="sent")
        assert ("Target", "20\xa0December, 23:59\xa0MSK") in letter_of([message]).rows

    def test_not_of_a_target_that_was_brought_forward_or_given_up(
        self, course: Course, representative: User, activity: Activity
    ) -> None:
        sweep_reminders(self.MONDAY)
        message = Message.objects.get(kind="perk-report")
        ExtensionRule.objects.update(target_at=self.MONDAY - timedelta(days=1))
        assert report_holds(representative.pk, message.facts, self.MONDAY) == "past"
        ExtensionRule.objects.all().delete()
        assert report_holds(representative.pk, message.facts, self.MONDAY) == "changed_again"

    def test_not_once_it_is_earned(
        self, representative: User, student: User, group: StudyGroup, activity: Activity
    ) -> None:
        make_proof(group=group, activity=activity, people=[student, representative])
        sweep_reminders(self.MONDAY)
        assert not Message.objects.filter(kind="perk-report").exists()


class TestDigest:
    def test_staff_hear_each_day_what_waits(
        self, student: User, assistant: User, lecturer: User, assignment: Assignment
    ) -> None:
        make_submission(assignment=assignment, student=student, submitted_at=moscow(2025, 9, 20))
        for day in (23, 24):
            sweep_reminders(moscow(2025, 9, day, 10))
        found = Message.objects.filter(kind="staff-digest")
        assert {message.person for message in found} == {assistant, lecturer}
        assert found.count() == 4
        letter = letter_of([found[0]])
        assert letter.subject.endswith(": waiting for you: 1 work")
        assert letter.rows == (("Works without points", "1, the oldest since 20\xa0Sep, 00:00\xa0MSK"),)

    def test_nothing_waits_nothing_is_said(self, assistant: User, assignment: Assignment) -> None:
        sweep_reminders(moscow(2025, 9, 23, 10))
        assert Message.objects.count() == 0

    def test_a_digest_that_waited_says_what_waits_when_it_goes(
        self, student: User, group_mate: User, assistant: User, assignment: Assignment
    ) -> None:
        works = [
            make_submission(assignment=assignment, student=person, submitted_at=moscow(2025, 9, 20))
            for person in (student, group_mate)
        ]
        sweep_reminders(moscow(2025, 9, 23, 10))
        works[0].delete()
        subjects = sent(moscow(2025, 9, 23, 11))
        assert any(subject.endswith(": waiting for you: 1 work") for subject in subjects)

    def test_and_nothing_once_nothing_waits(
        self, student: User, assistant: User, assignment: Assignment
    ) -> None:
        work = make_submission(assignment=assignment, student=student, submitted_at=moscow(2025, 9, 20))
        sweep_reminders(moscow(2025, 9, 23, 10))
        work.delete()
        assert sent(moscow(2025, 9, 23, 11)) == []
        assert Message.objects.get(kind="staff-digest").reason == "nothing_waits"


class TestExam:
    AT = moscow(2025, 12, 20, 10, 30)

    @pytest.mark.parametrize(("day", "expected"), [(12, 0), (13, 1), (17, 1), (19, 1), (20, 1), (21, 0)])
    def test_students_are_reminded_of_it_once_its_time_is_set(
        self, course: Course, student: User, assistant: User, day: int, expected: int
    ) -> None:
        make_exam(course=course, starts_at=self.AT, room="685")
        for _sweep in range(2):
            sweep_reminders(moscow(2025, 12, day, 10))
        found = Message.objects.filter(kind="exam-reminder")
        assert [message.person for message in found] == [student] * expected

    def test_not_of_a_time_that_has_changed(self, course: Course, student: User) -> None:
        exam = make_exam(course=course, starts_at=self.AT, room="685")
        sweep_reminders(moscow(2025, 12, 19, 10))
        Exam.objects.filter(pk=exam.pk).update(starts_at=self.AT + timedelta(hours=2))
        assert sent(moscow(2025, 12, 19, 10)) == []

    def test_another_room_is_told_with_it(self, course: Course, student: User) -> None:
        make_exam(course=course, starts_at=self.AT, room="685")
        sweep_reminders(moscow(2025, 12, 19, 10))
        Exam.objects.update(room="P-14")
        deliver(clock=lambda: moscow(2025, 12, 20, 0, 30))
        [letter] = mail.outbox
        assert "the exam is today" in letter.subject
        assert "P-14" in letter.body and "685" not in letter.body

    def test_a_time_that_has_come_back_is_reminded_of(self, course: Course, student: User) -> None:
        make_exam(course=course, starts_at=self.AT, room="685")
        ten = moscow(2025, 12, 19, 10)
        sweep_reminders(ten)
        Exam.objects.update(starts_at=self.AT + timedelta(hours=2))
        assert sent(ten) == []
        Exam.objects.update(starts_at=self.AT)
        sweep_reminders(ten + timedelta(minutes=1))
        assert len(sent(ten + timedelta(minutes=1))) == 1

    def test_not_without_a_time(self, course: Course, student: User) -> None:
        make_exam(course=course)
        sweep_reminders(moscow(2025, 12, 13, 10))
        assert not Message.objects.filter(kind="exam-reminder").exists()
