"""Deadlines in a calendar: the one that holds for the person, what is said of it, when it changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from grading.models import LatePenalty
from people.models import AuditEntry, User
from perks.models import ExtensionRequest, Participation, Proof
from schedule.models import Assignment, Course, Enrolment, StudyGroup
from tests.courseportal.calendars import (
    REVISION,
    calendar_of,
    changed,
    deadline,
    modified_at,
    sequence,
    text,
)
from tests.factories import (
    make_activity,
    make_assignment,
    make_enrolment,
    make_extension_rule,
    make_group,
    make_personal_date,
    make_proof,
    make_request,
    make_submission,
    moscow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

NOW = moscow(2025, 9, 20, 12)
DUE = moscow(2025, 9, 30, 23, 59, 59)
TARGET = moscow(2025, 12, 14, 23, 59, 59)


def test_a_deadline_ends_when_it_is_due_and_says_what_lateness_costs(course: Course, student: User) -> None:
    assignment = make_assignment(course=course, title="CUDA")

    event = calendar_of(student, NOW)[deadline(assignment, student)]

    assert event["SUMMARY"] == f"№\N{NO-BREAK SPACE}1 is due: CUDA · {course.short_title}"
    assert event.end == DUE
    assert event.start == moscow(2025, 9, 30, 23, 30)
    assert event["TRANSP"] == "TRANSPARENT"
    assert "Deadline: 30 September 2025, 23:59:59 MSK." in text(event)
    assert "This is the course’s date." in text(event)
    assert "Later work is taken: each started day costs 1 point, 10 points at most." in text(event)


def test_a_deadline_that_staff_move_changes_its_times_and_words_alone(course: Course, student: User) -> None:
    assignment, other = make_assignment(course=course), make_assignment(course=course)
    before = calendar_of(student, NOW)
    Assignment.objects.filter(pk=assignment.pk).update(due_at=moscow(2025, 10, 7, 18))

    after = calendar_of(student, NOW)

    name, untouched = deadline(assignment, student), deadline(other, student)
    assert changed(before[name], after[name]) == {"DTSTART", "DTEND", "DESCRIPTION"} | REVISION
    assert (after[name].start, after[name].end) == (moscow(2025, 10, 7, 17, 30), moscow(2025, 10, 7, 18))
    assert sequence(after[name]) > sequence(before[name])
    assert changed(before[untouched], after[untouched]) == set()


def test_handing_in_changes_the_title_and_moves_nothing(course: Course, student: User) -> None:
    assignment = make_assignment(course=course, title="CUDA")
    before = calendar_of(student, NOW)[deadline(assignment, student)]
    make_submission(assignment=assignment, student=student, submitted_at=NOW, score=950)

    after = calendar_of(student, NOW)[deadline(assignment, student)]

    assert changed(before, after) == {"SUMMARY", "DESCRIPTION"} | REVISION
    assert str(after["SUMMARY"]).startswith("№\N{NO-BREAK SPACE}1 handed in: CUDA")
    assert "Handed in on 20 September 2025, 12:00:00 MSK." in text(after)
    assert "9.5" not in text(after)  # points are not for a calendar that others keep


def test_a_personal_date_holds_for_its_person_and_leaves_when_it_is_taken_back(
    course: Course, student: User, group_mate: User
) -> None:
    assignment = make_assignment(course=course)
    name = deadline(assignment, student)
    first, mates = calendar_of(student, NOW)[name], calendar_of(group_mate, NOW)
    row = make_personal_date(assignment=assignment, student=student, reason="Pneumonia")
    second = calendar_of(student, NOW)[name]
    row.delete()
    third = calendar_of(student, NOW)[name]

    assert second.end == moscow(2025, 10, 10, 23, 59, 59)
    assert "This is your personal date, set on 29 September 2025." in text(second)
    assert "The course’s own date: 30 September 2025, 23:59:59 MSK." in text(second)
    assert "Pneumonia" not in text(second)
    assert changed(first, third) == REVISION
    assert sequence(first) < sequence(second) < sequence(third)
    assert calendar_of(group_mate, NOW) == mates


@pytest.fixture
def asked(course: Course, group: StudyGroup, student: User) -> Assignment:
    """The second of three assignments, which the student's group asks to move; one person earns the perk."""
    make_extension_rule(course=course, target_at=TARGET)
    assignments = [make_assignment(course=course, number=number) for number in (1, 2, 3)]
    make_request(group=group, assignments=[assignments[1]], filed_at=NOW, filed_by=student)
    make_activity(course=course, number=1, min_people=1)
    return assignments[1]


def earn(group: StudyGroup, student: User, course: Course) -> Proof:
    return make_proof(
        group=group,
        activity=course.activities.get(),
        people=[student],
        taken_at=NOW,
        state=Proof.State.APPROVED,
    )


def test_a_provisional_move_tells_both_dates_and_moves_nothing(asked: Assignment, student: User) -> None:
    event = calendar_of(student, NOW + timedelta(days=1))[deadline(asked, student)]

    assert event.end == DUE
    assert "Your group asked on 20 September 2025 to move it to 14 December 2025, 23:59:59 MSK." in text(
        event
    )
    assert (
        "Until the perk is earned, 30 September 2025, 23:59:59 MSK holds. "
        "Then 14 December 2025, 23:59:59 MSK does: hard, and free until then." in text(event)
    )
    assert "Сафин" not in text(event) and "Ветрова" not in text(event)


