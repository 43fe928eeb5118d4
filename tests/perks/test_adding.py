"""A group hands in a proof through its page: what is taken, what is refused, what the page says before."""

from __future__ import annotations

import errno
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from people.models import User
from people.storage import NotSaved, durable_storage
from perks.models import Activity, Checkpoint, Participation, Photo, Proof, Track
from perks.photos import MOST_BYTES, PHOTOS_A_PROOF
from schedule.models import Course, Role, StudyGroup
from tests.factories import (
    make_activity,
    make_course,
    make_enrolment,
    make_extension_rule,
    make_group,
    make_proof,
    moscow,
)
from tests.perks.bad_files import bad_photos, bad_tracks, photo, track

pytestmark = [pytest.mark.django_db]

QUERIES_OF_THE_PAGE = 15


@pytest.fixture(autouse=True)
def _files(place: Path) -> None:
    """No file of a test lies among the real ones."""


@pytest.fixture
def places(course: Course) -> Activity:
    """A photo of two people at least at each of five places."""
    return make_activity(course=course, number=2, checkpoints=5, min_people_per_proof=2)


@pytest.fixture
def run(course: Course) -> Activity:
    """An activity for which tracks are taken."""
    return make_activity(course=course, number=4, takes_tracks=True)


@pytest.fixture
def member(student: User) -> Client:
    client = Client()
    client.force_login(student)
    return client


def file(data: bytes, name: str = "IMG_1.jpg", kind: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, kind)


def address(course: Course, number: int, query: str = "") -> str:
    return f"/courses/{course.slug}/perk/add/?activity={number}{query}"


def post(client: Client, activity: Activity, people: Iterable[object], **fields: Any) -> Any:
    """Send the form of an activity; at its first place unless told."""
    place: Checkpoint | None = activity.checkpoints.first()
    sent: dict[str, Any] = {"people": list(people), "form_token": str(uuid.uuid4())}
    if place is not None:
        sent["checkpoint"] = place.pk
    sent |= fields
    query = sent.pop("query", "")
    headers = sent.pop("headers", {})
    return client.post(address(activity.course, activity.number, query), sent, headers=headers)


def nothing_stored(place: Path) -> bool:
    kept = [path for path in place.rglob("*") if path.is_file() and "incoming" not in path.parts]
    return not (Proof.objects.exists() or Photo.objects.exists() or Track.objects.exists() or kept)


class TestTaken:
    def test_photos_with_their_own_time(
        self, member: Client, places: Activity, student: User, group_mate: User
    ) -> None:
        photos = [file(photo(1, taken="2025:11:21 12:40:00")), file(photo(2, taken="2025:11:21 12:30:05"))]
        answer = post(member, places, [student.pk, group_mate.pk], photos=photos, note="Холодно.")
        proof = Proof.objects.get()
        assert answer.status_code == 302
        assert answer["Location"] == f"/courses/effdl/perk/proofs/{proof.pk}/"
        assert (proof.taken_at, proof.note, proof.state) == (
            moscow(2025, 11, 21, 12, 30, 5),
            "Холодно.",
            "pending",
        )
        assert proof.posted_by == student and proof.checkpoint == places.checkpoints.first()
        assert {part.person for part in proof.parts.all()} == {student, group_mate}
        assert proof.photos.count() == 2

    def test_a_typed_moment_holds_for_photos(
        self, member: Client, places: Activity, student: User, group_mate: User
    ) -> None:
        people = [student.pk, group_mate.pk]
        post(member, places, people, photos=[file(photo())], taken_at="2025-11-20T09:15")
        assert Proof.objects.get().taken_at == moscow(2025, 11, 20, 9, 15)

    def test_a_track_says_its_own_moment(self, member: Client, run: Activity, student: User) -> None:
        gpx = file(track(), "run.gpx", "application/gpx+xml")
        post(member, run, [student.pk], track=gpx, taken_at="2025-11-01T09:15")
        proof = Proof.objects.get()
        assert proof.taken_at == proof.track.started_at != moscow(2025, 11, 1, 9, 15)

    def test_pressing_twice_is_one_proof(self, member: Client, run: Activity, student: User) -> None:
        token = str(uuid.uuid4())
        answers = [
            post(member, run, [student.pk], photos=[file(photo())], form_token=token) for _press in (1, 2)
        ]
        assert answers[0]["Location"] == answers[1]["Location"]
        assert Proof.objects.count() == Photo.objects.count() == 1

    def test_the_script_is_told_where_to_go(self, member: Client, run: Activity, student: User) -> None:
        script = {"X-Requested-With": "XMLHttpRequest"}
        answer = post(member, run, [student.pk], photos=[file(photo())], headers=script)
        assert (answer.status_code, answer.content) == (201, b"")
        page = member.get(answer["Location"])
        assert "We have your proof." in page.content.decode()

    def test_staff_hand_in_for_a_group(
        self, course: Course, run: Activity, assistant: User, student: User
    ) -> None:
        make_group(course=course, name="100")
        client = Client()
        client.force_login(assistant)
        answer = post(client, run, [student.pk], photos=[file(photo())], query="&group=417")
        assert answer.status_code == 302
        assert Proof.objects.get().group.name == "417"

    def test_who_left_later_can_be_named(
        self, course: Course, group: StudyGroup, run: Activity, member: Client, student: User
    ) -> None:
        left = make_enrolment(course=course, group=group, left_at=moscow(2025, 11, 25))
        page = member.get(address(course, run.number)).content.decode()
        assert "left the group" in page and str(left.person) in page
        post(member, run, [left.person.pk], photos=[file(photo())])
        assert Proof.objects.get().parts.get().person == left.person


