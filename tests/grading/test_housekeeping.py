"""The care for files: nothing lies about, nothing that counts is touched, nothing goes bad unseen."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from celery.schedules import crontab
from django.conf import settings
from django.core.files.base import ContentFile

from grading import tasks
from grading.actions.housekeeping import Swept, sweep_files, verify_files
from grading.models import SUBMISSIONS, SubmissionFile
from people.storage import durable_storage
from schedule.models import Assignment
from tests.bucket_server import set_written_at
from tests.factories import make_file, make_submission, moscow

NOW = moscow(2025, 10, 5, 3)
DAY = timedelta(days=1)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("place"),
    pytest.mark.parametrize("place", ["disk", "bucket"], indirect=True),
]


def aged(path: Path, age: timedelta, now: datetime = NOW) -> Path:
    set_written_at(path, now - age)
    return path


def kept(place: Path, data: bytes, age: timedelta = 2 * DAY, *, row: bool = True) -> Path:
    """A file in the storage, with a row that points at it unless told."""
    [one] = durable_storage().keep([ContentFile(data)], under=SUBMISSIONS)
    if row:
        make_file(size=one.size, sha256=one.sha256, path=one.path)
    return aged(place / one.path, age)


def test_a_file_without_a_row_is_set_aside_then_removed(place: Path) -> None:
    counted = kept(place, b"counts")
    young = kept(place, b"young", DAY - timedelta(seconds=1), row=False)
    orphan = kept(place, b"orphan", row=False)
    assert sweep_files(now=NOW) == Swept(stale=0, set_aside=1, removed=0)
    assert counted.read_bytes() == b"counts" and young.exists() and not orphan.exists()
    [aside] = (place / "aside").iterdir()
    assert aside.read_bytes() == b"orphan"
    set_written_at(aside, NOW)  # a bucket has its own clock
    assert sweep_files(now=NOW) == Swept(stale=0, set_aside=0, removed=0)

    assert sweep_files(now=NOW + timedelta(days=29)).removed == 0
    assert sweep_files(now=NOW + timedelta(days=30)).removed == 1
    assert counted.exists() and not aside.exists()


def test_other_files_of_the_storage_are_not_touched(place: Path) -> None:
    name = durable_storage().save("photos/one.jpg", ContentFile(b"x"))
    aged(place / name, 100 * DAY)
    sweep_files(now=NOW)
    assert (place / name).exists()


def test_files_that_are_what_they_were(place: Path) -> None:
    for number in range(3):
        kept(place, b"%d" % number)
    done = verify_files(after_id=0, files=10, seconds=60)
    assert (done.checked, done.faults, done.last_id) == (3, (), None)


def test_every_kind_of_fault_is_named(place: Path) -> None:
    paths = [kept(place, b"contents") for _number in range(4)]
    paths[0].unlink()
    paths[1].write_bytes(b"content")
    paths[2].write_bytes(b"Contents")
    faults = verify_files(after_id=0, files=10, seconds=60).faults
    assert [fault.what for fault in faults] == [
        "it cannot be read: No such file or directory",
        "it has 7 bytes instead of 8",
        "its bytes have changed",
    ]
    rows = list(SubmissionFile.objects.order_by("pk").values_list("pk", "submission__receipt"))
    assert [(fault.file_id, fault.receipt) for fault in faults] == rows[:3]


def test_a_run_reads_a_part_and_the_next_goes_on(place: Path) -> None:
    for number in range(5):
        kept(place, b"%d" % number)
    ids = list(SubmissionFile.objects.order_by("pk").values_list("pk", flat=True))
    first = verify_files(after_id=0, files=2, seconds=60)
    second = verify_files(after_id=first.last_id or 0, files=2, seconds=60)
    third = verify_files(after_id=second.last_id or 0, files=2, seconds=60)
    assert [run.checked for run in (first, second, third)] == [2, 2, 1]
    assert [run.last_id for run in (first, second, third)] == [ids[1], ids[3], None]


def test_a_run_ends_in_time_where_it_stands(place: Path) -> None:
    kept(place, b"x")
    done = verify_files(after_id=0, files=2, seconds=-1)
    assert (done.checked, done.last_id) == (0, 0)


def test_the_task_tells_what_is_wrong_in_each_round_until_it_is_mended(
    place: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tasks, "FILES_A_RUN", 2)
    paths = [kept(place, b"contents") for _number in range(3)]
    paths[0].write_bytes(b"Contents")
    paths[2].unlink()

    def told_by_a_round() -> list[str]:
        caplog.clear()
        tasks.verify()
        tasks.verify()
        return [record.getMessage().rpartition(", ")[2] for record in caplog.records]

    assert told_by_a_round() == ["its bytes have changed", "it cannot be read: No such file or directory"]
    paths[0].write_bytes(b"contents")
    assert told_by_a_round() == ["it cannot be read: No such file or directory"]


def test_the_sweep_runs_twice_with_one_effect(place: Path, assignment: Assignment) -> None:
    make_submission(assignment=assignment)
    orphan = kept(place, b"orphan", row=False)
    with time_machine.travel(NOW):
        tasks.sweep()
        tasks.sweep()
    assert not orphan.exists() and len(list((place / "aside").iterdir())) == 1


def test_the_timetable_names_real_tasks() -> None:
    for name in ("sweep-files", "verify-files"):
        entry = settings.CELERY_BEAT_SCHEDULE[name]
        assert isinstance(entry["schedule"], crontab)
        assert entry["task"] in {tasks.sweep.name, tasks.verify.name}
