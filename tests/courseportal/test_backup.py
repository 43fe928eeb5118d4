"""A backup has every row and every byte, whoever works meanwhile; restored, it is the portal that it was."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import shutil
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, models
from django.utils import timezone

from courseportal.backup import files as backup_files
from courseportal.backup import manifest as manifests
from courseportal.backup import taking
from courseportal.backup.files import POINTERS
from courseportal.backup.manifest import Manifest, Unsound
from courseportal.backup.restoring import NotEmpty, checked, restore
from courseportal.backup.unsent import RESTORED
from courseportal.management.commands.restore import told
from grading.actions.hand_in import hand_in
from grading.models import Submission, SubmissionFile
from people import kinds
from people.actions.sweep import sweep
from people.kinds import Facts, Kind, Letter
from people.models import AuditEntry, Message, User
from people.storage import KeptFile, durable_storage
from perks.models import Photo
from schedule.models import Assignment, Course
from tests.factories import (
    make_assignment,
    make_course,
    make_enrolment,
    make_group,
    make_message,
    make_photo,
    make_proof,
    make_review,
    make_user,
)
from tests.people.uploading import upload

pytestmark = pytest.mark.django_db(transaction=True)
State = Message.State
BEFORE = int(os.environ.get("DRILL_WORKS", "6"))
"""Works that were handed in before the backup begins."""
STUDENTS = min(30, max(3, BEFORE // 10))
LARGE_EACH = 20
"""Of so many works one has a megabyte."""


def quiet(title: str) -> Callable[[int, int], None]:
    return lambda done, total: None


def take(folder: Path) -> Manifest:
    return taking.take(folder, clock=timezone.now, progress=quiet)


def put(folder: Path, *, replace: bool = True, stopped_at: datetime | None = None) -> Any:
    return restore(folder, stopped_at=stopped_at or timezone.now(), replace=replace, progress=quiet)


def work(assignment: Assignment, student: User, size: int = 5000) -> Submission:
    return hand_in(
        assignment=assignment,
        by=student,
        now=timezone.now(),
        form_token=uuid.uuid4(),
        files=[upload(os.urandom(size))],
    ).submission


@pytest.fixture
def assignment(place: Path) -> Assignment:
    """One that is open for years, with students in its course."""
    now = timezone.now()
    course = make_course(slug="effdl", ends_on=(now + timedelta(days=365)).date())
    group = make_group(course=course, name="417")
    for _number in range(STUDENTS):
        make_enrolment(course=course, group=group)
    due_at = now + timedelta(days=300)
    return make_assignment(course=course, number=1, issued_on=now.date() - timedelta(days=9), due_at=due_at)


def students_of(assignment: Assignment) -> list[User]:
    return list(User.objects.filter(enrolments__course=assignment.course).order_by("pk"))


def destroy(place: Path) -> None:
    """Nothing is left: no row, no file."""
    call_command("flush", verbosity=0, interactive=False)
    everything = durable_storage().kept_under("", until=timezone.now() + timedelta(days=1))
    durable_storage().forget([path for paths in everything for path in paths])
    assert not Course.objects.exists()
    assert not AuditEntry.objects.exists()


def audit() -> list[tuple[Any, ...]]:
    return list(AuditEntry.objects.order_by("pk").values_list())


TOLD = {"people_message", "grading_announceddates", "grading_announcedperk", "grading_reminded"}
"""What people were told: a restore settles what they may have been told already."""


def tables(manifest: Manifest) -> dict[str, tuple[int, str]]:
    """The rows of each table, but for what people were told: how many, and the digest of all of them."""
    return {table.name: (table.rows, table.sha256) for table in manifest.tables if table.name not in TOLD}


class Uploading(threading.Thread):
    """A student who hands in again and again until stopped."""

    def __init__(self, assignment: Assignment, student: User, stop: threading.Event) -> None:
        super().__init__()
        self.assignment, self.student, self.stop = assignment, student, stop
        self.receipts: list[str] = []

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                self.receipts.append(work(self.assignment, self.student).receipt)
        finally:
            connection.close()


@pytest.mark.sqlite
def test_the_drill(assignment: Assignment, place: Path, tmp_path: Path) -> None:
    """Backup during uploads, everything destroyed, restored: every row, every byte, no mail."""
    students = students_of(assignment)
    sizes = [5000 if number % LARGE_EACH else 2**20 for number in range(1, BEFORE + 1)]
    taking_turns = zip(cycle(students), sizes, strict=False)
    before = {work(assignment, student, size).receipt for student, size in taking_turns}
    make_review(submission=Submission.objects.first(), score=950)
    kept_audit = audit()
    sweep(clock=timezone.now)
    told = set(Message.objects.filter(settled_at__isnull=False).values_list("key", "state"))
    mail.outbox.clear()
    stop = threading.Event()
    threads = [Uploading(assignment, student, stop) for student in students]
    for thread in threads:
        thread.start()
    try:
        while not any(thread.receipts for thread in threads):
            pass
        first = take(tmp_path / "first")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    shown = before.union(*(thread.receipts for thread in threads))
    of_all = dict(SubmissionFile.objects.values_list("submission__receipt", "sha256"))
    assert len(shown) == len(of_all) > len(before)

    destroy(place)
    done = put(tmp_path / "first", replace=False)

    restored = dict(SubmissionFile.objects.values_list("submission__receipt", "sha256"))
    assert before <= restored.keys() <= shown
    assert restored == {receipt: of_all[receipt] for receipt in restored}
    assert len(restored) == Submission.objects.count() == done.files == done.files_put
    for path, size, sha256 in SubmissionFile.objects.values_list("path", "size", "sha256"):
        assert durable_storage().fault_in(KeptFile(path, size, sha256)) is None
    assert audit()[: len(kept_audit)] == kept_audit
    assert done.same_key
    assert done.unsent.not_swept == []
    assert tables(take(tmp_path / "second")) == tables(first), "the restored portal is the one that was"
    sweep(clock=timezone.now)
    assert mail.outbox == []
    assert told <= set(Message.objects.values_list("key", "state")), "what was sent stays sent"


@pytest.mark.trust
def test_a_database_that_was_never_migrated_takes_a_backup(assignment: Assignment, tmp_path: Path) -> None:
    """Its tables are made in the transaction of the rows, and rows come before those they point at."""
    reader = students_of(assignment)[0]
    make_message(person=reader)
    take(tmp_path / "backup")
    with connection.cursor() as cursor:
        tables_of_it = ", ".join(connection.introspection.table_names(cursor))
        cursor.execute(f"DROP TABLE {tables_of_it} CASCADE")
    put(tmp_path / "backup", replace=False)
    assert Message.objects.get().person == reader
    call_command("migrate", "--check", verbosity=0)


@pytest.mark.parametrize("place", ["disk", "bucket"], indirect=True)
def test_files_of_a_disk_and_of_a_bucket_come_back(
    assignment: Assignment, place: Path, tmp_path: Path
) -> None:
    submission = work(assignment, students_of(assignment)[0])
    take(tmp_path / "backup")
    destroy(place)
    assert put(tmp_path / "backup").files_put == 1
    file = submission.files.get()
    assert durable_storage().fault_in(KeptFile(file.path, file.size, file.sha256)) is None
    assert put(tmp_path / "backup").files_put == 0, "what is there already is left alone"
    durable_storage().forget([file.path])
    assert durable_storage().save(file.path, ContentFile(b"other bytes")) == file.path
    assert put(tmp_path / "backup").files_put == 1, "what is wrong there is put right"
    assert durable_storage().fault_in(KeptFile(file.path, file.size, file.sha256)) is None


@pytest.mark.sqlite
def test_the_next_rows_get_new_numbers_and_are_audited(assignment: Assignment, tmp_path: Path) -> None:
    gone = make_user()
    last = gone.pk
    gone.delete()
    take(tmp_path / "backup")
    put(tmp_path / "backup")
    entries = AuditEntry.objects.count()
    new = make_user()
    assert new.pk == last + 1, "a number is given once, also one whose row is gone"
    assert AuditEntry.objects.count() == entries + 1
    assert AuditEntry.objects.order_by("pk").last().new["email"] == new.email  # type: ignore[union-attr,index]
    with pytest.raises(Exception, match="append-only"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_auditentry")


@pytest.mark.sqlite
def test_values_of_every_kind_come_back_as_they_were(tmp_path: Path, place: Path) -> None:
    texts = ["", "ё «кавычки»", 'a "b" \\ \n\t %s %(x)s', "\u202eabc", "𝕏" * 50, "null", "0123"]
    people = [make_user(name=text or "-") for text in texts]
    photo = make_photo(latitude="55.700123", longitude="-0.000001", path="", small_path="")
    for number, text in enumerate(texts):
        Message.objects.create(
            kind="plain",
            person=people[number],
            key=f"k{number}",
            facts={"text": text, "deep": [1, 2.5, None, {"a": True}]},
            created_at=timezone.now(),
            due_at=datetime(2525, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
        )
    before = {model: list(model.objects.order_by("pk").values()) for model in (User, Message, Photo)}
    take(tmp_path / "backup")
    put(tmp_path / "backup")
    assert {model: list(model.objects.order_by("pk").values()) for model in before} == before
    photo.refresh_from_db()
    assert str(photo.longitude) == "-0.000001"


# --- Refusals ---------------------------------------------------------------------------------------------


def test_a_portal_is_replaced_only_when_asked(assignment: Assignment, tmp_path: Path) -> None:
    take(tmp_path / "backup")
    later = make_user(email="later@example.org")
    with pytest.raises(NotEmpty) as refused:
        put(tmp_path / "backup", replace=False)
    assert "people_user" in refused.value.tables
    assert User.objects.filter(pk=later.pk).exists()
    put(tmp_path / "backup")
    assert not User.objects.filter(pk=later.pk).exists()
    assert not AuditEntry.objects.filter(new__email="later@example.org").exists()


def spoilt(backup: Path, how: str, file: str) -> Path:
    """A copy of a backup that something has happened to."""
    copy = backup.parent / how
    shutil.copytree(backup, copy)
    table, manifest = copy / "database/people_user.jsonl.gz", copy / manifests.NAME
    if how == "cut":
        table.write_bytes(table.read_bytes()[:-1])
    elif how == "changed":
        (copy / "files" / file).write_bytes(b"x" * (copy / "files" / file).stat().st_size)
    elif how == "missing":
        (copy / "files" / file).unlink()
    elif how == "forged":
        manifest.write_text(manifest.read_text().replace('"rows": 0', '"rows": 1', 1))
    elif how == "half":
        manifest.write_text(manifest.read_text()[:-100])
    elif how == "none":
        manifest.unlink()
    return copy


def test_a_spoilt_backup_touches_nothing(assignment: Assignment, tmp_path: Path) -> None:
    submission = work(assignment, students_of(assignment)[0])
    take(tmp_path / "backup")
    make_user(email="stays@example.org")
    before = audit()
    for how in ("cut", "changed", "missing", "forged", "half", "none"):
        backup = spoilt(tmp_path / "backup", how, submission.files.get().path)
        with pytest.raises(Unsound) as unsound:
            put(backup)
        assert len(unsound.value.faults) == 1, how
        with pytest.raises(CommandError, match="Nothing was touched"):
            call_command("restore", str(backup), "--check")
        with pytest.raises(CommandError, match="not sound"):
            call_command("backup", str(backup), "--check")
    assert User.objects.filter(email="stays@example.org").exists()
    assert audit() == before


def test_a_manifest_of_elsewhere_or_of_a_newer_version_is_refused(
    assignment: Assignment, tmp_path: Path
) -> None:
    made = take(tmp_path / "backup")
    as_made = {name: getattr(made, name) for name in made.__slots__}
    for path in ("../../etc/passwd", "/etc/passwd", "a/../../b", ""):
        elsewhere = manifests.BackedFile(path, 1, "0" * 64)
        manifests.write(Manifest(**as_made | {"files": [elsewhere]}), tmp_path / "backup")
        with pytest.raises(Unsound, match="outside"):
            manifests.read(tmp_path / "backup")
    newer = [*made.migrations, ["people", "0999_from_the_future"]]
    manifests.write(Manifest(**as_made | {"migrations": newer}), tmp_path / "backup")
    with pytest.raises(CommandError, match=r"does not know the migration people\.0999"):
        call_command("restore", str(tmp_path / "backup"), "--replace")
    assert Course.objects.exists()


@pytest.mark.sqlite
def test_rows_that_cannot_be_put_leave_the_portal_as_it_was(
    assignment: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(tmp_path / "backup")
    make_user(email="stays@example.org")
    before = audit()

    def fail(**_kwargs: object) -> None:
        raise RuntimeError("at the very end")

    monkeypatch.setattr("courseportal.backup.restoring.settle_unsent", fail)
    with pytest.raises(RuntimeError):
        put(tmp_path / "backup")
    assert User.objects.filter(email="stays@example.org").exists()
    assert audit() == before
    make_user()
    assert AuditEntry.objects.count() == len(before) + 1, "the triggers are there"


def test_a_backup_that_was_broken_off_is_none_and_is_begun_anew(
    assignment: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work(assignment, students_of(assignment)[0])
    backup = tmp_path / "backup"
    with monkeypatch.context() as patched:

        def stop(*_args: object) -> None:
            raise KeyboardInterrupt

        patched.setattr(taking, "copy_out", stop)
        with pytest.raises(KeyboardInterrupt):
            take(backup)
    assert list((backup / "database").iterdir())
    with pytest.raises(Unsound, match="no manifest"):
        checked(backup, quiet(""))
    take(backup)
    assert checked(backup, quiet("")).files
    with pytest.raises(CommandError, match="holds a backup already"):
        call_command("backup", str(backup))


def test_a_folder_of_other_things_and_a_full_disk(
    assignment: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(CommandError, match="is not empty"):
        call_command("backup", str(tmp_path))
    assert (tmp_path / "thesis.tex").read_text() == "years of work"
    with pytest.raises(CommandError, match="is no folder"):
        call_command("backup", str(tmp_path / "thesis.tex"))

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(taking, "_sync", full)
    with pytest.raises(CommandError, match="No backup was made: No space left on device"):
        call_command("backup", str(tmp_path / "backup"))
    assert not (tmp_path / "backup" / manifests.NAME).exists()


# --- Files that go or are damaged meanwhile ----------------------------------------------------------------


def test_a_photo_that_goes_while_it_is_copied_is_not_in_the_backup(
    tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = durable_storage()
    kept = storage.keep([upload(b"one"), upload(b"two"), upload(b"three"), upload(b"four")], under="proofs")
    proof = make_proof()
    going = make_photo(proof=proof, path=kept[0].path, small_path=kept[1].path)
    make_photo(proof=proof, path=kept[2].path, small_path=kept[3].path)
    real = backup_files._copy
    looks: list[str] = []

    def copy(path: str, to: Path) -> Any:
        if path == kept[1].path and not looks:  # its large picture has been copied by now
            looks.append(path)
            Photo.objects.filter(pk=going.pk).update(path="", small_path="", removed_at=timezone.now())
            storage.forget([kept[0].path, kept[1].path])
        return real(path, to)

    monkeypatch.setattr(backup_files, "_copy", copy)
    made = take(tmp_path / "backup")
    assert {file.path for file in made.files} == {kept[2].path, kept[3].path}
    assert made.damaged == []
    found = [path.name for path in (tmp_path / "backup/files").rglob("*") if path.is_file()]
    assert len(found) == 2, "nobody finds the picture that was taken down in the backup"
    with gzip.open(tmp_path / "backup/database/perks_photo.jsonl.gz", "rt") as lines:
        assert kept[0].path not in lines.read()


def test_damage_in_the_portal_itself_is_told_and_what_there_is_is_kept(
    assignment: Assignment, place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    student = students_of(assignment)[0]
    missing, changed, whole = (work(assignment, student).files.get() for _number in range(3))
    (place / missing.path).unlink()
    (place / changed.path).chmod(0o600)
    (place / changed.path).write_bytes(b"something else")
    with pytest.raises(CommandError) as told:
        call_command("backup", str(tmp_path / "backup"))
    assert told.value.returncode == 3
    assert f"{missing.path}: it is missing" in str(told.value)
    assert f"{changed.path}: it is not what its receipt says" in str(told.value)
    assert capsys.readouterr().out.startswith("Made: ")
    made = checked(tmp_path / "backup", quiet(""))
    assert {file.path for file in made.files} == {changed.path, whole.path}
    assert put(tmp_path / "backup").files == 2


def test_every_column_that_names_a_file_is_known() -> None:
    known = {(pointer.table, pointer.column) for pointer in POINTERS}
    looks_like_one = {
        (model._meta.db_table, field.column)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
        if "path" in field.name or isinstance(field, models.FileField)
    }
    assert looks_like_one == known


# --- The outbox ---------------------------------------------------------------------------------------------


def words(facts: Any, zone: Any) -> Letter:
    return Letter(str(facts[0]["what"]), "Lead")


@pytest.fixture
def outbox(monkeypatch: pytest.MonkeyPatch, place: Path) -> list[Callable[[datetime], None]]:
    """A kind of message of this test's own, and what the sweep writes."""

    def holds(person: int | None, facts: Facts, now: datetime) -> str:
        return "moved" if facts["what"] == "untrue" else ""

    sweepers: list[Callable[[datetime], None]] = []
    monkeypatch.setattr(kinds, "_kinds", {})
    monkeypatch.setattr("people.actions.sweep.sweepers", sweepers)
    monkeypatch.setattr("courseportal.backup.unsent.sweepers", sweepers)
    kinds.register(Kind(name="plain", label="", hint="", write=words, holds=holds))
    return sweepers


