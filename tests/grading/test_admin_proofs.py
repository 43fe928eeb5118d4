"""Proofs in the administration, as a TA goes through them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from people.models import AuditEntry, User
from perks.actions.decide import approve
from perks.models import Checkpoint, Participation, Photo, Proof, Track
from schedule.models import Course, Role, StudyGroup
from tests.factories import (
    make_activity,
    make_course,
    make_enrolment,
    make_extension_rule,
    make_group,
    make_photo,
    make_proof,
    make_user,
    moscow,
)
from tests.grading.perk_story import Story

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_november")]
LIST = reverse("admin:perks_proof_changelist")
QUERIES_OF_THE_LIST = 16
QUERIES_OF_A_PROOF = 29
NOW = moscow(2025, 11, 20, 23, 50)
PENDING, APPROVED, REJECTED = Proof.State.PENDING, Proof.State.APPROVED, Proof.State.REJECTED
LOOK = "0123456789abcdef" * 4


@pytest.fixture
def _in_november() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ta(assistant: User) -> Client:
    return signed_in(assistant)


@pytest.fixture
def proof(group: StudyGroup, student: User, group_mate: User) -> Proof:
    """It waits; two people at one place."""
    activity = make_activity(course=group.course, title="Photo", short_title="Photo", checkpoints=2)
    return make_proof(
        group=group, activity=activity, people=[student, group_mate], checkpoint=1, state=PENDING
    )


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page_of(proof: Proof) -> str:
    return reverse("admin:perks_proof_change", args=[proof.pk])


def listed(client: Client, query: str = "") -> list[Proof]:
    return list(client.get(f"{LIST}{query}").context["cl"].result_list)


def press(client: Client, proof: Proof, button: str, **fields: Any) -> Any:
    """Press a button of a proof's page as it stands now."""
    page = client.get(page_of(proof))
    shown = {"version": page.context["proof"].version, "seen": page.context["seen"]}
    return client.post(page_of(proof), {"_do": button, **shown, **fields})


def agree(client: Client, asked: Any, address: str) -> Any:
    """Press the button of the page in between."""
    assert asked.status_code == 200
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', asked.text)
    return client.post(address, dict(fields))


def state(proof: Proof) -> str:
    proof.refresh_from_db()
    return proof.state


def said(client: Client) -> str:
    return client.get(f"{LIST}?state=all").text


class TestWhoSeesWhat:
    def test_strangers_find_nothing(
        self, proof: Proof, student: User, representative: User, stranger: User
    ) -> None:
        for person in (student, representative, stranger):
            client = signed_in(person)
            assert client.get(LIST).status_code == client.get(page_of(proof)).status_code == 404
            assert client.post(page_of(proof), {"_do": "approve", "version": 1}).status_code == 404
        assert state(proof) == PENDING

    def test_a_ta_of_another_course_gets_404(self, proof: Proof, foreign_assistant: User) -> None:
        client = signed_in(foreign_assistant)
        assert listed(client, "?state=all") == []
        assert client.get(page_of(proof)).status_code == 404
        assert client.post(page_of(proof), {"_do": "approve", "version": 1}).status_code == 404
        assert client.get(reverse("admin:perks_proof_history", args=[proof.pk])).status_code == 404
        together = {"action": "approve_together", "_selected_action": proof.pk}
        client.post(LIST, together)
        assert state(proof) == PENDING

    def test_nobody_decides_about_a_group_in_which_they_study(
        self, proof: Proof, assistant: User, ta: Client
    ) -> None:
        make_enrolment(person=assistant, group=proof.group)
        other = make_proof(
            group=make_group(course=proof.group.course), activity=proof.activity, state=PENDING
        )
        assert listed(ta) == [other]
        assert ta.get(page_of(proof)).status_code == 404
        assert ta.post(page_of(proof), {"_do": "approve", "version": 1}).status_code == 404
        ta.post(LIST, {"action": "approve_together", "_selected_action": proof.pk})
        assert state(proof) == PENDING

    def test_nothing_is_added_or_deleted(self, proof: Proof) -> None:
        root = signed_in(make_user(is_superuser=True))
        assert root.get(f"{LIST}add/").status_code == 403
        delete = reverse("admin:perks_proof_delete", args=[proof.pk])
        assert root.post(delete, {"post": "yes"}).status_code == 403


