"""What staff make of a proof, who is on it, and "I am not in this photo"."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from people.models import AuditEntry, User
from perks.actions.decide import NotAllowed, ProofChanged, approve, reject, reopen
from perks.actions.participants import (
    add_participant,
    in_photo_after_all,
    keep,
    not_in_photo,
    strike,
)
from perks.models import Activity, Participation, Proof
from perks.rules import PartState
from schedule.models import Course, Enrolment, Role, StudyGroup
from tests.factories import (
    make_activity,
    make_enrolment,
    make_extension_rule,
    make_group,
    make_proof,
    moscow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

NOW = moscow(2025, 11, 20, 12)


@pytest.fixture
def activity(course: Course) -> Activity:
    """The only one: two people complete it."""
    make_extension_rule(course=course)
    return make_activity(course=course, min_people=2)


@pytest.fixture
def pending(activity: Activity, group: StudyGroup, student: User, group_mate: User) -> Proof:
    return make_proof(group=group, activity=activity, people=[student, group_mate], state=Proof.State.PENDING)


@pytest.fixture
def approved(activity: Activity, group: StudyGroup, student: User, group_mate: User) -> Proof:
    """Completes the activity."""
    return make_proof(group=group, activity=activity, people=[student, group_mate])


def part(proof: Proof, person: User) -> Participation:
    return proof.parts.get(person=person)


class TestDeciding:
    def test_approved_rejected_and_put_back(self, pending: Proof, assistant: User) -> None:
        proof = approve(proof_id=pending.pk, version=1, by=assistant, now=NOW)
        assert (proof.state, proof.decided_by, proof.decided_at, proof.version) == (
            "approved",
            assistant,
            NOW,
            2,
        )
        proof = reject(proof_id=pending.pk, version=2, by=assistant, now=NOW, reason=" Blurred ")
        assert (proof.state, proof.reason, proof.version) == ("rejected", "Blurred", 3)
        proof = reopen(proof_id=pending.pk, version=3, by=assistant, now=NOW)
        assert (proof.state, proof.reason, proof.decided_by, proof.decided_at) == ("pending", "", None, None)
        entries = AuditEntry.objects.of(pending).order_by("pk")[1:]
        assert [(entry.person, entry.new["state"]) for entry in entries if entry.new] == [
            (assistant, "approved"),
            (assistant, "rejected"),
            (assistant, "pending"),
        ]

    def test_a_rejection_has_a_reason(self, pending: Proof, assistant: User) -> None:
        with pytest.raises(NotAllowed, match="reason"):
            reject(proof_id=pending.pk, version=1, by=assistant, now=NOW, reason="  ")
        pending.refresh_from_db()
        assert (pending.state, pending.version) == ("pending", 1)

    def test_of_two_the_second_is_told(self, pending: Proof, assistant: User, lecturer: User) -> None:
        approve(proof_id=pending.pk, version=1, by=assistant, now=NOW)
        with pytest.raises(ProofChanged) as told:
            reject(proof_id=pending.pk, version=1, by=lecturer, now=NOW, reason="No")
        assert told.value.current.decided_by == assistant
        # Both want the same: nothing is left to do, and the first one's name stays.
        assert approve(proof_id=pending.pk, version=1, by=lecturer, now=NOW).decided_by == assistant

    @pytest.mark.parametrize("action", ["approve", "strike", "add"])
    def test_only_staff_and_never_about_their_own_group(
        self,
        pending: Proof,
        course: Course,
        student: User,
        representative: User,
        stranger: User,
        foreign_assistant: User,
        assistant: User,
        group: StudyGroup,
        action: str,
    ) -> None:
        actions: dict[str, Callable[[User], object]] = {
            "approve": lambda by: approve(proof_id=pending.pk, version=1, by=by, now=NOW),
            "strike": lambda by: strike(proof_id=pending.pk, person_id=student.pk, by=by, now=NOW),
            "add": lambda by: add_participant(
                proof_id=pending.pk, person_id=representative.pk, by=by, now=NOW
            ),
        }
        make_enrolment(person=assistant, group=group, role=Role.STUDENT)
        for person in (student, representative, stranger, foreign_assistant, assistant):
            with pytest.raises(NotAllowed):
                actions[action](person)
        pending.refresh_from_db()
        assert (pending.version, pending.parts.exclude(state="named").count()) == (1, 0)
        assert pending.parts.count() == 2

    def test_a_proof_that_is_not_there(self, assistant: User) -> None:
        with pytest.raises(Proof.DoesNotExist):
            approve(proof_id=0, version=1, by=assistant, now=NOW)


class TestParticipants:
    def test_struck_and_kept(self, approved: Proof, student: User, assistant: User) -> None:
        struck = strike(proof_id=approved.pk, person_id=student.pk, by=assistant, now=NOW)
        assert (struck.state, struck.changed_by, struck.changed_at) == ("struck", assistant, NOW)
        strike(proof_id=approved.pk, person_id=student.pk, by=assistant, now=NOW)
        approved.refresh_from_db()
        assert approved.version == 2
        assert keep(proof_id=approved.pk, person_id=student.pk, by=assistant, now=NOW).state == "named"

    def test_added_once_and_only_a_member_of_then(
        self, approved: Proof, representative: User, assistant: User, course: Course, group: StudyGroup
    ) -> None:
        for _press in range(2):
            add_participant(proof_id=approved.pk, person_id=representative.pk, by=assistant, now=NOW)
        assert approved.parts.count() == 3
        late = make_enrolment(group=group, joined_at=moscow(2025, 11, 2)).person
        elsewhere = make_enrolment(group=make_group(course=course)).person
        for person in (late, elsewhere, assistant):
            with pytest.raises(NotAllowed, match="not in the group"):
                add_participant(proof_id=approved.pk, person_id=person.pk, by=assistant, now=NOW)
        gone = make_enrolment(group=group, left_at=moscow(2025, 11, 2)).person
        added = add_participant(proof_id=approved.pk, person_id=gone.pk, by=assistant, now=NOW)
        assert added.state == "named"


class TestNotInThisPhoto:
    def test_at_once_while_the_activity_is_not_complete(
        self, activity: Activity, approved: Proof, student: User
    ) -> None:
        Activity.objects.filter(pk=activity.pk).update(min_people=3)
        assert not_in_photo(proof_id=approved.pk, by=student, now=NOW) is PartState.STRUCK
        assert part(approved, student).changed_by == student

    def test_at_once_on_a_proof_that_does_not_count_yet(
        self, approved: Proof, pending: Proof, student: User
    ) -> None:
        assert not_in_photo(proof_id=pending.pk, by=student, now=NOW) is PartState.STRUCK

    def test_staff_decide_where_it_would_undo_something(
        self, approved: Proof, student: User, assistant: User
    ) -> None:
        assert not_in_photo(proof_id=approved.pk, by=student, now=NOW) is PartState.DISPUTED
        assert not_in_photo(proof_id=approved.pk, by=student, now=NOW) is PartState.DISPUTED
        keep(proof_id=approved.pk, person_id=student.pk, by=assistant, now=NOW)
        assert part(approved, student).state == "named"

    def test_pressed_by_mistake(self, pending: Proof, student: User, assistant: User) -> None:
        not_in_photo(proof_id=pending.pk, by=student, now=NOW)
        assert in_photo_after_all(proof_id=pending.pk, by=student, now=NOW) is PartState.NAMED
        strike(proof_id=pending.pk, person_id=student.pk, by=assistant, now=NOW)
        with pytest.raises(NotAllowed, match="Staff"):
            in_photo_after_all(proof_id=pending.pk, by=student, now=NOW)

    def test_only_somebody_it_names(self, pending: Proof, representative: User, assistant: User) -> None:
        for person in (representative, assistant):
            with pytest.raises(Participation.DoesNotExist):
                not_in_photo(proof_id=pending.pk, by=person, now=NOW)

    def test_a_transfer_since_then_takes_nobody_off(
        self, approved: Proof, student: User, course: Course
    ) -> None:
        Enrolment.objects.filter(person=student).update(left_at=NOW)
        make_enrolment(person=student, group=make_group(course=course), joined_at=NOW)
        assert not_in_photo(proof_id=approved.pk, by=student, now=NOW) is PartState.DISPUTED
