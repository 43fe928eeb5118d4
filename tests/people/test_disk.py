"""What a disk does to files: full, read-only, cutting them short, two of them."""

from __future__ import annotations

import errno
import os
import secrets
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.core.files.uploadedfile import TemporaryUploadedFile
from pytest_django import Settings

from people.disk import DiskStorage
from people.storage import NotSaved, durable_storage
from people.sweeping import forget_stale
from tests.bucket_server import set_written_at, use_folder
from tests.people.uploading import BYTES, files_under, upload

NOW = datetime(2025, 10, 5, 3, tzinfo=UTC)
DAY = timedelta(days=1)

# A bucket, where all other tests are asked to use one, has no such troubles.
pytestmark = [pytest.mark.usefixtures("place"), pytest.mark.parametrize("place", ["disk"], indirect=True)]


def test_the_portal_keeps_its_files_here(place: Path) -> None:
    assert isinstance(storages["default"], DiskStorage)


def test_the_disk_has_the_bytes_then_the_name_then_the_folder(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "work/ab").mkdir(parents=True)
    monkeypatch.setattr(secrets, "token_hex", lambda count: "ab" if count == 1 else "name")
    source = upload(BYTES)
    steps: list[str] = []
    fsync, link = os.fsync, os.link

    def watched_fsync(handle: int) -> None:
        steps.append("folder" if Path(f"/proc/self/fd/{handle}").readlink() == place / "work/ab" else "file")
        fsync(handle)

    def watched_link(source: Any, target: Any) -> None:
        steps.append("link")
        link(source, target)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(os, "link", watched_link)
    durable_storage().keep([source], under="work")
    assert steps == ["file", "link", "folder"]


@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT])
@pytest.mark.parametrize(("call", "nth"), [("fsync", 3), ("link", 2), ("open", 2), ("fstat", 3)])
def test_what_the_system_refuses_leaves_nothing(
    place: Path, monkeypatch: pytest.MonkeyPatch, call: str, nth: int, reason: int
) -> None:
    """The call fails when some of the three files are well on their way."""
    calls = 0
    real = getattr(os, call)

    def failing(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls >= nth:
            raise OSError(reason, os.strerror(reason))
        return real(*args, **kwargs)

    sources = [upload(BYTES), upload(BYTES), upload(BYTES)]
    with monkeypatch.context() as patch:
        patch.setattr(os, call, failing)
        with pytest.raises(NotSaved):
            durable_storage().keep(sources, under="work")
    assert calls >= nth
    for source in sources:
        source.close()
    assert files_under(place) == []


def test_a_short_write_is_found(place: Path) -> None:
    source = upload(BYTES)
    written = source.written()
    assert written is not None
    os.truncate(written, len(BYTES) - 1)
    with pytest.raises(NotSaved, match="199999 of 200000"):
        durable_storage().keep([source], under="work")
    source.close()
    assert files_under(place) == []


def test_a_changed_byte_is_found(place: Path) -> None:
    source = upload(BYTES)
    written = source.written()
    assert written is not None
    with written.open("r+b") as out:
        out.write(bytes([BYTES[0] ^ 1]))
    with pytest.raises(NotSaved, match="not those that arrived"):
        durable_storage().keep([source], under="work")
    source.close()
    assert files_under(place) == []


def test_what_uploads_left_behind_goes_a_day_later(place: Path) -> None:
    old = [place / "incoming/a.upload", place / "incoming/b.part"]
    for path in old:
        path.write_bytes(b"x")
        set_written_at(path, NOW - DAY)
    fresh = place / "incoming/c.upload"
    fresh.write_bytes(b"x")
    set_written_at(fresh, NOW - DAY + timedelta(seconds=1))
    assert forget_stale(now=NOW) == 2
    assert fresh.exists() and not any(path.exists() for path in old)


def test_djangos_own_way_in_leaves_nothing_of_a_failure(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_source: Any, _target: Any) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "link", full)
    with pytest.raises(NotSaved):
        durable_storage().save("photos/one.jpg", ContentFile(BYTES))
    assert files_under(place) == []


# A real full disk, a real read-only one ----------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A filesystem of one megabyte. Where mounting is not permitted the injected errors above must do."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount: list[str | Path] = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]
    try:
        subprocess.run(mount, capture_output=True, text=True, check=True)
    except FileNotFoundError:
        pytest.skip("NOT TRIED ON A REAL FULL DISK: no command mount")
    except subprocess.CalledProcessError as refused:
        pytest.skip(f"NOT TRIED ON A REAL FULL DISK: mount says {refused.stderr.strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_really_full_disk_keeps_all_or_nothing(small_disk: Path, settings: Settings) -> None:
    place = use_folder(settings, small_disk / "files")
    files = durable_storage()
    kept = []
    refused = 0
    for _number in range(20):
        source = upload(BYTES)
        try:
            kept += files.keep([source], under="work")
        except NotSaved:
            refused += 1
        source.close()
    assert kept and refused and len(kept) + refused == 20
    assert sorted(files_under(place)) == sorted(place / one.path for one in kept)
    assert all((place / one.path).read_bytes() == BYTES for one in kept)


def test_a_full_disk_is_found_when_uploads_arrive_elsewhere(
    small_disk: Path, tmp_path: Path, settings: Settings
) -> None:
    """The case in which Django's own storage saves a part of the file without an error."""
    settings.MEDIA_ROOT = small_disk
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    source = upload(BYTES * 10)
    with pytest.raises(NotSaved):
        durable_storage().keep([source], under="work")
    source.close()
    assert files_under(small_disk) == []
    kept = durable_storage().keep([upload(BYTES)], under="work")
    assert (small_disk / kept[0].path).read_bytes() == BYTES


def test_where_djangos_own_storage_cuts_a_file_in_silence_ours_refuses(
    small_disk: Path, tmp_path: Path, settings: Settings
) -> None:
    """The defect itself, planted: three and a half chunks of room, a file of four, and no error."""
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    chunk = 64 * 1024
    disk = os.statvfs(small_disk)
    (small_disk / "others").write_bytes(bytes(disk.f_bavail * disk.f_frsize - 3 * chunk - chunk // 2))
    data = os.urandom(4 * chunk)

    stock = FileSystemStorage(location=small_disk)
    upload_by_django = TemporaryUploadedFile("work.py", "text/x-python", len(data), None)
    upload_by_django.write(data)
    upload_by_django.flush()
    name = stock.save("work.py", upload_by_django)
    upload_by_django.close()
    assert stock.size(name) < len(data), "Django has learned to look at short writes: this storage can go"
    stock.delete(name)

    settings.MEDIA_ROOT = small_disk
    with pytest.raises(NotSaved):
        durable_storage().keep([upload(data)], under="work")
    assert [path.name for path in files_under(small_disk)] == ["others"]


def test_a_really_read_only_disk_is_told(small_disk: Path, settings: Settings) -> None:
    place = use_folder(settings, small_disk / "files")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(NotSaved, match="Read-only"):
        durable_storage().keep([upload(BYTES)], under="work")
    assert files_under(place) == []


def test_the_check_finds_two_filesystems(small_disk: Path, tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = small_disk
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    assert "people.E002" in {message.id for message in run_checks()}


def test_the_check_is_content_with_one_filesystem(place: Path) -> None:
    assert {message.id for message in run_checks()}.isdisjoint({"people.E001", "people.E002"})


def test_the_check_finds_a_missing_folder(place: Path, settings: Settings) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = place / "gone"
    assert "people.E001" in {message.id for message in run_checks()}
