"""Pictures of proofs: none lies about without a photo, none is kept longer than people were told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.files.base import ContentFile
from pytest_django import DjangoCaptureOnCommitCallbacks

from people.models import User
from people.storage import durable_storage
from perks import tasks
from perks.actions import housekeeping
from perks.actions.housekeeping import Forgotten, forget_pictures, sweep_pictures
from perks.models import Participation, Photo, Proof, Track
from schedule.models import Course, StudyGroup
from tests.bucket_server import set_written_at
from tests.factories import make_course, make_extension_rule, make_group, make_proof, moscow

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.usefixtures("place")]

LAST_MOMENT = moscow(2026, 1, 30, 23, 59, 59)
"""Of the last day on which pictures of a course that ended on 31 December are kept for 30 days."""


def pictures(place: Path, proof: Proof, photos: int = 1, *, track: bool = True) -> list[Path]:
    """Photos with their files, and a track, for a proof; where the files lie."""
    storage, paths = durable_storage(), []
    for position in range(1, photos + 1):
        large, small = storage.keep([ContentFile(b"large"), ContentFile(b"small")], under="proofs")
        Photo.objects.create(
            proof=proof,
            position=position,
            path=large.path,
            small_path=small.path,
            width=4,
            height=3,
            sha256="0" * 64,
            look="0" * 64,
            shows_at=proof.taken_at,
            latitude="55.75",
            longitude="37.61",
        )
        paths += [place / name for name in (large.path, small.path)]
    if track:
        Track.objects.create(
            proof=proof,
            started_at=proof.taken_at,
            ended_at=proof.taken_at,
            length_m=4200,
            lines=[[[55.7, 37.5], [55.71, 37.51]]],
            sha256="0" * 64,
        )
    return paths


def test_they_go_when_their_time_is_over_and_the_proof_stays(
    course: Course,
    group: StudyGroup,
    student: User,
    place: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", 2)
    make_extension_rule(course=course, photos_kept_days=30)
    proof = make_proof(group=group, people=[student])
    files = pictures(place, proof, photos=3)
    other = make_proof(group=make_group(course=make_course(ends_on=date(2026, 6, 30))))
    kept = pictures(place, other)

    assert forget_pictures(now=LAST_MOMENT) == Forgotten(0, 0)
    now = LAST_MOMENT + timedelta(seconds=1)
    with django_capture_on_commit_callbacks(execute=True):
        assert forget_pictures(now=now) == Forgotten(photos=3, tracks=1)
    assert not any(path.exists() for path in files) and all(path.exists() for path in kept)
    for photo in proof.photos.all():
        assert (photo.path, photo.small_path, photo.removed_at) == ("", "", now)
        assert (photo.shows_at, photo.latitude, photo.longitude) == (None, None, None)
    track = Track.objects.get(proof=proof)
    assert (track.lines, track.removed_at, track.length_m) == ([], now, 4200)
    assert Proof.objects.get(pk=proof.pk).state == "approved"
    assert Participation.objects.get(proof=proof).state == "named"
    assert forget_pictures(now=now + timedelta(hours=1)) == Forgotten(0, 0)
    assert proof.photos.get(position=1).removed_at == now


def test_by_the_courses_own_midnight(place: Path) -> None:
    course = make_course(time_zone="Asia/Vladivostok", ends_on=date(2025, 12, 31))
    pictures(place, make_proof(group=make_group(course=course)), photos=0)
    midnight = datetime(2026, 1, 30, 14, tzinfo=UTC)  # 00:00 in Vladivostok
    assert forget_pictures(now=midnight - timedelta(seconds=1)) == Forgotten(0, 0)
    assert forget_pictures(now=midnight) == Forgotten(photos=0, tracks=1)


def test_a_picture_without_a_photo_is_set_aside(place: Path) -> None:
    kept = pictures(place, make_proof(), track=False)
    [orphan] = durable_storage().keep([ContentFile(b"orphan")], under="proofs")
    now = datetime.now(UTC) + timedelta(days=1)
    for path in (*kept, place / orphan.path):
        set_written_at(path, now - timedelta(days=1))
    assert sweep_pictures(now=now - timedelta(minutes=1)) == 0
    assert sweep_pictures(now=now) == 1
    assert all(path.exists() for path in kept)
    assert [path.read_bytes() for path in (place / "aside").iterdir()] == [b"orphan"]
    assert sweep_pictures(now=now) == 0


def test_the_timetable_runs_both(
    course: Course,
    group: StudyGroup,
    place: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    assert {"perks.tasks.sweep", "perks.tasks.forget_pictures"} <= {
        entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()
    }
    files = pictures(place, make_proof(group=group))
    with (
        time_machine.travel(LAST_MOMENT + timedelta(seconds=1)),
        django_capture_on_commit_callbacks(execute=True),
    ):
        tasks.forget_pictures()
        tasks.forget_pictures()
        tasks.sweep()
    assert not any(path.exists() for path in files)
    assert Photo.objects.filter(removed_at__isnull=False).count() == 1
