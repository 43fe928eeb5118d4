"""Handing in: all of it or nothing, once, in order, and never in silence."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection

from grading.actions.choose_attempt import choose_attempt
from grading.actions.hand_in import FormUsed, HandedIn, NotOpen, Refused, hand_in
from grading.models import Submission, SubmissionFile
from grading.queries.attempts import attempts_of
from grading.queries.deadlines import course_deadlines
from grading.queries.work import HandIn
from people.models import User
from people.storage import NotSaved
from schedule.models import Assignment, Course, Enrolment
from tests.factories import make_assignment, make_submission, moscow

NOW = moscow(2025, 12, 31, 12)

BEFORE = moscow(2025, 9, 29, 12)
DUE = moscow(2025, 9, 30, 23, 59, 59)

pytestmark = [pytest.mark.sqlite, pytest.mark.usefixtures("place")]


def kept(place: Path) -> list[Path]:
    return [path for path in place.rglob("*") if path.is_file()]


def work(data: bytes = b"print(1)", name: str = "work.py") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def handed_in(assignment: Assignment, by: User, **values: Any) -> HandedIn:
    defaults: dict[str, Any] = {"now": BEFORE, "form_token": uuid.uuid4(), "files": [work()]}
    return hand_in(assignment=assignment, by=by, **defaults | values)


def messages_of(assignment: Assignment, by: User, **values: Any) -> list[tuple[str | None, str]]:
    with pytest.raises(Refused) as refused:
        handed_in(assignment, by, **values)
    return [
        (problem.field, problem.message.replace("\N{NO-BREAK SPACE}", " "))
        for problem in refused.value.problems
    ]


def test_work_is_kept_with_its_second_its_bytes_and_its_names(
    assignment: Assignment, student: User, place: Path
) -> None:
    files = [work(b"one", "Работа 1.ipynb"), work(b"two", "../two.py")]
    done = handed_in(
        assignment,
        student,
        now=BEFORE + timedelta(microseconds=999_999),
        files=files,
        link="https://github.com/a/b",
        comment=" See cell 3. ",
    )
    assert done.is_new
    submission = Submission.objects.get()
    assert submission == done.submission
    assert (submission.student, submission.assignment) == (student, assignment)
    assert submission.submitted_at == BEFORE
    assert (submission.link, submission.comment) == ("https://github.com/a/b", "See cell 3.")
    rows = list(submission.files.order_by("position"))
    assert [(row.position, row.name, row.size) for row in rows] == [
        (1, "Работа 1.ipynb", 3),
        (2, "two.py", 3),
    ]
    for row, data in zip(rows, (b"one", b"two"), strict=True):
        assert (place / row.path).read_bytes() == data
        assert row.sha256 == hashlib.sha256(data).hexdigest()
    assert len(kept(place)) == 2


def test_a_link_alone_is_work(assignment: Assignment, student: User, place: Path) -> None:
    handed_in(assignment, student, files=[], link="https://github.com/a/b")
    assert not SubmissionFile.objects.exists() and kept(place) == []


# Whether it may be ---------------------------------------------------------------------------------------


def test_the_last_second_of_a_hard_deadline_is_open_and_the_next_is_not(
    course: Course, student: User
) -> None:
    assignment = make_assignment(course=course, closes_at=DUE)
    handed_in(assignment, student, now=DUE + timedelta(microseconds=999_999))
    with pytest.raises(NotOpen) as closed:
        handed_in(assignment, student, now=DUE + timedelta(seconds=1))
    assert closed.value.state is HandIn.CLOSED
    assert Submission.objects.count() == 1


def test_the_first_second_of_the_day_of_issue_is_open(assignment: Assignment, student: User) -> None:
    day = moscow(2025, 9, 16)
    with pytest.raises(NotOpen) as ahead:
        handed_in(assignment, student, now=day - timedelta(seconds=1))
    assert ahead.value.state is HandIn.NOT_ISSUED
    handed_in(assignment, student, now=day)


def test_late_work_is_taken(assignment: Assignment, student: User) -> None:
    handed_in(assignment, student, now=DUE + timedelta(days=60))


@pytest.mark.parametrize("who", ["stranger", "assistant", "foreign_assistant"])
def test_only_students_of_the_course_hand_in(
    assignment: Assignment, who: str, request: pytest.FixtureRequest, place: Path
) -> None:
    with pytest.raises(NotOpen) as reason:
        handed_in(assignment, request.getfixturevalue(who))
    assert reason.value.state is HandIn.NOT_A_STUDENT
    assert kept(place) == []


def test_who_has_left_hands_nothing_in(assignment: Assignment, student: User) -> None:
    Enrolment.objects.filter(person=student).update(left_at=BEFORE - timedelta(days=1))
    with pytest.raises(NotOpen):
        handed_in(assignment, student)


# Bad input ------------------------------------------------------------------------------------------------

ANY = "There is nothing to hand in yet: choose files or give a link."
LINK = "Write an address that begins with https:// or http://."
BAD: list[tuple[dict[str, Any], list[tuple[str | None, str]]]] = [
    ({"files": []}, [(None, ANY)]),
    ({"files": [], "link": "   "}, [(None, ANY)]),
    ({"files": [work(b"")]}, [("files", "“work.py” is empty.")]),
    (
        {"files": [work(b"x" * 101)]},
        [("files", "The files come to 101 bytes together; the limit is 100 bytes.")],
    ),
    (
        {"files": [work(b"x" * 60), work(b"x" * 60)]},
        [("files", "The files come to 120 bytes together; the limit is 100 bytes.")],
    ),
    (
        {"files": [work(b"MZ", "virus.exe")]},
        [("files", "“virus.exe” is of a kind that is not taken here. Taken are .ipynb, .pdf, .py, .zip.")],
    ),
    (
        {"files": [work(b"MZ", "noending")]},
        [("files", "“noending” is of a kind that is not taken here. Taken are .ipynb, .pdf, .py, .zip.")],
    ),
    ({"files": [work()] * 4}, [("files", "4 files; at most 3 files are taken.")]),
    ({"link": "ftp://example.org/a"}, [("link", LINK)]),
    ({"link": "javascript:alert(1)"}, [("link", LINK)]),
    ({"link": "https://"}, [("link", LINK)]),
    ({"link": "https://example.org/" + "a" * 1000}, [("link", LINK)]),
    ({"link": "https://example.org/\x00"}, [("link", LINK)]),
    ({"comment": "x" * 10_001}, [("comment", "A comment is plain text of at most 10000 characters.")]),
    ({"comment": "a\x00b"}, [("comment", "A comment is plain text of at most 10000 characters.")]),
    ({"comment": "a\ud800b"}, [("comment", "A comment is plain text of at most 10000 characters.")]),
    (
        {"files": [work(b"", "a.py"), work(b"x", "b.exe")], "link": "nowhere"},
        [
            ("files", "“a.py” is empty."),
            ("files", "“b.exe” is of a kind that is not taken here. Taken are .ipynb, .pdf, .py, .zip."),
            ("link", LINK),
        ],
    ),
]


@pytest.mark.parametrize(("values", "problems"), BAD)
def test_bad_work_is_refused_in_words_and_leaves_nothing(
    course: Course,
    student: User,
    place: Path,
    values: dict[str, Any],
    problems: list[tuple[str | None, str]],
) -> None:
    assignment = make_assignment(course=course, max_bytes=100, max_files=3)
    assert messages_of(assignment, student, **values) == problems
    assert not Submission.objects.exists() and kept(place) == []


def test_exactly_the_limits_are_taken(course: Course, student: User) -> None:
    assignment = make_assignment(course=course, max_bytes=100, max_files=2)
    handed_in(assignment, student, files=[work(b"x" * 60), work(b"x" * 40)])


def test_what_an_assignment_does_not_take(course: Course, student: User) -> None:
    link_only = make_assignment(course=course, takes_files=False)
    assert messages_of(link_only, student) == [("files", "This assignment takes no files, only a link.")]
    assert messages_of(link_only, student, files=[]) == [
        (None, "There is nothing to hand in yet: give a link.")
    ]
    files_only = make_assignment(course=course, takes_link=False)
    assert messages_of(files_only, student, link="https://example.org") == [
        ("link", "This assignment takes no links.")
    ]
    assert messages_of(files_only, student, files=[]) == [
        (None, "There is nothing to hand in yet: choose files.")
    ]


def test_kinds_of_several_parts_and_capitals_are_known(course: Course, student: User) -> None:
    assignment = make_assignment(course=course, suffixes=[".tar.gz", ".ipynb"])
    handed_in(assignment, student, files=[work(b"x", "A.TAR.GZ"), work(b"x", "b.IPYNB")])
    assert messages_of(assignment, student, files=[work(b"x", "a.gz")])


def test_a_name_of_three_hundred_letters_is_kept_shorter_with_its_ending(
    assignment: Assignment, student: User
) -> None:
    handed_in(assignment, student, files=[work(b"x", "ж" * 300 + ".ipynb")])
    name = SubmissionFile.objects.get().name
    assert len(name) == 255 and name.endswith("ж.ipynb")


# Once -----------------------------------------------------------------------------------------------------


def test_the_same_form_again_is_the_same_submission(
    assignment: Assignment, student: User, place: Path
) -> None:
    token = uuid.uuid4()
    first = handed_in(assignment, student, form_token=token)
    again = handed_in(assignment, student, form_token=token, now=BEFORE + timedelta(minutes=1))
    assert (again.submission, again.is_new) == (first.submission, False)
    assert Submission.objects.get().submitted_at == BEFORE
    assert len(kept(place)) == 1


def test_the_same_form_again_is_found_after_the_assignment_closed(course: Course, student: User) -> None:
    assignment = make_assignment(course=course, closes_at=DUE)
    token = uuid.uuid4()
    first = handed_in(assignment, student, form_token=token, now=DUE)
    again = handed_in(assignment, student, form_token=token, now=DUE + timedelta(seconds=5))
    assert again.submission == first.submission


@pytest.mark.parametrize(
    "other",
    [
        {"files": [work(b"print(2)")]},
        {"files": [work(), work()]},
        {"link": "https://example.org"},
        {"comment": "See cell 4."},
    ],
)
def test_a_used_form_never_passes_other_work_off_as_handed_in(
    assignment: Assignment, student: User, place: Path, other: dict[str, Any]
) -> None:
    token = uuid.uuid4()
    first = handed_in(assignment, student, form_token=token)
    with pytest.raises(FormUsed) as used:
        handed_in(assignment, student, form_token=token, **other)
    assert used.value.submission == first.submission
    assert Submission.objects.count() == 1 and len(kept(place)) == 1


def test_a_token_is_a_persons_own(assignment: Assignment, student: User, group_mate: User) -> None:
    token = uuid.uuid4()
    assert handed_in(assignment, student, form_token=token).is_new
    assert handed_in(assignment, group_mate, form_token=token).is_new


# When a part fails ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["disk"], indirect=True)
def test_a_disk_that_does_not_keep_leaves_no_row(
    assignment: Assignment, student: User, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(NotSaved):
            handed_in(assignment, student)
    assert not Submission.objects.exists() and kept(place) == []


def test_a_database_that_fails_before_the_commit_leaves_no_file(
    assignment: Assignment, student: User, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError("the server is gone")

    with monkeypatch.context() as patch:
        patch.setattr(SubmissionFile.objects, "bulk_create", gone)
        with pytest.raises(OperationalError):
            handed_in(assignment, student)
    assert not Submission.objects.exists() and kept(place) == []


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_breaks_off_keeps_the_files_for_it_may_have_happened(
    assignment: Assignment, student: User, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = uuid.uuid4()
    commit = connection.commit

    def break_off() -> None:
        commit()
        raise OperationalError("the server is gone")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "commit", break_off)
        with pytest.raises(OperationalError):
            handed_in(assignment, student, form_token=token)
    row = SubmissionFile.objects.get()
    assert (place / row.path).read_bytes() == b"print(1)"
    assert not handed_in(assignment, student, form_token=token).is_new, "trying again finds it"


# Races ----------------------------------------------------------------------------------------------------


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Run ``act`` in so many threads, each with a connection of its own, let go at the same moment."""
    barrier = threading.Barrier(count)

    def run(number: int) -> Any:
        try:
            barrier.wait(timeout=20)
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.mark.django_db(transaction=True)
def test_one_form_posted_many_times_at_once_hands_in_once(
    assignment: Assignment, student: User, place: Path
) -> None:
    token = uuid.uuid4()
    data = os.urandom(50_000)
    done = at_once(8, lambda _n: handed_in(assignment, student, form_token=token, files=[work(data)]))
    assert {one.submission.pk for one in done} == {Submission.objects.get().pk}
    assert sum(one.is_new for one in done) == 1
    assert len(kept(place)) == 1


