"""The deadline engine with a group's request and personal dates, down to the gradebook."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from grading.actions.hand_in import NotOpen, hand_in
from grading.queries.deadlines import CourseDeadlines, DateState, Terms, course_deadlines
from grading.queries.gradebook import gradebook
from grading.queries.work import HandIn
from grading.rules import Source
from people.models import User
from perks.models import Activity, ExtensionRequest, Proof
from perks.rules import RequestState
from schedule.models import Assignment, Course, Enrolment, StudyGroup
from tests.factories import (
    make_activity,
    make_assignment,
    make_enrolment,
    make_extension_rule,
    make_group,
    make_personal_date,
    make_proof,
    make_request,
    make_submission,
    moscow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

TARGET = moscow(2025, 12, 14, 23, 59, 59)
BEFORE = moscow(2025, 11, 20, 12)
AFTER = TARGET + timedelta(seconds=1)
TOKEN = "6b1a2f8e-4a53-4f0e-9d0c-0d6f3c1b2a10"


@pytest.fixture
def activity(course: Course) -> Activity:
    """The only one: two people complete it."""
    make_extension_rule(course=course)
    return make_activity(course=course, min_people=2)


@pytest.fixture
def assignments(course: Course) -> list[Assignment]:
    """Six, all due at the end of 30 September 2025."""
    return [make_assignment(course=course, number=number) for number in range(1, 7)]


@pytest.fixture
def second(assignments: list[Assignment]) -> Assignment:
    return assignments[1]


@pytest.fixture
def request_(
    activity: Activity, group: StudyGroup, assignments: list[Assignment], representative: User
) -> ExtensionRequest:
    """For the second and the fifth."""
    return make_request(group=group, assignments=[assignments[1], assignments[4]], filed_by=representative)


def earn(group: StudyGroup, activity: Activity, *people: User, **fields: object) -> Proof:
    return make_proof(group=group, activity=activity, people=people, **fields)  # type: ignore[arg-type]


def terms_of(assignment: Assignment, student: User, now: datetime = BEFORE) -> Terms:
    return course_deadlines(assignment.course, now).terms(assignment.pk, student.pk)


class TestWorkedExamples:
    """docs/course-rules.md, Worked examples, through the database."""

    CASES = (
        (moscow(2025, 9, 30, 23, 59, 59), 1000, 1000, 1000),
        (moscow(2025, 10, 1), 1000, 900, 1000),
        (moscow(2025, 10, 1, 23, 59, 59), 1000, 900, 1000),
        (moscow(2025, 10, 2), 1000, 800, 1000),
        (moscow(2025, 10, 14, 12), 700, 0, 700),
        (TARGET, 1000, 0, 1000),
        (AFTER, 1000, 0, None),
    )

    @pytest.mark.parametrize(("at", "score", "ordinary", "earned"), CASES)
    @pytest.mark.usefixtures("request_")
    def test_a_request_changes_nothing_until_the_perk_is_earned(
        self,
        activity: Activity,
        group: StudyGroup,
        second: Assignment,
        student: User,
        group_mate: User,
        at: datetime,
        score: int,
        ordinary: int,
        earned: int | None,
    ) -> None:
        make_submission(assignment=second, student=student, submitted_at=at, score=score)

        def scores(now: datetime) -> tuple[int | None, int | None]:
            (row,) = gradebook(second.course, now, students=[student.pk]).rows
            return row.scores[1], row.if_earned.scores[1] if row.if_earned else None

        assert scores(BEFORE) == (ordinary, earned)
        assert scores(AFTER) == (ordinary, None)
        proof = earn(group, activity, student, group_mate)
        assert scores(BEFORE) == scores(AFTER) == (earned, None)
        Proof.objects.filter(pk=proof.pk).update(state=Proof.State.REJECTED)
        assert scores(BEFORE) == (ordinary, earned)


class TestMoves:
    @pytest.mark.usefixtures("request_")
    def test_a_provisional_move_is_told_and_holds_for_nobody(
        self, second: Assignment, student: User, representative: User
    ) -> None:
        terms = terms_of(second, student)
        assert (terms.due_at, terms.source, terms.is_hard) == (second.due_at, Source.COURSE, False)
        course_date, asked = terms.dates
        assert (course_date.state, asked.state) == (DateState.HOLDS, DateState.PROVISIONAL)
        assert (asked.at, asked.is_hard, asked.by) == (TARGET, True, str(representative))
        assert asked.set_at == moscow(2025, 10, 1, 12)
        assert terms.if_earned is not None
        assert (terms.if_earned.due_at, terms.if_earned.source) == (TARGET, Source.GROUP_MOVE)
        assert terms.if_earned.is_hard and terms.if_earned.prices.penalty_at(TARGET) == 0

    @pytest.mark.usefixtures("request_")
    def test_only_the_assignments_that_were_asked_for_move(
        self,
        activity: Activity,
        assignments: list[Assignment],
        group: StudyGroup,
        student: User,
        group_mate: User,
    ) -> None:
        earn(group, activity, student, group_mate)
        deadlines = course_deadlines(activity.course, BEFORE)
        moved = [one.number for one in assignments if deadlines.terms(one.pk, group_mate.pk).due_at == TARGET]
        assert moved == [2, 5]
        (course_date, asked) = deadlines.terms(assignments[1].pk, student.pk).dates
        assert (course_date.state, asked.state) == (DateState.OVERTAKEN, DateState.HOLDS)

    @pytest.mark.usefixtures("request_")
    def test_it_holds_for_whoever_joins_the_group_and_for_no_other_group(
        self, activity: Activity, group: StudyGroup, second: Assignment, student: User, group_mate: User
    ) -> None:
        earn(group, activity, student, group_mate)
        elsewhere = make_enrolment(course=activity.course, group=make_group(course=activity.course))
        assert terms_of(second, elsewhere.person).due_at == second.due_at
        Enrolment.objects.filter(pk=elsewhere.pk).update(left_at=BEFORE)
        make_enrolment(person=elsewhere.person, group=group, joined_at=BEFORE)
        assert terms_of(second, elsewhere.person).due_at == TARGET

    @pytest.mark.usefixtures("request_")
    def test_it_expires_after_the_target_and_a_late_approval_turns_it_active(
        self, activity: Activity, group: StudyGroup, second: Assignment, student: User, group_mate: User
    ) -> None:
        assert terms_of(second, student, TARGET).if_earned is not None
        terms = terms_of(second, student, AFTER)
        assert terms.move is not None and terms.move.state is RequestState.EXPIRED
        assert (terms.if_earned, terms.dates[1].state) == (None, DateState.EXPIRED)
        assert terms.would_not_count(AFTER) and not terms.would_not_count(TARGET)
        earn(group, activity, student, group_mate, posted_at=TARGET)
        assert terms_of(second, student, AFTER).due_at == TARGET

    @pytest.mark.usefixtures("request_")
    def test_a_proof_handed_in_after_the_target_earns_nothing(
        self, activity: Activity, group: StudyGroup, second: Assignment, student: User, group_mate: User
    ) -> None:
        earn(group, activity, student, group_mate, posted_at=AFTER)
        assert terms_of(second, student, AFTER).due_at == second.due_at

    @pytest.mark.parametrize("state", [Proof.State.PENDING, Proof.State.REJECTED])
    @pytest.mark.usefixtures("request_")
    def test_only_approved_proofs_count(
        self,
        activity: Activity,
        group: StudyGroup,
        second: Assignment,
        student: User,
        group_mate: User,
        state: str,
    ) -> None:
        earn(group, activity, student, group_mate, state=state)
        assert terms_of(second, student).due_at == second.due_at

    def test_a_request_that_was_withdrawn_or_replaced_means_nothing(
        self,
        activity: Activity,
        request_: ExtensionRequest,
        assignments: list[Assignment],
        group: StudyGroup,
        student: User,
        group_mate: User,
    ) -> None:
        earn(group, activity, student, group_mate)
        ExtensionRequest.objects.filter(pk=request_.pk).update(ended_at=BEFORE, end="replaced")
        assert terms_of(assignments[1], student).move is None
        make_request(group=group, assignments=[assignments[2]], filed_at=BEFORE)
        assert terms_of(assignments[1], student).due_at == assignments[1].due_at
        assert terms_of(assignments[2], student).due_at == TARGET

    def test_without_an_extension_rule_nothing_moves(
        self, course: Course, group: StudyGroup, second: Assignment, student: User, group_mate: User
    ) -> None:
        earn(group, make_activity(course=course, min_people=2), student, group_mate)
        make_request(group=group, assignments=[second])
        assert terms_of(second, student).due_at == second.due_at

    @pytest.mark.usefixtures("request_")
    def test_were_it_earned_or_not(
        self,
        activity: Activity,
        group: StudyGroup,
        second: Assignment,
        student: User,
        group_mate: User,
    ) -> None:
        def due_at(deadlines: CourseDeadlines) -> datetime:
            return deadlines.terms(second.pk, student.pk).due_at

        before = course_deadlines(activity.course, BEFORE)
        assert due_at(before.as_if(group.pk, earned=True)) == due_at(before.if_earned()) == TARGET
        earn(group, activity, student, group_mate)
        after = course_deadlines(activity.course, BEFORE)
        unearned = after.as_if(group.pk, earned=False)
        assert due_at(unearned) == second.due_at
        assert unearned.moves[group.pk].state is RequestState.PROVISIONAL
        assert after.as_if(make_group(course=activity.course).pk, earned=True) is after


@pytest.mark.usefixtures("request_")
def test_after_a_moved_hard_deadline_nothing_is_taken_and_nothing_saved(
    activity: Activity, group: StudyGroup, second: Assignment, student: User, group_mate: User
) -> None:
    sent = {"assignment": second, "by": student, "form_token": TOKEN, "link": "https://example.org/work"}
    earn(group, activity, student, group_mate)
    with pytest.raises(NotOpen) as refused:
        hand_in(now=AFTER, **sent)  # type: ignore[arg-type]
    assert refused.value.state is HandIn.CLOSED
    assert not student.submissions.exists()
    assert hand_in(now=TARGET, **sent).price == 0  # type: ignore[arg-type]


class TestPersonalDates:
    LATER = moscow(2025, 10, 10, 23, 59, 59)

    def test_it_stands_beside_the_courses_terms(self, second: Assignment, student: User) -> None:
        make_personal_date(assignment=second, student=student)
        terms = terms_of(second, student)
        assert (terms.due_at, terms.source, terms.is_hard) == (self.LATER, Source.PERSONAL, False)
        assert [date.state for date in terms.dates] == [DateState.OVERTAKEN, DateState.HOLDS]
        assert terms.dates[1].reason == "Illness"
        assert terms.prices.penalty_at(self.LATER + timedelta(seconds=1)) == 100

    def test_a_hard_one_still_leaves_the_courses_price(self, second: Assignment, student: User) -> None:
        make_personal_date(assignment=second, student=student, is_hard=True)
        terms = terms_of(second, student)
        assert (terms.due_at, terms.is_hard) == (self.LATER, False)
        assert terms.prices.penalty_at(self.LATER) == 0
        # Past the hard date the course's own terms go on: eleven days late there, all ten points.
        assert terms.prices.penalty_at(self.LATER + timedelta(seconds=1)) == 1000

    def test_without_a_penalty_it_never_costs_anything(self, second: Assignment, student: User) -> None:
        make_personal_date(assignment=second, student=student, is_penalised=False)
        assert terms_of(second, student).prices.penalty_at(moscow(2026, 2, 1)) == 0

    def test_an_earlier_one_makes_nothing_worse(self, second: Assignment, student: User) -> None:
        make_personal_date(assignment=second, student=student, due_at=moscow(2025, 9, 20), is_hard=True)
        terms = terms_of(second, student)
        assert (terms.due_at, terms.source) == (second.due_at, Source.COURSE)
        assert [date.state for date in terms.dates] == [DateState.HOLDS, DateState.OVERTAKEN]

    def test_it_is_nobody_elses(self, second: Assignment, student: User, group_mate: User) -> None:
        make_personal_date(assignment=second, student=student)
        assert terms_of(second, group_mate).dates == terms_of(second, group_mate).dates[:1]

    @pytest.mark.usefixtures("request_")
    def test_after_an_active_move_it_still_takes_work(
        self, activity: Activity, group: StudyGroup, second: Assignment, student: User, group_mate: User
    ) -> None:
        earn(group, activity, student, group_mate)
        later = TARGET + timedelta(days=3)
        make_personal_date(assignment=second, student=student, due_at=later, set_at=BEFORE)
        terms = terms_of(second, student)
        assert (terms.due_at, terms.source) == (later, Source.PERSONAL)
        assert terms.prices.penalty_at(AFTER) == 0
        assert [date.state for date in terms.dates] == [DateState.OVERTAKEN] * 2 + [DateState.HOLDS]
        assert terms_of(second, group_mate).prices.penalty_at(AFTER) is None

    @pytest.mark.usefixtures("request_")
    def test_work_that_a_personal_date_takes_counts_in_both_futures(
        self, second: Assignment, student: User, group_mate: User
    ) -> None:
        make_personal_date(assignment=second, student=student, due_at=AFTER)
        assert not terms_of(second, student, AFTER).would_not_count(AFTER)
        assert terms_of(second, group_mate, AFTER).would_not_count(AFTER)
        if_earned = terms_of(second, student).if_earned
        assert if_earned is not None and if_earned.prices.penalty_at(AFTER) == 0


@pytest.mark.parametrize("students", [1, 30])
@pytest.mark.usefixtures("request_")
def test_the_gradebook_takes_the_same_statements_with_requests(
    activity: Activity,
    group: StudyGroup,
    second: Assignment,
    students: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    people = [make_enrolment(group=group).person for _each in range(students)]
    for person in people:
        make_submission(assignment=second, student=person, score=900)
        other = make_group(course=activity.course)
        make_request(group=other, assignments=[second])
        make_proof(group=other, activity=activity, people=[make_enrolment(group=other).person])
    with django_assert_num_queries(10):
        rows = gradebook(activity.course, BEFORE).rows
    assert sum(row.if_earned is not None for row in rows) == len(rows)