class TestTheList:
    def test_what_waits_oldest_first(self, proof: Proof, ta: Client) -> None:
        def another(**fields: Any) -> Proof:
            return make_proof(group=proof.group, activity=proof.activity, checkpoint=2, **fields)

        older = another(state=PENDING, posted_at=moscow(2025, 10, 30))
        approved, rejected = another(), another(state=REJECTED, reason="Blurred")
        assert listed(ta) == [older, proof]
        assert listed(ta, "?state=approved") == [approved]
        assert listed(ta, "?state=rejected") == [rejected]
        assert listed(ta, "?state=all") == [older, proof, approved, rejected]
        assert listed(ta, "?state=nonsense") == [older, proof]

    def test_filters_and_search(
        self, proof: Proof, ta: Client, assistant: User, student: User, group: StudyGroup
    ) -> None:
        elsewhere = make_course(slug="elsewhere", starts_on=moscow(2025, 2, 1).date())
        make_enrolment(person=assistant, course=elsewhere, role=Role.ASSISTANT)
        there = make_proof(group=make_group(course=elsewhere), state=PENDING)
        other_group = make_proof(
            group=make_group(course=group.course), activity=proof.activity, state=PENDING
        )
        other_activity = make_proof(group=group, activity=make_activity(course=group.course), state=PENDING)
        assert set(listed(ta)) == {proof, other_group, other_activity}
        assert listed(ta, f"?course={elsewhere.pk}") == [there]
        assert set(listed(ta, f"?group={group.pk}")) == {proof, other_activity}
        assert set(listed(ta, f"?activity={proof.activity_id}")) == {proof, other_group}
        assert listed(ta, "?q=ветрова") == [proof]
        assert listed(ta, "?activity=x&group=%00") == listed(ta)

    def test_a_line_says_what_a_ta_needs(self, proof: Proof, ta: Client) -> None:
        photo = make_photo(proof=proof)
        text = ta.get(LIST).text
        small = reverse("perks:photo_small", args=[proof.activity.course.slug, photo.pk])
        for words in ("Photo, Place 1", "417", "1 Nov 2025, 12:00", small, '<td class="field-people">2</td>'):
            assert words in text, words
        assert 'class="flag"' not in text

    def test_what_deserves_a_second_look_is_flagged(self, proof: Proof, ta: Client, student: User) -> None:
        make_extension_rule(course=proof.group.course, target_at=proof.posted_at - timedelta(seconds=1))
        Participation.objects.filter(proof=proof, person=student).update(state="disputed")
        make_photo(proof=proof, hidden_at=NOW, hidden_by=student, sha256="a" * 64)
        earlier = make_proof(
            group=make_group(course=proof.group.course),
            activity=proof.activity,
            posted_at=proof.posted_at - timedelta(days=1),
        )
        make_photo(proof=earlier, sha256="a" * 64)
        flags = re.findall(r'class="flag">([^<]+)<', ta.get(LIST).text)
        assert flags == [
            "looks like another",
            "handed in after the target",
            "someone says: not me",
            "a photo is to be taken down",
        ]
        assert listed(ta, "?state=settle") == [proof]
        Proof.objects.filter(pk=earlier.pk).update(state=REJECTED)
        assert "looks like another" not in ta.get(LIST).text

    def test_it_costs_the_same_with_one_row_and_with_thirty(
        self, proof: Proof, ta: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        make_photo(proof=proof, look=LOOK)
        with django_assert_num_queries(QUERIES_OF_THE_LIST):
            assert len(listed(ta)) == 1
        for _each in range(29):
            one = make_proof(
                group=make_group(course=proof.group.course),
                activity=proof.activity,
                state=PENDING,
                checkpoint=2,
                people=[make_user()],
            )
            make_photo(proof=one, look=LOOK)
        with django_assert_num_queries(QUERIES_OF_THE_LIST):
            assert len(listed(ta)) == 30

    def test_the_first_page_says_how_many_wait(self, proof: Proof, ta: Client, student: User) -> None:
        page = ta.get("/admin/").text
        assert "1 proof waits for a check" in page
        assert f'href="{LIST}?course={proof.group.course_id}"' in page
        Participation.objects.filter(proof=proof, person=student).update(state="disputed")
        assert "somebody objects to 1 proof" in ta.get("/admin/").text


class TestOneProof:
    def test_its_facts_people_and_pictures(self, proof: Proof, ta: Client, student: User) -> None:
        Proof.objects.filter(pk=proof.pk).update(posted_by=student, note="At noon")
        photos = [make_photo(proof=proof), make_photo(proof=proof)]
        text = ta.get(page_of(proof)).text
        for photo in photos:
            assert reverse("perks:photo", args=[proof.activity.course.slug, photo.pk]) in text
        for words in ("Place 1", "At noon", "Ветрова Алиса", "Белов Артём", "0 of 10 people now",
                      "with this proof 2", "1\N{NO-BREAK SPACE}November, 12:00"):  # fmt: skip
            assert words in text, words

    def test_the_file_is_held_against_what_was_said(self, proof: Proof, ta: Client) -> None:
        Checkpoint.objects.filter(proofs=proof).update(latitude="55.819722", longitude="37.611667")
        make_photo(
            proof=proof,
            shows_at=proof.taken_at - timedelta(hours=3, minutes=5),
            latitude="55.822600",
            longitude="37.611667",
        )
        text = ta.get(page_of(proof)).text
        assert "3\N{NO-BREAK SPACE}h 5\N{NO-BREAK SPACE}min before the moment given" in text
        assert "320\N{NO-BREAK SPACE}m from Place 1" in text

    def test_a_photo_used_before_is_shown_beside_the_other(self, proof: Proof, ta: Client) -> None:
        other_group = make_group(course=proof.group.course, name="418")
        same_file = make_proof(group=other_group, activity=proof.activity, checkpoint=2)
        lookalike = make_proof(group=proof.group, activity=proof.activity, state=REJECTED, reason="Blurred")
        make_photo(proof=proof, sha256="a" * 64, look=LOOK)
        twin = make_photo(proof=same_file, sha256="a" * 64)
        make_photo(proof=lookalike, look=LOOK, removed_at=NOW, path="", small_path="")
        make_photo(proof=same_file)  # another picture
        text = ta.get(page_of(proof)).text
        assert text.count('class="twins"') == 2
        assert "The same file" in text and "Looks the same" in text
        assert page_of(same_file) in text and page_of(lookalike) in text
        assert reverse("perks:photo_small", args=[proof.activity.course.slug, twin.pk]) in text
        assert state(proof) == PENDING

    def test_of_an_activity_at_the_same_time_the_window_is_drawn(
        self, group: StudyGroup, ta: Client, student: User
    ) -> None:
        run = make_activity(course=group.course, checkpoints=3, within_minutes=30, min_people=1)

        def at(minute: int, place: int, **fields: Any) -> Proof:
            return make_proof(
                group=group, activity=run, checkpoint=place, people=[student],
                taken_at=moscow(2025, 11, 8, 12) + timedelta(minutes=minute), **fields,
            )  # fmt: skip

        at(0, 1), at(20, 2)
        late = at(100, 3, state=PENDING)
        Track.objects.create(
            proof=late, started_at=late.taken_at, ended_at=late.taken_at + timedelta(minutes=30),
            length_m=4200, lines=[[[55.7, 37.5], [55.71, 37.51]]], sha256="b" * 64,
        )  # fmt: skip
        text = ta.get(page_of(late)).text
        assert "Inside the window: 1, 2. Outside it or not checked: 3." in text
        assert "+1\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}30\N{NO-BREAK SPACE}min" in text
        assert "4.2\N{NO-BREAK SPACE}km" in text and 'class="track"' in text

    def test_it_costs_the_same_whatever_the_group_has(
        self, proof: Proof, ta: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        make_photo(proof=proof, look=LOOK)
        with django_assert_num_queries(QUERIES_OF_A_PROOF):
            ta.get(page_of(proof))
        for _each in range(29):
            one = make_proof(group=proof.group, activity=proof.activity, state=PENDING, people=[make_user()])
            make_photo(proof=one, look=LOOK)
        with django_assert_num_queries(QUERIES_OF_A_PROOF):
            ta.get(page_of(proof))


class TestDeciding:
    def test_approved_it_counts_and_the_next_one_opens(
        self, proof: Proof, ta: Client, assistant: User
    ) -> None:
        following = make_proof(group=proof.group, activity=proof.activity, state=PENDING, checkpoint=2)
        assert press(ta, proof, "approve", _next="1")["Location"] == page_of(following)
        proof.refresh_from_db()
        assert (proof.state, proof.decided_by, proof.decided_at) == (APPROVED, assistant, NOW)
        assert press(ta, following, "approve", _next="1")["Location"] == LIST
        assert "No other proof is in this list." in said(ta)

    def test_the_list_it_was_opened_from_is_gone_through(self, proof: Proof, ta: Client) -> None:
        make_proof(group=make_group(course=proof.group.course), activity=proof.activity, state=PENDING)
        mine = make_proof(group=proof.group, activity=proof.activity, state=PENDING, checkpoint=2,
                          posted_at=NOW)  # fmt: skip
        filters = f"?_changelist_filters=group%3D{proof.group_id}"
        shown = {"version": 1, "seen": 0, "_next": "1"}
        moved = ta.post(page_of(proof) + filters, {"_do": "approve", **shown})
        assert moved["Location"] == page_of(mine) + filters

    def test_a_rejection_needs_a_reason(self, proof: Proof, ta: Client, assistant: User) -> None:
        refused = press(ta, proof, "reject", words="  ")
        assert "Say why" in refused.text and state(proof) == PENDING
        press(ta, proof, "reject", ready="1", words="Look at the left edge.")
        assert state(proof) == REJECTED
        assert proof.reason == "The people named cannot be made out in the picture.\nLook at the left edge."
        last = AuditEntry.objects.of(proof).first()
        assert last is not None and last.person == assistant and last.new is not None

    @pytest.mark.parametrize(
        ("fields", "message"),
        [({"ready": "9"}, "Select a valid choice"), ({"words": "x" * 1001}, "at most 1000"),
         ({"ready": "1", "words": "x" * 990}, "At most 1000 characters")],
    )  # fmt: skip
    def test_what_is_wrong_is_named_and_stays_typed(
        self, proof: Proof, ta: Client, fields: dict[str, str], message: str
    ) -> None:
        refused = press(ta, proof, "reject", **fields)
        assert message in refused.text and fields.get("words", "") in refused.text
        assert state(proof) == PENDING

    def test_back_to_waiting(self, proof: Proof, ta: Client) -> None:
        press(ta, proof, "reject", words="Blurred")
        assert press(ta, proof, "reopen")["Location"] == page_of(proof)
        proof.refresh_from_db()
        assert (proof.state, proof.reason, proof.decided_by) == (PENDING, "", None)

    @pytest.mark.parametrize("button", ["", "nonsense", "reopen", "strike 0", "keep x", "remove 1"])
    def test_a_button_that_the_page_does_not_have(self, proof: Proof, ta: Client, button: str) -> None:
        answer = press(ta, proof, button)
        assert answer["Location"] == page_of(proof)
        assert "cannot be done" in said(ta)
        proof.refresh_from_db()
        assert (proof.state, proof.version) == (PENDING, 1)

    def test_nobody_is_added_before_somebody_is_chosen(self, proof: Proof, ta: Client) -> None:
        press(ta, proof, "add", person="")
        assert "Choose first who is missing." in said(ta)
        proof.refresh_from_db()
        assert proof.version == 1


class TestTwoAtOnce:
    def test_the_second_is_told_what_the_first_did_and_overwrites_nothing(
        self, proof: Proof, ta: Client, lecturer: User
    ) -> None:
        page = ta.get(page_of(proof))
        shown = {"version": 1, "seen": page.context["seen"]}
        approve(proof_id=proof.pk, version=1, by=lecturer, now=NOW)
        late = ta.post(page_of(proof), {"_do": "reject", "words": "Blurred", **shown})
        assert late.status_code == 409
        assert "Маркова Ирина has changed this proof meanwhile" in late.text
        assert "waits for a check" in late.text and "Blurred" in late.text
        assert state(proof) == APPROVED and proof.decided_by == lecturer

    def test_a_change_of_who_is_on_it_counts_too(
        self, proof: Proof, ta: Client, lecturer: User, student: User
    ) -> None:
        page = ta.get(page_of(proof))
        press(signed_in(lecturer), proof, f"strike {student.pk}")
        shown = {"version": 1, "seen": page.context["seen"]}
        late = ta.post(page_of(proof), {"_do": "approve", **shown})
        assert late.status_code == 409 and "Маркова Ирина has changed" in late.text
        assert state(proof) == PENDING

    def test_pressing_twice_is_pressing_once(self, proof: Proof, ta: Client) -> None:
        for _press in range(2):
            answer = ta.post(page_of(proof), {"_do": "approve", "version": 1, "seen": 0})
            assert answer["Location"] == LIST
        proof.refresh_from_db()
        assert (proof.state, proof.version) == (APPROVED, 2)

    def test_nonsense_for_a_version_is_an_old_one(self, proof: Proof, ta: Client) -> None:
        for version in ("", "x", "99", "-1"):
            for seen in ("x", "9" * 5000):
                late = ta.post(page_of(proof), {"_do": "approve", "version": version, "seen": seen})
                assert late.status_code == 409
        assert state(proof) == PENDING


class TestPeople:
    def test_strike_and_restore(self, proof: Proof, ta: Client, student: User, assistant: User) -> None:
        assert press(ta, proof, f"strike {student.pk}")["Location"] == page_of(proof)
        part = proof.parts.get(person=student)
        assert (part.state, part.changed_by, part.changed_at) == ("struck", assistant, NOW)
        press(ta, proof, f"keep {student.pk}")
        assert proof.parts.get(person=student).state == "named"

    def test_only_who_was_in_the_group_then_is_offered(
        self, proof: Proof, ta: Client, representative: User
    ) -> None:
        joined_later = make_enrolment(group=proof.group, joined_at=proof.taken_at + timedelta(days=1)).person
        outsider = make_enrolment(course=proof.group.course).person
        offered = [one.person_id for one in ta.get(page_of(proof)).context["addable"]]
        assert offered == [representative.pk]
        press(ta, proof, "add", person=representative.pk)
        assert proof.parts.filter(person=representative, state="named").exists()
        for person in (joined_later, outsider):
            press(ta, proof, "add", person=person.pk)
            assert not proof.parts.filter(person=person).exists()

    def test_a_dispute_is_settled_either_way(self, proof: Proof, ta: Client, student: User) -> None:
        for button, settled in (("strike", "struck"), ("keep", "named")):
            Participation.objects.filter(proof=proof, person=student).update(state="disputed")
            assert "says: not me" in ta.get(page_of(proof)).text
            press(ta, proof, f"{button} {student.pk}")
            assert proof.parts.get(person=student).state == settled


class TestTakingDown:
    @pytest.fixture
    def photo(self, proof: Proof, student: User) -> Photo:
        return make_photo(proof=proof, hidden_at=NOW, hidden_by=student)

    def test_put_back(self, proof: Proof, photo: Photo, ta: Client) -> None:
        assert "Ветрова Алиса asks for it" in ta.get(page_of(proof)).text
        press(ta, proof, f"put_back {photo.pk}")
        photo.refresh_from_db()
        assert photo.hidden_at is None and photo.removed_at is None

    def test_removed_for_good_only_after_a_question(self, proof: Proof, photo: Photo, ta: Client) -> None:
        asked = press(ta, proof, f"remove {photo.pk}")
        assert "Remove this photo for good?" in asked.text
        assert Photo.objects.there().count() == 1
        assert agree(ta, asked, page_of(proof))["Location"] == page_of(proof)
        photo.refresh_from_db()
        assert (photo.removed_at, photo.path) == (NOW, "")
        assert "was removed" in ta.get(page_of(proof)).text


class TestWhatIsUndone:
    """The story: the group has earned the perk, № 2 has moved, and two handed it in late."""

    def test_a_rejection_says_first_what_it_takes_back(self, story: Story, ta: Client) -> None:
        asked = press(ta, story.on_match, "reject", words="Another match")
        assert state(story.on_match) == APPROVED
        for words in ("Group 417 loses the perk", "2 people now, 0 afterwards, 2 are needed",
                      "№ 2. Assignment 2", "Белов Артём", "9.00", "4.00", "Ветрова Алиса", "6.00",
                      "Reject, and take the perk back"):  # fmt: skip
            assert words in asked.text, words
        assert "Сафин Тимур" not in asked.text
        agree(ta, asked, page_of(story.on_match))
        assert state(story.on_match) == REJECTED and story.on_match.reason == "Another match"

    def test_so_do_a_strike_a_settled_dispute_and_back_to_waiting(
        self, story: Story, ta: Client, student: User
    ) -> None:
        Participation.objects.filter(proof=story.on_match, person=student).update(state="disputed")
        for button in (f"strike {student.pk}", "reopen"):
            asked = press(ta, story.on_match, button)
            assert "loses the perk" in asked.text
        assert state(story.on_match) == APPROVED
        part = story.on_match.parts.get(person=student)
        assert part.state == "disputed"
        asked = press(ta, story.on_match, f"strike {student.pk}")
        agree(ta, asked, page_of(story.on_match))
        part.refresh_from_db()
        assert part.state == "struck"

    def test_what_has_changed_since_is_shown_again(self, story: Story, ta: Client, student: User) -> None:
        asked = press(ta, story.on_match, "reject", words="Another match")
        review = student.submissions.get().review
        review.score = 1000
        review.save()
        again = agree(ta, asked, page_of(story.on_match))
        assert again.status_code == 200 and "10.00" in again.text
        assert state(story.on_match) == APPROVED

    def test_no_question_where_nothing_is_undone(
        self, story: Story, ta: Client, representative: User
    ) -> None:
        spare = make_proof(group=story.group, activity=story.match, people=[representative])
        press(ta, spare, "reject", words="Blurred")
        assert state(spare) == REJECTED

    def test_an_approval_that_earns_the_perk_says_so_kindly(self, story: Story, ta: Client) -> None:
        Proof.objects.filter(pk=story.on_match.pk).update(state=PENDING)
        press(ta, story.on_match, "approve")
        page = said(ta)
        assert "Group 417 has earned the perk." in page
        assert "2 students get points back, 8.00 in all." in page

    def test_without_a_request_it_says_that_too(self, story: Story, ta: Client) -> None:
        story.group.extension_requests.update(ended_at=NOW, end="withdrawn")
        Proof.objects.filter(pk=story.on_match.pk).update(state=PENDING)
        press(ta, story.on_match, "approve")
        assert "Which deadlines to move, it has not said yet." in said(ta)


class TestSeveral:
    @pytest.fixture
    def proofs(self, proof: Proof) -> list[Proof]:
        others = [
            make_proof(group=proof.group, activity=proof.activity, state=PENDING, checkpoint=2)
            for _each in range(2)
        ]
        return [proof, *others]

    def together(self, client: Client, action: str, proofs: list[Proof], **fields: Any) -> Any:
        chosen = {"_selected_action": [proof.pk for proof in proofs]}
        return client.post(f"{LIST}?state=all", {"action": action, **chosen, **fields})

    def test_approved(self, proofs: list[Proof], ta: Client, lecturer: User) -> None:
        press(signed_in(lecturer), proofs[2], "reject", words="Blurred")
        self.together(ta, "approve_together", proofs)
        assert [state(proof) for proof in proofs] == [APPROVED, APPROVED, REJECTED]
        page = said(ta)
        assert "2 proofs are approved." in page
        assert "1 proof was decided or changed meanwhile" in page

    def test_approved_together_they_earn_the_perk(self, story: Story, ta: Client) -> None:
        Proof.objects.update(state=PENDING)
        self.together(ta, "approve_together", [story.on_match, story.on_photo])
        assert said(ta).count("has earned the perk") == 1

    def test_rejected_with_one_reason(self, proofs: list[Proof], ta: Client, lecturer: User) -> None:
        asked = self.together(ta, "reject_together", proofs)
        assert "Reject 3 proofs" in asked.text
        versions = dict(re.findall(r'name="(version_\d+)" value="(\d+)"', asked.text))
        again = self.together(ta, "reject_together", proofs, _reject="1", words=" ", **versions)
        assert "Say why" in again.text
        press(signed_in(lecturer), proofs[2], "approve")
        self.together(ta, "reject_together", proofs, _reject="1", ready="4", **versions)
        assert [state(proof) for proof in proofs] == [REJECTED, REJECTED, APPROVED]
        assert proofs[0].reason == proofs[1].reason == "This picture stands on another proof already."
        page = said(ta)
        assert "2 proofs are rejected." in page and "1 proof was decided or changed meanwhile" in page

    def test_those_the_reason_page_did_not_show_stay(self, proofs: list[Proof], ta: Client) -> None:
        self.together(ta, "reject_together", proofs, _reject="1", ready="1", version_0="1")
        assert {state(proof) for proof in proofs} == {PENDING}

    def test_nothing_to_reject_among_the_decided(self, story: Story, ta: Client) -> None:
        self.together(ta, "reject_together", [story.on_match])
        assert state(story.on_match) == APPROVED
        assert "decided or changed meanwhile" in said(ta)


def test_the_history_tells_of_people_and_photos(proof: Proof, ta: Client, student: User) -> None:
    press(ta, proof, f"strike {student.pk}")
    text = ta.get(reverse("admin:perks_proof_history", args=[proof.pk])).text
    assert "participant" in text and "struck off" in text


def test_a_course_is_named_where_two_are_taught(proof: Proof, course: Course, ta: Client) -> None:
    assert "of_course" not in ta.get(LIST).context["cl"].list_display
    assert "of_course" in ta.get(f"{LIST}?course=all").context["cl"].list_display