@pytest.mark.django_db(transaction=True)
def test_one_form_with_different_work_at_once_hands_in_one_and_says_so(
    assignment: Assignment, student: User, place: Path
) -> None:
    token = uuid.uuid4()

    def act(number: int) -> str:
        try:
            done = handed_in(assignment, student, form_token=token, files=[work(b"%d" % number)])
        except FormUsed:
            return "refused"
        return "new" if done.is_new else "same"

    assert sorted(at_once(6, act)) == ["new"] + ["refused"] * 5
    [file] = kept(place)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == SubmissionFile.objects.get().sha256


@pytest.mark.django_db(transaction=True)
def test_attempts_at_once_are_numbered_without_gaps_in_order_of_time(
    assignment: Assignment, student: User, place: Path
) -> None:
    contents = [os.urandom(1000 + number) for number in range(12)]

    def act(number: int) -> HandedIn:
        now = BEFORE + timedelta(seconds=number % 4)
        return handed_in(assignment, student, now=now, files=[work(contents[number])])

    done = at_once(12, act)
    terms = course_deadlines(assignment.course, NOW).terms(assignment.pk, student.pk)
    attempts = attempts_of(student.pk, assignment.pk, terms)
    assert [one.number for one in attempts] == list(range(1, 13))
    times = [one.submitted_at for one in attempts]
    assert times == sorted(times)
    assert len({one.receipt for one in attempts}) == 12
    by_receipt = {one.receipt: one for one in attempts}
    for number, one in enumerate(done):
        [line] = by_receipt[one.submission.receipt].files
        path = SubmissionFile.objects.get(pk=line.id).path
        assert (place / path).read_bytes() == contents[number], "a receipt's bytes are the ones sent for it"
        assert hashlib.sha256(contents[number]).hexdigest() == line.sha256
    assert len(kept(place)) == 12


