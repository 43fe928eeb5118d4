"""A group's request to move deadlines: who, when, how many, and what may take its place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from people.models import AuditEntry, User
from perks.actions.requests import (
    Filed,
    RequestChanged,
    RequestRefused,
    file_request,
    withdraw_request,
)
from perks.models import Activity, ExtensionRequest, RequestedAssignment
from schedule.models import Course, Enrolment, Role, StudyGroup
from tests.factories import (
    make_activity,
    make_assignment,
    make_enrolment,
    make_extension_rule,
    make_group,
    make_proof,
    moscow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

TARGET = moscow(2025, 12, 14, 23, 59, 59)
NOW = moscow(2025, 11, 20, 12)
AFTER = TARGET + timedelta(seconds=1)


@pytest.fixture(autouse=True)
def activity(course: Course) -> Activity:
    """Six assignments, two to move by 14 December, and one activity that two people complete."""
    make_extension_rule(course=course)
    for number in range(1, 7):
        make_assignment(course=course, number=number)
    return make_activity(course=course, min_people=2)


def ask(
    group: StudyGroup, numbers: Sequence[int], by: User | None, now: datetime = NOW, **seen: Any
) -> Filed:
    return file_request(group=group, numbers=numbers, by=by, now=now, **seen)


def asked(group: StudyGroup) -> list[int] | None:
    """What stands; None where nothing does."""
    request = ExtensionRequest.objects.standing().filter(group=group).first()
    if request is None:
        return None
    return sorted(request.choices.values_list("assignment__number", flat=True))


def earn(group: StudyGroup, activity: Activity, *people: User) -> None:
    make_proof(group=group, activity=activity, people=people)


class TestFiling:
    def test_the_representative_asks_for_the_group(self, group: StudyGroup, representative: User) -> None:
        done = ask(group, [5, 2], representative)
        assert (done.is_new, asked(group)) == (True, [2, 5])
        assert (done.request.filed_at, done.request.filed_by) == (NOW, representative)
        entry = AuditEntry.objects.of(done.request).get()
        assert entry.person == representative

    def test_staff_ask_on_a_groups_behalf(self, group: StudyGroup, assistant: User) -> None:
        assert ask(group, [3], assistant).request.filed_by == assistant
        assert asked(group) == [3]

    def test_nobody_else_may(
        self, group: StudyGroup, student: User, stranger: User, foreign_assistant: User
    ) -> None:
        other = make_enrolment(group=make_group(course=group.course), role=Role.REPRESENTATIVE).person
        for person in (student, stranger, foreign_assistant, other):
            with pytest.raises(RequestRefused, match="representative"):
                ask(group, [2, 3], person)
        assert asked(group) is None

    def test_staff_who_study_in_the_group_are_no_staff_to_it(
        self, group: StudyGroup, assistant: User, course: Course
    ) -> None:
        make_enrolment(person=assistant, group=group)
        with pytest.raises(RequestRefused, match="representative"):
            ask(group, [2], assistant)
        assert ask(make_group(course=course), [2], assistant).is_new

    def test_a_former_representative_may_not(self, group: StudyGroup, representative: User) -> None:
        Enrolment.objects.filter(person=representative).update(role=Role.STUDENT)
        with pytest.raises(RequestRefused):
            ask(group, [2, 3], representative)
        Enrolment.objects.filter(person=representative).update(role=Role.REPRESENTATIVE, left_at=NOW)
        with pytest.raises(RequestRefused):
            ask(group, [2, 3], representative)

    @pytest.mark.parametrize(
        ("numbers", "why"),
        [
            ([], "one assignment at least"),
            ([1], "first or the last"),
            ([2, 6], "first or the last"),
            ([2, 2], "each assignment once"),
            ([2, 3, 4], "2 deadlines at most"),
            ([7], "no assignment"),
        ],
    )
    def test_a_choice_that_may_not_be_made(
        self, group: StudyGroup, representative: User, numbers: list[int], why: str
    ) -> None:
        with pytest.raises(RequestRefused, match=why):
            ask(group, numbers, representative)
        assert not ExtensionRequest.objects.exists() and not RequestedAssignment.objects.exists()

    def test_up_to_the_target_moment(self, group: StudyGroup, representative: User, assistant: User) -> None:
        for person in (representative, assistant, None):
            with pytest.raises(RequestRefused, match="target"):
                ask(group, [2], person, AFTER)
        assert ask(group, [2], representative, TARGET).is_new

    def test_where_the_course_moves_nothing(self, lecturer: User) -> None:
        group = make_group()
        make_enrolment(person=lecturer, course=group.course, role=Role.LECTURER)
        with pytest.raises(RequestRefused, match="no deadlines"):
            ask(group, [1], lecturer)

    def test_once_pressed_or_twice(self, group: StudyGroup, representative: User) -> None:
        first = ask(group, [2, 5], representative)
        again = ask(group, [5, 2], representative, NOW + timedelta(days=1), base=None)
        assert (again.request, again.is_new) == (first.request, False)
        assert ask(group, [2, 5], representative, AFTER).is_new is False
        assert ExtensionRequest.objects.count() == 1


class TestChanging:
    def test_a_provisional_choice_is_replaced_and_stays_readable(
        self, group: StudyGroup, representative: User, assistant: User
    ) -> None:
        first = ask(group, [2, 5], representative).request
        later = NOW + timedelta(days=1)
        second = ask(group, [3], assistant, later, base=first.pk).request
        first.refresh_from_db()
        assert (first.end, first.ended_at, first.ended_by) == ("replaced", later, assistant)
        assert asked(group) == [3]
        assert sorted(first.choices.values_list("assignment__number", flat=True)) == [2, 5]
        assert second.filed_at == later

    def test_who_starts_from_an_older_one_is_told(
        self, group: StudyGroup, representative: User, assistant: User
    ) -> None:
        ask(group, [2, 5], representative, base=None)
        with pytest.raises(RequestChanged) as told:
            ask(group, [3, 4], assistant, base=None)
        assert told.value.current is not None and asked(group) == [2, 5]
        withdraw_request(group=group, by=representative, now=NOW)
        with pytest.raises(RequestChanged):
            ask(group, [3, 4], assistant, base=told.value.current.pk)

    def test_an_active_one_only_gains(
        self, group: StudyGroup, representative: User, activity: Activity, student: User, assistant: User
    ) -> None:
        ask(group, [2], representative)
        earn(group, activity, student, representative)
        for person in (representative, assistant, None):
            with pytest.raises(RequestRefused, match="stays so"):
                ask(group, [3, 4], person)
        assert ask(group, [2, 5], representative).is_new
        with pytest.raises(RequestRefused):
            ask(group, [2], representative)
        assert asked(group) == [2, 5]

    def test_one_of_the_past_is_judged_by_what_had_been_handed_in_then(
        self, group: StudyGroup, activity: Activity, student: User, representative: User
    ) -> None:
        earned_at = NOW - timedelta(days=1)
        people = (student, representative)
        make_proof(group=group, activity=activity, people=people, taken_at=earned_at)
        ask(group, [2, 5], None, earned_at - timedelta(days=2))
        assert ask(group, [3, 4], None, earned_at - timedelta(seconds=1)).is_new
        with pytest.raises(RequestRefused, match="stays so"):
            ask(group, [2, 5], None, earned_at)
        assert asked(group) == [3, 4]

    def test_a_free_slot_only_until_the_target(
        self, group: StudyGroup, representative: User, activity: Activity, student: User
    ) -> None:
        ask(group, [2], representative)
        earn(group, activity, student, representative)
        with pytest.raises(RequestRefused, match="target"):
            ask(group, [2, 3], representative, AFTER)

    def test_not_dated_before_what_stands(self, group: StudyGroup) -> None:
        ask(group, [2], None)
        with pytest.raises(RequestRefused, match="later moment"):
            ask(group, [3], None, NOW - timedelta(days=1))
        with pytest.raises(RequestRefused, match="later moment"):
            withdraw_request(group=group, by=None, now=NOW - timedelta(days=1))
        assert asked(group) == [2]

    def test_another_group_is_untouched(self, group: StudyGroup, representative: User) -> None:
        other = make_group(course=group.course)
        ask(other, [4], None)
        ask(group, [2, 3], representative)
        ask(group, [5], representative)
        assert (asked(group), asked(other)) == ([5], [4])


class TestWithdrawing:
    def test_while_it_is_provisional(self, group: StudyGroup, representative: User) -> None:
        request = ask(group, [2], representative).request
        assert withdraw_request(group=group, by=representative, now=NOW) == request
        assert asked(group) is None
        assert withdraw_request(group=group, by=representative, now=NOW) is None
        assert ask(group, [3], representative).is_new

    def test_an_active_one_only_by_staff(
        self, group: StudyGroup, representative: User, activity: Activity, student: User, assistant: User
    ) -> None:
        ask(group, [2], representative)
        earn(group, activity, student, representative)
        with pytest.raises(RequestRefused, match="only staff"):
            withdraw_request(group=group, by=representative, now=NOW)
        assert asked(group) == [2]
        assert withdraw_request(group=group, by=assistant, now=AFTER) is not None

    def test_after_the_target_only_by_staff(
        self, group: StudyGroup, representative: User, lecturer: User
    ) -> None:
        ask(group, [2], representative)
        with pytest.raises(RequestRefused, match="only staff"):
            withdraw_request(group=group, by=representative, now=AFTER)
        assert withdraw_request(group=group, by=lecturer, now=AFTER) is not None

    def test_not_by_others_and_not_what_was_not_seen(
        self, group: StudyGroup, representative: User, student: User
    ) -> None:
        first = ask(group, [2], representative).request
        ask(group, [3], representative)
        with pytest.raises(RequestRefused):
            withdraw_request(group=group, by=student, now=NOW)
        with pytest.raises(RequestChanged):
            withdraw_request(group=group, by=representative, now=NOW, base=first.pk)
        assert asked(group) == [3]


class TestCommand:
    def run(self, course: Course, capsys: pytest.CaptureFixture[str], *args: str) -> str:
        call_command("request_extension", course.slug, *args)
        return capsys.readouterr().out

    def test_it_files_replaces_and_withdraws(
        self, course: Course, group: StudyGroup, capsys: pytest.CaptureFixture[str]
    ) -> None:
        at = ("--at", "2025-11-20T12:00")
        assert self.run(course, capsys, "417", "2", "5", *at) == "Group 417 asks to move 2, 5: provisional.\n"
        assert "asks already" in self.run(course, capsys, "417", "5", "2", *at)
        assert self.run(course, capsys, "417", "3", *at) == "Group 417 asks to move 3: provisional.\n"
        assert asked(group) == [3]
        request = ExtensionRequest.objects.standing().get()
        assert (request.filed_at, request.filed_by) == (NOW, None)
        assert "withdrawn" in self.run(course, capsys, "417", "--withdraw", *at)
        assert "asks for nothing" in self.run(course, capsys, "417", "--withdraw", *at)
        assert asked(group) is None

    def test_it_is_judged_at_its_moment(self, course: Course, group: StudyGroup) -> None:
        with pytest.raises(CommandError, match=r"Nothing was changed\. .*target"):
            call_command("request_extension", course.slug, group.name, "2", at="2025-12-15T00:00")
        call_command("request_extension", course.slug, group.name, "2", at="2025-12-14T23:59:59+03:00")

    @pytest.mark.parametrize(
        ("args", "why"),
        [
            (["nowhere", "2"], 'no group "nowhere".*417'),
            (["417"], "Name the assignments"),
            (["417", "2", "--withdraw"], "Name the assignments"),
            (["417", "1"], "first or the last"),
            (["417", "2", "--at", "tomorrow"], '--at is "tomorrow"'),
        ],
    )
    @pytest.mark.usefixtures("group")
    def test_a_wrong_word_changes_nothing(self, course: Course, args: list[str], why: str) -> None:
        with pytest.raises(CommandError, match=why):
            call_command("request_extension", course.slug, *args)
        assert not ExtensionRequest.objects.exists()
