"""Who may open what of notices, choices and the mailbox: every address, kinds of person, other methods."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from courseportal.urls import urlpatterns
from people.actions.outbox import write
from people.mailbox import BACKEND, EmailBackend, kept_letters
from people.models import Choice, Message, User
from people.optout import optout_token
from schedule.models import Course
from tests.factories import make_user, moscow
from tests.kinds import only_these_kinds  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.usefixtures("only_these_kinds")]

OWN, FOREIGN, MISSING, TOKEN, FORGED, LETTER = (
    "{own}",
    "{foreign}",
    "{missing}",
    "{token}",
    "{forged}",
    "{letter}",
)
IN, OUT = "signed in", "signed out"
TABLE: dict[tuple[str, str, str], dict[str, int | str]] = {
    # address and method: what signed in, and what signed out
    ("notices", "/notices/", "get"): {IN: 200, OUT: "sign in"},
    ("notices", "/notices/", "post"): {IN: 405, OUT: 405},
    ("notices_read", "/notices/read/", "post"): {IN: 302, OUT: "sign in"},
    ("notices_read", "/notices/read/", "get"): {IN: 405, OUT: 405},
    ("notice", f"/notices/{OWN}/", "get"): {IN: 302, OUT: "sign in"},
    ("notice", f"/notices/{FOREIGN}/", "get"): {IN: 404, OUT: "sign in"},
    ("notice", f"/notices/{MISSING}/", "get"): {IN: 404, OUT: "sign in"},
    ("notice", f"/notices/{OWN}/", "post"): {IN: 405, OUT: 405},
    ("message_choices", "/preferences/messages/", "get"): {IN: 200, OUT: "sign in"},
    ("message_choices", "/preferences/messages/", "post"): {IN: 422, OUT: "sign in"},
    ("message_choices", "/preferences/messages/", "delete"): {IN: 405, OUT: 405},
    ("optout", f"/preferences/messages/off/{TOKEN}/", "get"): {IN: 200, OUT: 200},
    ("optout", f"/preferences/messages/off/{TOKEN}/", "post"): {IN: 200, OUT: 200},
    ("optout", f"/preferences/messages/off/{FORGED}/", "get"): {IN: 404, OUT: 404},
    ("optout", f"/preferences/messages/off/{FORGED}/", "post"): {IN: 404, OUT: 404},
    ("optout", f"/preferences/messages/off/{TOKEN}/", "put"): {IN: 405, OUT: 405},
    ("set_theme", "/preferences/theme/", "post"): {IN: 302, OUT: 302},
    ("set_theme", "/preferences/theme/", "get"): {IN: 405, OUT: 405},
    ("set_language", "/i18n/setlang/", "post"): {IN: 302, OUT: 302},
    ("set_language", "/i18n/setlang/", "get"): {IN: 405, OUT: 405},
    ("mailbox", "/demo/mailbox/", "get"): {IN: 200, OUT: 200},
    ("letter", f"/demo/mailbox/{LETTER}/", "get"): {IN: 200, OUT: 200},
    ("letter_part", f"/demo/mailbox/{LETTER}/html/", "get"): {IN: 404, OUT: 404},  # it has no HTML part
}
WRITES = {("optout", f"/preferences/messages/off/{TOKEN}/", "post")}
"""What changes something of the one whom a link names, whoever presses."""


def facts(owner: User) -> tuple[object, ...]:
    """All that a request could have changed of the person whose things they are."""
    owner.refresh_from_db()
    return (
        list(Choice.objects.filter(person=owner).values_list("kind", "wish")),
        list(Message.objects.filter(person=owner).values_list("pk", "read_at")),
        (owner.language, owner.quiet_from, owner.quiet_until),
    )


def test_the_table_has_every_address_of_messages() -> None:
    ours = ("notices/", "preferences/", "i18n/", "demo/mailbox/")
    named = {
        pattern.name  # type: ignore[union-attr]  # no resolvers among them
        for pattern in urlpatterns
        if str(pattern.pattern).startswith(ours)
    }
    assert named == {name for name, _address, _method in TABLE}


@pytest.mark.parametrize("who", ["anonymous", "disabled", "student", "assistant", "stranger", "superuser"])
def test_who_may_open_what(
    who: str, request: pytest.FixtureRequest, course: Course, settings: Settings, tmp_path: Path
) -> None:
    settings.DEMO, settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = True, BACKEND, tmp_path
    EmailBackend(file_path=tmp_path).send_messages([EmailMessage("Hi", "Hi", None, ["nobody@example.org"])])
    made: dict[str, dict[str, Any]] = {"superuser": {"is_superuser": True}, "disabled": {"is_active": False}}
    person = make_user(**made[who]) if who in made else None
    if who in ("student", "assistant", "stranger"):
        person = request.getfixturevalue(who)
    owner = make_user()
    people = [each.pk for each in (person, owner) if each]
    now = moscow(2025, 9, 23)
    write(kind="news", to=people, key="x", facts={"what": "x"}, zone="UTC", now=now)
    foreign = Message.objects.get(person=owner)
    own = Message.objects.filter(person=person).first() if person else None
    values = {
        "own": own.pk if own else foreign.pk,
        "foreign": foreign.pk,
        "missing": 10**30,
        "token": optout_token(owner.pk, "news"),
        "forged": f"{optout_token(owner.pk, 'news')[:-2]}xx",
        "letter": kept_letters(tmp_path)[0].name,
    }
    client, state = Client(), IN if who not in ("anonymous", "disabled") else OUT
    if person is not None:
        client.force_login(person)
    for row, expected in TABLE.items():
        _name, address, method = row
        before = facts(owner)
        with transaction.atomic():
            answer = getattr(client, method)(address.format(**values))
            led = str(answer.get("Location", ""))
            found = "sign in" if led.startswith("/accounts/login/") else answer.status_code
            changed = facts(owner) != before
            transaction.set_rollback(True)
        assert (found, changed) == (expected[state], row in WRITES), (row, who)
