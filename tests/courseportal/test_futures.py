"""A student's two futures: what every page says while a request is provisional, and when that is over."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from courseportal.futures import About, both_futures
from grading.queries.assignment import AssignmentPage, assignment_page
from grading.queries.deadlines import course_deadlines
from grading.queries.work import price_steps
from people.models import User
from perks.models import Activity, ExtensionRequest, Proof
from perks.queries.standing import group_standings
from perks.queries.strip import perk_strip
from schedule.models import Assignment, Course, StudyGroup
from tests.factories import (
    make_activity,
    make_assignment,
    make_enrolment,
    make_extension_rule,
    make_personal_date,
    make_proof,
    make_request,
    make_submission,
    moscow,
)
from tests.grading.posting import post, url, work

TARGET = moscow(2025, 12, 14, 23, 59, 59)
NOW = moscow(2025, 10, 3, 12)
AFTER = TARGET + timedelta(hours=12)
NBSP = "\N{NO-BREAK SPACE}"

pytestmark = pytest.mark.usefixtures("place", "asked")


@pytest.fixture
def activity(course: Course) -> Activity:
    """The only one: one person completes it."""
    make_extension_rule(course=course, excludes_first=False)
    return make_activity(course=course, min_people=1)


@pytest.fixture
def assignment(course: Course) -> Assignment:
    """Due at the end of 30 September 2025: three days late at NOW."""
    return make_assignment(course=course, number=1)


@pytest.fixture
def proof(activity: Activity, group: StudyGroup, student: User) -> Proof:
    """All that the perk lacks, and it waits for a check."""
    return make_proof(group=group, activity=activity, people=[student], state=Proof.State.PENDING)


@pytest.fixture
def asked(assignment: Assignment, proof: Proof, group: StudyGroup, representative: User) -> None:
    make_request(group=group, assignments=[assignment], filed_by=representative)


def approve(proof: Proof) -> None:
    Proof.objects.filter(pk=proof.pk).update(state=Proof.State.APPROVED)


def text_of(
    client: Client, course: Course, person: User, tail: str, now: datetime = NOW, language: str = "en"
) -> str:
    """The page as ``person`` reads it at ``now``, its blanks made one."""
    client.force_login(person)
    address = tail if tail.startswith("/") else url(course, tail)
    with time_machine.travel(now, tick=False):
        response = client.get(address, headers={"accept-language": language})
    assert response.status_code == 200
    return " ".join(response.content.decode().replace(NBSP, " ").split())


def page_of(course: Course, person: User, now: datetime = NOW) -> AssignmentPage:
    return assignment_page(course, 1, person, now)


class TestDates:
    def test_a_provisional_date_says_who_asked_for_it_and_that_it_does_not_hold_yet(
        self, client: Client, course: Course, student: User
    ) -> None:
        page = text_of(client, course, student, "assignments/1/")
        assert "Course plan. This one holds." in page
        asked = "Asked for by Сафин Тимур on 1 Oct. Not in force yet. Then hard, and without a penalty."
        assert f"If the perk is earned<small>{asked}</small>" in page
        assert '<li class="may"><span class="dot"></span><time datetime="2025-12-14T23:59:59+03:00">' in page

    def test_in_russian(self, client: Client, course: Course, student: User) -> None:
        page = text_of(client, course, student, "assignments/1/", language="ru")
        assert "Если бонус получен<small>Заявка: Сафин Тимур, 1 окт. Пока не действует." in page

    def test_an_earned_one_holds_and_the_courses_own_is_struck_out(
        self, client: Client, course: Course, student: User, proof: Proof
    ) -> None:
        approve(proof)
        page = text_of(client, course, student, "assignments/1/")
        assert '<li class="was"><span class="dot"></span><time datetime="2025-09-30T23:59:59+03:00">' in page
        assert "The perk is earned: moved for the group. This one holds." in page
        assert "Asked for by Сафин Тимур on 1 Oct. Hard: nothing is taken afterwards." in page

    def test_an_expired_one_says_that_the_perk_is_not_earned(
        self, client: Client, course: Course, student: User
    ) -> None:
        page = text_of(client, course, student, "assignments/1/", AFTER)
        assert "The group asked for it, and the perk is not earned" in page
        assert "It holds after all if a proof handed in before it is approved late." in page

    def test_a_personal_one_says_who_set_it_and_why(
        self, client: Client, course: Course, assignment: Assignment, student: User, assistant: User
    ) -> None:
        make_personal_date(assignment=assignment, student=student, set_by=assistant)
        page = text_of(client, course, student, "assignments/1/")
        assert "Personal date. This one holds.<small>Set by Ким Павел on 29 Sep: Illness</small>" in page


class TestBothFutures:
    def test_of_the_score_so_far_with_the_sum_under_each(
        self, client: Client, course: Course, assignment: Assignment, student: User
    ) -> None:
        make_submission(assignment=assignment, student=student, submitted_at=NOW, score=900)
        both = both_futures(page_of(course, student))
        assert both is not None and both.about is About.SCORE
        assert (both.now.figure, both.now.working) == ("6.00", "9.00 − 3.00")
        assert (both.earned.figure, both.earned.working, both.gain) == ("9.00", "9.00 − 0.00", 300)
        page = text_of(client, course, student, "assignments/1/")
        assert "<dt>As things stand</dt><dd><b>6.00</b>9.00 − 3.00</dd>" in page
        assert "<dt>If the perk is earned</dt><dd><b>9.00</b>9.00 − 0.00</dd>" in page
        assert '<span class="pencil">9.00</span> if the perk is earned' in page

    def test_with_bonus_points(self, course: Course, assignment: Assignment, student: User) -> None:
        late = make_submission(assignment=assignment, student=student, submitted_at=NOW, score=900)
        late.review.bonus = 50
        late.review.save()
        both = both_futures(page_of(course, student))
        assert both is not None
        assert (both.now.figure, both.now.working) == ("6.50", "9.00 − 3.00 + 0.50")

    def test_another_attempt_may_be_the_best_one_then(
        self, course: Course, assignment: Assignment, student: User
    ) -> None:
        make_submission(assignment=assignment, student=student, score=700)
        make_submission(assignment=assignment, student=student, submitted_at=NOW, score=900)
        page = page_of(course, student)
        assert page.best is not None and page.best_if_earned is not None
        assert (page.best.number, page.best_if_earned.number) == (1, 2)
        both = both_futures(page)
        assert both is not None and (both.now.figure, both.earned.figure) == ("7.00", "9.00")

    def test_where_the_perk_changes_nothing_one_sentence_is_enough(
        self, client: Client, course: Course, assignment: Assignment, student: User
    ) -> None:
        make_submission(assignment=assignment, student=student, score=800)
        page = text_of(client, course, student, "assignments/1/")
        assert "8.00 either way: the perk changes nothing here." in page
        assert 'class="futures"' not in page

    def test_of_an_attempt_that_waits(
        self, client: Client, course: Course, assignment: Assignment, student: User
    ) -> None:
        make_submission(assignment=assignment, student=student, submitted_at=NOW)
        both = both_futures(page_of(course, student))
        assert both is not None and both.about is About.WAITING
        assert (both.now.figure, both.earned.figure) == ("−3.00", "0")
        assert '<span class="pencil">0</span> if' in text_of(client, course, student, "assignments/1/")

    def test_of_handing_in_now_and_until_when(self, client: Client, course: Course, student: User) -> None:
        both = both_futures(page_of(course, student))
        assert both is not None and both.about is About.NOW
        assert (both.now.figure, both.earned.figure, both.gain) == ("−3.00", "0", 300)
        page = text_of(client, course, student, "assignments/1/")
        assert "<b data-price-now>−3.00</b>lateness" in page
        assert "<b data-price-earned>0</b><span data-price-earned-note>no penalty</span>" in page
        assert ">14 December, 23:59:59 MSK</time>: hard, and without a penalty until then." in page

    def test_before_the_courses_own_deadline_neither_costs_anything_and_it_is_said_until_when(
        self, client: Client, course: Course, student: User
    ) -> None:
        page = text_of(client, course, student, "assignments/1/", moscow(2025, 9, 29))
        assert ">30 Sep, 23:59 MSK</time> there is no penalty either way." in page
        assert 'class="futures"' not in page

    def test_one_future_is_left_when_the_perk_is_earned_and_when_the_target_has_passed(
        self, client: Client, course: Course, assignment: Assignment, student: User, proof: Proof
    ) -> None:
        make_submission(assignment=assignment, student=student, submitted_at=NOW, score=900)
        assert both_futures(page_of(course, student, TARGET)) is not None
        assert both_futures(page_of(course, student, AFTER)) is None
        approve(proof)
        assert both_futures(page_of(course, student)) is None
        page = text_of(client, course, student, "assignments/1/")
        assert "9.00 so far" in page and "if the perk is earned" not in page.lower()

    def test_nobody_is_told_of_anothers_request(
        self, client: Client, course: Course, assistant: User
    ) -> None:
        assert both_futures(page_of(course, assistant)) is None
        assert "the perk" not in text_of(client, course, assistant, "assignments/1/")


class TestPrice:
    def test_the_price_holds_now_and_comes_back(self, client: Client, course: Course, student: User) -> None:
        page = text_of(client, course, student, "assignments/1/")
        assert "Hand in for −3.00</button>" in page
        assert page.count("Comes back if the perk is earned.</") == 2  # on the sheet and beside the button

    def test_the_list_ends_a_line_at_the_target_and_warns_from_there_on(
        self, course: Course, student: User
    ) -> None:
        steps = page_of(course, student).steps
        assert [step.penalty for step in steps] == [300, 400, 500, 600, 700, 800, 900, 1000, 1000]
        assert [step.comes_back for step in steps] == [True] * 8 + [False]
        assert [step.would_not_count for step in steps] == [False] * 8 + [True]
        assert (steps[-2].until, steps[-1].until) == (TARGET, None)

    def test_handing_in_after_the_target_is_warned_of_and_taken(
        self, client: Client, course: Course, student: User
    ) -> None:
        page = text_of(client, course, student, "assignments/1/", AFTER)
        warning = "Work is taken at this price, but will not count if the perk is earned after all."
        assert page.count(f'is-warn" data-price-perk>{warning}</') == 2
        with time_machine.travel(AFTER, tick=False):
            done = post(client, course, files=work())
        assert done.status_code == 302
        receipt = text_of(client, course, student, done.headers["Location"], AFTER)
        assert '<dt>If the perk is earned</dt><dd class="pencil">will not count</dd>' in receipt

    @pytest.mark.parametrize("earned", [False, True])
    @pytest.mark.parametrize("days", [None, 5, 80])
    def test_every_second_of_the_list_says_what_the_engine_says(
        self,
        course: Course,
        assignment: Assignment,
        student: User,
        proof: Proof,
        days: int | None,
        earned: bool,
    ) -> None:
        if days is not None:
            due_at = assignment.due_at + timedelta(days=days)
            make_personal_date(assignment=assignment, student=student, due_at=due_at, is_hard=True)
        if earned:
            approve(proof)
        terms = course_deadlines(course, NOW).terms(assignment.pk, student.pk)
        steps = price_steps(terms, NOW)
        ends = [one.until for one in steps if one.until is not None]
        assert steps and ends == sorted(set(ends))
        edges = {NOW, TARGET, *(date.at for date in terms.dates if date.at >= NOW), *ends}
        for at in sorted(edge + timedelta(seconds=more) for edge in edges for more in (0, 1, 3600)):
            step = next((one for one in steps if one.until is None or at <= one.until), None)
            assert (step and step.penalty) == terms.prices.penalty_at(at)
            if step is not None:
                assert step.would_not_count == terms.would_not_count(at)
                then = terms.if_earned.prices.penalty_at(at) if terms.if_earned else None
                assert step.comes_back == (then is not None and then < step.penalty)

    def test_a_date_of_ones_own_takes_the_warning_away(
        self, course: Course, assignment: Assignment, student: User
    ) -> None:
        make_personal_date(assignment=assignment, student=student, due_at=AFTER, is_hard=True)
        steps = page_of(course, student, TARGET + timedelta(hours=1)).steps
        assert [(step.penalty, step.would_not_count) for step in steps] == [(0, False), (1000, True)]

    def test_after_an_active_moved_deadline_the_refusal_names_it_and_all_stays_readable(
        self, client: Client, course: Course, assignment: Assignment, student: User, proof: Proof
    ) -> None:
        make_submission(assignment=assignment, student=student, submitted_at=NOW, score=900)
        approve(proof)
        client.force_login(student)
        with time_machine.travel(AFTER, tick=False):
            refused = post(client, course, files=work())
        text = refused.content.decode().replace(NBSP, " ")
        closed = "Moved by the group to 14 December, 23:59:59, hard: nothing is taken any more."
        assert refused.status_code == 409 and f"{closed} Nothing was handed in." in text
        assert student.submissions.count() == 1
        page = text_of(client, course, student, "assignments/1/", AFTER)
        assert f"data-price-note>{closed}</p>" in page
        assert "Attempt 1" in page and "9.00 so far" in page

    def test_what_came_after_a_moved_deadline_says_so(
        self, client: Client, course: Course, assignment: Assignment, student: User, proof: Proof
    ) -> None:
        late = make_submission(assignment=assignment, student=student, submitted_at=AFTER, score=900)
        before = text_of(client, course, student, "assignments/1/", AFTER)
        assert "will not count if the perk is earned" in before
        approve(proof)
        page = text_of(client, course, student, "assignments/1/", AFTER)
        assert "does not count: came after the moved deadline" in page
        assert "9.00 given, does not count" in page
        receipt = text_of(client, course, student, f"receipts/{late.receipt}/", AFTER)
        assert "does not count: came after the moved deadline" in receipt


class TestLists:
    def test_a_provisional_date_and_score_stand_beside_those_that_hold(
        self, client: Client, course: Course, assignment: Assignment, student: User
    ) -> None:
        make_submission(assignment=assignment, student=student, submitted_at=NOW, score=900)
        for tail in ("assignments/", "/"):
            page = text_of(client, course, student, tail)
            assert '<time datetime="2025-12-14T23:59:59+03:00">14 Dec</time> if the perk is earned' in page
            assert '<b>6.00</b><small>of 10</small><small class="pencil">9.00 if the perk is earned</' in page

    def test_a_price_that_comes_back_is_told_even_if_it_takes_all_points(
        self, client: Client, course: Course, student: User
    ) -> None:
        now = moscow(2025, 11, 20, 12)
        page = text_of(client, course, student, "assignments/", now)
        assert "Handing in № 1 now costs 10 points, given back if the perk is earned." in page
        assert '<li class="entry now">' in page and "comes back with the perk" in page

    def test_an_earned_date_holds_and_says_where_it_comes_from(
        self, client: Client, course: Course, student: User, proof: Proof
    ) -> None:
        approve(proof)
        for tail in ("assignments/", "/"):
            page = text_of(client, course, student, tail)
            assert ">14 Dec, 23:59</time>, moved for the group" in page
            assert "if the perk is earned" not in page

    def test_so_does_a_personal_one(
        self, client: Client, course: Course, assignment: Assignment, student: User
    ) -> None:
        make_personal_date(assignment=assignment, student=student)
        assert ">10 Oct, 23:59</time>, personal date" in text_of(client, course, student, "assignments/")
        assert "<small>Personal date</small>" in text_of(client, course, student, "schedule/")

    def test_the_schedule_and_the_term_have_it_in_pencil_until_it_holds(
        self, client: Client, course: Course, student: User, proof: Proof
    ) -> None:
        before = text_of(client, course, student, "schedule/")
        assert "№&nbsp;1 would be due: Assignment 1" in before
        assert ">perk, 14 Dec</text>" in before and "If the perk is earned, deadlines move to" in before
        approve(proof)
        after = text_of(client, course, student, "schedule/")
        assert "№&nbsp;1 is due: Assignment 1" in after and "<small>Moved for the group</small>" in after
        assert "would be due" not in after and "perk, 14 Dec" not in after

    def test_in_russian(self, client: Client, course: Course, assignment: Assignment, student: User) -> None:
        make_submission(assignment=assignment, student=student, submitted_at=NOW, score=900)
        page = text_of(client, course, student, "assignments/", language="ru")
        assert ">14 дек</time>, если бонус получен" in page and "9,00, если бонус получен" in page


class TestToday:
    def test_the_strip_counts_as_the_control_room_does(
        self, course: Course, group: StudyGroup, student: User, group_mate: User
    ) -> None:
        places = make_activity(course=course, number=2, checkpoints=2)
        together = make_activity(course=course, number=3, checkpoints=2, within_minutes=30)
        for activity, person, place, state in (
            (places, student, 1, Proof.State.APPROVED),
            (places, group_mate, 2, Proof.State.PENDING),
            (places, student, 2, Proof.State.PENDING),
            (together, student, 1, Proof.State.APPROVED),
            (together, group_mate, 2, Proof.State.REJECTED),
        ):
            make_proof(group=group, activity=activity, people=[person], checkpoint=place, state=state)
        make_proof(group=group, activity=places, people=[group_mate], checkpoint=2, posted_at=AFTER)
        strip = perk_strip(course, group.pk)
        (stands,) = group_standings(course, NOW, groups=[group.pk])
        assert strip is not None and tuple(bar.standing for bar in strip.bars) == stands.activities
        assert (strip.earned, strip.target_at) == (stands.earned, TARGET)
        assert [bar.waiting for bar in strip.bars] == [1, 1, 0]

    def test_the_groups_activities_with_what_is_missing(
        self, client: Client, course: Course, student: User, group_mate: User, group: StudyGroup
    ) -> None:
        places = make_activity(course=course, number=2, checkpoints=3, short_title="Places")
        make_proof(group=group, activity=places, people=[student, group_mate], checkpoint=1)
        page = text_of(client, course, student, "/")
        assert "Asked for: № 1 move to 14 December once the perk is earned." in page
        assert 'aria-label="0 of 1"><i class="wait"></i></span>' in page
        assert "to go: 1 person; 1 in check" in page
        assert 'aria-label="2 of 10"><i class="on"></i><i class="on"></i><i></i>' in page
        assert "to go: 8 people, 2 places" in page

    @pytest.mark.parametrize(
        ("earned", "now", "sentence"),
        [
            (True, NOW, "The perk is earned: № 1 moved to 14 December, hard and without a penalty."),
            (False, AFTER, "The perk was not earned by 14 December: the course’s deadlines hold for № 1,"),
        ],
    )
    def test_the_request_in_a_sentence(
        self,
        client: Client,
        course: Course,
        student: User,
        proof: Proof,
        earned: bool,
        now: datetime,
        sentence: str,
    ) -> None:
        if earned:
            approve(proof)
        assert sentence in text_of(client, course, student, "/", now)

    def test_without_a_request_nothing_is_chosen(
        self, client: Client, course: Course, student: User, proof: Proof
    ) -> None:
        ExtensionRequest.objects.all().delete()
        assert "No deadlines are chosen yet." in text_of(client, course, student, "/")
        approve(proof)
        page = text_of(client, course, student, "/")
        assert "The perk is earned, and no deadlines are chosen yet." in page
        assert 'class="ten full' in page

    def test_staff_have_no_group_to_watch_here(self, client: Client, course: Course, assistant: User) -> None:
        assert "perkstrip" not in text_of(client, course, assistant, "/")

    def test_the_total_in_both_futures(
        self, client: Client, course: Course, assignment: Assignment, student: User, proof: Proof
    ) -> None:
        make_submission(assignment=assignment, student=student, submitted_at=moscow(2025, 10, 7), score=1000)
        page = text_of(client, course, student, "/")
        assert "10 if the perk is earned</li>" in page and '<small class="may">1 if the perk is' in page
        approve(proof)
        assert "if the perk is earned" not in text_of(client, course, student, "/")


class TestGrades:
    def test_each_line_the_total_what_is_passed_and_the_grade(
        self, client: Client, course: Course, assignment: Assignment, student: User, proof: Proof
    ) -> None:
        make_submission(assignment=assignment, student=student, submitted_at=moscow(2025, 10, 7), score=900)
        for number in (2, 3):
            other = make_assignment(course=course, number=number, max_score=1500)
            make_submission(assignment=other, student=student, score=1350)
        page = text_of(client, course, student, "grades/")
        assert '<small class="pencil">now 2 points, 9 if the perk is earned</small>' in page
        assert "B, if the perk is earned</span><b>36.00</b>" in page
        assert '2 of 3<small class="may">3 if the perk is earned</small>' in page
        assert 'unsatisfactory<small class="may">satisfactory if the perk is earned</small>' in page
        assert "; 36 if the perk is earned" in page  # what the ruler says
        assert 'class="okdash"' in page
        approve(proof)
        assert "if the perk is earned" not in text_of(client, course, student, "grades/")

    def test_in_russian(self, client: Client, course: Course, assignment: Assignment, student: User) -> None:
        make_submission(assignment=assignment, student=student, submitted_at=NOW, score=900)
        page = text_of(client, course, student, "grades/", language="ru")
        assert "сейчас 6 баллов, 9, если бонус получен" in page


STATEMENTS = {"/": 18, "assignments/": 13, "assignments/1/": 14, "schedule/": 17, "grades/": 15}
"""Two more than without a request, which reads what the group has earned; Today reads its bars in two."""


@pytest.mark.parametrize("path", STATEMENTS)
@pytest.mark.parametrize("rows", [1, 30])
def test_a_page_takes_the_same_statements_however_much_was_done(
    client: Client,
    course: Course,
    assignment: Assignment,
    activity: Activity,
    group: StudyGroup,
    student: User,
    rows: int,
    path: str,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(rows):
        make_submission(assignment=assignment, student=student, submitted_at=NOW, score=900)
        make_assignment(course=course, number=number + 2)
        people = [student, make_enrolment(group=group).person]
        make_proof(group=group, activity=activity, people=people, state=Proof.State.PENDING)
    client.force_login(student)
    with time_machine.travel(NOW, tick=False), django_assert_num_queries(STATEMENTS[path]):
        assert client.get(path if path == "/" else url(course, path)).status_code == 200