def message(what: str, *, state: str = "waiting", due: timedelta = timedelta(0), **fields: Any) -> Message:
    now = timezone.now()
    given: dict[str, Any] = {"kind": "plain", "key": what, "facts": {"what": what}, "created_at": now}
    if state == State.CLAIMED:
        given["claimed_until"] = now + timedelta(minutes=5)
    elif state != State.WAITING:
        given["settled_at"] = now
    fields.setdefault("person", User.objects.first() or make_user())
    return Message.objects.create(**given | fields, state=state, due_at=now + due)


@pytest.mark.sqlite
def test_no_mail_goes_again(outbox: list[Any], tmp_path: Path) -> None:
    message("sent", state=State.SENT)
    message("given up", state=State.FAILED)
    message("dropped", state=State.DROPPED, reason="moved")
    message("waiting")
    message("untrue")
    message("in hand", state=State.CLAIMED)
    message("tomorrow", due=timedelta(days=1))
    person = User.objects.get()

    def due_since(now: datetime) -> None:
        """What the lost portal wrote and sent after the backup, and every sweep would find anew."""
        if not Message.objects.filter(key="written since").exists():
            message("written since", person=person)

    outbox.append(due_since)
    take(tmp_path / "backup")
    Message.objects.update(state=State.WAITING, claimed_until=None, settled_at=None)
    done = put(tmp_path / "backup")
    sweep(clock=timezone.now)
    sweep(clock=lambda: timezone.now() + timedelta(hours=1))
    assert mail.outbox == []
    assert {(row.key, row.state, row.reason) for row in Message.objects.all()} == {
        ("sent", State.SENT, ""),
        ("given up", State.FAILED, ""),
        ("dropped", State.DROPPED, "moved"),
        ("waiting", State.KEPT, RESTORED),
        ("untrue", State.DROPPED, "moved"),
        ("in hand", State.KEPT, RESTORED),
        ("written since", State.KEPT, RESTORED),
        ("tomorrow", State.WAITING, ""),
    }
    assert (done.unsent.kept, done.unsent.dropped, done.unsent.waiting) == ({"plain": 3}, 1, 1)
    noticed = set(Message.objects.noticed_by(person).values_list("key", flat=True))
    assert {"waiting", "in hand", "written since"} <= noticed, "they stand under the bell"
    sweep(clock=lambda: timezone.now() + timedelta(days=1, hours=1))
    assert [letter.subject for letter in mail.outbox] == ["tomorrow"], "its time came after the restore"


