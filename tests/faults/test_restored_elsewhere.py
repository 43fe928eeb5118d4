"""A backup goes from one database to the other and back, and from an older version to this one.

With processes and data folders of their own: `make trust` runs it.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from courseportal.backup import manifest as manifests
from courseportal.backup.manifest import Manifest
from people.models import AuditEntry, User
from schedule.models import Assignment
from tests.courseportal.test_backup import assignment as _assignment
from tests.courseportal.test_backup import put, students_of, tables, take, work
from tests.factories import make_photo, make_review, make_submission, make_user
from tests.services import ROOT

assignment = _assignment

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("DRILL_WORKS" not in os.environ, reason="make trust runs it"),
]


def manage(folder: Path, *words: str) -> str:
    """What a command of a portal of its own, on SQLite in that folder, says."""
    bare = {"PATH": os.environ["PATH"], "PORTAL_DATA_DIR": str(folder), "SECRET_KEY": "only for tests"}
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows_of(manifest: Manifest) -> dict[str, int]:
    return {name: rows for name, (rows, _digest) in tables(manifest).items()}


def test_from_postgresql_to_sqlite_and_back(assignment: Assignment, tmp_path: Path) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("begins on PostgreSQL")
    student = students_of(assignment)[0]
    make_review(submission=work(assignment, student), score=950, feedback="«Хорошо»\n")
    make_submission(assignment=assignment, student=student, comment="𝕏 \u202e", score=100)
    make_photo(latitude="55.700123", longitude="37.5", path="", small_path="")
    User.objects.filter(pk=student.pk).update(name="Другое имя")
    first = take(tmp_path / "first")

    manage(tmp_path / "data", "restore", str(tmp_path / "first"))
    manage(tmp_path / "data", "backup", str(tmp_path / "second"))
    second = manifests.read(tmp_path / "second")
    assert (first.engine, second.engine) == ("postgresql", "sqlite")
    assert second.files == first.files
    differing = {name for name, rows in tables(second).items() if rows != tables(first)[name]}
    assert differing <= {"people_auditentry"}, "but for the spaces in the JSON of the audit"
    assert rows_of(second) == rows_of(first)

    before = list(AuditEntry.objects.order_by("pk").values())
    call_command("flush", verbosity=0, interactive=False)
    put(tmp_path / "second")
    assert list(AuditEntry.objects.order_by("pk").values()) == before
    assert tables(take(tmp_path / "third")) == tables(first), "back where it began, it is what it was"


def test_of_an_older_version_into_this_one(place: Path, tmp_path: Path) -> None:
    """Rows of tables as they were before messages existed; what came since is empty, and the audit works."""
    data = tmp_path / "data"
    for app, name in (("people", "0002"), ("schedule", "0001"), ("perks", "0002"), ("grading", "0003")):
        manage(data, "migrate", "--verbosity", "0", app, name)
    with sqlite3.connect(data / "portal.sqlite3") as old:
        columns = "id, password, is_superuser, email, name, language, is_active, is_demo, created_at"
        old.execute(
            f"INSERT INTO people_user ({columns}) VALUES"
            " (41, '!', 0, 'old@example.org', 'Из старой версии', 'ru', 1, 0, '2024-09-01 10:00:00.5')"
        )
    old.close()
    manage(data, "backup", str(tmp_path / "old"))
    made = manifests.read(tmp_path / "old")
    assert "people_message" not in {table.name for table in made.tables}
    assert rows_of(made)["people_user"] == 1
    audited = rows_of(made)["people_auditentry"]

    make_user(email="replaced@example.org")
    put(tmp_path / "old")
    person = User.objects.get()
    assert (person.pk, person.email, person.quiet_from) == (41, "old@example.org", None)
    assert person.created_at.isoformat() == "2024-09-01T10:00:00.500000+00:00"
    assert AuditEntry.objects.count() == audited
    assert make_user().pk == 42
    assert AuditEntry.objects.count() == audited + 1
    call_command("migrate", "--check", verbosity=0)
    manage(tmp_path / "fresh", "restore", str(tmp_path / "old"))
    manage(tmp_path / "fresh", "migrate", "--check")
