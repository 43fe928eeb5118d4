"""The mail server of the fault tests behaves as told, and keeps what it took before it says so."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from tests.faults.mail_server import NEVER_THERE, MailServer, Manner

TIMEOUT = 0.4  # seconds


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    found = MailServer(tmp_path_factory.mktemp("mail"), ports=2)
    found.start()
    yield found
    found.stop()


def hand_over(server: MailServer, name: str, to: str = "anna@example.org", port: int = 0) -> str:
    """Send one mail; what came of it: "taken", the server's number, or the client's error."""
    begun = time.monotonic()
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "portal@example.org", to, "Срок завтра"
    message["Message-ID"] = f"<{name}@example.org>"
    message.set_content("До срока остался день.")
    try:
        with smtplib.SMTP("127.0.0.1", server.ports[port], timeout=TIMEOUT) as client:
            client.send_message(message)
    except smtplib.SMTPRecipientsRefused as refused:
        return str(refused.recipients[to][0])
    except smtplib.SMTPResponseException as answer:
        return str(answer.smtp_code)
    except (OSError, smtplib.SMTPServerDisconnected):
        return "timeout" if time.monotonic() - begun >= TIMEOUT else "disconnected"
    return "taken"


@pytest.mark.parametrize(
    ("manner", "outcome", "is_taken"),
    [
        (Manner.ACCEPT, "taken", True),
        (Manner.BUSY, "421", False),
        (Manner.SOME, "450", False),
        (Manner.MUTE, "timeout", False),
        (Manner.HANG_AT_DATA, "timeout", False),
        (Manner.HANG_BEFORE_ANSWER, "timeout", True),
        (Manner.CUT_AT_DATA, "disconnected", False),
        (Manner.CUT_BEFORE_ANSWER, "disconnected", True),
    ],
)
def test_each_manner(server: MailServer, manner: Manner, outcome: str, is_taken: bool) -> None:
    server.behave(manner, portion=1.0)
    assert hand_over(server, manner.name) == outcome
    kept = [mail for mail in server.mails() if mail.message_id == f"<{manner.name}@example.org>"]
    assert bool(kept) == is_taken
    assert [mail.answered for mail in kept] == ([manner is Manner.ACCEPT] if is_taken else [])


def test_one_address_is_refused_and_the_port_tells_who_came(server: MailServer) -> None:
    server.behave(refused=(NEVER_THERE,))
    assert hand_over(server, "nobody", to=NEVER_THERE) == "550"
    assert hand_over(server, "second", port=1) == "taken"
    mail = server.mails()[-1]
    assert (mail.port, mail.to, mail.parsed()["Subject"]) == (
        server.ports[1],
        ("anna@example.org",),
        "Срок завтра",
    )
    assert mail.began_at <= mail.taken_at


def test_it_comes_back_with_all_it_took(server: MailServer) -> None:
    server.behave()
    assert hand_over(server, "before") == "taken"
    before = server.mails()
    server.stop()
    assert hand_over(server, "meanwhile") == "disconnected"
    server.start()
    assert server.mails() == before
    assert hand_over(server, "after") == "taken"
    assert server.mails()[:-1] == before
