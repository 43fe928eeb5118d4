"""Files are kept in full or not at all, whatever the disk does."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http.multipartparser import MultiPartParser
from django.test.client import BOUNDARY, encode_multipart
from pytest_django import Settings

from people.storage import DurableStorage, NotSaved
from people.uploads import ArrivedFile, ArrivedFileHandler

BYTES = os.urandom(200_000)


def files_in(folder: Path, settings: Settings) -> Path:
    settings.MEDIA_ROOT = folder
    settings.FILE_UPLOAD_TEMP_DIR = folder / "incoming"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir(parents=True)
    return folder


def upload(data: bytes, name: str = "work.py") -> ArrivedFile:
    """The file as the portal's own upload handler makes it of a form."""
    source = ContentFile(data, name=name)
    body = encode_multipart(BOUNDARY, {"files": source})
    meta = {"CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}", "CONTENT_LENGTH": str(len(body))}
    _post, files = MultiPartParser(meta, BytesIO(body), [ArrivedFileHandler()]).parse()
    arrived = files["files"]
    assert isinstance(arrived, ArrivedFile)
    return arrived


def files_under(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_portal_keeps_its_files_here() -> None:
    assert isinstance(storages["default"], DurableStorage)


@pytest.mark.parametrize("make", [upload, lambda data: ContentFile(data, name="work.py")])
def test_a_kept_file_is_what_arrived(place: Path, make: Callable[[bytes], Any]) -> None:
    source = make(BYTES)
    kept = DurableStorage().keep([source], under="work")
    source.close()
    [path] = files_under(place)
    assert path.read_bytes() == BYTES
    assert kept[0].path == path.relative_to(place).as_posix()
    assert (kept[0].size, kept[0].sha256) == (len(BYTES), hashlib.sha256(BYTES).hexdigest())
    assert path.stat().st_mode & 0o077 == 0, "other accounts of the machine cannot read it"


def test_several_files_keep_their_order_and_lie_in_one_folder(place: Path) -> None:
    sources = [upload(bytes([number]) * 1000) for number in range(1, 6)]
    kept = DurableStorage().keep(sources, under="work")
    for source in sources:
        source.close()
    assert [(place / one.path).read_bytes()[0] for one in kept] == [1, 2, 3, 4, 5]
    assert len({Path(one.path).parent for one in kept}) == 1
    assert len(files_under(place)) == 5


def test_equal_files_do_not_share_a_name(place: Path) -> None:
    kept = DurableStorage().keep([upload(BYTES), upload(BYTES)], under="work")
    assert kept[0].path != kept[1].path


def test_a_taken_name_is_not_overwritten(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = iter(["ab", "taken", "ab", "taken", "free"])
    monkeypatch.setattr(secrets, "token_hex", lambda _count: next(names))
    first = DurableStorage().keep([upload(b"first")], under="work")
    second = DurableStorage().keep([upload(b"second")], under="work")
    assert (first[0].path, second[0].path) == ("work/ab/taken", "work/ab/free")
    assert (place / "work/ab/taken").read_bytes() == b"first"


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
    DurableStorage().keep([source], under="work")
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
            DurableStorage().keep(sources, under="work")
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
        DurableStorage().keep([source], under="work")
    source.close()
    assert files_under(place) == []


def test_a_changed_byte_is_found(place: Path) -> None:
    source = upload(BYTES)
    written = source.written()
    assert written is not None
    with written.open("r+b") as out:
        out.write(bytes([BYTES[0] ^ 1]))
    with pytest.raises(NotSaved, match="not those that arrived"):
        DurableStorage().keep([source], under="work")
    source.close()
    assert files_under(place) == []


@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EIO])
def test_an_upload_that_the_disk_lost_is_told_when_it_is_kept(
    place: Path, monkeypatch: pytest.MonkeyPatch, reason: int
) -> None:
    """Reading the form does not fail: what was typed beside the file is there to be shown again."""

    class Broken(BytesIO):
        name = "broken"

        def write(self, data: Any) -> int:
            raise OSError(reason, os.strerror(reason))

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", lambda **_kwargs: Broken())
    source = upload(BYTES)
    monkeypatch.undo()
    assert source.sha256 == hashlib.sha256(BYTES).hexdigest()
    with pytest.raises(NotSaved, match=os.strerror(reason)):
        DurableStorage().keep([source], under="work")


def test_an_upload_with_nowhere_to_arrive_is_told_when_it_is_kept(place: Path, settings: Settings) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = place / "gone"
    source = upload(BYTES)
    with pytest.raises(NotSaved):
        DurableStorage().keep([source], under="work")
    assert files_under(place) == []


def test_djangos_own_way_in_is_durable_too(place: Path) -> None:
    files = DurableStorage()
    first = files.save("photos/one.jpg", ContentFile(BYTES))
    second = files.save("photos/one.jpg", ContentFile(b"other"))
    assert first == "photos/one.jpg" and second != first
    assert (place / first).read_bytes() == BYTES and (place / second).read_bytes() == b"other"
    assert len(files_under(place)) == 2


def test_djangos_own_way_in_leaves_nothing_of_a_failure(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_source: Any, _target: Any) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "link", full)
    with pytest.raises(NotSaved):
        DurableStorage().save("photos/one.jpg", ContentFile(BYTES))
    assert files_under(place) == []


def test_forgetting_removes_and_may_be_done_twice(place: Path) -> None:
    files = DurableStorage()
    kept = files.keep([upload(BYTES)], under="work")
    files.forget([kept[0].path])
    files.forget([kept[0].path])
    assert not (place / kept[0].path).exists()


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
    place = files_in(small_disk / "files", settings)
    files = DurableStorage()
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
        DurableStorage().keep([source], under="work")
    source.close()
    assert files_under(small_disk) == []
    kept = DurableStorage().keep([upload(BYTES)], under="work")
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
        DurableStorage().keep([upload(data)], under="work")
    assert [path.name for path in files_under(small_disk)] == ["others"]


def test_a_really_read_only_disk_is_told(small_disk: Path, settings: Settings) -> None:
    place = files_in(small_disk / "files", settings)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(NotSaved, match="Read-only"):
        DurableStorage().keep([upload(BYTES)], under="work")
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
