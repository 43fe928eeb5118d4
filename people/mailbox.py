"""Letters as files, where no mail server is named: one file a letter in a folder, whole or not at all."""

from __future__ import annotations

import email
import email.policy
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage as ParsedMessage
from email.utils import getaddresses, parseaddr
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

NAME: Final = re.compile(r"\d{8}-\d{6}-\d{6}-[0-9a-f]{8}")
BACKEND: Final = "people.mailbox.EmailBackend"
STAMP: Final = "%Y%m%d-%H%M%S-%f"


class EmailBackend(BaseEmailBackend):
    """Keeps each letter as ``EMAIL_FILE_PATH/<moment>-<chance>.eml``; the moment is UTC, so names sort."""

    def __init__(self, *, file_path: str | Path | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.folder = Path(file_path or settings.EMAIL_FILE_PATH)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """How many were kept. Raises OSError where the disk takes no more."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            self._keep(message.message().as_bytes())
        return len(email_messages)

    def _keep(self, letter: bytes) -> None:
        now = timezone.now()  # noqa: TID251 - the edge: when it arrives in the mailbox
        name = f"{now.astimezone(UTC):{STAMP}}-{secrets.token_hex(4)}"
        aside = self.folder / f"{name}.new"
        with aside.open("wb") as file:
            file.write(letter)
            file.flush()
            os.fsync(file.fileno())
        aside.rename(self.folder / f"{name}.eml")


@dataclass(frozen=True)
class KeptLetter:
    """A letter of the mailbox; it is read from its file when it is first asked for."""

    path: Path

    @property
    def name(self) -> str:
        """What it is called in an address."""
        return self.path.stem

    @property
    def kept_at(self) -> datetime:
        """When it arrived."""
        return datetime.strptime(self.name[:22], STAMP).replace(tzinfo=UTC)

    @cached_property
    def _parsed(self) -> ParsedMessage:
        return email.message_from_bytes(self.path.read_bytes(), policy=email.policy.default)

    @property
    def subject(self) -> str:
        return " ".join(str(self._parsed["Subject"] or "").split())

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """Whom it is for, in lower case."""
        found = getaddresses([str(value) for value in self._parsed.get_all("To", ())])
        return tuple(address.lower() for _name, address in found)

    @cached_property
    def headers(self) -> list[tuple[str, str]]:
        """All of them in words, in the order of the file."""
        # The library's newer way of reading tears a name where its encoded words meet.
        raw = email.message_from_bytes(self.path.read_bytes(), policy=email.policy.compat32)
        return [(name, _decoded(str(value))) for name, value in raw.items()]

    @property
    def sender(self) -> str:
        """The name under which it comes, or the address where it has none."""
        name, address = parseaddr(next((value for name, value in self.headers if name == "From"), ""))
        return name or address

    @property
    def text(self) -> str:
        """Its plain part; empty where it has none."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """Its HTML part; empty where it has none."""
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self._parsed.get_body((kind,))
        return str(part.get_content()) if part else ""


def _decoded(value: str) -> str:
    return " ".join(str(make_header(decode_header(value))).split())


def kept_folder() -> Path | None:
    """Where letters are kept; None where a mail server takes them."""
    is_here = settings.EMAIL_BACKEND == BACKEND
    return Path(settings.EMAIL_FILE_PATH) if is_here else None


def shown_folder() -> Path | None:
    """The folder whose letters a page may show: that of the demo; None elsewhere."""
    return kept_folder() if settings.DEMO else None


def kept_letters(folder: Path) -> list[KeptLetter]:
    """All letters of the mailbox, latest first; what else lies in the folder is left out."""
    try:
        names = [path for path in folder.iterdir() if path.suffix == ".eml" and NAME.fullmatch(path.stem)]
    except FileNotFoundError:
        return []
    return [KeptLetter(path) for path in sorted(names, reverse=True)]


def kept_letter(folder: Path, name: str) -> KeptLetter | None:
    """The letter of that name; None where there is none."""
    path = folder / f"{name}.eml"
    return KeptLetter(path) if NAME.fullmatch(name) and path.is_file() else None
