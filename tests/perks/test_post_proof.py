"""Handing in a proof: kept in full, or refused with every reason and nothing left."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from people.models import AuditEntry, User
from people.storage import NotSaved, durable_storage
from perks.actions.post_proof import Posted, Refused, post_proof
from perks.models import Activity, Participation, Photo, Proof, Track
from perks.photos import PHOTOS_A_PROOF
from schedule.models import Course, Enrolment, StudyGroup
from tests.factories import make_activity, make_enrolment, make_extension_rule, make_group, moscow
from tests.perks.bad_files import STARTED_AT, bad_photos, bad_tracks, letter, photo, segment, track

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.usefixtures("place")]

NOW = moscow(2025, 11, 30, 12)
TAKEN = moscow(2025, 11, 20, 18)


@pytest.fixture
def activity(course: Course) -> Activity:
    make_extension_rule(course=course)
    return make_activity(course=course, min_people_per_proof=2)


@pytest.fixture
def run(course: Course) -> Activity:
    """At the same time, at two points, with tracks."""
    return make_activity(course=course, checkpoints=2, within_minutes=30, takes_tracks=True)


def jpeg(name: str = "photo.jpg", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or photo())


def gpx(content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("run.gpx", content or track(segment(letter())))


def post(group: StudyGroup, by: User, activity: Activity, people: list[User], **fields: Any) -> Posted:
    """A sound proof of now, unless told."""
    values: dict[str, Any] = {
        "now": NOW,
        "checkpoint": None,
        "taken_at": TAKEN,
        "photos": [jpeg()],
        "form_token": uuid.uuid4(),
        "people": [person.pk for person in people],
    }
    return post_proof(group=group, by=by, activity=activity, **values | fields)


def refusal(*args: Any, **fields: Any) -> dict[str | None, str]:
    """What is wrong, by field; nothing of it may be left anywhere."""
    with pytest.raises(Refused) as refused:
        post(*args, **fields)
    assert not (Proof.objects.exists() or Photo.objects.exists() or Participation.objects.exists())
    return {problem.field: problem.message for problem in refused.value.problems}


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


class TestKept:
    def test_all_of_it(
        self, group: StudyGroup, activity: Activity, student: User, group_mate: User, place: Path
    ) -> None:
        done = post(group, student, activity, [student, group_mate], note=" The theatre ")
        proof = done.proof
        assert (done.is_new, proof.state, proof.origin) == (True, "pending", "browser")
        assert (proof.taken_at, proof.posted_at, proof.posted_by) == (TAKEN, NOW, student)
        assert proof.note == "The theatre"
        assert set(proof.parts.values_list("person", "state")) == {
            (student.pk, "named"),
            (group_mate.pk, "named"),
        }
        row = proof.photos.get()
        assert (row.position, row.width, row.height) == (1, 640, 480)
        kept = {path.relative_to(place).as_posix() for path in files(place)}
        assert kept == {row.path, row.small_path}
        assert AuditEntry.objects.of(proof).get().person == student

    def test_pressed_twice_it_is_one(
        self, group: StudyGroup, activity: Activity, student: User, group_mate: User
    ) -> None:
        token = uuid.uuid4()
        first = post(group, student, activity, [student, group_mate], form_token=token)
        again = post(group, student, activity, [student, group_mate], form_token=token)
        assert (again.proof, again.is_new) == (first.proof, False)
        assert (Proof.objects.count(), Photo.objects.count()) == (1, 1)

    def test_the_moment_is_read_from_the_earliest_photo(
        self, group: StudyGroup, activity: Activity, student: User, group_mate: User
    ) -> None:
        shots = [jpeg(f"{hour}.jpg", photo(hour, taken=f"2025:11:20 {hour}:30:00")) for hour in (19, 18)]
        proof = post(group, student, activity, [student, group_mate], photos=shots, taken_at=None).proof
        assert proof.taken_at == moscow(2025, 11, 20, 18, 30)
        typed = post(group, student, activity, [student, group_mate], photos=shots).proof
        assert typed.taken_at == TAKEN
        assert set(typed.photos.values_list("shows_at", flat=True)) == {
            moscow(2025, 11, 20, hour, 30) for hour in (18, 19)
        }

    def test_with_a_track_its_start_is_the_moment(
        self, group: StudyGroup, run: Activity, student: User
    ) -> None:
        point = run.checkpoints.get(number=2)
        proof = post(group, student, run, [student], photos=[], track=gpx(), checkpoint=point).proof
        assert proof.taken_at == proof.track.started_at == STARTED_AT
        assert proof.track.lines and proof.track.length_m > 0

    def test_after_the_target_it_is_kept_and_does_not_count(
        self, group: StudyGroup, activity: Activity, student: User, group_mate: User
    ) -> None:
        late = moscow(2025, 12, 20)
        assert post(group, student, activity, [student, group_mate], now=late).proof.posted_at == late

    def test_staff_hand_in_for_a_group(
        self, group: StudyGroup, activity: Activity, student: User, group_mate: User, assistant: User
    ) -> None:
        assert post(group, assistant, activity, [student, group_mate]).proof.posted_by == assistant

    def test_who_was_in_the_group_then_counts(
        self, group: StudyGroup, activity: Activity, student: User, group_mate: User
    ) -> None:
        Enrolment.objects.filter(person=group_mate).update(left_at=TAKEN + timedelta(seconds=1))
        assert post(group, student, activity, [student, group_mate]).is_new


class TestRefused:
    def test_the_people(
        self, group: StudyGroup, activity: Activity, course: Course, student: User, group_mate: User
    ) -> None:
        other = make_enrolment(course=course, group=make_group(course=course)).person
        late = make_enrolment(group=group, joined_at=TAKEN + timedelta(days=1)).person
        cases: list[tuple[list[User], str]] = [
            ([], "Tick who took part"),
            ([student, student], "twice"),
            ([student, other], str(other)),
            ([student, late], str(late)),
            ([student], "2 people"),
        ]
        for people, told in cases:
            assert told in refusal(group, student, activity, people)["people"]

    @pytest.mark.parametrize(
        ("taken_at", "told"),
        [(NOW + timedelta(seconds=1), "still to come"), (moscow(2024, 11, 20), "long before")],
    )
    def test_the_moment(
        self,
        group: StudyGroup,
        activity: Activity,
        student: User,
        group_mate: User,
        taken_at: datetime,
        told: str,
    ) -> None:
        assert told in refusal(group, student, activity, [student, group_mate], taken_at=taken_at)["taken_at"]

    def test_no_moment_at_all(
        self, group: StudyGroup, activity: Activity, student: User, group_mate: User
    ) -> None:
        silent = [jpeg(content=photo(taken=None))]
        told = refusal(group, student, activity, [student, group_mate], taken_at=None, photos=silent)
        assert "when it was taken" in told["taken_at"]

    def test_the_place(self, group: StudyGroup, activity: Activity, run: Activity, student: User) -> None:
        assert "Choose the place" in refusal(group, student, run, [student])["checkpoint"]
        elsewhere = run.checkpoints.get(number=1)
        told = refusal(group, student, activity, [student], checkpoint=elsewhere)
        assert "another activity" in told["checkpoint"] and "people" in told

    def test_whoever_is_not_of_the_group(
        self, group: StudyGroup, activity: Activity, course: Course, student: User, stranger: User
    ) -> None:
        other = make_enrolment(course=course, group=make_group(course=course)).person
        for person in (stranger, other):
            assert "Only members" in refusal(group, person, activity, [student])[None]

    def test_files_that_are_missing_too_many_or_of_the_wrong_kind(
        self, group: StudyGroup, activity: Activity, student: User, group_mate: User
    ) -> None:
        people = [student, group_mate]
        assert "Add a photo" in refusal(group, student, activity, people, photos=[])["photos"]
        many = [jpeg(f"{number}.jpg") for number in range(PHOTOS_A_PROOF + 1)]
        assert "10 photos at most" in refusal(group, student, activity, people, photos=many)["photos"]
        assert "no tracks" in refusal(group, student, activity, people, track=gpx())["track"]

    @pytest.mark.parametrize("name", sorted(bad_photos()))
    def test_a_bad_photo_is_named(
        self,
        group: StudyGroup,
        activity: Activity,
        student: User,
        group_mate: User,
        name: str,
        place: Path,
    ) -> None:
        sent = [jpeg("good.jpg"), jpeg("bad.png", bad_photos()[name] or b" ")]
        told = refusal(group, student, activity, [student, group_mate], photos=sent)
        assert told["photos"].startswith("bad.png: ")
        assert files(place) == []

    @pytest.mark.parametrize("name", sorted(bad_tracks()))
    def test_a_bad_track_is_named(self, group: StudyGroup, run: Activity, student: User, name: str) -> None:
        sent = SimpleUploadedFile("run.gpx", bad_tracks()[name])
        point = run.checkpoints.get(number=1)
        told = refusal(group, student, run, [student], photos=[], track=sent, checkpoint=point)
        assert told["track"].startswith("run.gpx: ")
        assert not Track.objects.exists()


def test_a_full_disk_leaves_nothing(
    group: StudyGroup,
    activity: Activity,
    student: User,
    group_mate: User,
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(durable_storage()), "_keep_one", full)
    with pytest.raises(NotSaved):
        post(group, student, activity, [student, group_mate])
    assert not Proof.objects.exists() and files(place) == []


def test_rows_that_cannot_be_written_leave_no_picture(
    group: StudyGroup,
    activity: Activity,
    student: User,
    group_mate: User,
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_args: object, **_fields: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("perks.actions.post_proof.write_files", broken)
    with pytest.raises(RuntimeError):
        post(group, student, activity, [student, group_mate])
    assert not Proof.objects.exists() and files(place) == []
