"""How commands begin and end: what the audit calls them, and output that nobody reads or that has no room."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import OperationalError

from courseportal.command_line import in_order, named
from tests.services import ROOT

BEGINS = """
import sys
from courseportal.command_line import in_order
with in_order():
    print("\\u0410" * 100_000)
"""


@pytest.mark.parametrize(
    ("arguments", "how", "why"),
    [
        (["import_exam", "ml", "--now", "2026-01-01", "e.csv"], "import", "import_exam ml 2026-01-01 e.csv"),
        (["load_course", "--dry-run", "-"], "command", "load_course"),
        (["demo", "--password", "hunter2"], "command", "demo"),
        (["demo", "--password=hunter2"], "command", "demo"),
        (["shell"], "shell", "shell"),
        ([], "command", ""),
    ],
)  # fmt: skip
def test_the_audit_names_a_command_by_its_words_without_secrets(
    arguments: list[str], how: str, why: str
) -> None:
    assert named(arguments) == (how, why)


def run(end: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Runs a program that prints much in a shell, with its output ending there."""
    command = f'"$0" -c "$1" {end}; exit ${{PIPESTATUS[0]}}'
    return subprocess.run(
        ["/bin/bash", "-c", command, sys.executable, BEGINS],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("end", "status", "told"),
    [
        ("| head -0", 141, b""),
        (">/dev/full", 1, b"standard output: No space left on device\n"),
        (">&-", 1, b"standard output is closed\n"),
    ],
)
def test_output_without_a_reader_or_room_is_told_in_a_line(end: str, status: int, told: bytes) -> None:
    if "full" in end and not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    ended = run(end)

    assert (ended.returncode, ended.stderr) == (status, told)


def test_text_is_utf8_whatever_the_locale() -> None:
    ended = run("", LC_ALL="POSIX", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")

    assert ended.stdout.startswith("А".encode())


def test_ctrl_c_ends_without_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("courseportal.command_line._write_no_more", lambda: None)

    with pytest.raises(SystemExit) as ended, in_order():
        raise KeyboardInterrupt

    assert ended.value.code == 130


def test_a_database_that_cannot_be_asked_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["manage.py", "gradebook", "effdl"])

    with pytest.raises(SystemExit) as ended, in_order():
        raise OperationalError("canceling statement due to lock timeout\nCONTEXT: while locking a tuple")

    assert ended.value.code == "database: canceling statement due to lock timeout"


def test_other_errors_are_not_hidden() -> None:
    with pytest.raises(FileNotFoundError), in_order():
        Path("/nowhere").read_text()