def test_what_became_due_after_the_portal_had_stopped_goes(outbox: list[Any], tmp_path: Path) -> None:
    message("before")
    message("after", due=timedelta(hours=2))
    take(tmp_path / "backup")
    put(tmp_path / "backup", stopped_at=timezone.now() + timedelta(hours=1))
    sweep(clock=lambda: timezone.now() + timedelta(hours=3))
    assert [letter.subject for letter in mail.outbox] == ["after"]


def test_trouble_with_one_sweep_keeps_nobody_from_their_portal(outbox: list[Any], tmp_path: Path) -> None:
    def broken(now: datetime) -> None:
        User.objects.update(name="half done")
        raise RuntimeError

    make_user(name="Whole")
    outbox.append(broken)
    take(tmp_path / "backup")
    assert put(tmp_path / "backup").unsent.not_swept
    assert User.objects.get().name == "Whole"


def test_a_message_of_another_version_keeps_nobody_from_their_portal(
    outbox: list[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Facts that this version cannot read, a statement that fails, a kind that is gone: kept, and named."""

    def holds(_person: int | None, facts: Facts, _now: datetime) -> str:
        if facts["what"] == "no statement":
            User.objects.create(pk=User.objects.get().pk)
        return str(facts["what was told"]) if facts["what"] == "other facts" else ""

    plain = kinds.kind_of("plain")
    monkeypatch.setitem(kinds._kinds, "plain", replace(plain, holds=holds))
    broken = [message("other facts"), message("no statement")]
    message("sound")
    message("gone", kind="gone")
    take(tmp_path / "backup")
    done = put(tmp_path / "backup")
    assert set(Message.objects.values_list("state", "reason")) == {(State.KEPT, RESTORED)}
    assert done.unsent.kept == {"gone": 1, "plain": 3}
    assert done.unsent.not_asked == [str(one) for one in broken], "not the one that nobody knows any more"
    assert any(all(name in line for name in done.unsent.not_asked) for line in told(done))


# --- The commands -------------------------------------------------------------------------------------------


def test_the_commands_tell_what_they_did(
    assignment: Assignment, place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    work(assignment, students_of(assignment)[0])
    backup = tmp_path / "backups/today"
    call_command("backup", str(backup))
    assert "1 files, 5,000 bytes" in capsys.readouterr().out
    assert (backup.stat().st_mode & 0o777) == 0o700, "it holds all that people wrote"
    call_command("backup", str(backup), "--check")
    call_command("restore", str(backup), "--check")
    assert capsys.readouterr().out.count("Sound: ") == 2
    with pytest.raises(CommandError, match="Say --replace"):
        call_command("restore", str(backup))
    with pytest.raises(CommandError, match="in the future"):
        call_command("restore", str(backup), "--replace", "--stopped-at", "2099-01-01T00:00:00")
    with (settings.DATA_DIR / "serve.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as `manage.py serve` does while it runs
        with pytest.raises(CommandError, match="Stop it first"):
            call_command("restore", str(backup), "--replace")
    settings.SECRET_KEY = "another"
    call_command("restore", str(backup), "--replace")
    said = capsys.readouterr().out
    assert "1 files (0 were not there already)" in said
    assert "another SECRET_KEY" in said
    assert "only for tests" not in (backup / manifests.NAME).read_text(), "the key itself is not in it"


@pytest.mark.sqlite
def test_the_manifest_names_every_table_but_sessions(assignment: Assignment, tmp_path: Path) -> None:
    made = take(tmp_path / "backup")
    named = {table.name for table in made.tables} | set(made.left_out)
    own = {"django_migrations", "people_audit_context"}
    assert named == set(connection.introspection.table_names()) - own
    assert made.left_out == ["django_session"]
    with connection.cursor() as cursor:
        for table in made.tables:
            cursor.execute(f'SELECT count(*) FROM "{table.name}"')
            assert cursor.fetchone()[0] == table.rows, table.name
    assert json.loads((tmp_path / "backup" / manifests.NAME).read_text())["engine"] == connection.vendor
    shutil.rmtree(tmp_path / "backup")
