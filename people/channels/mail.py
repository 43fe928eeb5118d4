"""E-mail: one connection for a run of letters, and what the mail server's answers mean."""

from __future__ import annotations

import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from types import TracebackType
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

from people.channels.answers import MAY_HAVE_ARRIVED, Answer, Down, Outcome

CLOSING = 421
"""The mail server's own trouble, whatever it was asked (RFC 5321, 3.8)."""


LETTERS_A_CONNECTION = 50
"""Many mail servers take no more than about a hundred before they hang up."""


class _Withdrawn(Exception):
    """It was not to go after all."""


class Mail:
    """Letters over one connection, opened when the first goes and again after trouble. A context manager."""

    def __init__(self) -> None:
        self._connection = get_connection()
        self._is_open = False
        self._letters = 0
        self._is_given = False

    def __enter__(self) -> Mail:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def reach(self) -> None:
        """Connect, where that is not done. Raises Down."""
        if self._is_open and not self._still_answers():
            self._close()
        if self._is_open:
            return
        try:
            self._connection.open()
        except (OSError, smtplib.SMTPException) as reason:
            self._close()
            raise Down(words_of(reason)) from reason
        self._is_open, self._letters = isinstance(self._connection, SmtpBackend), 0

    def _still_answers(self) -> bool:
        """Whether the connection takes another letter: asked before it, so that no letter is in doubt."""
        smtp = self._connection.connection if isinstance(self._connection, SmtpBackend) else None
        if smtp is None or self._letters >= LETTERS_A_CONNECTION:
            return False
        try:
            code, _words = smtp.noop()
        except (OSError, smtplib.SMTPException):
            return False
        return code == 250

    def send(
        self, letter: EmailMessage, *, within: timedelta, go_ahead: Callable[[], bool]
    ) -> Outcome | None:
        """Hand one letter over, or hang up after that time. Never raises for what the mail server says.

        ``go_ahead`` is asked when the server has taken the address and nothing of the text was given away;
        where it says no, nothing is, and the answer is None.
        """
        self._letters += 1
        self._is_given = False
        try:
            with self._hung_up_after(within), self._asked(go_ahead):
                self._connection.send_messages([letter])
        except _Withdrawn:
            self._close()
            return None
        except (OSError, smtplib.SMTPException) as reason:
            self._close()  # a connection after trouble is worth no second letter
            return outcome_of(reason, is_given=self._is_given)
        except BaseException:
            self._close()
            raise
        return Outcome(Answer.TAKEN)

    @contextmanager
    def _asked(self, go_ahead: Callable[[], bool]) -> Iterator[None]:
        """Ask as late as one can. Raises _Withdrawn."""
        smtp = self._connection.connection if isinstance(self._connection, SmtpBackend) else None
        if smtp is None:
            if not go_ahead():
                raise _Withdrawn
            yield
            return
        data, send = smtp.data, smtp.send

        def asked_data(text: Any) -> Any:
            if not go_ahead():
                raise _Withdrawn
            return data(text)

        def noted_send(content: Any) -> None:
            if isinstance(content, bytes):  # the letter itself: commands are words
                self._is_given = True
                if smtp.sock is not None:  # filters look at it before the answer comes
                    smtp.sock.settimeout(settings.EMAIL_ANSWER_TIMEOUT)
            send(content)

        smtp.data, smtp.send = asked_data, noted_send  # type: ignore[assignment]
        try:
            yield
        finally:
            del smtp.data, smtp.send
            if smtp.sock is not None:
                smtp.sock.settimeout(smtp.timeout)

    @contextmanager
    def _hung_up_after(self, within: timedelta) -> Iterator[None]:
        """For a mail server that answers drop by drop, each drop within EMAIL_TIMEOUT."""
        smtp = self._connection.connection if isinstance(self._connection, SmtpBackend) else None
        if smtp is None or smtp.sock is None:
            yield
            return
        timer = threading.Timer(within.total_seconds(), _hang_up, [smtp.sock])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _close(self) -> None:
        try:
            self._connection.close()
        except (OSError, smtplib.SMTPException):
            pass
        finally:
            self._is_open = False


def _hang_up(sock: socket.socket) -> None:
    """End a connection under the hands of whoever waits for its next word."""
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def outcome_of(reason: OSError | smtplib.SMTPException, *, is_given: bool) -> Outcome:
    """What trouble in the middle of a hand-over means for the letter, whose text was given away or not."""
    code = code_of(reason)
    if code is None and is_given:
        return Outcome(Answer.UNSURE, MAY_HAVE_ARRIVED + words_of(reason))
    if code is None or code == CLOSING or isinstance(reason, smtplib.SMTPSenderRefused):
        return Outcome(Answer.DOWN, words_of(reason))  # our own sender is refused: true of every letter
    if isinstance(reason, smtplib.SMTPAuthenticationError | smtplib.SMTPHeloError | smtplib.SMTPConnectError):
        return Outcome(Answer.DOWN, words_of(reason))
    return Outcome(Answer.REFUSED if code >= 500 else Answer.LATER, words_of(reason))


def code_of(reason: Exception) -> int | None:
    """The three digits of the mail server's answer; None where it gave none."""
    if isinstance(reason, smtplib.SMTPRecipientsRefused):
        return next((code for code, _words in reason.recipients.values()), None)
    return reason.smtp_code if isinstance(reason, smtplib.SMTPResponseException) else None


def words_of(reason: Exception) -> str:
    """The answer in one short line, with its code."""
    if isinstance(reason, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(reason.recipients.values()), (0, b""))
        return _line(code, words)
    if isinstance(reason, smtplib.SMTPResponseException):
        return _line(reason.smtp_code, reason.smtp_error)
    return f"{type(reason).__name__}: {reason}"[:300].replace("\n", " ")


def _line(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"[:300]