class TestRefused:
    @pytest.mark.parametrize("what", bad_photos())
    def test_a_bad_photo(self, member: Client, run: Activity, student: User, place: Path, what: str) -> None:
        bad = file(bad_photos()[what], "плохое.jpg")
        answer = post(member, run, [student.pk], photos=[file(photo()), bad])
        assert answer.status_code == 422
        assert answer.content.decode().count("плохое.jpg: ") == 1
        assert nothing_stored(place)

    @pytest.mark.parametrize("what", bad_tracks())
    def test_a_bad_track(self, member: Client, run: Activity, student: User, place: Path, what: str) -> None:
        answer = post(member, run, [student.pk], track=file(bad_tracks()[what], "плохой.gpx"))
        assert answer.status_code == 422
        assert "плохой.gpx: " in answer.content.decode()
        assert nothing_stored(place)

    def test_all_bad_files_are_named_at_once_and_what_was_typed_stays(
        self, member: Client, places: Activity, student: User, group_mate: User, place: Path
    ) -> None:
        heic = file(bad_photos()["HEIC"], "IMG_7.heic", "image/heic")
        photos = [heic, file(photo()), file(b"<html>", "page.png")]
        answer = post(member, places, [student.pk, group_mate.pk], photos=photos, note="У входа")
        page = answer.content.decode()
        assert "IMG_7.heic: This is a HEIC photo" in page and "Most Compatible" in page
        assert "page.png: This is not a JPEG, PNG or WebP picture" in page
        assert 'value="У входа"' in page
        assert page.count("checked") == 3  # a place and two people
        assert nothing_stored(place)

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({}, "Add a photo."),
            ({"checkpoint": ""}, "Choose the place."),
            ({"checkpoint": "999999"}, "This place belongs to another activity."),
            ({"checkpoint": "x\0"}, "This place belongs to another activity."),
            ({"people": []}, "Tick who took part."),
            ({"people": ["x"]}, "Somebody ticked here is not known."),
            ({"people": ["9" * 30]}, "Somebody ticked here is not known."),
            ({"people": ["999999999"]}, "Somebody: not in this group"),
            ({"taken_at": "2999-01-01T10:00"}, "Write a year from"),
            ({"taken_at": "2099-01-01T10:00"}, "This moment is still to come."),
            ({"taken_at": "2025-01-01T10:00"}, "This moment is long before the course began."),
            ({"taken_at": "yesterday"}, "Enter a valid date/time."),
            ({"note": "x" * 501}, "at most 500 characters"),
            ({"note": "a\0b"}, "Null characters are not allowed."),
            ({"form_token": "no"}, "Enter a valid UUID."),
        ],
    )
    def test_a_form_that_is_wrong(
        self,
        member: Client,
        places: Activity,
        student: User,
        group_mate: User,
        place: Path,
        fields: dict[str, Any],
        said: str,
    ) -> None:
        usual = {"people": [student.pk, group_mate.pk]} | ({"photos": [file(photo())]} if fields else {})
        answer = post(member, places, **(usual | fields))
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert nothing_stored(place)

    def test_people_of_another_group_nobody_twice_or_too_few(
        self, course: Course, member: Client, places: Activity, student: User, place: Path
    ) -> None:
        other = make_enrolment(course=course, group=make_group(course=course)).person
        joined = make_enrolment(
            course=course, group=StudyGroup.objects.get(name="417"), joined_at=moscow(2025, 12, 1)
        ).person
        for people, said in (
            ([student.pk, other.pk], f"{other}: not in this group"),
            ([student.pk, joined.pk], f"{joined}: not in this group"),
            ([student.pk, student.pk], "Somebody is ticked twice."),
            ([student.pk], "At least 2 people have to be on it."),
        ):
            answer = post(member, places, people, photos=[file(photo())])
            assert answer.status_code == 422
            assert said in answer.content.decode()
        assert nothing_stored(place)

    def test_a_photo_without_a_time_and_nothing_typed(
        self, member: Client, run: Activity, student: User, place: Path
    ) -> None:
        answer = post(member, run, [student.pk], photos=[file(photo(taken=None))])
        assert answer.status_code == 422
        assert "No photo says when it was taken." in answer.content.decode()
        assert nothing_stored(place)

    def test_too_many_photos(self, member: Client, run: Activity, student: User, place: Path) -> None:
        photos = [file(photo()) for _one in range(PHOTOS_A_PROOF + 1)]
        answer = post(member, run, [student.pk], photos=photos)
        assert answer.status_code == 422
        assert f"{PHOTOS_A_PROOF} photos at most" in answer.content.decode()
        assert nothing_stored(place)

    def test_a_photo_that_is_too_large(
        self, member: Client, run: Activity, student: User, place: Path
    ) -> None:
        answer = post(member, run, [student.pk], photos=[file(photo() + bytes(MOST_BYTES))])
        assert answer.status_code == 422
        assert "25.1 MB of 25 MB" in answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")
        assert nothing_stored(place)

    def test_a_track_where_none_is_taken(
        self, member: Client, places: Activity, student: User, group_mate: User
    ) -> None:
        people = [student.pk, group_mate.pk]
        answer = post(member, places, people, photos=[file(photo())], track=file(track()))
        assert answer.status_code == 302  # the form has no such field: what it has is taken
        assert not Track.objects.exists()

    def test_a_disk_that_keeps_nothing(
        self, member: Client, run: Activity, student: User, place: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*args: object, **kwargs: object) -> None:
            raise NotSaved("no space left")

        monkeypatch.setattr(type(durable_storage()), "keep", full)
        answer = post(member, run, [student.pk], photos=[file(photo())])
        assert answer.status_code == 503
        assert "Not saved" in answer.content.decode()
        assert nothing_stored(place)

    def test_a_disk_that_was_full_as_the_photo_arrived(
        self, member: Client, run: Activity, student: User, place: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*args: object, **kwargs: object) -> None:
            raise OSError(errno.ENOSPC, "no space left")

        for way in ("NamedTemporaryFile", "TemporaryFile"):
            monkeypatch.setattr(f"people.uploads.tempfile.{way}", full)
        answer = post(member, run, [student.pk], photos=[file(photo())], note="Остаётся")
        assert answer.status_code == 503
        assert "Not saved" in answer.content.decode() and "Остаётся" in answer.content.decode()
        assert nothing_stored(place)


