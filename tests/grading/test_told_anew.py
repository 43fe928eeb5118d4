"""What students were told of dates and of the perk, and is otherwise since: it is put right, once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core import mail

from grading.actions.telling import remember_unknown, sweep_dates, tell_student
from grading.models import AnnouncedDates, LatePenalty, PersonalDate
from people.actions.deliver import deliver
from people.letters import letter_of
from people.models import Message, User
from perks.actions.requests import file_request
from perks.models import Activity, ExtensionRule
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
LATER = moscow(2025, 12, 21, 23, 59, 59)
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


@pytest.fixture
def earned_too(course: Course, activity: Activity, assignments: list[Assignment]) -> StudyGroup:
    """Another group, which has earned the perk and moved № 2."""
    other = make_group(course=course, name="418")
    people = [make_enrolment(course=course, group=other).person for _person in range(2)]
    make_proof(group=other, activity=activity, people=people)
    assistant = make_enrolment(course=course, role="assistant").person
    file_request(group=other, numbers=[2], by=assistant, now=NOW)
    return other


def told(person: User | None, *kinds: str) -> list[tuple[str, str]]:
    """What a person was told that was not dropped: the kind, and the state or, of the perk, the event."""
    rows = Message.objects.filter(person=person, kind__in=kinds or ("perk", "dates")).exclude(state="dropped")
    return [(one.kind, one.facts.get("event", one.state)) for one in rows.order_by("pk")]


def run(now: datetime) -> list[str]:
    """Sweep and deliver; the letters that went out about dates and the perk, by subject."""
    sweep_dates(now)
    deliver(clock=lambda: now)
    subjects = [str(letter.subject) for letter in mail.outbox if "asks to move" not in letter.subject]
    mail.outbox.clear()
    return subjects


def latest(person: User) -> Message:
    return Message.objects.filter(person=person).exclude(state="dropped").latest("pk")


class TestTheTargetIsPutOff:
    @pytest.fixture(autouse=True)
    def asked(
        self, activity: Activity, assignments: list[Assignment], group: StudyGroup, representative: User
    ) -> None:
        file_request(group=group, numbers=[2], by=representative, now=NOW)
        run(NOW)

    def test_before_anybody_has_heard_that_it_passed(self, representative: User) -> None:
        sweep_dates(TARGET + MINUTE)
        ExtensionRule.objects.update(target_at=LATER)
        deliver(clock=lambda: TARGET + MINUTE)  # the sweep has not looked yet
        assert mail.outbox == []
        assert run(TARGET + 2 * MINUTE) == run(TARGET + 9 * MINUTE) == []
        assert told(representative) == []

    def test_after_they_have_heard(self, representative: User) -> None:
        (passed,) = run(TARGET + MINUTE)
        assert "the target has passed" in passed
        ExtensionRule.objects.update(target_at=LATER)
        (put_off,) = run(TARGET + 2 * MINUTE)
        assert put_off.endswith("the perk: the target is put off to 21 December, 23:59 MSK, group 417")
        assert run(TARGET + 3 * MINUTE) == []
        assert told(representative) == [("perk", "expired"), ("perk", "extended")]
        assert len(run(LATER + MINUTE)) == 1

    def test_the_target_told_is_the_one_that_holds_when_it_goes(self, representative: User) -> None:
        run(TARGET + MINUTE)
        for days in (7, 8):
            ExtensionRule.objects.update(target_at=TARGET + timedelta(days=days))
            sweep_dates(TARGET + days * MINUTE)
        (subject,) = run(TARGET + 9 * MINUTE)
        assert "22 December" in subject

    def test_and_passes_again_unheard(self, representative: User) -> None:
        run(TARGET + MINUTE)
        ExtensionRule.objects.update(target_at=LATER)
        sweep_dates(TARGET + 2 * MINUTE)
        assert run(LATER + MINUTE) == []
        assert told(representative) == [("perk", "expired")]


class TestAnotherGroup:
    def test_no_letter_about_the_perk_of_the_old_one(
        self,
        activity: Activity,
        assignments: list[Assignment],
        group: StudyGroup,
        student: User,
        course: Course,
    ) -> None:
        sweep_dates(NOW)
        make_proof(group=group, activity=activity, people=[student, make_enrolment(group=group).person])
        sweep_dates(NOW)
        assert told(student) == [("perk", "earned")]
        Enrolment.objects.filter(person=student).update(group=make_group(course=course))
        deliver(clock=lambda: NOW + MINUTE)
        assert student.email not in [one for letter in mail.outbox for one in letter.to]
        run(NOW + 2 * MINUTE)
        assert told(student) == []

    def test_the_date_it_would_have_told_of_is_told_where_it_holds_there_too(
        self,
        earned_too: StudyGroup,
        activity: Activity,
        group: StudyGroup,
        student: User,
        representative: User,
    ) -> None:
        sweep_dates(NOW)
        file_request(group=group, numbers=[2], by=representative, now=NOW)
        make_proof(group=group, activity=activity, people=[student, representative])
        sweep_dates(NOW + MINUTE)
        assert told(student) == [("perk", "earned")]
        Enrolment.objects.filter(person=student).update(group=earned_too)
        deliver(clock=lambda: NOW + 2 * MINUTE)
        sweep_dates(NOW + 3 * MINUTE)
        assert told(student) == [("dates", "waiting")]
        (change,) = latest(student).facts["changes"]
        assert (change["number"], datetime.fromisoformat(change["was"])) == (2, DUE)

    def test_what_the_old_one_lost_is_not_lost_to_the_new_one(
        self,
        activity: Activity,
        assignments: list[Assignment],
        group: StudyGroup,
        student: User,
        course: Course,
    ) -> None:
        mate = make_enrolment(course=course, group=group).person
        proof = make_proof(group=group, activity=activity, people=[student, mate])
        run(NOW)
        proof.delete()
        sweep_dates(NOW + MINUTE)
        assert told(student) == [("perk", "earned"), ("perk", "lost")]
        Enrolment.objects.filter(person=student).update(group=make_group(course=course))
        assert all("417" in subject for subject in run(NOW + 2 * MINUTE))
        assert told(student) == [("perk", "earned")]


class TestLateness:
    def test_a_date_of_ones_own_that_is_made_hard_and_soft_again(
        self, student: User, group_mate: User, assignments: list[Assignment]
    ) -> None:
        Assignment.objects.update(closes_at=DUE)
        make_personal_date(assignment=assignments[1], student=student, due_at=DUE + timedelta(days=7))
        run(NOW)
        PersonalDate.objects.update(is_hard=True)
        (subject,) = run(NOW + MINUTE)
        assert subject.endswith("assignment 2: nothing is taken after 7 Dec, 23:59 MSK")
        rows = dict(letter_of([latest(student)]).rows)
        assert rows["№ 2, after the deadline"] == (
            "nothing is taken any more (before: from the first second −1.00)"
        )
        PersonalDate.objects.update(is_hard=False)
        (subject,) = run(NOW + 2 * MINUTE)
        assert subject.endswith("assignment 2: the rules after the deadline have changed")
        assert told(group_mate) == []

    def test_what_is_changed_back_unheard_is_not_told(
        self, student: User, assignments: list[Assignment]
    ) -> None:
        own = make_personal_date(assignment=assignments[1], student=student, due_at=DUE + timedelta(days=7))
        run(NOW)
        for is_hard in (True, False):
            PersonalDate.objects.filter(pk=own.pk).update(is_hard=is_hard)
            sweep_dates(NOW + MINUTE)
        assert run(NOW + 2 * MINUTE) == []

    def test_an_assignment_that_is_to_close(self, student: User, assignments: list[Assignment]) -> None:
        run(NOW)
        Assignment.objects.filter(number=2).update(closes_at=DUE + timedelta(days=3))
        (subject,) = run(NOW + MINUTE)
        assert subject.endswith("assignment 2: work is taken until 3 Dec, 23:59 MSK")
        assert letter_of([latest(student)]).lead == "The deadline stays; the rules after it have changed."

    def test_the_price_of_all(self, student: User, assignments: list[Assignment]) -> None:
        run(NOW)
        LatePenalty.objects.update(per_day=300)
        (subject,) = run(NOW + MINUTE)
        assert subject.endswith("the rules after the deadline have changed, 4 assignments")

    def test_what_was_stored_without_it_is_news_to_nobody(
        self, student: User, assignments: list[Assignment], course: Course
    ) -> None:
        run(NOW)
        AnnouncedDates.objects.update(late={})
        assert run(NOW + MINUTE) == []
        AnnouncedDates.objects.update(late={})
        remember_unknown(course.slug, NOW)  # as load_course does first
        Assignment.objects.filter(number=2).update(closes_at=DUE)
        (subject,) = run(NOW + 2 * MINUTE)
        assert "nothing is taken after" in subject


def test_two_changes_of_one_moment_are_told(
    student: User, assignments: list[Assignment], course: Course
) -> None:
    run(NOW)
    own = make_personal_date(assignment=assignments[1], student=student, due_at=DUE + timedelta(days=7))
    assert tell_student(course, student.pk, NOW) == 1
    PersonalDate.objects.filter(pk=own.pk).update(due_at=DUE + timedelta(days=9))
    assert tell_student(course, student.pk, NOW) == 1
    (subject,) = run(NOW)
    assert "30 Nov, 23:59 MSK → 9 Dec, 23:59 MSK" in subject


def test_a_date_that_moves_takes_nothing_from_the_chat(
    activity: Activity, assignments: list[Assignment], group: StudyGroup, course: Course, student: User
) -> None:
    CourseChat.objects.create(course=course, token="12345:" + "x" * 35, chat_id="-100123", is_on=True)
    sweep_dates(NOW)
    mate = make_enrolment(course=course, group=group).person
    make_proof(group=group, activity=activity, people=[student, mate])
    sweep_dates(NOW + MINUTE)
    Assignment.objects.filter(number=2).update(due_at=DUE + timedelta(days=2))
    sweep_dates(NOW + 2 * MINUTE)
    assert told(None, "perk") == [("perk", "earned")]
