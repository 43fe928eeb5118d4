"""Requests to move deadlines, as a TA reads and withdraws them in the administration."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from people.models import AuditEntry, User
from perks.models import ExtensionRequest, Proof
from perks.rules import ProofState
from tests.factories import make_enrolment, make_group, make_request, moscow
from tests.grading.perk_story import Story

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.usefixtures("_in_november")]
LIST = reverse("admin:perks_extensionrequest_changelist")
QUERIES_OF_THE_LIST = 15


@pytest.fixture
def _in_november() -> Any:
    with time_machine.travel(moscow(2025, 11, 20, 12), tick=False):
        yield


@pytest.fixture
def ta(assistant: User) -> Client:
    return signed_in(assistant)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def standing(story: Story) -> ExtensionRequest:
    return ExtensionRequest.objects.standing().get(group=story.group)


def page_of(row: ExtensionRequest) -> str:
    return reverse("admin:perks_extensionrequest_change", args=[row.pk])


def withdraw(client: Client, row: ExtensionRequest, **fields: str) -> Any:
    return client.post(page_of(row), {"_withdraw": "1", **fields})


def agreed(response: Any) -> dict[str, str]:
    """What the page in between sends along when its button is pressed."""
    fields = re.findall(r'type="hidden" name="(_knows)" value="(\w+)"', response.text)
    assert fields
    return dict(fields)


class TestReading:
    def test_strangers_find_nothing(
        self, story: Story, student: User, stranger: User, foreign_assistant: User
    ) -> None:
        row = standing(story)
        for client in (signed_in(student), signed_in(stranger)):
            assert client.get(LIST).status_code == client.get(page_of(row)).status_code == 404
            assert withdraw(client, row).status_code == 404
        foreign = signed_in(foreign_assistant)
        assert list(foreign.get(LIST).context["cl"].result_list) == []
        assert foreign.get(page_of(row)).status_code == withdraw(foreign, row).status_code == 404
        assert standing(story) == row

    def test_a_line_says_what_is_asked_for_and_what_it_means_now(
        self, story: Story, ta: Client, assistant: User
    ) -> None:
        assert "deadlines are moved" in ta.get(LIST).text
        Proof.objects.filter(pk=story.on_match.pk).update(state=ProofState.PENDING)
        text = ta.get(LIST).text
        for words in ("417", "№ 2", "1 Oct 2025, 12:00", "a command", "waits for the perk"):
            assert words in text, words
        with time_machine.travel(moscow(2025, 12, 20), tick=False):
            assert "the target has passed without the perk" in signed_in(assistant).get(LIST).text

    def test_the_history_is_there_when_asked_for(
        self, story: Story, ta: Client, representative: User
    ) -> None:
        now = moscow(2025, 11, 1)
        row = standing(story)
        ExtensionRequest.objects.filter(pk=row.pk).update(
            ended_at=now, ended_by=representative, end="replaced"
        )
        second = make_request(group=story.group, filed_at=now, filed_by=representative)
        assert list(ta.get(LIST).context["cl"].result_list) == [second]
        listed = ta.get(f"{LIST}?state=all")
        assert list(listed.context["cl"].result_list) == [second, row]
        assert "changed" in listed.text
        assert str(representative) in ta.get(page_of(row)).text

    def test_the_list_costs_the_same_with_one_row_and_with_thirty(
        self, story: Story, ta: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(QUERIES_OF_THE_LIST):
            assert len(ta.get(LIST).context["cl"].result_list) == 1
        for _each in range(29):
            make_request(
                group=make_group(course=story.course), assignments=story.course.assignments.all()[1:3]
            )
        with django_assert_num_queries(QUERIES_OF_THE_LIST):
            assert len(ta.get(LIST).context["cl"].result_list) == 30

    def test_they_are_filed_on_the_groups_own_page(self, story: Story, ta: Client) -> None:
        make_group(course=story.course, name="M/2 & co")
        text = ta.get(LIST).text
        for name in ("417", "M%2F2%20%26%20co"):
            address = f"{reverse('perks:request', args=[story.course.slug])}?group={name}"
            assert f'href="{address}"' in text
            assert ta.get(address, follow=True).status_code == 200
        assert 'class="filing"' not in ta.get(f"{LIST}?course=all").text
        assert reverse("perks:request", args=[story.course.slug]) in ta.get(page_of(standing(story))).text

    def test_nothing_is_added_changed_or_deleted(self, story: Story, ta: Client) -> None:
        row = standing(story)
        assert ta.get(reverse("admin:perks_extensionrequest_add")).status_code == 403
        delete = reverse("admin:perks_extensionrequest_delete", args=[row.pk])
        assert ta.post(delete, {"post": "yes"}).status_code == 403
        ta.post(page_of(row), {"filed_at": "2025-01-01"})
        assert standing(story).filed_at == row.filed_at


class TestWithdrawing:
    def test_a_provisional_one_at_once(self, story: Story, ta: Client, assistant: User) -> None:
        Proof.objects.filter(pk=story.on_match.pk).update(state=ProofState.PENDING)
        row = standing(story)
        assert withdraw(ta, row)["Location"] == LIST
        row.refresh_from_db()
        assert (row.end, row.ended_by) == ("withdrawn", assistant)
        last = AuditEntry.objects.of(row).first()
        assert last is not None and last.person == assistant
        assert "is withdrawn" in ta.get(LIST).text

    def test_of_an_active_one_first_what_is_taken_back(self, story: Story, ta: Client) -> None:
        row = standing(story)
        asked = withdraw(ta, row)
        assert asked.status_code == 200
        assert standing(story) == row
        for words in ("Белов Артём", "9.00", "4.00", "Ветрова Алиса", "6.00", "−8.00", "№ 2. Assignment 2"):
            assert words in asked.text, words
        assert "Сафин Тимур" not in asked.text  # his result stays
        assert withdraw(ta, row, **agreed(asked))["Location"] == LIST
        assert not ExtensionRequest.objects.standing().exists()

    def test_what_has_changed_since_is_shown_again(self, story: Story, ta: Client, student: User) -> None:
        row = standing(story)
        knows = agreed(withdraw(ta, row))
        works = student.submissions.get()
        works.review.score = 1000
        works.review.save()
        again = withdraw(ta, row, **knows)
        assert again.status_code == 200 and "10.00" in again.text
        assert standing(story) == row

    def test_one_that_stands_no_longer(self, story: Story, ta: Client, representative: User) -> None:
        row = standing(story)
        ExtensionRequest.objects.filter(pk=row.pk).update(
            ended_at=moscow(2025, 11, 1), ended_by=representative, end="withdrawn"
        )
        withdraw(ta, row)
        assert "Nothing stands any more" in ta.get(LIST).text
        row.refresh_from_db()
        assert row.ended_by == representative
        # Meanwhile the group has asked for something else: that is not what was looked at.
        second = make_request(group=story.group, filed_at=moscow(2025, 11, 2))
        asked = withdraw(ta, row)
        if asked.status_code == 200:
            asked = withdraw(ta, row, **agreed(asked))
        assert "changed the request meanwhile" in ta.get(page_of(row)).text
        assert standing(story) == second

    def test_whoever_studies_in_the_group_does_not_decide(
        self, story: Story, ta: Client, assistant: User
    ) -> None:
        make_enrolment(person=assistant, group=story.group)
        row = standing(story)
        assert "_withdraw" not in ta.get(page_of(row)).text
        withdraw(ta, row, _knows="x")
        assert standing(story) == row
