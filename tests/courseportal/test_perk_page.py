"""The control room of effective rest, and what the form of the request does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from people.models import User
from perks.models import Activity, ExtensionRequest, Proof
from schedule.models import Course, Enrolment, Role, StudyGroup
from tests.factories import (
    make_activity,
    make_assignment,
    make_enrolment,
    make_extension_rule,
    make_group,
    make_proof,
    make_request,
    make_submission,
    moscow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

TARGET = moscow(2025, 12, 14, 23, 59, 59)
NOW = moscow(2025, 11, 23, 12)
ROOM = "/courses/effdl/perk/"
REQUEST = f"{ROOM}request/"


@pytest.fixture(autouse=True)
def activities(course: Course) -> list[Activity]:
    """Six assignments; the theatre for three people, photos at two places for two."""
    make_extension_rule(course=course)
    for number in range(1, 7):
        make_assignment(course=course, number=number)
    return [
        make_activity(course=course, title="Theatre", min_people=3),
        make_activity(course=course, title="Photos", min_people=2, checkpoints=2),
    ]


@pytest.fixture(autouse=True)
def _autumn() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def page_of(client: Client, person: User, address: str = ROOM, status: int = 200) -> str:
    client.force_login(person)
    answer = client.get(address)
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def send(client: Client, person: User, address: str = REQUEST, **fields: Any) -> Any:
    client.force_login(person)
    return client.post(address, {"base": "", "do": "file"} | fields)


def asked(group: StudyGroup) -> list[int]:
    request = ExtensionRequest.objects.standing().filter(group=group).first()
    return sorted(request.choices.values_list("assignment__number", flat=True)) if request else []


class TestRoom:
    def test_how_far_the_group_is_and_what_is_missing(
        self, client: Client, group: StudyGroup, activities: list[Activity], student: User, group_mate: User
    ) -> None:
        theatre, photos = activities
        make_proof(group=group, activity=theatre, people=[student])
        make_proof(group=group, activity=theatre, people=[student, group_mate], state=Proof.State.PENDING)
        make_proof(group=group, activity=photos, people=[student, group_mate], checkpoint=1)
        page = page_of(client, student)
        assert "0 of 2 done." in page
        assert "Still to go: 2 people and 1 place." in page
        assert 'aria-label="1 of 3, 1 in check"' in page
        assert '<i class="on"></i><i class="wait"></i><i></i>' in page
        assert "Missing: 2 more people." in page and "Missing: Place 2." in page
        assert "22 days" in page or "21 days" in page
        assert str(group_mate) in page

    def test_what_has_to_happen_at_the_same_time_is_on_a_ruler(
        self, client: Client, group: StudyGroup, student: User, group_mate: User
    ) -> None:
        run = make_activity(course=group.course, title="Run", checkpoints=3, within_minutes=30)
        for place, minute, state in ((1, 0, "approved"), (2, 20, "approved"), (3, 25, "pending")):
            at = moscow(2025, 11, 20, 12, minute)
            make_proof(
                group=group, activity=run, people=[student], checkpoint=place, taken_at=at, state=state
            )
        page = page_of(client, group_mate)
        run_part = page[page.index('id="activity-3"') :]
        assert 'aria-label="Inside the window: 1, 2. Outside it or not checked: 3."' in run_part
        assert ">12:00</time> −10 min</small>" in run_part
        assert ">12:25</time> +15 min</small>" in run_part
        Proof.objects.filter(activity=run).delete()
        assert "Inside the window" not in page_of(client, group_mate)

    def test_the_target_is_told_with_its_zone(self, client: Client, student: User) -> None:
        page = page_of(client, student)
        assert "14 December, 23:59 MSK</time>" in page

    def test_a_proof_of_another_group_is_not_there(
        self, client: Client, course: Course, activities: list[Activity], student: User
    ) -> None:
        other = make_group(course=course, name="418")
        make_proof(group=other, activity=activities[0], people=[make_enrolment(group=other).person])
        page = page_of(client, student)
        assert "Nothing is handed in yet" in page
        assert page_of(client, student, f"{ROOM}?group=418", status=404)

    def test_staff_choose_the_group(
        self, client: Client, course: Course, group: StudyGroup, assistant: User
    ) -> None:
        make_group(course=course, name="418")
        assert "Group 417" in page_of(client, assistant)
        assert "Group 418" in page_of(client, assistant, f"{ROOM}?group=418")
        page_of(client, assistant, f"{ROOM}?group=nowhere", status=404)

    def test_strangers_find_nothing(
        self, client: Client, stranger: User, foreign_assistant: User, student: User
    ) -> None:
        for person in (stranger, foreign_assistant):
            page_of(client, person, status=404)
        Enrolment.objects.filter(person=student).update(left_at=NOW)
        page_of(client, student, status=404)

    @pytest.mark.parametrize(
        ("now", "earned", "told"),
        [
            (NOW, True, ["The perk is earned.", "Now choose which deadlines move."]),
            (TARGET + timedelta(seconds=1), False, ["The target has passed.", "0 of 2 done."]),
            (TARGET + timedelta(seconds=1), True, ["The perk is earned."]),
        ],
    )
    def test_its_title(
        self,
        client: Client,
        group: StudyGroup,
        activities: list[Activity],
        student: User,
        group_mate: User,
        representative: User,
        now: datetime,
        earned: bool,
        told: list[str],
    ) -> None:
        if earned:
            people = [student, group_mate, representative]
            make_proof(group=group, activity=activities[0], people=people)
            for place in (1, 2):
                make_proof(group=group, activity=activities[1], people=people, checkpoint=place)
        with time_machine.travel(now, tick=False):
            page = page_of(client, student)
        assert ("Add a photo" in page) == (now <= TARGET)  # later ones do not count
        title = page[page.index("<h1>") : page.index("</h1>")]
        assert all(f"<span>{sentence}</span>" in title for sentence in told)
        assert title.count("<span>") == len(told)

    @pytest.mark.parametrize("rows", [1, 30])
    def test_statements_do_not_grow(
        self,
        client: Client,
        group: StudyGroup,
        activities: list[Activity],
        representative: User,
        rows: int,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        for number in range(rows):
            person = make_enrolment(group=group).person
            make_proof(group=group, activity=activities[0], people=[person])
            make_request(group=group, ended_at=NOW, end="withdrawn", filed_by=person)
            make_submission(
                assignment=group.course.assignments.get(number=2), student=person, score=100 + number
            )
        client.force_login(representative)
        with django_assert_num_queries(27):
            assert client.get(ROOM).status_code == 200


class TestRequest:
    def test_the_representative_sends_a_listed_choice(
        self, client: Client, group: StudyGroup, representative: User, student: User
    ) -> None:
        make_submission(
            assignment=group.course.assignments.get(number=3),
            student=student,
            submitted_at=moscow(2025, 10, 3),
            score=900,
        )
        page = page_of(client, representative)
        assert 'value="2-3" checked' in page
        assert "Moving № 2 and 3 returns 3 points to the group" in page
        assert str(student) not in page[page.index('id="request-section"') :]
        assert send(client, representative, choice="2-3").headers["Location"] == ROOM
        assert asked(group) == [2, 3]
        assert "It holds once the perk is earned." in page_of(client, student)

    def test_everyone_in_the_group_reads_its_history(
        self, client: Client, group: StudyGroup, representative: User, student: User
    ) -> None:
        send(client, representative, choice="2-3")
        standing = ExtensionRequest.objects.standing().get()
        assert "Asked for: № 2 and 3." in page_of(client, representative)
        send(client, representative, choice="other", numbers=["4"], base=standing.pk)
        assert "The request is changed: № 4 instead of № 2 and 3." in page_of(client, representative)
        page = page_of(client, student)
        history = page[page.index('class="history"') :]
        assert "№ 2 and 3" in history and "№ 4" in history
        assert str(representative) in history
        assert "Send the request" not in page and "Withdraw the request" not in page

    def test_what_was_unticked_stays_so_when_the_choice_is_refused(
        self, client: Client, group: StudyGroup, representative: User
    ) -> None:
        make_request(group=group, assignments=group.course.assignments.filter(number__in=[2, 4]))
        standing = ExtensionRequest.objects.standing().get()
        answer = send(client, representative, choice="other", numbers=["3", "4", "5"], base=standing.pk)
        page = " ".join(answer.content.decode().split())
        ticked = [number for number in range(2, 6) if f'name="numbers" value="{number}" checked' in page]
        assert (answer.status_code, ticked) == (409, [3, 4, 5])
        assert asked(group) == [2, 4]

    def test_it_is_withdrawn(self, client: Client, group: StudyGroup, representative: User) -> None:
        send(client, representative, choice="2-3")
        standing = ExtensionRequest.objects.standing().get()
        assert send(client, representative, do="withdraw", base=standing.pk).status_code == 302
        assert asked(group) == []
        assert "The request was withdrawn." in page_of(client, representative)

    @pytest.mark.parametrize(
        ("fields", "told"),
        [
            ({"choice": "other", "numbers": ["1"]}, "№ 1 cannot be moved"),
            ({"choice": "1-2"}, "first or the last"),
            ({"choice": "2-6"}, "first or the last"),
            ({"choice": "2-2"}, "once"),
            ({"choice": "2-3-4"}, "2 deadlines at most"),
            ({"choice": "other", "numbers": ["2", "3", "4"]}, "2 deadlines at most"),
            ({"choice": "x"}, "one assignment at least"),
            ({"choice": "99999999999999999999"}, "one assignment at least"),
            ({"choice": "2-x"}, "one assignment at least"),
            ({"choice": "9999"}, "no assignment"),
            ({}, "one assignment at least"),
            ({"choice": "2-3", "base": "77"}, "changed the request meanwhile"),
            ({"choice": "2-3", "base": "x"}, "whole number"),
        ],
    )
    def test_a_forged_form_is_refused_in_words(
        self, client: Client, group: StudyGroup, representative: User, fields: dict[str, Any], told: str
    ) -> None:
        answer = send(client, representative, **fields)
        assert answer.status_code in (409, 422)
        assert told in answer.content.decode()
        assert asked(group) == []

    def test_what_was_ticked_stays_ticked(self, client: Client, representative: User) -> None:
        answer = send(client, representative, choice="other", numbers=["2", "3", "4"])
        page = " ".join(answer.content.decode().split())
        assert page.count('name="numbers"') == 4
        for number in (2, 3, 4):
            assert f'name="numbers" value="{number}" checked' in page
        assert 'value="5" checked' not in page

    def test_what_was_ticked_stays_beside_what_cannot_be(self, client: Client, representative: User) -> None:
        page = send(client, representative, choice="other", numbers=["1", "5"]).content.decode()
        assert "№ 1 cannot be moved" in page and 'name="numbers" value="5" checked' in page

    def test_nobody_else_may(
        self, client: Client, group: StudyGroup, student: User, stranger: User, representative: User
    ) -> None:
        refused = send(client, student, choice="2-3")
        assert refused.status_code == 409 and "Only the group’s representative" in refused.content.decode()
        assert send(client, stranger, choice="2-3").status_code == 404
        Enrolment.objects.filter(person=representative).update(role=Role.STUDENT)
        assert send(client, representative, choice="2-3").status_code == 409
        assert asked(group) == []

    def test_staff_ask_for_the_group_and_see_names(
        self, client: Client, group: StudyGroup, assistant: User, student: User
    ) -> None:
        for number in (2, 3, 4, 5):
            make_submission(
                assignment=group.course.assignments.get(number=number),
                student=student,
                submitted_at=moscow(2025, 10, 3),
                score=1000,
            )
        page = page_of(client, assistant, f"{ROOM}?group=417")
        assert str(student) in page[page.index('id="request-section"') :]
        answer = send(client, assistant, f"{REQUEST}?group=417", choice="2-3")
        assert answer.headers["Location"] == f"{ROOM}?group=417"
        assert ExtensionRequest.objects.standing().get().filed_by == assistant
        page_of(client, assistant, f"{REQUEST}?group=417", status=302)

    def test_after_the_target(self, client: Client, group: StudyGroup, representative: User) -> None:
        send(client, representative, choice="2-3")
        with time_machine.travel(TARGET + timedelta(seconds=1), tick=False):
            page = page_of(client, representative)
            assert "was not earned by the target" in page and "Send the request" not in page
            standing = ExtensionRequest.objects.standing().get()
            late = send(client, representative, choice="4-5", base=standing.pk)
            assert late.status_code == 409 and "Requests were taken until the target" in late.content.decode()
        assert asked(group) == [2, 3]

    def test_an_active_one_offers_its_free_slot(
        self,
        client: Client,
        group: StudyGroup,
        activities: list[Activity],
        representative: User,
        student: User,
        group_mate: User,
    ) -> None:
        send(client, representative, choice="other", numbers=["4"])
        people = [student, group_mate, representative]
        make_proof(group=group, activity=activities[0], people=people)
        for place in (1, 2):
            make_proof(group=group, activity=activities[1], people=people, checkpoint=place)
        page = page_of(client, representative)
        assert "The perk is earned." in page and "Withdraw" not in page
        assert 'value="4-5"' in page and 'value="2-3"' not in page
        standing = ExtensionRequest.objects.standing().get()
        send(client, representative, choice="4-5", base=standing.pk)
        assert asked(group) == [4, 5]
        assert "Send the request" not in page_of(client, representative)


def test_a_course_without_activities(client: Client, lecturer: User, course: Course) -> None:
    Activity.objects.filter(course=course).delete()
    make_group(course=course)
    page = page_of(client, lecturer)
    assert "This course has no activities." in page
    assert f'href="{ROOM}"' not in page
