"""Pictures of proofs on the disk: both of a photo, or none."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.base import File
from PIL import Image
from pytest_django import Settings

from people.disk import DiskStorage
from people.storage import NotSaved, durable_storage
from perks.actions.keeping import forget_photos, keep_photos, track_row
from perks.models import Photo, Track
from perks.photos import ReadPhoto, read_photo
from perks.tracks import ReadTrack
from tests.factories import make_proof, moscow


def photo(colour: str = "red") -> ReadPhoto:
    out = BytesIO()
    Image.new("RGB", (600, 400), colour).save(out, "JPEG")
    return read_photo(out.getvalue(), zone=ZoneInfo("Europe/Moscow"))


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_a_kept_photo_becomes_a_row_that_points_at_its_pictures() -> None:
    read = [photo("red"), photo("blue")]
    proof = make_proof()

    Photo.objects.bulk_create(kept.row(proof, place) for place, kept in enumerate(keep_photos(read), start=1))

    rows = list(proof.photos.order_by("position"))
    for row, one in zip(rows, read, strict=True):
        with durable_storage().open(row.path) as large, durable_storage().open(row.small_path) as small:
            assert (large.read(), small.read()) == (one.large, one.small)
        assert (row.width, row.height, row.sha256, row.look) == (600, 400, one.sha256, one.look)
        assert (row.shows_at, row.latitude, row.longitude) == (None, None, None)
    assert {row.path.split("/")[0] for row in rows} == {"proofs"}


def test_what_was_kept_for_nothing_is_removed(folder: Path) -> None:
    kept = keep_photos([photo()])
    assert len(files(folder)) == 2

    forget_photos(kept)

    assert files(folder) == []


def test_of_photos_that_do_not_all_fit_none_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_one = DiskStorage._keep_one

    def full_at_the_fourth(storage: DiskStorage, file: File[Any], under: str) -> Any:
        if len(files(folder)) == 3:
            raise OSError(28, "No space left on device")
        return keep_one(storage, file, under)

    monkeypatch.setattr(DiskStorage, "_keep_one", full_at_the_fourth)
    with pytest.raises(NotSaved):
        keep_photos([photo("red"), photo("blue")])
    assert files(folder) == []


@pytest.mark.django_db
def test_a_track_becomes_a_row() -> None:
    started_at, lines = moscow(2025, 11, 1, 12), [[[55.7, 37.5], [55.8, 37.6]]]
    read = ReadTrack(started_at, started_at + timedelta(minutes=20), 2100, "a" * 64, lines)

    track_row(read, make_proof()).save()

    row = Track.objects.get()
    assert (row.started_at, row.ended_at, row.length_m) == (read.started_at, read.ended_at, 2100)
    assert (row.sha256, row.lines, row.removed_at) == ("a" * 64, lines, None)
