"""Files are kept in full or not at all, in a folder and in a bucket alike."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from pytest_django import Settings

from people.storage import ASIDE, KeptFile, NotSaved, durable_storage
from people.sweeping import forget_aside, forget_stale, set_unknown_aside
from tests.bucket_server import set_written_at
from tests.people.uploading import BYTES, files_under, upload

pytestmark = pytest.mark.parametrize("place", ["disk", "bucket"], indirect=True)

NOW = datetime(2025, 10, 5, 3, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize("make", [upload, lambda data: ContentFile(data, name="work.py")])
def test_a_kept_file_is_what_arrived(place: Path, make: Callable[[bytes], Any]) -> None:
    source = make(BYTES)
    kept = durable_storage().keep([source], under="work")
    source.close()
    [path] = files_under(place)
    assert path.read_bytes() == BYTES
    assert kept[0].path == path.relative_to(place).as_posix()
    assert (kept[0].size, kept[0].sha256) == (len(BYTES), hashlib.sha256(BYTES).hexdigest())
    if isinstance(path, Path):
        assert path.stat().st_mode & 0o077 == 0, "other accounts of the machine cannot read it"


def test_several_files_keep_their_order_and_lie_in_one_folder(place: Path) -> None:
    sources = [upload(bytes([number]) * 1000) for number in range(1, 6)]
    kept = durable_storage().keep(sources, under="work")
    for source in sources:
        source.close()
    assert [(place / one.path).read_bytes()[0] for one in kept] == [1, 2, 3, 4, 5]
    assert len({Path(one.path).parent for one in kept}) == 1
    assert len(files_under(place)) == 5


def test_equal_files_do_not_share_a_name(place: Path) -> None:
    kept = durable_storage().keep([upload(BYTES), upload(BYTES)], under="work")
    assert kept[0].path != kept[1].path


def test_a_taken_name_is_not_overwritten(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = iter(["ab", "taken", "ab", "taken", "free"])
    monkeypatch.setattr(secrets, "token_hex", lambda _count: next(names))
    first = durable_storage().keep([upload(b"first")], under="work")
    second = durable_storage().keep([upload(b"second")], under="work")
    assert (first[0].path, second[0].path) == ("work/ab/taken", "work/ab/free")
    assert (place / "work/ab/taken").read_bytes() == b"first"


@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EIO])
def test_an_upload_that_the_disk_lost_is_told_when_it_is_kept(
    place: Path, monkeypatch: pytest.MonkeyPatch, reason: int
) -> None:
    """Reading the form does not fail: what was typed beside the file is there to be shown again."""

    class Broken(BytesIO):
        name = "broken"

        def write(self, data: Any) -> int:
            raise OSError(reason, os.strerror(reason))

    for way in ("NamedTemporaryFile", "TemporaryFile"):
        monkeypatch.setattr(tempfile, way, lambda **_kwargs: Broken())
    source = upload(BYTES)
    monkeypatch.undo()
    assert source.sha256 == hashlib.sha256(BYTES).hexdigest()
    with pytest.raises(NotSaved, match=os.strerror(reason)):
        durable_storage().keep([source], under="work")


def test_an_upload_with_nowhere_to_arrive_is_told_when_it_is_kept(place: Path, settings: Settings) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = settings.FILE_UPLOAD_TEMP_DIR / "gone"
    source = upload(BYTES)
    with pytest.raises(NotSaved):
        durable_storage().keep([source], under="work")
    assert files_under(place) == []


def test_djangos_own_way_in_is_durable_too(place: Path) -> None:
    files = durable_storage()
    first = files.save("photos/one.jpg", ContentFile(BYTES))
    second = files.save("photos/one.jpg", ContentFile(b"other"))
    assert first == "photos/one.jpg" and second != first
    assert (place / first).read_bytes() == BYTES and (place / second).read_bytes() == b"other"
    assert len(files_under(place)) == 2


def test_forgetting_removes_and_may_be_done_twice(place: Path) -> None:
    files = durable_storage()
    kept = files.keep([upload(BYTES)], under="work")
    files.forget([kept[0].path])
    files.forget([kept[0].path])
    assert not (place / kept[0].path).exists()


def test_a_name_in_any_script_is_kept_read_and_forgotten(place: Path) -> None:
    files = durable_storage()
    name = files.save("фото/Ёж «в тумане» №1.jpg", ContentFile(BYTES))
    assert name == "фото/Ёж «в тумане» №1.jpg" and files.exists(name) and files.size(name) == len(BYTES)
    with files.open(name) as stream:
        assert stream.read() == BYTES
    [kept] = files.keep([ContentFile(BYTES, name="Работа.ipynb")], under="работы")
    assert kept.path.startswith("работы/") and files.fault_in(kept) is None
    assert {name, kept.path} == {
        path for page in files.kept_under("", until=NOW + 9999 * DAY) for path in page
    }
    files.forget([name, kept.path])
    assert files_under(place) == []


def test_a_file_is_read_from_any_place(place: Path) -> None:
    [kept] = durable_storage().keep([upload(BYTES)], under="work")
    with durable_storage().open(kept.path) as stream:
        assert stream.seek(0, os.SEEK_END) == len(BYTES)
        assert stream.seek(-10, os.SEEK_END) and stream.read() == BYTES[-10:]
        stream.seek(1000)
        assert stream.read(10) == BYTES[1000:1010] and stream.tell() == 1010
        stream.seek(0)
        assert b"".join(iter(lambda: stream.read(7777), b"")) == BYTES


def test_a_file_that_is_not_there_is_an_error_of_the_system(place: Path) -> None:
    with pytest.raises(FileNotFoundError):
        durable_storage().open("work/ab/none").read()


def test_every_fault_has_its_words(place: Path) -> None:
    files = durable_storage()
    kept = files.keep([upload(b"contents") for _number in range(4)], under="work")
    (place / kept[0].path).unlink()
    (place / kept[1].path).write_bytes(b"content")
    (place / kept[2].path).write_bytes(b"Contents")
    assert [files.fault_in(one) for one in kept] == [
        "it cannot be read: No such file or directory",
        "it has 7 bytes instead of 8",
        "its bytes have changed",
        None,
    ]


def test_what_no_row_points_at_goes_aside_then_for_good(place: Path) -> None:
    pointed_at, orphan, young = durable_storage().keep([upload(BYTES) for _number in range(3)], under="work")
    for one, age in ((pointed_at, 100 * DAY), (orphan, DAY), (young, DAY - timedelta(seconds=1))):
        set_written_at(place / one.path, NOW - age)
    other = durable_storage().save("photos/one.jpg", ContentFile(b"x"))
    set_written_at(place / other, NOW - 100 * DAY)

    def known(paths: list[str]) -> set[str]:
        return {pointed_at.path} & set(paths)

    assert forget_stale(now=NOW) == 0
    assert set_unknown_aside("work", known, now=NOW) == 1
    assert set_unknown_aside("work", known, now=NOW) == 0
    [aside] = [path for path in files_under(place) if ASIDE in path.parent.name]
    assert aside.read_bytes() == BYTES
    left = {path.relative_to(place).as_posix() for path in files_under(place) if path != aside}
    assert left == {pointed_at.path, young.path, other}
    set_written_at(aside, NOW)
    assert forget_aside(now=NOW + 29 * DAY) == 0
    assert forget_aside(now=NOW + 30 * DAY) == 1 and not aside.exists()


def test_many_at_once_each_keep_their_own(place: Path) -> None:
    contents = [os.urandom(20_000 + number) for number in range(8)]
    start = threading.Barrier(len(contents))

    def keep(data: bytes) -> KeptFile:
        start.wait(timeout=20)
        [kept] = durable_storage().keep([upload(data)], under="work")
        return kept

    with ThreadPoolExecutor(len(contents)) as pool:
        kept = list(pool.map(keep, contents))
    assert [(place / one.path).read_bytes() for one in kept] == contents


def test_trouble_is_none_while_files_can_be_kept(place: Path, settings: Settings) -> None:
    assert durable_storage().trouble() is None
    settings.FILE_UPLOAD_TEMP_DIR = settings.FILE_UPLOAD_TEMP_DIR / "gone"
    assert durable_storage().trouble() == "no such file or directory"
