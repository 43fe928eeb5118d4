"""The mailbox of files: one file a letter, whole, latest first."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives, get_connection

from people.letters import mailbox
from people.mailbox import EmailBackend, kept_letter, kept_letters


def send(folder: Path, subject: str = "Зачёт", to: str = "Нина <nina@example.org>") -> None:
    letter = EmailMultiAlternatives(subject, "Привет.", "portal@example.org", [to])
    letter.attach_alternative("<p>Привет.</p>", "text/html")
    assert EmailBackend(file_path=folder).send_messages([letter]) == 1


def test_a_letter_comes_back_as_it_was_sent(tmp_path: Path) -> None:
    with time_machine.travel(datetime(2026, 11, 24, 15, 0, 1, 5000, tzinfo=UTC), tick=False):
        send(tmp_path)
    (kept,) = kept_letters(tmp_path)
    assert (kept.subject, kept.addresses) == ("Зачёт", ("nina@example.org",))
    assert (kept.text.strip(), kept.html.strip()) == ("Привет.", "<p>Привет.</p>")
    assert kept.kept_at == datetime(2026, 11, 24, 15, 0, 1, 5000, tzinfo=UTC)
    assert ("From", "portal@example.org") in kept.headers and kept.sender == "portal@example.org"
    assert kept_letter(tmp_path, kept.name) == kept


def test_a_long_name_is_read_in_one_piece(tmp_path: Path) -> None:
    name = "Введение в эффективные системы глубокого обучения"
    sender = mailbox(name, "portal@example.org")
    letter = EmailMultiAlternatives("Зачёт", "Привет.", sender, ["a@example.org"])
    EmailBackend(file_path=tmp_path).send_messages([letter])
    (kept,) = kept_letters(tmp_path)
    assert kept.sender == name and ("From", f"{name} <portal@example.org>") in kept.headers


def test_the_latest_stands_first_and_what_is_no_letter_is_left_out(tmp_path: Path) -> None:
    for day in (24, 25, 23):
        with time_machine.travel(datetime(2026, 11, day, tzinfo=UTC), tick=False):
            send(tmp_path, subject=str(day))
    (tmp_path / "20261126-000000-000000-00000000.new").write_text("half of one")
    (tmp_path / "notes.eml").write_text("Subject: mine")
    assert [letter.subject for letter in kept_letters(tmp_path)] == ["25", "24", "23"]


def test_a_mailbox_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    assert kept_letters(tmp_path / "none") == []


@pytest.mark.parametrize("name", ["../settings", "notes", "20261124-150001-005000-0000000g", ""])
def test_only_names_of_letters_are_opened(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.eml").write_text("Subject: mine")
    assert kept_letter(tmp_path, name) is None


def test_a_full_disk_is_told_to_whoever_sends(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="exists|Not a directory"):
        send(tmp_path / "file")


def test_it_is_a_backend_of_djangos(tmp_path: Path) -> None:
    connection = get_connection("people.mailbox.EmailBackend", file_path=tmp_path)
    assert connection.send_messages([]) == 0