# Pointing -------------------------------------------------------------------------------------------------


def pointed(assignment: Assignment, student: User) -> int:
    terms = course_deadlines(assignment.course, NOW).terms(assignment.pk, student.pk)
    [number] = [one.number for one in attempts_of(student.pk, assignment.pk, terms) if one.is_pointed_to]
    return number


def test_the_attempt_touched_last_is_the_one_looked_at(assignment: Assignment, student: User) -> None:
    first = make_submission(assignment=assignment, student=student, submitted_at=BEFORE)
    second = make_submission(assignment=assignment, student=student, submitted_at=BEFORE + timedelta(hours=1))
    assert pointed(assignment, student) == 2

    def choose(submission: Submission, hours: int) -> None:
        now = BEFORE + timedelta(hours=hours)
        choose_attempt(submission_id=submission.pk, assignment_id=assignment.pk, by=student, now=now)

    choose(first, 2)
    assert pointed(assignment, student) == 1
    choose(second, 3)
    assert pointed(assignment, student) == 2
    choose(first, 4)
    make_submission(assignment=assignment, student=student, submitted_at=BEFORE + timedelta(hours=5))
    assert pointed(assignment, student) == 3, "a new attempt is looked at unless pointed away from again"


def test_nobody_points_to_anothers_attempt(assignment: Assignment, student: User, group_mate: User) -> None:
    theirs = make_submission(assignment=assignment, student=group_mate)
    with pytest.raises(Submission.DoesNotExist):
        choose_attempt(submission_id=theirs.pk, assignment_id=assignment.pk, by=student, now=BEFORE)
    theirs.refresh_from_db()
    assert theirs.chosen_at is None


def test_pointing_changes_nothing_else(assignment: Assignment, student: User) -> None:
    own = make_submission(assignment=assignment, student=student)
    before = Submission.objects.filter(pk=own.pk).values().get()
    choose_attempt(submission_id=own.pk, assignment_id=assignment.pk, by=student, now=BEFORE)
    assert Submission.objects.filter(pk=own.pk).values().get() == before | {"chosen_at": BEFORE}
