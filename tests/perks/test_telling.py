"""What becomes of proofs and requests is told: to whom it concerns, once, and only while it is so."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from people.kinds import kind_of
from people.letters import letter_of
from people.models import Message, User
from perks.actions.decide import NotAllowed, approve, reject, reopen
from perks.actions.participants import add_participant, keep, strike
from perks.actions.requests import RequestRefused, file_request, withdraw_request
from perks.actions.take_down import put_back, remove
from perks.models import Activity, ExtensionRule, Proof
from schedule.models import Assignment, Course, Enrolment, StudyGroup
from tests.factories import (
    make_activity,
    make_assignment,
    make_enrolment,
    make_extension_rule,
    make_group,
    make_photo,
    make_proof,
    moscow,
)

pytestmark = pytest.mark.django_db

NOW = moscow(2025, 11, 20, 12)
MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.fixture
def activity(course: Course) -> Activity:
    make_extension_rule(course=course)
    return make_activity(course=course, min_people=2)


@pytest.fixture
def pending(activity: Activity, group: StudyGroup, student: User, group_mate: User) -> Proof:
    return make_proof(
        group=group,
        activity=activity,
        people=[student, group_mate],
        state=Proof.State.PENDING,
        posted_by=student,
    )


def told(kind: str = "proof") -> list[Message]:
    return list(Message.objects.filter(kind=kind).exclude(state="dropped").order_by("pk"))


def to_whom(kind: str = "proof") -> set[int | None]:
    return {message.person_id for message in told(kind)}


def holds(message: Message) -> str:
    return kind_of(message.kind).holds(message.person_id, message.facts, NOW)


class TestProofs:
    def test_a_decision_is_told_to_whom_it_counts(
        self, pending: Proof, student: User, group_mate: User, representative: User, assistant: User
    ) -> None:
        approve(proof_id=pending.pk, version=1, by=assistant, now=NOW)
        assert to_whom() == {student.pk, group_mate.pk}
        assert {holds(message) for message in told()} == {""}

    def test_an_approval_says_that_it_counts(self, pending: Proof, assistant: User) -> None:
        approve(proof_id=pending.pk, version=1, by=assistant, now=NOW)
        letter = letter_of(told()[:1])
        assert letter.subject.endswith("proof approved: A1")
        assert letter.lead == "Staff have approved this proof. It counts."

    def test_an_approval_with_too_few_people_says_so(
        self, course: Course, group: StudyGroup, student: User, assistant: User
    ) -> None:
        make_extension_rule(course=course)
        activity = make_activity(course=course, min_people_per_proof=2)
        proof = make_proof(group=group, activity=activity, people=[student], state="pending")
        approve(proof_id=proof.pk, version=1, by=assistant, now=NOW)
        letter = letter_of(told())
        assert letter.subject.endswith("proof approved, but not counted: A1")
        assert letter.lead.endswith("recorded and not counted. Too few people are on it for it to count.")
        assert ("People on it", "1, at least 2 are needed") in letter.rows
        with translation.override("ru"):
            letter = letter_of(told())
        assert "доказательство принято, но не засчитано" in letter.subject
        assert ("Людей на нём", "1, а нужно хотя бы 2") in letter.rows

    def test_an_approval_outside_the_window_or_after_the_target_says_so(
        self, course: Course, group: StudyGroup, student: User, group_mate: User, assistant: User
    ) -> None:
        make_extension_rule(course=course)
        run = make_activity(course=course, within_minutes=30, min_people=2)
        far = make_proof(group=group, activity=run, people=[student], state="pending", taken_at=NOW)
        both = [student, group_mate]
        make_proof(group=group, activity=run, people=both, taken_at=moscow(2025, 11, 3, 12))
        late = make_proof(group=group, activity=run, state="pending", people=[student])
        Proof.objects.filter(pk=late.pk).update(posted_at=moscow(2025, 12, 15))
        for proof in (far, late):
            approve(proof_id=proof.pk, version=1, by=assistant, now=NOW)
        outside, after = (letter_of([one]) for one in told() if one.person_id == student.pk)
        assert "It lies outside the time that counts." in outside.lead
        assert ("The time that counts", "3\xa0November, 12:00\xa0MSK") in outside.rows
        assert ("Target", "14\xa0December, 23:59\xa0MSK") in after.rows
        letter = letter_of([one for one in told() if one.person_id == student.pk])
        assert letter.subject.endswith("2 proofs approved, 2 of them not counted")
        assert [value for _name, value in letter.rows] == [
            "approved, not counted: outside the window",
            "approved, not counted: after the target",
        ]

    def test_whether_it_counts_is_as_it_is_when_it_goes(
        self, course: Course, group: StudyGroup, student: User, group_mate: User, assistant: User
    ) -> None:
        make_extension_rule(course=course)
        run = make_activity(course=course, within_minutes=30, min_people=2)
        first = make_proof(group=group, activity=run, people=[student], state="pending")
        approve(proof_id=first.pk, version=1, by=assistant, now=NOW)
        (message,) = told()
        assert message.facts["worth"]["is"] == "counts"
        make_proof(group=group, activity=run, people=[student, group_mate], taken_at=NOW)
        fresh = kind_of("proof").fresh
        assert fresh is not None
        assert fresh(student.pk, message.facts, NOW)["worth"]["is"] == "outside"

    def test_decided_again_before_it_went_is_told_as_one(self, pending: Proof, assistant: User) -> None:
        approve(proof_id=pending.pk, version=1, by=assistant, now=NOW)
        reject(proof_id=pending.pk, version=2, by=assistant, now=NOW, reason="Blurred")
        assert {tuple(message.facts["before"]) for message in told()} == {("pending", "")}
        assert {tuple(message.facts["after"]) for message in told()} == {("rejected", "Blurred")}
        reopen(proof_id=pending.pk, version=3, by=assistant, now=NOW)
        assert told() == []

    def test_what_went_and_is_taken_back_is_told(self, pending: Proof, assistant: User) -> None:
        approve(proof_id=pending.pk, version=1, by=assistant, now=NOW)
        Message.objects.update(state="sent", settled_at=NOW)
        reopen(proof_id=pending.pk, version=2, by=assistant, now=NOW)
        assert [holds(message) for message in told()] == ["changed_again"] * 2 + [""] * 2

    def test_who_is_struck_off_no_longer_hears_of_the_decision(
        self, pending: Proof, student: User, group_mate: User, assistant: User
    ) -> None:
        approve(proof_id=pending.pk, version=1, by=assistant, now=NOW)
        strike(proof_id=pending.pk, person_id=group_mate.pk, by=assistant, now=NOW)
        mine = {message.facts["topic"]: holds(message) for message in told() if message.person == group_mate}
        assert mine == {"decision": "changed_again", "person": ""}

    def test_struck_and_kept_before_it_went_is_nothing(
        self, pending: Proof, group_mate: User, assistant: User
    ) -> None:
        strike(proof_id=pending.pk, person_id=group_mate.pk, by=assistant, now=NOW)
        assert to_whom() == {group_mate.pk}
        keep(proof_id=pending.pk, person_id=group_mate.pk, by=assistant, now=NOW)
        assert told() == []

    def test_who_is_added_is_told(self, pending: Proof, representative: User, assistant: User) -> None:
        add_participant(proof_id=pending.pk, person_id=representative.pk, by=assistant, now=NOW)
        assert [(message.person_id, holds(message)) for message in told()] == [(representative.pk, "")]

    def test_two_who_are_added_one_after_the_other_are_both_told(
        self, pending: Proof, representative: User, group: StudyGroup, assistant: User
    ) -> None:
        other = make_enrolment(group=group).person
        for person in (representative, other):
            add_participant(proof_id=pending.pk, person_id=person.pk, by=assistant, now=NOW)
        assert to_whom() == {representative.pk, other.pk}

    @pytest.mark.parametrize(("act", "after"), [(put_back, "shown"), (remove, "removed")])
    def test_who_had_a_photo_taken_down_is_told(
        self, pending: Proof, student: User, assistant: User, act: Any, after: str
    ) -> None:
        photo = make_photo(proof=pending, hidden_at=NOW, hidden_by=student)
        act(photo_id=photo.pk, by=assistant, now=NOW)
        assert [(one.person_id, one.facts["after"], holds(one)) for one in told()] == [
            (student.pk, [after], "")
        ]

    def test_a_refusal_leaves_no_message(self, pending: Proof, student: User, assistant: User) -> None:
        with pytest.raises(NotAllowed):
            approve(proof_id=pending.pk, version=1, by=student, now=NOW)
        with pytest.raises(NotAllowed):
            reject(proof_id=pending.pk, version=1, by=assistant, now=NOW, reason="")
        assert told() == []

    def test_a_rollback_leaves_no_message(self, pending: Proof, assistant: User) -> None:
        with transaction.atomic():
            approve(proof_id=pending.pk, version=1, by=assistant, now=NOW)
            transaction.set_rollback(True)
        assert told() == []

    def test_the_statements_do_not_grow_with_the_people(
        self, activity: Activity, group: StudyGroup, assistant: User
    ) -> None:
        Activity.objects.update(min_people=100)  # nothing else is news
        counts = []
        for number in (2, 30):
            people = [make_enrolment(group=group).person for _each in range(number)]
            proof = make_proof(group=group, activity=activity, people=people, state=Proof.State.PENDING)
            with CaptureQueriesContext(connection) as captured:
                approve(proof_id=proof.pk, version=1, by=assistant, now=NOW)
            counts.append(len(captured))
        assert counts[1] <= counts[0], counts  # the first time is news of the perk, too


class TestRequests:
    @pytest.fixture(autouse=True)
    def six(self, activity: Activity) -> None:
        for number in range(1, 7):
            make_assignment(course=activity.course, number=number)

    def test_the_group_is_told_of_each_step(
        self, group: StudyGroup, representative: User, student: User
    ) -> None:
        file_request(group=group, numbers=[2, 5], by=representative, now=NOW)
        assert to_whom("request") == {representative.pk, student.pk}
        file_request(group=group, numbers=[3, 5], by=representative, now=NOW)
        Message.objects.update(state="sent", settled_at=NOW)
        withdraw_request(group=group, by=representative, now=NOW)
        mine = [message for message in told("request") if message.person_id == student.pk]
        assert [(one.facts["event"], one.facts["before"], holds(one)) for one in mine] == [
            ("filed", [], "changed_again"),
            ("filed", [2, 5], "changed_again"),
            ("withdrawn", [], ""),
        ]

    def test_one_withdrawn_before_anybody_heard_of_it_is_not_told(
        self, group: StudyGroup, representative: User, student: User
    ) -> None:
        file_request(group=group, numbers=[2, 5], by=representative, now=NOW)
        Message.objects.filter(person=student).update(state="sent", settled_at=NOW)
        withdraw_request(group=group, by=representative, now=NOW)
        assert [(one.person_id, one.facts["event"]) for one in told("request")] == [
            (student.pk, "filed"),
            (student.pk, "withdrawn"),
        ]

    def test_who_had_it_under_the_bell_hears_that_it_was_withdrawn(
        self, group: StudyGroup, representative: User, student: User, client: Client
    ) -> None:
        file_request(group=group, numbers=[2, 5], by=representative, now=NOW)
        client.force_login(student)
        client.get("/notices/")
        withdraw_request(group=group, by=representative, now=NOW)
        ended = {one.person_id for one in told("request") if one.facts["event"] == "withdrawn"}
        assert ended == {student.pk}

    def test_one_that_waited_says_what_it_means_when_it_goes(
        self, activity: Activity, group: StudyGroup, representative: User, student: User
    ) -> None:
        file_request(group=group, numbers=[2, 5], by=representative, now=NOW)
        make_proof(group=group, activity=activity, people=[student, representative])
        (message, *_others) = told("request")
        fresh = kind_of("request").fresh
        assert fresh is not None
        assert message.facts["state"] == "provisional"
        assert fresh(message.person_id, message.facts, NOW)["state"] == "active"

    def test_who_heard_of_what_was_replaced_hears_that_nothing_is_asked_for(
        self, group: StudyGroup, representative: User, student: User
    ) -> None:
        file_request(group=group, numbers=[2, 5], by=representative, now=NOW)
        Message.objects.filter(person=student).update(state="sent", handed_at=NOW, settled_at=NOW)
        file_request(group=group, numbers=[3, 5], by=representative, now=NOW)
        withdraw_request(group=group, by=representative, now=NOW)
        ended = {one.person_id for one in told("request") if one.facts["event"] == "withdrawn"}
        assert ended == {student.pk}

    def test_the_dates_are_those_that_hold_when_it_goes(
        self, group: StudyGroup, representative: User, student: User
    ) -> None:
        file_request(group=group, numbers=[2], by=representative, now=NOW)
        ExtensionRule.objects.update(target_at=moscow(2025, 12, 20, 23, 59, 59))
        Assignment.objects.filter(number=2).update(due_at=moscow(2025, 12, 1, 23, 59, 59), title="Pruning")
        facts, fresh = told("request")[0].facts, kind_of("request").fresh
        assert fresh is not None
        (row,) = (
            row for row in kind_of("request").write([fresh(None, facts, NOW)], MOSCOW).rows if "№" in row[0]
        )
        assert row == (
            "№ 2. Pruning",
            "1\xa0December, 23:59\xa0MSK; if the perk is earned, 20\xa0December, 23:59\xa0MSK",
        )
        letter = kind_of("request").write([fresh(None, facts, moscow(2025, 12, 21))], MOSCOW)
        assert letter.lead.startswith("The target has passed.")

    def test_not_to_who_has_left_the_group_meanwhile(
        self, course: Course, group: StudyGroup, representative: User, student: User
    ) -> None:
        file_request(group=group, numbers=[2], by=representative, now=NOW)
        Enrolment.objects.filter(person=student).update(group=make_group(course=course))
        by_person = {message.person_id: holds(message) for message in told("request")}
        assert by_person == {student.pk: "left_the_course", representative.pk: ""}

    def test_not_where_nothing_can_be_moved_any_more(
        self, group: StudyGroup, representative: User, student: User
    ) -> None:
        file_request(group=group, numbers=[2], by=representative, now=NOW)
        ExtensionRule.objects.all().delete()
        assert {holds(message) for message in told("request")} == {"changed_again"}

    def test_asking_for_what_stands_tells_nothing_new(
        self, group: StudyGroup, representative: User, student: User
    ) -> None:
        for _each in range(2):
            file_request(group=group, numbers=[2, 5], by=representative, now=NOW)
        assert len(told("request")) == 2

    def test_a_refusal_leaves_no_message(self, group: StudyGroup, representative: User) -> None:
        with pytest.raises(RequestRefused):
            file_request(group=group, numbers=[1], by=representative, now=NOW)
        assert told("request") == []

    @pytest.mark.parametrize("more", [[], ["--notify"]])
    def test_the_command_tells_where_it_is_asked_to(
        self, group: StudyGroup, student: User, more: list[str]
    ) -> None:
        arguments = ["effdl", "417", "2", "5", "--at", "2025-11-20T12:00:00", *more]
        call_command("request_extension", *arguments, stdout=StringIO())
        assert len(told("request")) == len(more)


HEADER = "group,activity,checkpoint,taken_at,participants,status,file,id,reason\n"


class TestImport:
    def imported(self, tmp_path: Path, rows: str, *more: str) -> None:
        file = tmp_path / "proofs.csv"
        file.write_text(HEADER + rows)
        call_command("import_proofs", "effdl", str(file), *more, stdout=StringIO())

    def row(self, status: str, *people: User, reason: str = "") -> str:
        emails = " ".join(person.email for person in people)
        return f"417,1,,2025-11-01T12:00:00,{emails},{status},,7,{reason}\n"

    def test_silent_unless_asked(
        self, activity: Activity, student: User, group_mate: User, tmp_path: Path
    ) -> None:
        self.imported(tmp_path, self.row("approved", student, group_mate))
        assert told() == []

    def test_decisions_and_people_that_changed_are_told(
        self, activity: Activity, student: User, group_mate: User, representative: User, tmp_path: Path
    ) -> None:
        self.imported(tmp_path, self.row("pending", student, group_mate), "--notify")
        assert told() == []
        self.imported(tmp_path, self.row("approved", student, group_mate), "--notify")
        assert to_whom() == {student.pk, group_mate.pk}
        Message.objects.update(state="sent", settled_at=NOW)
        for _each in range(2):
            self.imported(tmp_path, self.row("approved", student, representative), "--notify")
        assert [(one.person_id, one.facts["after"]) for one in told()[2:]] == [
            (representative.pk, ["named"]),
            (group_mate.pk, ["struck"]),
        ]
