"""The gallery, the page of a proof, its photos: who sees them, and what its people may do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from people.models import User
from people.storage import durable_storage
from perks.models import Participation, Photo, Proof, Track
from perks.rules import PartState
from schedule.models import Course, Role, StudyGroup
from tests.factories import (
    make_activity,
    make_enrolment,
    make_extension_rule,
    make_group,
    make_proof,
    make_user,
    moscow,
)

pytestmark = [pytest.mark.django_db]

QUERIES_OF_THE_GALLERY = 12
QUERIES_OF_A_PROOF = 12
BASE = "/courses/effdl/perk"


@pytest.fixture(autouse=True)
def _files(place: Path) -> None:
    """No file of a test lies among the real ones."""


def add_photo(proof: Proof, position: int = 1) -> Photo:
    large, small = durable_storage().keep([ContentFile(b"large"), ContentFile(b"small")], under="proofs")
    return Photo.objects.create(
        proof=proof,
        position=position,
        path=large.path,
        small_path=small.path,
        width=4,
        height=3,
        sha256="0" * 64,
        look="0" * 64,
        shows_at=moscow(2025, 11, 1),
    )


def add_track(proof: Proof) -> Track:
    return Track.objects.create(
        proof=proof,
        started_at=proof.taken_at,
        ended_at=proof.taken_at,
        length_m=4200,
        lines=[[[55.7, 37.5], [55.71, 37.51]]],
        sha256="0" * 64,
    )


@pytest.fixture
def proof(course: Course, group: StudyGroup, student: User, group_mate: User) -> Proof:
    """Approved, with a photo and two people."""
    activity = make_activity(course=course, number=1, min_people=3, title="Theatre", short_title="Theatre")
    made = make_proof(group=group, activity=activity, people=[student, group_mate])
    add_photo(made)
    return made


@pytest.fixture
def photo(proof: Proof) -> Photo:
    return proof.photos.get()


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


class TestWhoSees:
    @pytest.fixture
    def addresses(self, proof: Proof, photo: Photo) -> list[str]:
        return [
            f"{BASE}/proofs/?group=417",
            f"{BASE}/proofs/{proof.pk}/",
            f"{BASE}/photos/{photo.pk}/",
            f"{BASE}/photos/{photo.pk}/small/",
        ]

    def test_the_group_and_staff_do(
        self, addresses: list[str], student: User, representative: User, assistant: User, lecturer: User
    ) -> None:
        for person in (student, representative, assistant, lecturer, make_user(is_superuser=True)):
            client = client_of(person)
            assert [client.get(address).status_code for address in addresses] == [200] * 4

    def test_nobody_else_does(
        self,
        addresses: list[str],
        proof: Proof,
        photo: Photo,
        course: Course,
        group: StudyGroup,
        stranger: User,
        foreign_assistant: User,
    ) -> None:
        other_group = make_enrolment(course=course, group=make_group(course=course, name="418")).person
        other_course = make_enrolment(role=Role.REPRESENTATIVE).person
        left = make_enrolment(course=course, group=group, left_at=moscow(2025, 10, 1)).person
        transferred = make_enrolment(course=course, group=group, left_at=moscow(2025, 10, 1)).person
        make_enrolment(person=transferred, course=course, group=StudyGroup.objects.get(name="418"))
        actions = [
            f"{BASE}/proofs/{proof.pk}/not-me/",
            f"{BASE}/proofs/{proof.pk}/me-after-all/",
            f"{BASE}/photos/{photo.pk}/take-down/",
        ]
        for person in (other_group, other_course, left, transferred, stranger, foreign_assistant):
            client = client_of(person)
            assert [client.get(address).status_code for address in addresses] == [404] * 4
            assert [client.post(address).status_code for address in actions] == [404] * 3
        for address in addresses:
            assert Client().get(address).status_code == 302
        photo.refresh_from_db()
        assert photo.hidden_at is None
        assert set(proof.parts.values_list("state", flat=True)) == {"named"}

    def test_not_under_another_course(self, proof: Proof, photo: Photo, assistant: User) -> None:
        elsewhere = make_enrolment(person=assistant, role=Role.ASSISTANT).course
        client = client_of(assistant)
        for rest in (f"proofs/{proof.pk}/", f"photos/{photo.pk}/", f"photos/{photo.pk}/small/"):
            assert client.get(f"/courses/{elsewhere.slug}/perk/{rest}").status_code == 404

    def test_who_was_on_it_and_changed_the_group_still_sees_it(
        self, proof: Proof, photo: Photo, course: Course, student: User
    ) -> None:
        student.enrolments.update(left_at=moscow(2025, 11, 20))
        make_enrolment(person=student, course=course, group=make_group(course=course, name="418"))
        client = client_of(student)
        assert client.get(f"{BASE}/proofs/{proof.pk}/").status_code == 200
        assert client.get(f"{BASE}/photos/{photo.pk}/").status_code == 200
        assert "Add another" not in text(client, f"{BASE}/proofs/{proof.pk}/")


class TestPhotos:
    def test_bytes_come_as_a_private_picture(self, photo: Photo, student: User) -> None:
        client = client_of(student)
        for rest, data in (("", b"large"), ("small/", b"small")):
            answer = client.get(f"{BASE}/photos/{photo.pk}/{rest}")
            assert b"".join(answer.streaming_content) == data  # type: ignore[attr-defined]
            assert answer["Content-Type"] == "image/jpeg"
            assert answer["Cache-Control"] == "private, no-cache"
            assert answer["X-Content-Type-Options"] == "nosniff"
            again = client.get(f"{BASE}/photos/{photo.pk}/{rest}", headers={"If-None-Match": answer["ETag"]})
            assert (again.status_code, again.content) == (304, b"")

    def test_a_browser_that_has_it_is_not_told_once_it_is_down(
        self, photo: Photo, student: User, group_mate: User
    ) -> None:
        client = client_of(group_mate)
        etag = client.get(f"{BASE}/photos/{photo.pk}/")["ETag"]
        client_of(student).post(f"{BASE}/photos/{photo.pk}/take-down/")
        again = client.get(f"{BASE}/photos/{photo.pk}/", headers={"If-None-Match": etag})
        assert again.status_code == 404

    def test_a_picture_that_cannot_be_read(self, photo: Photo, student: User) -> None:
        durable_storage().forget([photo.path])
        assert client_of(student).get(f"{BASE}/photos/{photo.pk}/").status_code == 503

    def test_taken_down_by_somebody_on_it(
        self, proof: Proof, photo: Photo, student: User, group_mate: User, assistant: User
    ) -> None:
        client = client_of(student)
        assert "Take this photo down" in text(client, f"{BASE}/proofs/{proof.pk}/")
        answer = client.post(f"{BASE}/photos/{photo.pk}/take-down/", follow=True)
        assert "Only the staff see this photo now." in answer.content.decode()
        page = text(client_of(group_mate), f"{BASE}/proofs/{proof.pk}/")
        assert "This photo was taken down." in page and "<img" not in page and "It counts." in page
        assert "<img" not in text(client_of(group_mate), f"{BASE}/proofs/")
        page = text(client_of(assistant), f"{BASE}/proofs/{proof.pk}/")
        assert "Taken down: only the staff see it." in page and "<img" in page

    def test_not_by_somebody_of_the_group_who_is_not_on_it(
        self, proof: Proof, photo: Photo, representative: User
    ) -> None:
        client = client_of(representative)
        assert "Take this photo down" not in text(client, f"{BASE}/proofs/{proof.pk}/")
        assert client.post(f"{BASE}/photos/{photo.pk}/take-down/").status_code == 403
        photo.refresh_from_db()
        assert photo.hidden_at is None

    def test_a_deleted_one_leaves_a_word(self, proof: Proof, photo: Photo, student: User) -> None:
        Photo.objects.update(path="", small_path="", removed_at=moscow(2026, 2, 1))
        page = text(client_of(student), f"{BASE}/proofs/{proof.pk}/")
        assert "This photo was deleted. The proof goes on counting." in page
        assert client_of(student).get(f"{BASE}/photos/{photo.pk}/").status_code == 404


class TestNotMe:
    def test_at_once_and_back(self, proof: Proof, student: User) -> None:
        client = client_of(student)
        assert "It stops counting you at once." in text(client, f"{BASE}/proofs/{proof.pk}/")
        answer = client.post(f"{BASE}/proofs/{proof.pk}/not-me/", follow=True)
        page = answer.content.decode()
        assert "This proof no longer counts you." in page and "1 person" in page
        assert Participation.objects.get(person=student).state == PartState.STRUCK
        answer = client.post(f"{BASE}/proofs/{proof.pk}/me-after-all/", follow=True)
        assert "This proof counts you." in answer.content.decode()
        assert Participation.objects.get(person=student).state == PartState.NAMED

    def test_staff_are_asked_once_the_activity_is_complete(
        self, proof: Proof, student: User, representative: User
    ) -> None:
        Participation.objects.create(proof=proof, person=representative)
        client = client_of(student)
        assert "so the staff decide" in text(client, f"{BASE}/proofs/{proof.pk}/")
        answer = client.post(f"{BASE}/proofs/{proof.pk}/not-me/", follow=True)
        assert "Until they decide it counts you." in answer.content.decode()
        assert Participation.objects.get(person=student).state == PartState.DISPUTED
        assert "3 people" in text(client, f"{BASE}/proofs/{proof.pk}/")

    def test_staff_have_the_last_word(self, proof: Proof, student: User, assistant: User) -> None:
        Participation.objects.filter(person=student).update(state="struck", changed_by=assistant)
        client = client_of(student)
        assert "I am in it after all" not in text(client, f"{BASE}/proofs/{proof.pk}/")
        answer = client.post(f"{BASE}/proofs/{proof.pk}/me-after-all/", follow=True)
        assert "Staff have decided about this" in answer.content.decode()
        assert Participation.objects.get(person=student).state == PartState.STRUCK

    def test_only_for_whom_it_names(self, proof: Proof, representative: User, assistant: User) -> None:
        for person in (representative, assistant):
            client = client_of(person)
            assert "I am not in this photo" not in text(client, f"{BASE}/proofs/{proof.pk}/")
            for what in ("not-me", "me-after-all"):
                assert client.post(f"{BASE}/proofs/{proof.pk}/{what}/").status_code == 404

    def test_by_get_nothing_happens(self, proof: Proof, photo: Photo, student: User) -> None:
        client = client_of(student)
        for address in (f"proofs/{proof.pk}/not-me/", f"photos/{photo.pk}/take-down/"):
            assert client.get(f"{BASE}/{address}")["Location"] == f"{BASE}/proofs/{proof.pk}/"
        assert set(proof.parts.values_list("state", flat=True)) == {"named"}
        assert not Photo.objects.filter(hidden_at__isnull=False).exists()


class TestProof:
    def test_a_rejected_one_says_why_and_leads_on(self, proof: Proof, student: User, assistant: User) -> None:
        Proof.objects.update(
            state="rejected", reason="Лиц не видно", decided_by=assistant, decided_at=moscow(2025, 11, 2)
        )
        page = text(client_of(student), f"{BASE}/proofs/{proof.pk}/")
        assert "It was not accepted." in page and "Лиц не видно" in page and str(assistant) in page
        assert f"/perk/add/?activity=1&amp;like={proof.pk}" in page and "Hand in a new one" in page

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({}, "It counts."),
            ({"state": "pending"}, "It waits for a check."),
            ({"posted_at": moscow(2025, 12, 15)}, "It came after the target and does not count."),
            ({"posted_at": moscow(2025, 12, 15), "state": "pending"}, "It came after the target"),
        ],
    )
    def test_it_says_whether_it_counts(
        self, course: Course, proof: Proof, student: User, change: dict[str, object], said: str
    ) -> None:
        make_extension_rule(course=course)
        Proof.objects.update(**change)
        assert said in text(client_of(student), f"{BASE}/proofs/{proof.pk}/")

    def test_it_says_why_an_approved_one_does_not_count(
        self, course: Course, group: StudyGroup, student: User, group_mate: User
    ) -> None:
        run = make_activity(course=course, within_minutes=30, checkpoints=2)
        early, late = (
            make_proof(
                group=group,
                activity=run,
                checkpoint=1,
                people=people,
                taken_at=moscow(2025, 11, 1, hour),
            )
            for hour, people in ((10, [student]), (15, [student, group_mate]))
        )
        assert "It lies outside the time that counts." in text(
            client_of(student), f"{BASE}/proofs/{early.pk}/"
        )
        assert "It counts." in text(client_of(student), f"{BASE}/proofs/{late.pk}/")
        pair = make_activity(course=course, min_people_per_proof=2)
        alone = make_proof(group=group, activity=pair, people=[student])
        assert "Too few people are on it" in text(client_of(student), f"{BASE}/proofs/{alone.pk}/")

    def test_a_track_is_drawn(self, proof: Proof, student: User) -> None:
        add_track(proof)
        page = text(client_of(student), f"{BASE}/proofs/{proof.pk}/")
        assert 'class="track"' in page and "4.2\N{NO-BREAK SPACE}km" in page
        Track.objects.update(lines=[], removed_at=moscow(2026, 2, 1))
        page = text(client_of(student), f"{BASE}/proofs/{proof.pk}/")
        assert 'class="track"' not in page and "This track was deleted." in page


class TestGallery:
    def test_it_sifts(self, course: Course, group: StudyGroup, proof: Proof, student: User) -> None:
        sport = make_activity(course=course, number=3, short_title="Sport")
        waiting = make_proof(group=group, activity=sport, state="pending", people=[student])
        foreign = make_proof(group=make_group(course=course), activity=sport, state="pending")
        client = client_of(student)
        seen: Callable[[str], set[int]] = lambda query: {  # noqa: E731
            pk
            for pk in (proof.pk, waiting.pk, foreign.pk)
            if f"/perk/proofs/{pk}/" in text(client, f"{BASE}/proofs/{query}")
        }
        assert seen("") == {proof.pk, waiting.pk}
        assert seen("?activity=3") == seen("?state=pending") == {waiting.pk}
        assert seen("?activity=1") == seen("?state=approved") == {proof.pk}
        assert seen("?activity=1&state=rejected") == set()
        assert "2 proofs are here." in text(client, f"{BASE}/proofs/?activity=1")

    def test_staff_choose_the_group(
        self, course: Course, proof: Proof, assistant: User, student: User
    ) -> None:
        make_group(course=course, name="418")
        client = client_of(assistant)
        assert f"/perk/proofs/{proof.pk}/" in text(client, f"{BASE}/proofs/")
        page = text(client, f"{BASE}/proofs/?group=418")
        assert "No proofs yet." in page and "?group=417" in page
        assert "?group=" not in text(client_of(student), f"{BASE}/proofs/")

    @pytest.mark.parametrize(
        "query", ["group=x", "activity=x", "state=x", "page=0", "page=x", "page=-1", "page=" + "9" * 30]
    )
    def test_what_no_link_says(self, proof: Proof, student: User, query: str) -> None:
        assert client_of(student).get(f"{BASE}/proofs/?{query}").status_code == 404

    def test_it_has_pages(
        self, group: StudyGroup, proof: Proof, student: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("perks.queries.gallery.A_PAGE", 2)
        others = [make_proof(group=group, activity=proof.activity, people=[student]) for _one in range(2)]
        client = client_of(student)
        first, second = (text(client, f"{BASE}/proofs/?page={number}") for number in (1, 2))
        assert all(f"/perk/proofs/{one.pk}/" in first for one in others)
        assert f"/perk/proofs/{proof.pk}/" not in first and f"/perk/proofs/{proof.pk}/" in second
        assert "Older" in first and "Newer" not in first and "Newer" in second and "Older" not in second

    def test_a_course_without_groups(self, course: Course, lecturer: User) -> None:
        assert client_of(lecturer).get(f"{BASE}/proofs/").status_code == 404


def test_queries_do_not_grow(
    course: Course,
    group: StudyGroup,
    proof: Proof,
    student: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = client_of(student)
    addresses = {f"{BASE}/proofs/": QUERIES_OF_THE_GALLERY, f"{BASE}/proofs/{proof.pk}/": QUERIES_OF_A_PROOF}
    for address, queries in addresses.items():
        with django_assert_num_queries(queries):
            client.get(address)
    people = [make_enrolment(course=course, group=group).person for _one in range(30)]
    for number in range(30):
        add_photo(more := make_proof(group=group, activity=proof.activity, people=people))
        if number % 2:
            add_track(more)
    Participation.objects.bulk_create(Participation(proof=proof, person=person) for person in people)
    for address, queries in addresses.items():
        with django_assert_num_queries(queries):
            client.get(address)
