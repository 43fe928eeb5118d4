"""import_proofs: what was posted and decided in a chat, in bulk, once."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from people.models import AuditEntry, User
from perks.actions.import_proofs import ProofsImported, import_proofs
from perks.actions.locking import locked_group
from perks.models import Activity, Participation, Proof
from perks.queries.standing import group_standings
from schedule.models import Course, Enrolment, Role, StudyGroup
from schedule.tables import BadTable
from tests.factories import (
    make_activity,
    make_course,
    make_enrolment,
    make_extension_rule,
    make_group,
    make_proof,
    make_user,
    moscow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

HEAD = "group,activity,checkpoint,taken_at,participants,status,file"
NOW = moscow(2025, 12, 31, 12)
NOON = moscow(2025, 11, 1, 12)
SPORT = "417,1,,2025-11-01T12:00:00"
PLACE = "417,2,3,2025-11-01T12:00:00"
A, B, C = "anna@example.org", "boris@example.org", "clara@example.org"

Bring = Callable[..., ProofsImported]


@pytest.fixture(autouse=True)
def activities(course: Course, group: StudyGroup) -> list[Activity]:
    """One without checkpoints, one with five; anna, boris and clara study in the group 417."""
    for email in (A, B, C):
        make_enrolment(person=make_user(email=email), group=group)
    return [make_activity(course=course, min_people=2), make_activity(course=course, checkpoints=5)]


@pytest.fixture
def bring(course: Course) -> Bring:
    """Imports lines into the course; ``more`` names further columns."""

    def run(*lines: str, more: str = "", now: Any = NOW) -> ProofsImported:
        data = "\n".join([HEAD + more, *lines]).encode()
        return import_proofs(course=course, data=data, now=now)

    return run


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Proof, Participation, AuditEntry)]


def refused(bring: Bring, *lines: str, more: str = "") -> list[str]:
    """What is told about a file that is refused; nothing is written."""
    before = everything()
    with pytest.raises(BadTable) as told:
        bring(*lines, more=more)
    assert everything() == before
    return [str(problem) for problem in told.value.problems]


def people(proof: Proof, *states: str) -> set[str]:
    parts = proof.parts.filter(state__in=states or ["named"])
    return set(parts.values_list("person__email", flat=True))


def test_a_row_becomes_a_proof_with_its_people(bring: Bring, group: StudyGroup) -> None:
    line = f"{PLACE},{A} {B},approved,,m-17,2025-11-02T09:30:00,"

    assert bring(line, more=",id,posted_at,reason") == ProofsImported(1, 0, 0)

    proof = Proof.objects.get()
    assert (proof.group, proof.activity.number) == (group, 2)
    assert proof.checkpoint is not None and proof.checkpoint.number == 3
    assert (proof.taken_at, proof.posted_at) == (NOON, moscow(2025, 11, 2, 9, 30))
    assert (proof.state, proof.reason, proof.origin, proof.external_id) == ("approved", "", "import", "m-17")
    assert (proof.decided_by, proof.decided_at, proof.posted_by, proof.version) == (None, NOW, None, 1)
    assert people(proof) == {A, B}
    assert not Participation.objects.exclude(changed_at=None, changed_by=None).exists()


def test_without_posted_at_it_was_handed_in_when_it_was_taken(bring: Bring) -> None:
    bring(f"{SPORT},{A},pending,")

    proof = Proof.objects.get()
    assert (proof.posted_at, proof.state, proof.decided_at) == (NOON, "pending", None)


def test_a_rejection_has_its_reason(bring: Bring) -> None:
    bring(f'{SPORT},{A},rejected,,"Лица не видны,\nпереснимите"', more=",reason")
    bring(f"{SPORT},{B},Rejected,")

    assert [proof.reason for proof in Proof.objects.order_by("pk")] == ["Лица не видны,\nпереснимите", ""]


@pytest.mark.parametrize("blank", [" ", "  ", "\n", "\r\n", "\t", "\u00a0"])
def test_people_are_separated_by_any_blanks(bring: Bring, blank: str) -> None:
    bring(f'{SPORT},"{A.upper()}{blank}{B}",approved,')

    assert people(Proof.objects.get()) == {A, B}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_files_as_people_make_them(course: Course, delimiter: str, encoding: str, end: str) -> None:
    group = make_group(course=course, name="вечерняя")
    make_enrolment(person=make_user(email="ivan@example.org"), group=group)
    lines = [
        f"{HEAD},reason",
        f"{SPORT},{A} {B},approved,,",
        'Вечерняя,1,,"2025-11-01 13:00",ivan@example.org,rejected,,Не та группа'.replace("Веч", "веч"),
    ]
    data = end.join(lines).replace(",", delimiter).encode(encoding)

    assert import_proofs(course=course, data=data, now=NOW).new == 2
    assert Proof.objects.get(group=group).reason == "Не та группа"


def test_a_second_run_changes_nothing(bring: Bring) -> None:
    more = ",id,posted_at,reason"
    lines = [
        f"{SPORT},{A} {B},approved,,,,",
        f"{SPORT},{A} {C},rejected,,,2025-11-03T10:00:00,Темно",
        f"{PLACE},{B},pending,,7,,",
    ]
    bring(*lines, more=more)
    before = everything()

    again = bring(f"417,01,,2025-11-01T09:00:00Z,{B}  {A.upper()},APPROVED,,,,", *lines[1:], more=more)

    assert again == ProofsImported(0, 0, 3)
    assert everything() == before


def test_another_order_of_people_is_the_same_proof(bring: Bring) -> None:
    assert bring(f"{SPORT},{A} {B},approved,", f"{SPORT},{B} {A},approved,") == ProofsImported(1, 0, 1)
    assert bring(f"{SPORT},{A} {B} {C},approved,").new == 1


@pytest.mark.parametrize(
    ("line", "more", "changed"),
    [
        (f"{SPORT},{A} {B},rejected,,Темно", ",reason", {"state": "rejected", "reason": "Темно"}),
        (f"{SPORT},{A} {B},pending,", "", {"state": "pending", "decided_at": None}),
        (
            f"{SPORT},{A} {B},approved,,2025-11-05T12:00:00",
            ",posted_at",
            {"posted_at": moscow(2025, 11, 5, 12)},
        ),
    ],
)
def test_the_same_key_with_another_content_updates(
    bring: Bring, line: str, more: str, changed: dict[str, Any]
) -> None:
    bring(f"{SPORT},{A} {B},approved,")
    before = Proof.objects.values().get()

    assert bring(line, more=more, now=NOW + timedelta(days=1)) == ProofsImported(0, 1, 0)

    after = Proof.objects.values().get()
    if changed.get("state") == "rejected":
        changed["decided_at"] = NOW + timedelta(days=1)
    assert after == before | changed | {"version": 2}
    assert bring(line, more=more).changed == 0


def test_what_a_row_does_not_say_stays(bring: Bring) -> None:
    bring(f"{SPORT},{A},rejected,,2025-11-03T10:00:00,Темно", more=",posted_at,reason")

    assert bring(f"{SPORT},{A},rejected,") == ProofsImported(0, 0, 1)
    assert bring(f"{SPORT},{A},approved,") == ProofsImported(0, 1, 0)

    proof = Proof.objects.get()
    assert (proof.posted_at, proof.state, proof.reason) == (moscow(2025, 11, 3, 10), "approved", "")


def test_a_proof_handed_in_here_is_known_and_its_moment_stays(
    bring: Bring, group: StudyGroup, activities: list[Activity], assistant: User
) -> None:
    posted_at = moscow(2025, 11, 2, 8)
    proof = make_proof(
        group=group,
        activity=activities[0],
        people=User.objects.filter(email__in=[A, B]),
        posted_at=posted_at,
        state="rejected",
        reason="Темно",
        decided_by=assistant,
        decided_at=moscow(2025, 11, 3),
    )

    assert bring(f"{SPORT},{B} {A},approved,") == ProofsImported(0, 1, 0)

    proof.refresh_from_db()
    assert (proof.state, proof.posted_at, proof.decided_by) == ("approved", posted_at, None)
    assert (proof.decided_at, proof.version) == (NOW, 2)


def test_a_decision_made_here_is_not_taken_back(bring: Bring, assistant: User) -> None:
    bring(f"{SPORT},{A} {B},pending,")
    Proof.objects.update(state="approved", decided_by=assistant, decided_at=NOW)

    (told,) = refused(bring, f"{SPORT},{A} {B},pending,")

    assert told == (
        'line 2: status is "pending", expected approved or rejected: '
        "this proof is approved, and an import takes no decision back"
    )
    assert bring(f"{SPORT},{A} {B},approved,") == ProofsImported(0, 0, 1)
    assert Proof.objects.get().decided_by == assistant


def test_whom_staff_added_or_struck_off_makes_no_second_proof(bring: Bring, assistant: User) -> None:
    bring(f"{SPORT},{A} {B},approved,")
    proof = Proof.objects.get()
    proof.parts.filter(person__email=B).update(state="struck", changed_by=assistant, changed_at=NOW)
    clara = User.objects.get(email=C)
    Participation.objects.create(proof=proof, person=clara, changed_by=assistant, changed_at=NOW)
    before = everything()

    for who in (f"{A} {B}", f"{A} {C}", f"{A}", f"{A} {B} {C}"):
        assert bring(f"{SPORT},{who},approved,") == ProofsImported(0, 0, 1)

    assert everything() == before
    assert bring(f"{SPORT},{B} {C},approved,").new == 1


def test_two_rows_never_mean_one_proof(bring: Bring, assistant: User) -> None:
    bring(f"{SPORT},{A} {B},approved,")
    clara = User.objects.get(email=C)
    added = {"changed_by": assistant, "changed_at": NOW}
    Participation.objects.create(proof=Proof.objects.get(), person=clara, **added)
    lines = f"{SPORT},{A} {B},pending,", f"{SPORT},{A} {B} {C},approved,"

    assert bring(*lines) == ProofsImported(1, 0, 1)
    assert bring(*lines) == ProofsImported(0, 0, 2)


def test_with_an_id_everything_may_change(bring: Bring, activities: list[Activity]) -> None:
    more = ",id,posted_at"
    bring(f"{SPORT},{A} {B},approved,,7,", f"{SPORT},{A} {B},approved,,8,", more=more)

    assert bring(f"417,2,5,2025-11-02T12:00:00,{B} {C},approved,,7,", more=more) == ProofsImported(0, 1, 0)

    proof, other = Proof.objects.order_by("external_id")
    assert (proof.activity, proof.checkpoint) == (activities[1], activities[1].checkpoints.get(number=5))
    assert (proof.taken_at, proof.posted_at) == (moscow(2025, 11, 2, 12), moscow(2025, 11, 2, 12))
    assert (people(proof), people(proof, "struck"), proof.version) == ({B, C}, {A}, 2)
    assert (people(other), other.version) == ({A, B}, 1)
    assert {(part.changed_at, part.changed_by) for part in proof.parts.all()} == {(None, None), (NOW, None)}

    assert bring(f"417,2,5,2025-11-02T12:00:00,{A} {B} {C},approved,,7,", more=more).changed == 1
    assert people(proof) == {A, B, C}
    assert bring(f"417,2,5,2025-11-02T12:00:00,{A} {B} {C},approved,,7,", more=more).changed == 0


def test_with_an_id_a_moment_that_was_told_apart_stays(bring: Bring) -> None:
    bring(f"{SPORT},{A},approved,,7,2025-11-05T12:00:00", more=",id,posted_at")

    bring(f"417,1,,2025-11-02T12:00:00,{A},approved,,7", more=",id")

    proof = Proof.objects.get()
    assert (proof.taken_at, proof.posted_at) == (moscow(2025, 11, 2, 12), moscow(2025, 11, 5, 12))


def test_a_proof_is_never_handed_in_before_what_it_shows(bring: Bring) -> None:
    bring(f"{SPORT},{A},approved,,7,2025-11-05T12:00:00", more=",id,posted_at")
    later = SPORT.replace("2025-11-01", "2025-11-08")
    assert later != SPORT
    assert bring(f"{later},{A},approved,,7", more=",id") == ProofsImported(0, 1, 0)
    assert bring(f"{later},{A},approved,,7", more=",id") == ProofsImported(0, 0, 1)

    proof = Proof.objects.get()
    assert proof.posted_at == proof.taken_at == moscow(2025, 11, 8, 12)


def test_what_people_said_about_participants_here_stays(bring: Bring, assistant: User) -> None:
    line = f"{SPORT},{A} {B},approved,,7"
    bring(line, more=",id")
    proof = Proof.objects.get()
    proof.parts.filter(person__email=B).update(state="struck", changed_by=assistant, changed_at=NOW)
    clara = User.objects.get(email=C)
    Participation.objects.create(proof=proof, person=clara, changed_by=assistant, changed_at=NOW)

    assert bring(line, more=",id") == ProofsImported(0, 0, 1)
    assert (people(proof), people(proof, "struck")) == ({A, C}, {B})


def test_an_id_is_of_its_group(bring: Bring, course: Course) -> None:
    other = make_group(course=course, name="418")
    make_enrolment(person=make_user(email="dan@example.org"), group=other)
    lines = f"{SPORT},{A},approved,,7", "418,1,,2025-11-01T12:00:00,dan@example.org,approved,,7"

    assert bring(*lines, more=",id") == ProofsImported(2, 0, 0)
    assert bring(*lines, more=",id") == ProofsImported(0, 0, 2)


def test_rows_with_and_without_an_id_are_two_proofs(bring: Bring) -> None:
    lines = f"{SPORT},{A},approved,,7", f"{SPORT},{A},pending,,"

    assert bring(*lines, more=",id") == ProofsImported(2, 0, 0)
    assert bring(*lines, more=",id") == ProofsImported(0, 0, 2)
    assert bring(*reversed(lines), more=",id") == ProofsImported(0, 0, 2)


def test_a_row_without_an_id_knows_a_proof_that_came_with_one(bring: Bring) -> None:
    bring(f"{SPORT},{A},pending,,7", more=",id")

    assert bring(f"{SPORT},{A},approved,") == ProofsImported(0, 1, 0)
    assert Proof.objects.get().external_id == "7"


def test_twice_in_one_file_with_the_same_content_is_once(bring: Bring) -> None:
    line = f"{SPORT},{A},approved,,7"
    assert bring(line, line, more=",id") == ProofsImported(1, 0, 1)


@pytest.mark.parametrize(
    ("first", "second", "more", "column"),
    [
        (f"{SPORT},{A} {B},approved,", f"{SPORT},{B} {A},pending,", "", "participants"),
        (f"{SPORT},{A},rejected,,Темно", f"{SPORT},{A},rejected,,Пусто", ",reason", "participants"),
        (f"{SPORT},{A},approved,,", f"{SPORT},{A},approved,,2025-11-02T12:00", ",posted_at", "participants"),
        (f"{SPORT},{A},approved,,7", f"{SPORT},{B},approved,,7", ",id", "id"),
        (f"{SPORT},{A},approved,,7", f"{PLACE},{A},approved,,7", ",id", "id"),
    ],
)
def test_one_key_with_two_contents_is_an_error(
    bring: Bring, first: str, second: str, more: str, column: str
) -> None:
    (told,) = refused(bring, first, second, more=more)

    assert told.startswith(f"line 3: {column} is ")
    assert told.endswith("expected another proof than that of line 2, or the same content")


def test_the_target_refuses_nothing_but_what_came_later_does_not_count(bring: Bring, course: Course) -> None:
    make_extension_rule(course=course)

    bring(f"417,1,,2025-12-14T23:59:59,{A},approved,", f"417,1,,2025-12-15T00:00:00,{B} {C},approved,")

    (standing,) = group_standings(course, NOW)
    assert standing.activities[0].people == {User.objects.get(email=A).pk}


def test_too_few_people_for_the_activity_are_recorded(bring: Bring, activities: list[Activity]) -> None:
    Activity.objects.filter(pk=activities[1].pk).update(min_people_per_proof=2)

    assert bring(f"{PLACE},{A},approved,").new == 1


def test_membership_is_that_of_the_moment_the_proof_shows(
    bring: Bring, course: Course, group: StudyGroup
) -> None:
    other = make_group(course=course, name="418")
    moved = make_user(email="moved@example.org")
    make_enrolment(person=moved, group=group, left_at=NOON)
    make_enrolment(person=moved, group=other, joined_at=NOON)
    gone = make_user(email="gone@example.org")
    make_enrolment(person=gone, group=group, left_at=NOON)

    before = f"417,1,,2025-11-01T11:59:59,{moved.email} {gone.email},approved,"
    after = f"418,1,,2025-11-01T12:00:00,{moved.email},approved,"
    assert bring(before, after).new == 2

    standings = group_standings(course, NOW)
    assert [standing.activities[0].people for standing in standings] == [{moved.pk, gone.pk}, {moved.pk}]
    (told,) = refused(bring, f"417,1,,2025-11-01T12:00:00,{A} {moved.email} {gone.email},approved,")
    assert told.endswith(
        "expected members of the group as of 2025-11-01 12:00:00+03:00,"
        " and not moved@example.org or gone@example.org"
    )
    (told,) = refused(bring, f"418,1,,2025-11-01T11:59:59,{moved.email},approved,")
    assert "as of 2025-11-01 11:59:59+03:00, and not moved@example.org" in told


def test_membership_is_what_enrolments_have(bring: Bring, course: Course, group: StudyGroup) -> None:
    """Bounds included or not as `Enrolment.objects.at` has them."""
    person = make_user(email="part@example.org")
    make_enrolment(person=person, group=group, joined_at=NOON, left_at=NOON + timedelta(seconds=2))
    for seconds in range(-1, 4):
        moment = NOON + timedelta(seconds=seconds)
        line = f"417,1,,{moment.isoformat()},{person.email},approved,"
        if Enrolment.objects.at(moment).filter(person=person, group=group).exists():
            assert bring(line).new == 1
        else:
            refused(bring, line)


def test_a_representative_takes_part_and_staff_do_not(
    bring: Bring, representative: User, assistant: User, group: StudyGroup, course: Course
) -> None:
    assert bring(f"{SPORT},{representative.email},approved,").new == 1
    make_enrolment(person=make_user(email="ta@example.org"), group=group, role=Role.ASSISTANT)

    told = refused(bring, f"{SPORT},{A} ta@example.org {assistant.email},approved,")
    assert told[0].endswith("students of this course, and not ta@example.org or assistant@example.org")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"419,1,,2025-11-01T12:00:00,{A},approved,", 'group is "419", expected a group of this course: 417'),
        (f",1,,2025-11-01T12:00:00,{A},approved,", "group is empty, expected a group"),
        (f"417,3,,2025-11-01T12:00:00,{A},approved,", "the number of an activity of this course: 1, 2"),
        (f"417,,,2025-11-01T12:00:00,{A},approved,", "activity is empty"),
        (f"417,1,1,2025-11-01T12:00:00,{A},approved,", "expected nothing: activity 1 has no checkpoints"),
        (f"417,2,,2025-11-01T12:00:00,{A},approved,", "checkpoint is empty, expected the number"),
        (f"417,2,6,2025-11-01T12:00:00,{A},approved,", "a checkpoint of activity 2: 1, 2, 3, 4, 5"),
        (f"417,1,,2025-11-01,{A},approved,", 'taken_at is "2025-11-01", expected a date and time'),
        (f"417,1,,2026-01-01T00:00:00,{A},approved,", "taken_at is "),
        (f"{SPORT},,approved,", "participants is empty, expected the e-mail addresses of those"),
        (f'{SPORT},"{A},{B}",approved,', f'separated by spaces, not "{A},{B}"'),
        (f"{SPORT},{A}; {B},approved,", f'separated by spaces, not "{A};"'),
        (f"{SPORT},{A} Белов,approved,", 'separated by spaces, not "Белов"'),
        (f"{SPORT},{A} {B} {A.upper()},approved,", f"expected each person once, and not {A} again"),
        (f"{SPORT},{A} nobody@example.org,approved,", "students of this course, and not nobody@example.org"),
        (f"{SPORT},{A} stranger@example.org,approved,", "this course, and not stranger@example.org"),
        (f"{SPORT},{A},ok,", 'status is "ok", expected pending, approved or rejected'),
        (f"{SPORT},{A},,", "status is empty"),
        (f"{SPORT},{A},approved", "the number of cells is 6, expected 7"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_is_written(
    bring: Bring, stranger: User, line: str, told: str
) -> None:
    (found,) = refused(bring, line, f"{SPORT},{B},approved,")

    assert found.startswith("line 2: ")
    assert told in found


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (f"{'x' * 101},,", "an id of at most 100 characters"),
        (",2025-11-01T11:59:59,", "posted_at is"),
        (",2025-11-01,", 'posted_at is "2025-11-01", expected a date and time'),
        (",2026-01-01T00:00,", "a moment that is not in the future"),
        (",,Темно", "expected nothing: a reason belongs to a rejection, and the status is approved"),
    ],
)
def test_what_is_wrong_in_the_columns_that_need_not_be_there(bring: Bring, cells: str, told: str) -> None:
    (found,) = refused(bring, f"{SPORT},{A},approved,,{cells}", more=",id,posted_at,reason")

    assert told in found


def test_a_reason_has_its_length(bring: Bring) -> None:
    assert bring(f"{SPORT},{A},rejected,,{'я' * 1000}", more=",reason").new == 1
    assert "at most 1000" in refused(bring, f"{SPORT},{B},rejected,,{'я' * 1001}", more=",reason")[0]


def test_all_that_is_wrong_is_told_at_once(bring: Bring, assistant: User) -> None:
    bring(f"{SPORT},{C},approved,")
    Proof.objects.update(decided_by=assistant)
    told = refused(
        bring,
        f"419,9,1,now,{A} {A} x,maybe,,Темно",
        f"{SPORT},{B},approved,,",
        f"{SPORT},{C},pending,,",
        f"{PLACE},nobody@example.org,approved,,Темно",
        more=",reason",
    )

    assert [line.split(" is ")[0] for line in told] == [
        "line 2: group",
        "line 2: activity",
        "line 2: taken_at",
        "line 2: status",
        "line 2: participants",
        "line 2: participants",
        "line 4: status",
        "line 5: participants",
        "line 5: reason",
    ]


def test_a_heading_alone_and_other_columns(bring: Bring) -> None:
    assert bring() == ProofsImported(0, 0, 0)
    (told,) = refused(bring, more=",by")
    assert told.endswith("status, file, and there may be id, posted_at, reason")


def test_other_courses_and_groups_are_left_alone(bring: Bring, activities: list[Activity]) -> None:
    foreign = make_group(course=make_course(), name="417")
    person = User.objects.get(email=A)
    make_enrolment(person=person, group=foreign)
    sport = make_activity(course=foreign.course)
    make_proof(group=foreign, activity=sport, people=[person], state="pending")

    assert bring(f"{SPORT},{A},approved,").new == 1
    assert Proof.objects.get(group=foreign).state == "pending"


def test_statements_do_not_grow_with_rows(bring: Bring) -> None:
    def statements(rows: int, state: str) -> int:
        lines = (f"417,1,,2025-09-01T{n // 60:02d}:{n % 60:02d},{A} {B},{state},,{n}" for n in range(rows))
        with CaptureQueriesContext(connection) as captured:
            bring(*lines, more=",id")
        return len(captured)

    few = statements(2, "pending"), statements(2, "approved")
    many = statements(80, "rejected"), statements(80, "approved")

    assert max(many) <= max(few) + 4  # new and known proofs in one file


@pytest.mark.django_db(transaction=True)
def test_it_waits_for_whoever_changes_the_group(bring: Bring, group: StudyGroup) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    done: list[ProofsImported] = []

    def import_in_another_connection() -> None:
        try:
            done.append(bring(f"{SPORT},{A},approved,"))
        finally:
            connection.close()

    bring(f"{SPORT},{A},pending,")
    other = Thread(target=import_in_another_connection)
    with transaction.atomic():
        locked_group(group.pk)
        other.start()
        other.join(timeout=0.5)
        assert other.is_alive()
        Proof.objects.update(state="rejected", version=2)
    other.join(timeout=30)

    assert done == [ProofsImported(0, 1, 0)]
    assert Proof.objects.values_list("state", "version").get() == ("approved", 3)


def test_the_audit_says_how(course: Course, bring: Bring, tmp_path: Path) -> None:
    bring(f"{SPORT},{A},pending,")
    bring(f"{SPORT},{A},approved,")

    assert AuditEntry.objects.filter(old__state="pending", new__state="approved").count() == 1


def written(tmp_path: Path, *lines: str) -> str:
    file = tmp_path / "proofs.csv"
    file.write_text("\n".join([HEAD, *lines]))
    return str(file)


def test_the_command_reads_standard_input_and_says_what_it_did(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"{HEAD},reason\n{SPORT},{A} {B},rejected,,Темно\n".replace(",", ";")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode("cp1251"))))
    out = io.StringIO()

    call_command("import_proofs", course.slug, "-", stdout=out)

    assert out.getvalue() == "New: 1. Changed: 0. Nothing to change: 0.\n"
    assert Proof.objects.get().reason == "Темно"


def test_the_command_refuses_with_every_wrong_line(course: Course, tmp_path: Path) -> None:
    file = written(tmp_path, f"{SPORT},,approved,", f"{SPORT},{A},ok,", f"{SPORT},{B},approved,")

    with pytest.raises(CommandError, match=r"(?s)nothing was imported.*line 2: participants.*line 3: status"):
        call_command("import_proofs", course.slug, file)
    assert not Proof.objects.exists()


def test_what_lies_in_the_future_depends_on_now(course: Course, tmp_path: Path) -> None:
    file = written(tmp_path, f"{SPORT},{A},approved,")

    with pytest.raises(CommandError, match=r"it is now 2025-11-01 11:59:59\+03:00"):
        call_command("import_proofs", course.slug, file, now="2025-11-01T11:59:59")
    call_command("import_proofs", course.slug, file, now="2025-11-01T12:00", stdout=io.StringIO())
    assert Proof.objects.count() == 1
