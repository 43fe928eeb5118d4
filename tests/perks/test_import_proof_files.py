"""import_proofs --files: photos and tracks beside the table, taken in once."""

from __future__ import annotations

import hashlib
import io
import os
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from pytest_django import Settings

from people.disk import DiskStorage
from people.storage import durable_storage
from perks.actions import import_proofs as module
from perks.actions.import_proofs import ProofsImported, import_proofs
from perks.actions.proof_files import Folder
from perks.models import Activity, Photo, Proof, Track
from perks.photos import MOST_BYTES
from schedule.models import Course, StudyGroup
from schedule.tables import BadTable
from tests.factories import make_activity, make_enrolment, make_user, moscow
from tests.perks.bad_files import bad_photos, bad_tracks, photo, track

pytestmark = [pytest.mark.django_db]

HEAD = "group,activity,checkpoint,taken_at,participants,status,file"
NOW = moscow(2025, 12, 31, 12)
ANNA = "anna@example.org"
SPORT, RUN = "417,1,,2025-11-01T12:00:00", "417,2,,2025-11-01T12:00:00"

Bring = Callable[..., ProofsImported]


@pytest.fixture(autouse=True)
def activities(course: Course, group: StudyGroup) -> list[Activity]:
    """Sport, and a run that takes tracks; anna studies in the group 417."""
    make_enrolment(person=make_user(email=ANNA), group=group)
    return [make_activity(course=course), make_activity(course=course, takes_tracks=True)]


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """A folder with a photo and a track."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "hall.jpg").write_bytes(photo(1))
    (folder / "run.GPX").write_bytes(track())
    return folder


@pytest.fixture
def bring(course: Course, beside: Path) -> Bring:
    """Imports lines into the course, with the files that lie beside them."""

    def run(*lines: str, more: str = "", folder: Path | None = beside) -> ProofsImported:
        data = "\n".join([HEAD + more, *lines]).encode()
        return import_proofs(
            course=course, data=data, now=NOW, folder=Folder(folder) if folder is not None else None
        )

    return run


def kept(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def refused(bring: Bring, media: Path, *lines: str, more: str = "", **options: Any) -> list[str]:
    """What is told about a file that is refused; nothing is written or kept."""
    before = list(Proof.objects.values()), list(Photo.objects.values()), sorted(kept(media))
    with pytest.raises(BadTable) as told:
        bring(*lines, more=more, **options)
    assert (list(Proof.objects.values()), list(Photo.objects.values()), sorted(kept(media))) == before
    return [str(problem) for problem in told.value.problems]


def test_a_photo_is_read_and_kept(bring: Bring, beside: Path, media: Path) -> None:
    content = photo(3, taken="2025:11:01 11:58:30")
    (beside / "day.jpeg").write_bytes(content)

    assert bring(f"{SPORT},{ANNA},approved,day.jpeg") == ProofsImported(1, 0, 0)

    row = Photo.objects.get()
    assert (row.proof, row.position) == (Proof.objects.get(), 1)
    assert row.sha256 == hashlib.sha256(content).hexdigest()
    with durable_storage().open(row.path) as large:
        assert large.read().startswith(b"\xff\xd8")
    assert len(kept(media)) == 2


def test_a_track_is_read(bring: Bring, beside: Path, media: Path) -> None:
    bring(f"{RUN},{ANNA},approved,run.GPX")

    row = Track.objects.get()
    assert row.proof == Proof.objects.get() and row.lines and row.length_m > 0
    assert row.sha256 == hashlib.sha256((beside / "run.GPX").read_bytes()).hexdigest()
    assert row.proof.taken_at == moscow(2025, 11, 1, 12)
    assert kept(media) == []


@pytest.mark.parametrize("more", ["", ",id"])
def test_a_second_run_takes_nothing_in(bring: Bring, media: Path, more: str) -> None:
    lines = [f"{SPORT},{ANNA},approved,hall.jpg", f"{RUN},{ANNA},approved,run.GPX"]
    lines = [f"{line},{place}" if more else line for place, line in enumerate(lines)]
    bring(*lines, more=more)
    before = list(Proof.objects.values()), list(Photo.objects.values()), kept(media)

    assert bring(*lines, more=more) == ProofsImported(0, 0, 2)
    assert (list(Proof.objects.values()), list(Photo.objects.values()), kept(media)) == before
    assert Track.objects.count() == 1


def test_a_removed_photo_does_not_come_back(bring: Bring) -> None:
    line = f"{SPORT},{ANNA},approved,hall.jpg"
    bring(line)
    Photo.objects.update(path="", small_path="", removed_at=NOW)

    assert bring(line) == ProofsImported(0, 0, 1)
    assert not Photo.objects.there().exists()


def test_a_file_may_come_later_and_another_photo_beside_it(bring: Bring, beside: Path) -> None:
    (beside / "second.png").write_bytes((beside / "hall.jpg").read_bytes())
    (beside / "third.jpg").write_bytes(photo(2))
    bring(f"{SPORT},{ANNA},approved,")

    assert bring(f"{SPORT},{ANNA},approved,hall.jpg") == ProofsImported(0, 1, 0)
    assert bring(f"{SPORT},{ANNA},approved,second.png") == ProofsImported(0, 0, 1)  # the same bytes
    assert bring(f"{SPORT},{ANNA},approved,third.jpg") == ProofsImported(0, 1, 0)
    assert bring(f"{SPORT},{ANNA},approved,") == ProofsImported(0, 0, 1)

    assert list(Photo.objects.order_by("position").values_list("position", flat=True)) == [1, 2]
    assert Proof.objects.get().version == 3


def test_one_photo_may_be_of_two_proofs(bring: Bring, media: Path) -> None:
    bring(f"{SPORT},{ANNA},approved,hall.jpg", f"{RUN},{ANNA},approved,hall.jpg")

    assert Photo.objects.values("path").distinct().count() == 2
    assert len(kept(media)) == 4


def test_the_same_key_with_another_file_is_an_error(bring: Bring, beside: Path, media: Path) -> None:
    (beside / "other.jpg").write_bytes(photo(2))

    (told,) = refused(bring, media, f"{SPORT},{ANNA},approved,hall.jpg", f"{SPORT},{ANNA},approved,other.jpg")
    assert told.startswith("line 3: participants is")


def test_a_file_without_a_folder_is_an_error(bring: Bring, media: Path) -> None:
    (told,) = refused(bring, media, f"{SPORT},{ANNA},approved,hall.jpg", folder=None)
    assert told == 'line 2: file is "hall.jpg", expected nothing: no folder of files was given, see --files'
    assert bring(f"{SPORT},{ANNA},approved,", folder=None).new == 1


@pytest.mark.parametrize(
    "name",
    [
        "nothing.jpg",
        "../secret.jpg",
        "./hall.jpg",
        "/etc/passwd",
        "..",
        ".",
        "inside/hall.jpg",
        "inside",
        "link.jpg",
        "linked/hall.jpg",
        "pipe.jpg",
        "HALL.JPG",
        "*",
        "..\\secret.jpg",
        "file:///etc/passwd",
    ],
)
def test_only_files_of_the_folder_itself_are_read(bring: Bring, beside: Path, media: Path, name: str) -> None:
    (beside.parent / "secret.jpg").write_bytes(photo(2))
    (beside / "inside").mkdir()
    (beside / "inside" / "hall.jpg").write_bytes(photo(2))
    (beside / "link.jpg").symlink_to(beside.parent / "secret.jpg")
    (beside / "linked").symlink_to(beside.parent)
    os.mkfifo(beside / "pipe.jpg")

    (told,) = refused(bring, media, f"{SPORT},{ANNA},approved,{name}")
    assert told.endswith("expected the name of a file in the folder of --files, without any path")


@pytest.mark.parametrize(
    "name", ["Спортзал, ёлка й.jpg", "Снимок 10\u202f45.jpg", "a\u00a0b.JPG", " spaces .webp"]
)
def test_names_are_compared_as_they_are_read(bring: Bring, beside: Path, name: str) -> None:
    """A Mac writes й as two characters and a narrow blank into the names of screenshots."""
    (beside / unicodedata.normalize("NFD", name)).write_bytes(photo(2))

    assert bring(f'{SPORT},{ANNA},approved,"{name}"').new == 1
    assert Photo.objects.count() == 1


@pytest.mark.parametrize("name", sorted(bad_photos()))
def test_a_photo_that_cannot_be_read_is_named(bring: Bring, beside: Path, media: Path, name: str) -> None:
    (beside / "bad.jpg").write_bytes(bad_photos()[name])
    lines = f"{SPORT},{ANNA},pending,bad.jpg", f"{RUN},{ANNA},pending,hall.jpg"

    with translation.override("ru"):
        (told,) = refused(bring, media, *lines)
    assert told.startswith("line 2: file")
    assert ("bad.jpg" in told and told.isascii()) or "“" in told


@pytest.mark.parametrize("name", sorted(bad_tracks()))
def test_a_track_that_cannot_be_read_is_named(bring: Bring, beside: Path, media: Path, name: str) -> None:
    (beside / "bad.gpx").write_bytes(bad_tracks()[name])

    (told,) = refused(bring, media, f"{SPORT},{ANNA},pending,", f"{RUN},{ANNA},pending,bad.gpx")
    assert told.startswith("line 3: file")


def test_a_track_belongs_to_an_activity_that_takes_it(bring: Bring, media: Path) -> None:
    (told,) = refused(bring, media, f"{SPORT},{ANNA},pending,run.GPX")
    assert told.endswith("expected a photo: this activity takes no tracks")


def test_a_proof_keeps_its_track(bring: Bring, beside: Path, media: Path) -> None:
    bring(f"{RUN},{ANNA},pending,run.GPX")
    (beside / "other.gpx").write_bytes(track() + b"\n")

    (told,) = refused(bring, media, f"{RUN},{ANNA},pending,other.gpx")
    assert "another does not take its place" in told
    assert bring(f"{RUN},{ANNA},pending,hall.jpg").changed == 1  # a photo beside it


def test_a_proof_has_ten_photos_at_most(bring: Bring, beside: Path, media: Path) -> None:
    for number in range(11):
        (beside / f"{number}.jpg").write_bytes(photo(number))
    for number in range(10):
        bring(f"{SPORT},{ANNA},pending,{number}.jpg")

    (told,) = refused(bring, media, f"{SPORT},{ANNA},pending,10.jpg")
    assert told.endswith("expected nothing: this proof has 10 photos already")


def test_a_file_too_large_is_not_read(bring: Bring, beside: Path, media: Path) -> None:
    with (beside / "huge.jpg").open("wb") as huge:
        huge.truncate(MOST_BYTES + 1)

    (told,) = refused(bring, media, f"{SPORT},{ANNA},pending,huge.jpg")
    assert told.endswith("expected a photo of at most 25 MB")


def test_every_bad_file_is_told_and_the_good_ones_go(bring: Bring, beside: Path, media: Path) -> None:
    (beside / "bad.jpg").write_bytes(b"<html>")
    told = refused(
        bring,
        media,
        f"{SPORT},{ANNA},pending,hall.jpg",
        f"{RUN},{ANNA},pending,bad.jpg",
        "417,1,,2025-11-02T12:00:00,nobody@example.org,pending,gone.jpg",
    )
    assert [line.split(" is ")[0].split(' "')[0] for line in told] == [
        "line 3: file",
        "line 4: participants",
        "line 4: file",
    ]


def test_on_a_full_disk_nothing_is_imported(
    course: Course, beside: Path, media: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keep_one = DiskStorage._keep_one

    def full_at_the_fourth(storage: DiskStorage, file: Any, under: str) -> Any:
        if len(kept(media)) == 3:
            raise OSError(28, "No space left on device")
        return keep_one(storage, file, under)

    monkeypatch.setattr(DiskStorage, "_keep_one", full_at_the_fourth)
    table = tmp_path / "proofs.csv"
    table.write_text(f"{HEAD}\n{SPORT},{ANNA},pending,hall.jpg\n{RUN},{ANNA},pending,hall.jpg\n")

    with pytest.raises(CommandError, match="No space left on device. Nothing was imported"):
        call_command("import_proofs", course.slug, str(table), files=str(beside))
    assert kept(media) == [] and not Proof.objects.exists()


def test_what_was_kept_goes_when_the_database_refuses(
    bring: Bring, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*args: object) -> None:
        assert len(kept(media)) == 2
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "_write_all", stopped)
    with pytest.raises(KeyboardInterrupt):
        bring(f"{SPORT},{ANNA},pending,hall.jpg")
    assert kept(media) == []


def test_the_command_takes_a_folder(course: Course, beside: Path, tmp_path: Path) -> None:
    table = tmp_path / "proofs.csv"
    table.write_text(f"{HEAD}\n{SPORT},{ANNA},approved,hall.jpg\n")
    out = io.StringIO()

    call_command("import_proofs", course.slug, str(table), files=str(beside), stdout=out)

    assert out.getvalue() == "New: 1. Changed: 0. Nothing to change: 0.\n"
    assert Photo.objects.count() == 1
    for wrong in (str(beside / "hall.jpg"), str(beside / "nowhere")):
        with pytest.raises(CommandError, match="directory"):
            call_command("import_proofs", course.slug, str(table), files=wrong)
