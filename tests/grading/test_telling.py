"""What students are told of their dates and of the perk: once, whatever changed them, and never falsely."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from grading.actions.telling import remember, remember_unknown, sweep_dates
from grading.models import PersonalDate
from people.actions.deliver import deliver
from people.models import Message, User
from perks.actions.decide import approve, reject
from perks.actions.requests import file_request, withdraw_request
from perks.models import Activity
from schedule.models import Assignment, Course, CourseChat, Enrolment, StudyGroup
from tests.factories import (
    make_activity,
    make_assignment,
    make_enrolment,
    make_extension_rule,
    make_group,
    make_personal_date,
    make_proof,
    moscow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

TARGET = moscow(2025, 12, 14, 23, 59, 59)
NOW = moscow(2025, 11, 20, 12)
DUE = moscow(2025, 11, 30, 23, 59, 59)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def activity(course: Course) -> Activity:
    """The only one: two people complete it."""
    make_extension_rule(course=course)
    return make_activity(course=course, min_people=2)


@pytest.fixture
def assignments(course: Course) -> list[Assignment]:
    return [make_assignment(course=course, number=number, due_at=DUE) for number in range(1, 5)]


def told(person: User) -> list[tuple[str, str]]:
    """Kind and state of what a person was told, in order."""
    return list(Message.objects.filter(person=person).order_by("pk").values_list("kind", "state"))


def changes(person: User, kind: str = "dates") -> list[tuple[int, str, str]]:
    """By the latest message: number, before, now."""
    facts = Message.objects.filter(person=person, kind=kind).latest("pk").facts
    return [(one["number"], one["was"], one["is"]) for one in facts["changes"]]


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def run(now: datetime = NOW) -> list[str]:
    """Deliver; the subjects that went out, and an empty mailbox again."""
    deliver(clock=lambda: now)
    subjects = [str(letter.subject) for letter in mail.outbox]
    mail.outbox.clear()
    return subjects


def test_a_moved_date_is_told_once_with_before_and_now(
    student: User, assignments: list[Assignment], course: Course
) -> None:
    sweep_dates(NOW)
    assert told(student) == []
    later = DUE + timedelta(days=2)
    Assignment.objects.filter(number=2).update(due_at=later)
    sweep_dates(NOW + MINUTE)
    sweep_dates(NOW + 2 * MINUTE)
    assert told(student) == [("dates", "waiting")]
    assert changes(student) == [(2, utc(DUE), utc(later))]
    assert run(NOW + 2 * MINUTE) == [
        f"{course.short_title}: deadline of assignment 2: 30 Nov, 23:59 MSK → 2 Dec, 23:59 MSK"
    ]


def test_a_date_that_moves_twice_before_anybody_saw_it_is_told_from_the_date_that_was_known(
    student: User, assignments: list[Assignment]
) -> None:
    sweep_dates(NOW)
    for days in (2, 5):
        Assignment.objects.filter(number=2).update(due_at=DUE + timedelta(days=days))
        sweep_dates(NOW + days * MINUTE)
    assert told(student) == [("dates", "dropped"), ("dates", "waiting")]
    assert changes(student) == [(2, utc(DUE), utc(DUE + timedelta(days=5)))]


def test_a_date_that_moves_back_before_anybody_saw_it_is_not_told(
    student: User, assignments: list[Assignment]
) -> None:
    sweep_dates(NOW)
    for due_at in (DUE + timedelta(days=2), DUE):
        Assignment.objects.filter(number=2).update(due_at=due_at)
        sweep_dates(NOW + MINUTE + (due_at - DUE))
    assert told(student) == [("dates", "dropped")]
    assert run(NOW + timedelta(days=3)) == []


def test_no_old_date_goes_out_though_the_sweep_has_not_looked_yet(
    student: User, assignments: list[Assignment]
) -> None:
    sweep_dates(NOW)
    Assignment.objects.filter(number=2).update(due_at=DUE + timedelta(days=2))
    sweep_dates(NOW + MINUTE)
    Assignment.objects.filter(number=2).update(due_at=DUE + timedelta(days=4))
    assert run(NOW + MINUTE) == []
    sweep_dates(NOW + 2 * MINUTE)
    assert len(run(NOW + 2 * MINUTE)) == 1
    assert changes(student) == [(2, utc(DUE), utc(DUE + timedelta(days=4)))]


def test_a_personal_date_is_told_to_its_student_alone(
    student: User, group_mate: User, assignments: list[Assignment]
) -> None:
    sweep_dates(NOW)
    own = make_personal_date(
        assignment=assignments[0], student=student, due_at=DUE + timedelta(days=7), reason="Illness"
    )
    sweep_dates(NOW + MINUTE)
    assert changes(student) == [(1, utc(DUE), utc(DUE + timedelta(days=7)))]
    assert told(group_mate) == []
    run(NOW + MINUTE)
    PersonalDate.objects.filter(pk=own.pk).delete()
    sweep_dates(NOW + 2 * MINUTE)
    assert changes(student) == [(1, utc(DUE + timedelta(days=7)), utc(DUE))]


def test_a_perk_that_is_earned_moves_the_dates_in_one_message(
    activity: Activity,
    assignments: list[Assignment],
    group: StudyGroup,
    student: User,
    group_mate: User,
    representative: User,
    assistant: User,
) -> None:
    proof = make_proof(group=group, activity=activity, people=[student, group_mate], state="pending")
    file_request(group=group, numbers=[2, 3], by=representative, now=NOW)
    approved = approve(proof_id=proof.pk, version=proof.version, by=assistant, now=NOW + MINUTE)
    for person in (student, group_mate, representative):
        assert [one for one in told(person) if one[0] in {"perk", "dates"}] == [("perk", "waiting")]
        assert changes(person, "perk") == [(n, utc(DUE), utc(TARGET)) for n in (2, 3)]
    sweep_dates(NOW + 2 * MINUTE)
    assert len([one for one in told(student) if one[0] in {"perk", "dates"}]) == 1
    subjects = run(NOW + 2 * MINUTE)
    assert sum("the perk is earned" in one for one in subjects) == 3
    reject(proof_id=proof.pk, version=approved.version, by=assistant, now=NOW + 3 * MINUTE, reason="Not them")
    assert changes(student, "perk") == [(n, utc(TARGET), utc(DUE)) for n in (2, 3)]
    assert sum("is not earned any more" in one for one in run(NOW + 3 * MINUTE)) == 3


def test_a_perk_earned_and_lost_before_anybody_saw_it_is_not_told(
    activity: Activity,
    assignments: list[Assignment],
    group: StudyGroup,
    student: User,
    group_mate: User,
    representative: User,
    assistant: User,
) -> None:
    proof = make_proof(group=group, activity=activity, people=[student, group_mate], state="pending")
    file_request(group=group, numbers=[2], by=representative, now=NOW)
    approved = approve(proof_id=proof.pk, version=proof.version, by=assistant, now=NOW + MINUTE)
    reject(proof_id=proof.pk, version=approved.version, by=assistant, now=NOW + 2 * MINUTE, reason="Not them")
    assert [one for one in told(student) if one[0] in {"perk", "dates"}] == [("perk", "dropped")]


def test_the_clock_lets_a_request_expire_and_members_are_told(
    activity: Activity, assignments: list[Assignment], group: StudyGroup, student: User, representative: User
) -> None:
    file_request(group=group, numbers=[2], by=representative, now=NOW)
    sweep_dates(TARGET)
    assert not Message.objects.filter(kind="perk").exists()
    sweep_dates(TARGET + timedelta(seconds=1))
    sweep_dates(TARGET + timedelta(seconds=61))
    facts = Message.objects.get(kind="perk", person=student).facts
    assert (facts["event"], facts["changes"]) == ("expired", [])


def test_a_request_of_a_group_that_has_earned_it_moves_dates_at_once_and_back(
    activity: Activity,
    assignments: list[Assignment],
    group: StudyGroup,
    student: User,
    group_mate: User,
    representative: User,
    assistant: User,
) -> None:
    make_proof(group=group, activity=activity, people=[student, group_mate])
    sweep_dates(NOW)
    run(NOW)
    file_request(group=group, numbers=[2], by=representative, now=NOW + MINUTE)
    assert changes(student) == [(2, utc(DUE), utc(TARGET))]
    run(NOW + MINUTE)
    withdraw_request(group=group, by=assistant, now=NOW + 2 * MINUTE)
    assert changes(student) == [(2, utc(TARGET), utc(DUE))]


def test_a_transfer_changes_dates_and_is_told(
    activity: Activity, assignments: list[Assignment], course: Course, group: StudyGroup, student: User
) -> None:
    other = make_group(course=course)
    people = [make_enrolment(course=course, group=other).person for _person in range(2)]
    make_proof(group=other, activity=activity, people=people)
    assistant = make_enrolment(course=course, role="assistant").person
    file_request(group=other, numbers=[2], by=assistant, now=NOW)
    sweep_dates(NOW)
    Enrolment.objects.filter(person=student).update(group=other)
    sweep_dates(NOW + MINUTE)
    assert changes(student) == [(2, utc(DUE), utc(TARGET))]


def test_what_is_remembered_is_not_told(
    activity: Activity,
    assignments: list[Assignment],
    course: Course,
    group: StudyGroup,
    student: User,
    group_mate: User,
) -> None:
    make_proof(group=group, activity=activity, people=[student, group_mate])
    Assignment.objects.filter(number=2).update(due_at=DUE + timedelta(days=2))
    remember(course, NOW)
    sweep_dates(NOW)
    assert Message.objects.count() == 0


def test_a_course_that_is_long_over_tells_nothing(
    activity: Activity, assignments: list[Assignment], group: StudyGroup, student: User, group_mate: User
) -> None:
    make_proof(group=group, activity=activity, people=[student, group_mate])
    sweep_dates(moscow(2026, 2, 15))
    assert Message.objects.count() == 0


def test_the_first_look_costs_the_same_for_one_group_and_for_many(
    activity: Activity,
    assignments: list[Assignment],
    course: Course,
    student: User,
    django_assert_max_num_queries: Any,
) -> None:
    for _group in range(5):
        group = make_group(course=course)
        for _person in range(3):
            make_enrolment(course=course, group=group)
    sweep_dates(NOW)
    with django_assert_max_num_queries(14):
        sweep_dates(NOW + MINUTE)


def test_dates_are_told_from_those_that_held_before_a_course_file_changed_them(
    student: User, assignments: list[Assignment], course: Course
) -> None:
    remember_unknown(course.slug, NOW)  # as load_course does first
    Assignment.objects.filter(number=2).update(due_at=DUE + timedelta(days=2))
    remember_unknown(course.slug, NOW)
    sweep_dates(NOW + MINUTE)
    assert changes(student) == [(2, utc(DUE), utc(DUE + timedelta(days=2)))]
    remember_unknown("no-such-course", NOW)


def test_a_worker_that_has_the_old_date_in_hand_sends_nothing(
    student: User, assignments: list[Assignment]
) -> None:
    sweep_dates(NOW)
    Assignment.objects.filter(number=2).update(due_at=DUE + timedelta(days=1))
    sweep_dates(NOW + MINUTE)
    Message.objects.update(state=Message.State.CLAIMED, claimed_until=NOW + 4 * MINUTE)
    Assignment.objects.filter(number=2).update(due_at=DUE + timedelta(days=5))
    sweep_dates(NOW + 2 * MINUTE)
    assert told(student) == [("dates", "dropped"), ("dates", "waiting")]
    assert changes(student) == [(2, utc(DUE), utc(DUE + timedelta(days=5)))]


def test_what_was_told_anew_while_it_was_handed_over_does_not_wait_for_ever(
    student: User, assignments: list[Assignment]
) -> None:
    sweep_dates(NOW)
    Assignment.objects.filter(number=2).update(due_at=DUE + timedelta(days=1))
    sweep_dates(NOW + MINUTE)
    Message.objects.update(handed_at=NOW + MINUTE)  # the mail server may have it, or not
    Assignment.objects.filter(number=2).update(due_at=DUE + timedelta(days=5))
    sweep_dates(NOW + 2 * MINUTE)
    assert len(run(NOW + 2 * MINUTE)) == 1
    assert told(student) == [("dates", "dropped"), ("dates", "sent")]


def test_the_chat_is_not_told_of_what_was_taken_back_before_it_went(
    activity: Activity,
    assignments: list[Assignment],
    group: StudyGroup,
    course: Course,
    student: User,
    group_mate: User,
    assistant: User,
) -> None:
    CourseChat.objects.create(course=course, token="12345:" + "x" * 35, chat_id="-100123", is_on=True)
    proof = make_proof(group=group, activity=activity, people=[student, group_mate], state="pending")
    approved = approve(proof_id=proof.pk, version=proof.version, by=assistant, now=NOW + MINUTE)
    reject(proof_id=proof.pk, version=approved.version, by=assistant, now=NOW + 2 * MINUTE, reason="Not them")
    in_chat = Message.objects.filter(chat="effdl", kind="perk")
    assert [one.state for one in in_chat] == ["dropped"]


def test_a_date_that_lies_beyond_the_course_is_told(student: User, assignments: list[Assignment]) -> None:
    late = moscow(2026, 2, 10)
    make_personal_date(assignment=assignments[0], student=student, due_at=moscow(2026, 2, 20))
    sweep_dates(late)
    assert changes(student) == [(1, utc(DUE), utc(moscow(2026, 2, 20)))]


class TestNotGivenOutYet:
    """Number 4 is given out on 25 November."""

    @pytest.fixture
    def coming(self, assignments: list[Assignment], student: User, group: StudyGroup) -> Assignment:
        Assignment.objects.filter(number=4).update(issued_on=date(2025, 11, 25))
        sweep_dates(NOW)
        return assignments[3]

    def test_its_date_moves_in_silence_and_is_simply_what_holds(
        self, student: User, coming: Assignment
    ) -> None:
        Assignment.objects.filter(pk=coming.pk).update(due_at=DUE + timedelta(days=2))
        sweep_dates(NOW + MINUTE)
        issue = moscow(2025, 11, 25)
        for later in (timedelta(0), MINUTE):
            sweep_dates(issue + later)
        assert told(student) == []
        Assignment.objects.filter(pk=coming.pk).update(due_at=DUE + timedelta(days=5))
        sweep_dates(issue + 2 * MINUTE)
        was, becomes = ((DUE + timedelta(days=days)).astimezone(UTC).isoformat() for days in (2, 5))
        assert changes(student) == [(4, was, becomes)]

    def test_what_was_told_before_its_issue_was_put_off_goes_no_more(
        self, student: User, assignments: list[Assignment], group: StudyGroup
    ) -> None:
        sweep_dates(NOW)
        Assignment.objects.filter(number=4).update(due_at=DUE + timedelta(days=2))
        sweep_dates(NOW)
        Assignment.objects.filter(number=4).update(
            due_at=DUE + timedelta(days=9), issued_on=date(2025, 11, 25)
        )
        for later in (MINUTE, 2 * MINUTE, 3 * MINUTE):
            sweep_dates(NOW + later)
            deliver(clock=lambda at=NOW + later: at)  # type: ignore[misc]
        assert not Message.objects.unsettled().exists()

    def test_a_date_of_ones_own_is_told_and_so_is_its_end(self, student: User, coming: Assignment) -> None:
        own = make_personal_date(assignment=coming, student=student, due_at=DUE + timedelta(days=3))
        sweep_dates(NOW + MINUTE)
        deliver(clock=lambda: NOW + MINUTE)
        was, becomes = (at.astimezone(UTC).isoformat() for at in (DUE, DUE + timedelta(days=3)))
        assert changes(student) == [(4, was, becomes)]
        own.delete()
        for minutes in (2, 3, 4):
            sweep_dates(NOW + minutes * MINUTE)
        assert changes(student) == [(4, becomes, was)]
        assert len(told(student)) == 2
        sweep_dates(moscow(2025, 11, 25))
        assert len(told(student)) == 2
