"""What staff look at before they decide: the file against what was said, photos used before, the window."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from people.models import User
from perks.models import Activity, Checkpoint, Photo, Proof, Track
from perks.queries.deciding import Deciding, in_state, proof_lines
from perks.queries.evidence import looks_used, photo_evidence, track_metres
from perks.queries.fitting import activity_view
from schedule.models import StudyGroup
from tests.factories import (
    make_activity,
    make_course,
    make_extension_rule,
    make_group,
    make_photo,
    make_proof,
    moscow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
NOON = moscow(2025, 11, 8, 12)
PENDING, REJECTED = Proof.State.PENDING, Proof.State.REJECTED
LOOK = "0123456789abcdef" * 4
NEARLY = "0123456789abcdee" * 4
OTHER = "fedcba9876543210" * 4


@pytest.fixture
def activity(group: StudyGroup) -> Activity:
    return make_activity(course=group.course, checkpoints=2)


def proof_at(activity: Activity, group: StudyGroup, day: int = 1, **fields: Any) -> Proof:
    return make_proof(
        group=group, activity=activity, checkpoint=1, posted_at=moscow(2025, 11, day, 20), **fields
    )


class TestAPhoto:
    def test_without_time_and_place_nothing_is_said(self, activity: Activity, group: StudyGroup) -> None:
        proof = proof_at(activity, group)
        make_photo(proof=proof)
        (one,) = photo_evidence(proof)
        assert (one.apart, one.metres, one.twins) == (None, None, ())

    def test_time_and_place_are_held_against_what_was_said(
        self, activity: Activity, group: StudyGroup
    ) -> None:
        proof = proof_at(activity, group)
        place = {"latitude": "55.819722", "longitude": "37.611667"}
        make_photo(proof=proof, shows_at=proof.taken_at + timedelta(minutes=12), **place)
        (one,) = photo_evidence(proof)
        assert (one.apart, one.metres) == (timedelta(minutes=12), None)  # the place has no coordinates yet
        Checkpoint.objects.filter(proofs=proof).update(latitude="55.822600", longitude="37.611667")
        proof.refresh_from_db()
        assert photo_evidence(proof)[0].metres == 320

    def test_a_track_begins_so_far_from_the_place(self, activity: Activity, group: StudyGroup) -> None:
        proof = proof_at(activity, group)
        track = Track(proof=proof, lines=[[], [[55.819722, 37.611667], [55.9, 37.7]]])
        assert track_metres(track, proof.checkpoint) is None
        place = Checkpoint(latitude="55.822600", longitude="37.611667")
        assert track_metres(track, place) == 320
        assert track_metres(Track(lines=[]), place) is None


class TestPhotosUsedBefore:
    def test_same_bytes_and_nearly_the_same_look(
        self, activity: Activity, group: StudyGroup, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        earlier, later = proof_at(activity, group, 1), proof_at(activity, group, 3)
        proof = proof_at(activity, make_group(course=group.course), 2)
        make_photo(proof=proof, look=LOOK, sha256="a" * 64)
        make_photo(proof=proof, look=LOOK)  # of one proof two may look alike
        same, near = make_photo(proof=earlier, sha256="a" * 64), make_photo(proof=later, look=NEARLY)
        make_photo(proof=later, look=OTHER)
        with django_assert_num_queries(2):
            first, second = photo_evidence(proof)
        told = [(one.photo_id, one.is_same_file, one.is_earlier) for one in first.twins]
        assert told == [(same.pk, True, True), (near.pk, False, False)]
        assert [one.photo_id for one in second.twins] == [near.pk]
        assert looks_used([earlier, proof, later]) == {proof.pk, later.pk}

    def test_an_empty_look_is_like_nothing(self, activity: Activity, group: StudyGroup) -> None:
        proofs = [proof_at(activity, group, day) for day in (1, 2)]
        for proof in proofs:
            make_photo(proof=proof, look="")
        assert photo_evidence(proofs[1])[0].twins == ()

    def test_other_courses_are_not_looked_into(self, activity: Activity, group: StudyGroup) -> None:
        proof = proof_at(activity, group, 2)
        make_photo(proof=proof, sha256="a" * 64)
        make_photo(proof=make_proof(group=make_group(course=make_course())), sha256="a" * 64)
        assert photo_evidence(proof)[0].twins == ()
        assert looks_used([proof]) == frozenset()

    def test_what_was_rejected_is_shown_but_flags_nothing(
        self, activity: Activity, group: StudyGroup
    ) -> None:
        refused = proof_at(activity, group, 1, state=REJECTED, reason="Blurred")
        again = proof_at(activity, group, 2, state=PENDING)
        for proof in (refused, again):
            make_photo(proof=proof, sha256="a" * 64)
        (twin,) = photo_evidence(again)[0].twins
        assert twin.state_title == "rejected"
        assert looks_used([again]) == frozenset()
        assert looks_used([refused, again]) == frozenset()

    def test_a_removed_picture_is_still_known(self, activity: Activity, group: StudyGroup) -> None:
        first, second = (proof_at(activity, group, day) for day in (1, 2))
        make_photo(proof=first, sha256="a" * 64, path="", small_path="", removed_at=NOON)
        make_photo(proof=second, sha256="a" * 64)
        (twin,) = photo_evidence(second)[0].twins
        assert not twin.has_picture and looks_used([second]) == {second.pk}


class TestLines:
    def test_what_a_list_says(
        self,
        activity: Activity,
        group: StudyGroup,
        student: User,
        group_mate: User,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        proof = proof_at(activity, group, people=[student, group_mate])
        proof.parts.filter(person=student).update(state="struck")
        proof.parts.filter(person=group_mate).update(state="disputed")
        make_photo(proof=proof, removed_at=NOON, path="", small_path="", hidden_at=NOON)
        there = make_photo(proof=proof, hidden_at=NOON)
        make_extension_rule(course=group.course, target_at=proof.posted_at)
        with django_assert_num_queries(5):
            line = proof_lines([proof])[proof.pk]
        assert (line.people, line.in_question, line.photo_id, line.taken_down) == (1, 1, there.pk, 1)
        assert not line.has_track and not line.is_after_target and not line.looks_used

    def test_states(self, activity: Activity, group: StudyGroup, student: User) -> None:
        waits = proof_at(activity, group, 1, state=PENDING)
        disputed = proof_at(activity, group, 2, people=[student])
        disputed.parts.update(state="disputed")
        hidden, gone = proof_at(activity, group, 3), proof_at(activity, group, 4)
        make_photo(proof=hidden, hidden_at=NOON)
        make_photo(proof=gone, hidden_at=NOON, removed_at=NOON, path="", small_path="")
        assert set(in_state(Proof.objects.all(), Deciding.WAITING)) == {waits}
        assert set(in_state(Proof.objects.all(), Deciding.SETTLE)) == {disputed, hidden}
        assert in_state(Proof.objects.all(), Deciding.ALL).count() == 4
        assert Photo.objects.count() == 2


class TestFitting:
    @pytest.fixture
    def run(self, group: StudyGroup) -> Activity:
        return make_activity(course=group.course, checkpoints=3, within_minutes=30, min_people=2)

    def at(self, run: Activity, group: StudyGroup, minute: int, place: int, **fields: Any) -> Proof:
        when = NOON + timedelta(minutes=minute)
        return make_proof(group=group, activity=run, checkpoint=place, taken_at=when, **fields)

    def test_what_a_proof_adds(
        self, activity: Activity, group: StudyGroup, student: User, group_mate: User
    ) -> None:
        proof_at(activity, group, people=[student])
        proof = proof_at(activity, group, people=[student, group_mate], state=PENDING)
        view = activity_view(proof)
        assert (view.now.participants, view.with_this.participants) == (1, 2)
        assert view.timeline is None and not view.is_after_target
        make_extension_rule(course=group.course, target_at=proof.posted_at - timedelta(seconds=1))
        assert activity_view(proof).is_after_target

    def test_the_window_stands_around_what_counts(
        self, run: Activity, group: StudyGroup, student: User
    ) -> None:
        first = self.at(run, group, 0, 1, people=[student])
        second = self.at(run, group, 20, 2, people=[student])
        far = self.at(run, group, 100, 3, people=[student])
        waits = self.at(run, group, 30, 3, state=PENDING)
        self.at(run, group, 5, 3, state=REJECTED, reason="Blurred")
        timeline = activity_view(waits).timeline
        assert timeline is not None and not timeline.is_forecast and timeline.minutes == 30
        assert timeline.middle == NOON + timedelta(minutes=10)
        told = [(one.proof_id, one.number, one.words, one.is_this) for one in timeline.points]
        assert told == [
            (first.pk, 1, "counts", False),
            (second.pk, 2, "counts", False),
            (waits.pk, 3, "waits for a check", True),
            (far.pk, 3, "outside the window", False),
        ]

    def test_while_nothing_counts_it_is_a_forecast(
        self, run: Activity, group: StudyGroup, student: User
    ) -> None:
        waits = self.at(run, group, 0, 1, state=PENDING, people=[student])
        self.at(run, group, 40, 2, state=PENDING, people=[student])
        timeline = activity_view(waits).timeline
        assert timeline is not None and timeline.is_forecast
        assert timeline.middle == NOON + timedelta(minutes=20)

    def test_one_that_never_counts_still_has_a_ruler(self, run: Activity, group: StudyGroup) -> None:
        make_extension_rule(course=group.course, target_at=NOON - timedelta(days=1))
        late = self.at(run, group, 0, 1, state=REJECTED, reason="Too late")
        timeline = activity_view(late).timeline
        assert timeline is not None
        assert (timeline.middle, [one.words for one in timeline.points]) == (NOON, ["rejected"])
