"""What a decision about proofs undoes or brings, before it is taken."""

from __future__ import annotations

from datetime import datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from grading.models import GradeRow, GradingScheme
from grading.queries.gradebook import gradebook
from grading.queries.undoing import Effect, ProofChange, effects, withdrawal
from people.models import User
from perks.models import Participation, Proof
from perks.rules import ProofState
from tests.factories import make_enrolment, make_exam_result, make_proof, moscow
from tests.grading.perk_story import Story

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
NOW = moscow(2025, 11, 20, 12)
TARGET = moscow(2025, 12, 14, 23, 59, 59)
DUE = moscow(2025, 9, 30, 23, 59, 59)
REJECT, APPROVE = ProofChange(state=ProofState.REJECTED), ProofChange(state=ProofState.APPROVED)


def effect(story: Story, change: ProofChange, *proofs: Proof, now: datetime = NOW) -> Effect | None:
    found = effects(story.course, {proof.pk: change for proof in proofs or (story.on_match,)}, now)
    assert len(found) <= 1
    return found[0] if found else None


def totals(story: Story) -> dict[str, int]:
    return {row.name: row.standing.total for row in gradebook(story.course, NOW).rows}


class TestARejection:
    def test_it_names_the_activity_the_deadlines_and_everyone_whose_result_changes(
        self, story: Story
    ) -> None:
        told = effect(story, REJECT)
        assert told is not None and told.takes_back and told.group == "417"
        (activity,) = told.activities
        assert (activity.title, activity.before, activity.after, activity.required) == ("Match", 2, 0, 2)
        (deadline,) = told.deadlines
        assert (deadline.number, deadline.from_at, deadline.to_at) == (2, TARGET, DUE)
        assert [(one.name, one.total_before, one.total_after) for one in told.results] == [
            ("Белов Артём", 900, 400),
            ("Ветрова Алиса", 900, 600),
        ]
        assert told.points == -800

    def test_what_it_says_is_what_happens(self, story: Story) -> None:
        told = effect(story, REJECT)
        assert told is not None
        before = totals(story)
        Proof.objects.filter(pk=story.on_match.pk).update(state=ProofState.REJECTED)
        after = totals(story)
        changed = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
        assert changed == {one.name: (one.total_before, one.total_after) for one in told.results}

    def test_a_place_that_is_no_longer_covered_is_named(self, story: Story) -> None:
        told = effect(story, REJECT, story.on_photo)
        assert told is not None
        assert told.activities[0].uncovered == ("Place 1",)

    def test_grades_are_named_where_they_change(self, story: Story, student: User) -> None:
        GradeRow.objects.filter(scheme__course=story.course, code="satisfactory").update(
            min_total=700, min_passed=1
        )
        told = effect(story, REJECT)
        assert told is not None and told.grades_changed == 2
        grades = {one.name: (one.grade_before, one.grade_after) for one in told.results}
        assert grades["Ветрова Алиса"] == ("satisfactory", "unsatisfactory")
        make_exam_result(course=story.course, student=student, outcome="raise")
        told = effect(story, REJECT)
        assert told is not None
        grades = {one.name: (one.grade_before, one.grade_after) for one in told.results}
        assert grades["Ветрова Алиса"] == ("good", "satisfactory")
        assert grades["Белов Артём"] == ("satisfactory", "unsatisfactory")

    def test_nothing_is_said_where_the_perk_stays(self, story: Story, representative: User) -> None:
        spare = make_proof(group=story.group, activity=story.match, people=[representative])
        assert effect(story, REJECT, spare) is None
        # Of two that are each enough both together are not.
        make_proof(group=story.group, activity=story.match, people=[representative])
        twin = make_proof(
            group=story.group,
            activity=story.match,
            people=[part.person for part in story.on_match.parts.all()],
        )
        assert effect(story, REJECT) is None
        assert effect(story, REJECT, story.on_match, twin) is not None

    def test_nor_where_it_was_not_earned(
        self, story: Story, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        Proof.objects.filter(pk=story.on_photo.pk).update(state=ProofState.PENDING)
        with django_assert_num_queries(4):
            assert effect(story, REJECT) is None

    def test_without_a_request_nobodys_result_changes(self, story: Story) -> None:
        story.group.extension_requests.update(ended_at=NOW, end="withdrawn")
        told = effect(story, REJECT)
        assert told is not None and told.takes_back
        assert (told.deadlines, told.results) == ((), ())

    def test_a_course_without_a_scale_still_tells_the_deadlines(self, story: Story) -> None:
        GradingScheme.objects.filter(course=story.course).delete()
        told = effect(story, REJECT)
        assert told is not None and len(told.deadlines) == 1 and told.results == ()


class TestOtherDecisions:
    def test_striking_the_person_without_whom_there_are_too_few(self, story: Story, student: User) -> None:
        told = effect(story, ProofChange(strikes=frozenset({student.pk})))
        assert told is not None and told.activities[0].after == 1
        on_both = effect(story, ProofChange(strikes=frozenset({student.pk})), story.on_match, story.on_photo)
        assert on_both is not None and len(on_both.activities) == 2

    def test_an_approval_that_earns_the_perk_gives_the_points_back(self, story: Story) -> None:
        Proof.objects.filter(pk=story.on_match.pk).update(state=ProofState.PENDING)
        told = effect(story, APPROVE)
        assert told is not None and told.earned
        assert told.points == 800
        assert [(one.from_at, one.to_at) for one in told.deadlines] == [(DUE, TARGET)]

    def test_adding_the_person_who_lacked(self, story: Story, student: User) -> None:
        Participation.objects.filter(proof=story.on_match, person=student).delete()
        told = effect(story, ProofChange(adds=frozenset({student.pk})))
        assert told is not None and told.earned and told.activities[0].after == 2

    def test_a_proof_handed_in_after_the_target_earns_nothing(self, story: Story) -> None:
        Proof.objects.filter(pk=story.on_match.pk).update(
            state=ProofState.PENDING, posted_at=moscow(2025, 12, 15)
        )
        assert effect(story, APPROVE, now=moscow(2025, 12, 16)) is None

    def test_after_the_target_too(self, story: Story) -> None:
        told = effect(story, REJECT, now=moscow(2025, 12, 20))
        assert told is not None and told.points == -800

    def test_other_groups_are_not_touched(self, story: Story) -> None:
        other = make_enrolment(course=story.course)
        assert other.group is not None
        theirs = make_proof(group=other.group, activity=story.match, people=[other.person])
        found = effects(story.course, {story.on_match.pk: REJECT, theirs.pk: REJECT}, NOW)
        assert [one.group for one in found] == ["417"]

    def test_taking_back_an_active_request(self, story: Story) -> None:
        told = withdrawal(story.group, NOW)
        assert told is not None and told.takes_back and told.activities == ()
        assert (told.points, [one.number for one in told.deadlines]) == (-800, [2])
        Proof.objects.filter(pk=story.on_match.pk).update(state=ProofState.PENDING)
        assert withdrawal(story.group, NOW) is None