class TestWho:
    def test_strangers_find_nothing(
        self,
        course: Course,
        run: Activity,
        stranger: User,
        foreign_assistant: User,
        student: User,
    ) -> None:
        for person in (stranger, foreign_assistant):
            client = Client()
            client.force_login(person)
            assert client.get(address(course, 4)).status_code == 404
            assert post(client, run, [student.pk], photos=[file(photo())]).status_code == 404
        assert Client().get(address(course, 4)).status_code == 302
        assert not Proof.objects.exists()

    def test_a_student_finds_no_other_group(self, course: Course, run: Activity, student: User) -> None:
        other = make_enrolment(course=course, group=make_group(course=course, name="418")).person
        client = Client()
        client.force_login(other)
        assert client.get(address(course, 4, "&group=417")).status_code == 404
        answer = post(client, run, [student.pk], photos=[file(photo())], query="&group=417")
        assert answer.status_code == 404
        assert post(client, run, [student.pk], photos=[file(photo())]).status_code == 422  # for 418
        assert not Proof.objects.exists()

    def test_who_left_the_course_finds_nothing(
        self, course: Course, group: StudyGroup, run: Activity
    ) -> None:
        left = make_enrolment(course=course, group=group, left_at=moscow(2025, 11, 25)).person
        client = Client()
        client.force_login(left)
        assert client.get(address(course, 4)).status_code == 404

    @pytest.mark.parametrize("query", ["&group=x", "&activity=99", "&activity=x", "&activity=" + "9" * 40])
    def test_what_is_not_there(self, course: Course, run: Activity, member: Client, query: str) -> None:
        assert member.get(address(course, 4, query)).status_code == 404


