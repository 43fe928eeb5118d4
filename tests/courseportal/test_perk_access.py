"""Who may open what of effective rest: every address below perk/ for every kind of person.

An address that the table does not name fails, and so does a kind of person without an answer.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import get_resolver

from people.models import User
from people.storage import durable_storage
from perks.models import Activity, ExtensionRequest, Participation, Photo, Proof
from schedule.models import Course, Enrolment, Role, StudyGroup
from tests.factories import (
    make_activity,
    make_assignment,
    make_course,
    make_enrolment,
    make_extension_rule,
    make_group,
    make_photo,
    make_proof,
    make_request,
    make_user,
    moscow,
)

pytestmark = pytest.mark.django_db

NOW = moscow(2025, 11, 23, 12)
COURSE = "/courses/effdl/perk/"
SEES = frozenset({"student", "named", "representative", "former representative", "own TA"})
STAFF = frozenset({"TA", "lecturer", "superuser", "own TA"})
"""Of which the TA who studies in the group sees what staff see, and decides nothing."""
ELSEWHERE = frozenset({"student of another group", "representative of another group"})
OUTSIDE = frozenset({"student of another course", "foreign TA", "stranger"})
SIGNED_OUT = frozenset({"anonymous", "disabled"})
EVERYBODY = SEES | STAFF | ELSEWHERE | OUTSIDE | SIGNED_OUT


@dataclass(frozen=True)
class Stage:
    """A proof of group 417 with three photos, and what else there is to be confused with it."""

    proof: Proof
    foreign: Proof
    seen: Photo
    hidden: Photo
    removed: Photo
    foreign_photo: Photo
    activity: Activity


@pytest.fixture(autouse=True)
def _autumn(place: Path) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def people(course: Course, group: StudyGroup) -> dict[str, User | None]:
    """One of each kind; None for a visitor."""

    def enrolled(role: Role, into: StudyGroup | None = group, **fields: Any) -> User:
        person = make_user()
        at = into.course if into else course
        make_enrolment(person=person, course=at, group=into, role=role, **fields)
        return person

    other, foreign = make_group(course=course, name="418"), make_group(course=make_course(slug="other"))
    found: dict[str, User | None] = {
        "anonymous": None,
        "stranger": make_user(),
        "student": enrolled(Role.STUDENT),
        "named": enrolled(Role.STUDENT),
        "representative": enrolled(Role.REPRESENTATIVE),
        "former representative": enrolled(Role.STUDENT),
        "student of another group": enrolled(Role.STUDENT, other),
        "representative of another group": enrolled(Role.REPRESENTATIVE, other),
        "student of another course": enrolled(Role.REPRESENTATIVE, foreign),
        "foreign TA": make_user(),
        "TA": enrolled(Role.ASSISTANT, None),
        "lecturer": enrolled(Role.LECTURER, None),
        "own TA": enrolled(Role.STUDENT),
        "superuser": make_user(is_superuser=True),
        "disabled": make_user(is_active=False),
    }
    make_enrolment(person=found["disabled"], course=course, group=group)
    for who, at in (("foreign TA", foreign.course), ("own TA", course)):
        make_enrolment(person=found[who], course=at, role=Role.ASSISTANT)
    return found


@pytest.fixture
def stage(course: Course, group: StudyGroup, people: dict[str, User | None]) -> Stage:
    make_extension_rule(course=course)
    for number in range(1, 7):
        make_assignment(course=course, number=number)
    activity = make_activity(course=course, min_people=10)
    named = [person for person in (people["named"], people["own TA"]) if person]
    proof = make_proof(group=group, activity=activity, people=named, state=Proof.State.PENDING)
    foreign = make_proof(group=Enrolment.objects.get(person=people["student of another course"]).group)

    def photo(of: Proof, **fields: Any) -> Photo:
        large, small = durable_storage().keep([ContentFile(b"large"), ContentFile(b"small")], under="proofs")
        return make_photo(proof=of, path=large.path, small_path=small.path, **fields)

    return Stage(
        proof,
        foreign,
        photo(proof),
        photo(proof, hidden_at=NOW, hidden_by=people["named"]),
        make_photo(proof=proof, path="", small_path="", removed_at=NOW),
        photo(foreign),
        activity,
    )


def client_of(person: User | None) -> Client:
    client = Client(raise_request_exception=True)
    if person is not None:
        client.force_login(person)
    return client


def outcome(answer: HttpResponseBase) -> str:
    """What an answer comes to: the page to sign in is told from every other redirect."""
    if answer.status_code == 302 and "/accounts/login/" in answer["Location"]:
        return "sign in"
    return {200: "open", 302: "open", 422: "open", 409: "open"}.get(
        answer.status_code, str(answer.status_code)
    )


def facts() -> tuple[object, ...]:
    """Everything that a request could have changed."""
    return (
        list(Participation.objects.order_by("pk").values_list("pk", "state", "changed_by")),
        list(Photo.objects.order_by("pk").values_list("pk", "hidden_at", "hidden_by", "removed_at")),
        list(ExtensionRequest.objects.order_by("pk").values_list("pk", "ended_at")),
        list(Proof.objects.order_by("pk").values_list("pk", "state", "version")),
    )


Allowed = frozenset[str]
Row = tuple[str, str, Callable[[Stage], str], Allowed]
GROUP_PAGE = SEES | STAFF | ELSEWHERE  # each sees their own group there
OF_GROUP = SEES | STAFF

TABLE: tuple[Row, ...] = (
    ("perk", "get", lambda s: COURSE, GROUP_PAGE),
    ("perk", "get", lambda s: f"{COURSE}?group=417", OF_GROUP),
    ("perk", "get", lambda s: f"{COURSE}?group=none", frozenset()),
    ("perk", "post", lambda s: COURSE, frozenset({"405"})),
    ("request", "get", lambda s: f"{COURSE}request/", GROUP_PAGE),
    ("request", "get", lambda s: f"{COURSE}request/?group=417", OF_GROUP),
    ("proofs", "get", lambda s: f"{COURSE}proofs/", GROUP_PAGE),
    ("proofs", "get", lambda s: f"{COURSE}proofs/?group=417", OF_GROUP),
    ("proofs", "post", lambda s: f"{COURSE}proofs/", frozenset({"405"})),
    ("add_proof", "get", lambda s: f"{COURSE}add/?activity=1", GROUP_PAGE),
    ("add_proof", "get", lambda s: f"{COURSE}add/?activity=1&group=417", OF_GROUP),
    ("add_proof", "get", lambda s: f"{COURSE}add/?activity=9", frozenset()),
    ("add_proof", "post", lambda s: f"{COURSE}add/?activity=1&group=417", OF_GROUP),
    ("proof", "get", lambda s: f"{COURSE}proofs/{s.proof.pk}/", OF_GROUP),
    ("proof", "get", lambda s: f"{COURSE}proofs/{s.foreign.pk}/", frozenset()),
    ("proof", "get", lambda s: f"{COURSE}proofs/{10**30}/", frozenset()),
    ("proof", "post", lambda s: f"{COURSE}proofs/{s.proof.pk}/", frozenset({"405"})),
    ("not_me", "get", lambda s: f"{COURSE}proofs/{s.proof.pk}/not-me/", OF_GROUP),
    ("not_me", "get", lambda s: f"{COURSE}proofs/{s.foreign.pk}/not-me/", frozenset()),
    ("not_me", "post", lambda s: f"{COURSE}proofs/{s.proof.pk}/not-me/", frozenset({"named", "own TA"})),
    ("not_me", "post", lambda s: f"{COURSE}proofs/{10**30}/not-me/", frozenset()),
    ("me_after_all", "get", lambda s: f"{COURSE}proofs/{s.proof.pk}/me-after-all/", OF_GROUP),
    (
        "me_after_all",
        "post",
        lambda s: f"{COURSE}proofs/{s.proof.pk}/me-after-all/",
        frozenset({"named", "own TA"}),
    ),
    ("photo", "get", lambda s: f"{COURSE}photos/{s.seen.pk}/", OF_GROUP),
    ("photo", "get", lambda s: f"{COURSE}photos/{s.hidden.pk}/", STAFF),
    ("photo", "get", lambda s: f"{COURSE}photos/{s.removed.pk}/", frozenset()),
    ("photo", "get", lambda s: f"{COURSE}photos/{s.foreign_photo.pk}/", frozenset()),
    ("photo", "get", lambda s: f"{COURSE}photos/{10**30}/", frozenset()),
    ("photo", "post", lambda s: f"{COURSE}photos/{s.seen.pk}/", frozenset({"405"})),
    ("photo_small", "get", lambda s: f"{COURSE}photos/{s.seen.pk}/small/", OF_GROUP),
    ("photo_small", "get", lambda s: f"{COURSE}photos/{s.hidden.pk}/small/", STAFF),
    ("photo_small", "get", lambda s: f"{COURSE}photos/{s.removed.pk}/small/", frozenset()),
    ("photo_small", "get", lambda s: f"{COURSE}photos/{s.foreign_photo.pk}/small/", frozenset()),
    ("take_down", "get", lambda s: f"{COURSE}photos/{s.seen.pk}/take-down/", OF_GROUP),
    ("take_down", "post", lambda s: f"{COURSE}photos/{s.seen.pk}/take-down/", STAFF | {"named"}),
    ("take_down", "post", lambda s: f"{COURSE}photos/{s.removed.pk}/take-down/", frozenset()),
    ("take_down", "post", lambda s: f"{COURSE}photos/{s.foreign_photo.pk}/take-down/", frozenset()),
)


def expected(row: Row, who: str) -> str:
    name, method, _address, allowed = row
    if allowed == {"405"}:
        return "405"
    if who in SIGNED_OUT:
        return "sign in"
    if who in allowed:
        return "open"
    # Who sees the proof and is not on it learns that it is not theirs to take down.
    return "403" if (name, method) == ("take_down", "post") and allowed and who in OF_GROUP else "404"


def test_the_table_has_every_address_of_effective_rest() -> None:
    _prefix, resolver = get_resolver().namespace_dict["perks"]
    assert {name for name in resolver.reverse_dict if isinstance(name, str)} == {row[0] for row in TABLE}


@pytest.mark.slow
def test_who_may_open_what(stage: Stage, people: dict[str, User | None]) -> None:
    assert people.keys() == EVERYBODY
    clients = {who: client_of(person) for who, person in people.items()}
    before, wrong = facts(), []
    for row in TABLE:
        _name, method, address, _allowed = row
        for who, client in clients.items():
            with transaction.atomic():
                data = {"form_token": uuid.uuid4()} if method == "post" else {}
                answer = getattr(client, method)(address(stage), data)
                found, changed = outcome(answer), method == "post" and facts() != before
                _ = answer.getvalue()  # a file is let go of
                transaction.set_rollback(True)
            if found != expected(row, who) or (changed and found != "open"):
                wrong.append((method, address(stage), who, found, expected(row, who), changed))
    assert not wrong


@pytest.mark.sqlite
@pytest.mark.parametrize("do", ["file", "withdraw"])
def test_who_may_ask_for_the_group(
    do: str, stage: Stage, course: Course, group: StudyGroup, people: dict[str, User | None]
) -> None:
    second = course.assignments.get(number=2)
    standing = make_request(group=group, assignments=[second]) if do == "withdraw" else None
    asked = set()
    for who, person in people.items():
        before = facts()
        with transaction.atomic():
            data = {"do": do, "numbers": ["2", "3"], "base": standing.pk if standing else ""}
            client_of(person).post(f"{COURSE}request/?group=417", data)
            if facts() != before:
                asked.add(who)
            transaction.set_rollback(True)
    assert asked == {"representative", "TA", "lecturer", "superuser"}


def test_a_photo_is_not_shown_from_memory_to_whoever_lost_the_right(
    stage: Stage, people: dict[str, User | None]
) -> None:
    client, address = client_of(people["student"]), f"{COURSE}photos/{stage.seen.pk}/"
    etag = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    Photo.objects.filter(pk=stage.seen.pk).update(hidden_at=NOW, hidden_by=people["named"])
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 404


ADMIN = "/admin/perks"


@pytest.mark.slow
def test_who_may_open_the_administration(
    stage: Stage, group: StudyGroup, people: dict[str, User | None]
) -> None:
    row, lists, deciding = make_request(group=group), STAFF | {"foreign TA"}, STAFF - {"own TA"}
    dates = "/admin/grading/personaldate/"
    table = {
        f"{ADMIN}/proof/": lists,  # of the courses that one teaches
        f"{ADMIN}/proof/{stage.proof.pk}/change/": deciding,
        f"{ADMIN}/proof/{stage.proof.pk}/history/": deciding,
        f"{ADMIN}/proof/{stage.proof.pk}/delete/": frozenset(),
        f"{ADMIN}/proof/add/": frozenset(),
        f"{ADMIN}/extensionrequest/": lists,
        f"{ADMIN}/extensionrequest/{row.pk}/change/": STAFF,
        f"{ADMIN}/extensionrequest/{row.pk}/history/": STAFF,
        f"{ADMIN}/extensionrequest/{row.pk}/delete/": frozenset(),
        f"{ADMIN}/extensionrequest/add/": frozenset(),
        dates: lists,
        f"{dates}add/": lists,
    }
    clients = {who: client_of(person) for who, person in people.items()}
    for address, allowed in table.items():
        opened = {who for who, client in clients.items() if client.get(address).status_code == 200}
        assert opened == allowed, address