def test_the_perk_moves_the_deadline_and_its_loss_moves_it_back(
    asked: Assignment, student: User, group: StudyGroup, course: Course
) -> None:
    later = NOW + timedelta(days=1)
    name, other = deadline(asked, student), deadline(Assignment.objects.get(number=1), student)
    first = calendar_of(student, later)
    proof = earn(group, student, course)
    second = calendar_of(student, later)
    Proof.objects.filter(pk=proof.pk).update(state=Proof.State.REJECTED, reason="Too dark")
    third = calendar_of(student, later)

    assert (second[name].start, second[name].end) == (moscow(2025, 12, 14, 23, 30), TARGET)
    assert "Deadline: 14 December 2025, 23:59:59 MSK, hard." in text(second[name])
    assert "which asked for it on 20 September 2025 and earned the perk." in text(second[name])
    assert "After it nothing is taken." in text(second[name])
    assert changed(first[name], second[name]) == {"DTSTART", "DTEND", "DESCRIPTION"} | REVISION
    assert changed(first[name], third[name]) == REVISION
    assert sequence(first[name]) < sequence(second[name]) < sequence(third[name])
    assert changed(first[other], third[other]) == set()


def test_somebody_struck_off_a_proof_is_a_change_too(
    asked: Assignment, student: User, group: StudyGroup, course: Course
) -> None:
    earn(group, student, course)
    before = calendar_of(student, NOW)[deadline(asked, student)]
    Participation.objects.update(state="struck")

    after = calendar_of(student, NOW)[deadline(asked, student)]

    assert (before.end, after.end) == (TARGET, DUE)
    assert sequence(after) > sequence(before)


def test_a_request_that_expired_says_so_from_the_target_on(asked: Assignment, student: User) -> None:
    name = deadline(asked, student)
    before = calendar_of(student, TARGET)[name]
    after = calendar_of(student, TARGET + timedelta(seconds=1))[name]

    assert "the perk was not earned by then" in text(after)
    assert "DESCRIPTION" in changed(before, after) and not {"DTSTART", "DTEND"} & changed(before, after)
    assert modified_at(after) == max(modified_at(before), TARGET)


def test_a_withdrawn_request_and_a_transfer_are_changes_of_what_they_undo(
    asked: Assignment, student: User, group: StudyGroup, course: Course
) -> None:
    name = deadline(asked, student)
    earn(group, student, course)
    first = calendar_of(student, NOW)[name]
    ExtensionRequest.objects.update(ended_at=NOW, end="withdrawn")
    second = calendar_of(student, NOW)[name]
    Enrolment.objects.filter(person=student).update(left_at=NOW)
    make_enrolment(person=student, group=make_group(course=course), joined_at=NOW)
    third = calendar_of(student, NOW)[name]

    assert [one.end for one in (first, second, third)] == [TARGET, DUE, DUE]
    assert sequence(first) < sequence(second) < sequence(third)


def test_a_revision_is_the_latest_entry_of_the_audit(course: Course, student: User) -> None:
    assignment = make_assignment(course=course)
    Assignment.objects.update(title="CUDA")
    entry = AuditEntry.objects.of(assignment).first()
    assert entry is not None

    event = calendar_of(student, NOW)[deadline(assignment, student)]

    assert sequence(event) == entry.pk
    assert modified_at(event) == entry.changed_at.replace(microsecond=0)


@pytest.mark.django_db(transaction=True)
def test_last_modified_is_the_moment_of_the_change(course: Course, student: User) -> None:
    assignment = make_assignment(course=course)
    name = deadline(assignment, student)
    with transaction.atomic():
        LatePenalty.objects.filter(course=course).update(per_day=300)
    entry = AuditEntry.objects.filter(table=LatePenalty._meta.db_table).latest("pk")

    event = calendar_of(student, NOW)[name]

    assert modified_at(event) == entry.changed_at.replace(microsecond=0)
    assert "each started day costs 3 points, 10 points at most" in text(event)


@pytest.mark.parametrize(
    ("penalty", "closes_in", "words"),
    [
        ({"per_day": 0}, None, "Later work is taken and costs nothing."),
        (
            {"per_day": 0},
            2,
            "Until 2 October 2025, 23:59:59 MSK lateness costs nothing; after that nothing is taken.",
        ),
        ({"per_day": 1000}, None, "Later work is taken and costs 10 points."),
        ({"per_day": 400}, None, "Later work is taken: each started day costs 4 points, 10 points at most."),
        (
            {"per_day": 100},
            2,
            "each started day costs 1 point, 2 points at most. After 2 October 2025, 23:59:59 MSK nothing",
        ),
        ({"per_day": 100}, 0, "After it nothing is taken."),
        (
            {"by_day": [100, 200, 400, 700, 800, 1000]},
            None,
            (
                "and costs −1 until 1 Oct, 23:59; −2 until 2 Oct, 23:59; −4 until 3 Oct, 23:59; "
                "−7 until 4 Oct, 23:59; …; −10 until 6 Oct, 23:59. After 6 October 2025, 23:59:59 MSK nothing"
            ),
        ),
    ],
)
def test_what_lateness_costs_in_words(
    course: Course, student: User, penalty: dict[str, object], closes_in: int | None, words: str
) -> None:
    LatePenalty.objects.update(**({"per_day": 0} | penalty))
    closes_at = None if closes_in is None else DUE + timedelta(days=closes_in)
    assignment = make_assignment(course=course, due_at=DUE, closes_at=closes_at)

    assert words in text(calendar_of(student, NOW)[deadline(assignment, student)])