class TestPage:
    def test_an_activity_has_to_be_chosen_first(
        self, course: Course, places: Activity, run: Activity, member: Client
    ) -> None:
        page = member.get(f"/courses/{course.slug}/perk/add/").content.decode()
        assert "What did you do?" in page and 'href="?activity=4"' in page and "<form" in page
        assert "data-hand-in" not in page
        run.delete()
        assert "data-hand-in" in member.get(f"/courses/{course.slug}/perk/add/").content.decode()

    def test_a_course_without_activities_says_so(self, course: Course, member: Client) -> None:
        page = member.get(f"/courses/{course.slug}/perk/add/").content.decode()
        assert "This course has no activities" in page

    def test_it_says_who_sees_photos_and_until_when(
        self, course: Course, run: Activity, member: Client
    ) -> None:
        make_extension_rule(course=course, photos_kept_days=10)
        page = member.get(address(course, 4)).content.decode()
        assert "Only group 417 and the course’s staff see photos and tracks" in page
        assert "deleted after 10\N{NO-BREAK SPACE}January 2026" in page

    def test_after_the_target_it_says_that_nothing_counts_any_more(
        self, course: Course, run: Activity, member: Client, student: User
    ) -> None:
        assert "does not count" not in member.get(address(course, 4)).content.decode()
        make_extension_rule(course=course)
        page = member.get(address(course, 4)).content.decode()
        assert "does not count" in page and "Hand in, it will not count" in page
        answer = post(member, run, [student.pk], photos=[file(photo())])
        assert "came after the target" in member.get(answer["Location"]).content.decode()

    def test_people_of_another_proof_are_ticked(
        self,
        course: Course,
        group: StudyGroup,
        run: Activity,
        member: Client,
        student: User,
        group_mate: User,
    ) -> None:
        third = make_enrolment(course=course, group=group).person
        like = make_proof(group=group, activity=run, people=[group_mate, third])
        Participation.objects.filter(person=third).update(state="struck")
        page = member.get(address(course, 4, f"&like={like.pk}")).content.decode()
        assert f'value="{group_mate.pk}" checked' in page
        assert f'value="{third.pk}" checked' not in page and f'value="{student.pk}" checked' not in page
        elsewhere = make_proof(people=[third])
        page = member.get(address(course, 4, f"&like={elsewhere.pk}")).content.decode()
        assert f'value="{student.pk}" checked' in page and page.count("checked") == 1

    def test_places_without_a_proof_come_first(
        self,
        course: Course,
        group: StudyGroup,
        places: Activity,
        member: Client,
        student: User,
        group_mate: User,
    ) -> None:
        make_proof(group=group, activity=places, checkpoint=1, people=[student, group_mate])
        page = member.get(address(course, 2)).content.decode()
        assert page.index("Place 5") < page.index("Place 1<")
        assert page.count("no proof yet") == 4

    def test_its_queries_do_not_grow(
        self,
        course: Course,
        group: StudyGroup,
        places: Activity,
        member: Client,
        student: User,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        make_proof(group=group, activity=places, checkpoint=1, people=[student])
        with django_assert_num_queries(QUERIES_OF_THE_PAGE):
            member.get(address(course, 2))
        people = [make_enrolment(course=course, group=group).person for _one in range(30)]
        for number in range(30):
            make_proof(group=group, activity=places, checkpoint=1 + number % 5, people=people)
        with django_assert_num_queries(QUERIES_OF_THE_PAGE):
            member.get(address(course, 2))


def test_a_body_that_is_too_large_is_refused_before_it_is_read(
    course: Course, run: Activity, member: Client
) -> None:
    answer = member.generic(
        "POST", address(course, 4), b"x" * 10, "multipart/form-data", CONTENT_LENGTH=str(200 * 2**20)
    )
    assert answer.status_code == 413


def test_a_representative_of_another_course_is_a_stranger(run: Activity, course: Course) -> None:
    person = make_enrolment(course=make_course(), role=Role.REPRESENTATIVE).person
    client = Client()
    client.force_login(person)
    assert client.get(address(course, 4)).status_code == 404
