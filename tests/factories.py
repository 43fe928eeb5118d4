"""Builders of rows for tests: keyword-only, each works without arguments."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from grading.models import (
    ExamResult,
    GradeRow,
    GradingScheme,
    LatePenalty,
    PersonalDate,
    Review,
    Submission,
    SubmissionFile,
)
from grading.rules import instant
from people.models import Message, User
from perks.models import (
    Activity,
    Checkpoint,
    ExtensionRequest,
    ExtensionRule,
    Participation,
    Photo,
    Proof,
    RequestedAssignment,
)
from schedule.models import Assignment, ClassMeeting, Course, Enrolment, Exam, Role, StudyGroup

MOSCOW = ZoneInfo("Europe/Moscow")
PASSWORD = "correct horse battery staple"
_numbers = count(1)


def moscow(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """The instant at which clocks in Moscow show this."""
    return instant(datetime(year, month, day, hour, minute, second), MOSCOW)  # noqa: DTZ001 - a wall clock


def make_user(*, email: str = "", name: str = "", password: str | None = None, **fields: Any) -> User:
    number = next(_numbers)
    email = email or f"person{number}@example.org"
    values: dict[str, Any] = {"name": name or f"Person {number}", "seen_language": "en"}
    return User.objects.create_user(email, password, **values | fields)


def make_course(*, slug: str = "", scheme: bool = True, per_day: int = 100, **fields: Any) -> Course:
    """A course in Moscow in autumn 2025; with ``scheme`` also the real scale and penalty of that course."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "slug": slug or f"course-{number}",
        "title": f"Course {number}",
        "short_title": f"C{number}",
        "time_zone": "Europe/Moscow",
        "starts_on": date(2025, 9, 1),
        "ends_on": date(2025, 12, 31),
    }
    course = Course.objects.create(**values | fields)
    if scheme:
        make_scheme(course=course)
        LatePenalty.objects.create(course=course, per_day=per_day)
    return course


def make_scheme(*, course: Course | None = None, **fields: Any) -> GradingScheme:
    """The real course's four grades; the pass is given from good on."""
    course = course or make_course(scheme=False)
    scheme = GradingScheme.objects.create(course=course, pass_grade="good", **fields)
    rows = [("excellent", 4800, 5), ("good", 3600, 4), ("satisfactory", 3000, 3), ("unsatisfactory", 0, 0)]
    GradeRow.objects.bulk_create(
        GradeRow(scheme=scheme, position=place, code=code, min_total=total, min_passed=passed)
        for place, (code, total, passed) in enumerate(rows)
    )
    return scheme


def make_group(*, course: Course | None = None, name: str = "") -> StudyGroup:
    return StudyGroup.objects.create(course=course or make_course(), name=name or f"1{next(_numbers):05d}")


def make_enrolment(
    *,
    person: User | None = None,
    course: Course | None = None,
    group: StudyGroup | None = None,
    role: str = Role.STUDENT,
    **fields: Any,
) -> Enrolment:
    """Students without a group get a new one."""
    course = course or (group.course if group else make_course())
    if group is None and role in (Role.STUDENT, Role.REPRESENTATIVE):
        group = make_group(course=course)
    return Enrolment.objects.create(
        person=person or make_user(), course=course, group=group, role=role, **fields
    )


def make_class(
    *, course: Course | None = None, starts_at: datetime | None = None, **fields: Any
) -> ClassMeeting:
    number = next(_numbers)
    starts_at = starts_at or moscow(2025, 9, 9, 10, 30)
    values: dict[str, Any] = {
        "course": course or make_course(),
        "key": f"class-{number}",
        "kind": ClassMeeting.Kind.LECTURE,
        "number": f"{number:02d}",
        "title": f"Class {number}",
        "ends_at": starts_at + timedelta(minutes=95),
    }
    return ClassMeeting.objects.create(starts_at=starts_at, **values | fields)


def make_exam(*, course: Course | None = None, **fields: Any) -> Exam:
    values: dict[str, Any] = {"not_before_on": date(2025, 12, 16), "not_after_on": date(2025, 12, 31)}
    return Exam.objects.create(course=course or make_course(), **values | fields)


def make_assignment(*, course: Course | None = None, number: int = 0, **fields: Any) -> Assignment:
    """Issued on 16 September 2025, due at the end of the 30th, ten points."""
    course = course or make_course()
    number = number or Assignment.objects.filter(course=course).count() + 1
    values: dict[str, Any] = {
        "title": f"Assignment {number}",
        "issued_on": date(2025, 9, 16),
        "due_at": moscow(2025, 9, 30, 23, 59, 59),
    }
    return Assignment.objects.create(course=course, number=number, **values | fields)


def make_submission(
    *,
    assignment: Assignment | None = None,
    student: User | None = None,
    submitted_at: datetime | None = None,
    score: int | None = None,
    **fields: Any,
) -> Submission:
    """Handed in at noon on 25 September 2025 unless told; with ``score`` (hundredths) also reviewed."""
    assignment = assignment or make_assignment()
    student = student or make_enrolment(course=assignment.course).person
    submission = Submission.objects.create(
        assignment=assignment,
        student=student,
        submitted_at=submitted_at or moscow(2025, 9, 25, 12),
        **fields,
    )
    if score is not None:
        make_review(submission=submission, score=score)
    return submission


def make_file(
    *, submission: Submission | None = None, name: str = "work.py", **fields: Any
) -> SubmissionFile:
    """A row only; tests of the storage write bytes."""
    submission = submission or make_submission()
    values: dict[str, Any] = {
        "position": submission.files.count() + 1,
        "size": 12,
        "sha256": "0" * 64,
        "path": f"test/{next(_numbers)}",
    }
    return SubmissionFile.objects.create(submission=submission, name=name, **values | fields)


def make_review(
    *, submission: Submission | None = None, score: int | None = 1000, bonus: int = 0, **fields: Any
) -> Review:
    submission = submission or make_submission()
    values: dict[str, Any] = {"reviewed_at": submission.submitted_at + timedelta(days=1)}
    return Review.objects.create(submission=submission, score=score, bonus=bonus, **values | fields)


def make_exam_result(
    *, course: Course | None = None, student: User | None = None, outcome: str = "confirm", **fields: Any
) -> ExamResult:
    course = course or make_course()
    student = student or make_enrolment(course=course).person
    values: dict[str, Any] = {"recorded_at": moscow(2025, 12, 20, 18)}
    return ExamResult.objects.create(course=course, student=student, outcome=outcome, **values | fields)


def make_extension_rule(*, course: Course | None = None, **fields: Any) -> ExtensionRule:
    """Two deadlines at most, to the end of 14 December 2025, never the first or the last."""
    values: dict[str, Any] = {"target_at": moscow(2025, 12, 14, 23, 59, 59), "max_assignments": 2}
    return ExtensionRule.objects.create(course=course or make_course(), **values | fields)


def make_activity(
    *, course: Course | None = None, number: int = 0, checkpoints: int = 0, **fields: Any
) -> Activity:
    """An activity for ten people, with that many checkpoints."""
    course = course or make_course()
    number = number or Activity.objects.filter(course=course).count() + 1
    values: dict[str, Any] = {"title": f"Activity {number}", "short_title": f"A{number}"}
    activity = Activity.objects.create(course=course, number=number, **values | fields)
    for place in range(1, checkpoints + 1):
        Checkpoint.objects.create(activity=activity, number=place, title=f"Place {place}")
    return activity


def make_proof(
    *,
    group: StudyGroup | None = None,
    activity: Activity | None = None,
    people: Iterable[User] = (),
    state: str = Proof.State.APPROVED,
    checkpoint: int | None = None,
    taken_at: datetime | None = None,
    **fields: Any,
) -> Proof:
    """Approved, of noon on 1 November 2025 and handed in then, unless told; ``checkpoint`` is a number."""
    activity = activity or make_activity(course=group.course if group else None)
    group = group or make_group(course=activity.course)
    taken_at = taken_at or moscow(2025, 11, 1, 12)
    place = None if checkpoint is None else activity.checkpoints.get(number=checkpoint)
    values: dict[str, Any] = {"posted_at": taken_at, "taken_at": taken_at, "state": state}
    proof = Proof.objects.create(group=group, activity=activity, checkpoint=place, **values | fields)
    Participation.objects.bulk_create(Participation(proof=proof, person=person) for person in people)
    return proof


def make_photo(*, proof: Proof | None = None, **fields: Any) -> Photo:
    """A row only, unlike any other photo; tests of the storage write bytes."""
    proof, number = proof or make_proof(), next(_numbers)
    values: dict[str, Any] = {
        "position": proof.photos.count() + 1,
        "path": f"proofs/{number}",
        "small_path": f"proofs/{number}-small",
        "width": 1600,
        "height": 1200,
        "sha256": f"{number:064x}",
        "look": "0" * 64,
    }
    return Photo.objects.create(proof=proof, **values | fields)


def make_request(
    *,
    group: StudyGroup | None = None,
    assignments: Iterable[Assignment] = (),
    filed_at: datetime | None = None,
    **fields: Any,
) -> ExtensionRequest:
    """A request that stands, filed at noon on 1 October 2025 unless told; past every check."""
    request = ExtensionRequest.objects.create(
        group=group or make_group(), filed_at=filed_at or moscow(2025, 10, 1, 12), **fields
    )
    RequestedAssignment.objects.bulk_create(
        RequestedAssignment(request=request, assignment=assignment) for assignment in assignments
    )
    return request


def make_personal_date(
    *, assignment: Assignment | None = None, student: User | None = None, **fields: Any
) -> PersonalDate:
    """To the end of 10 October 2025, soft and penalised, because of an illness."""
    assignment = assignment or make_assignment()
    values: dict[str, Any] = {
        "due_at": moscow(2025, 10, 10, 23, 59, 59),
        "reason": "Illness",
        "set_at": moscow(2025, 9, 29, 12),
    }
    student = student or make_enrolment(course=assignment.course).person
    return PersonalDate.objects.create(assignment=assignment, student=student, **values | fields)


def make_message(
    *,
    kind: str = "news",
    person: User | None = None,
    chat: str = "",
    state: str = Message.State.WAITING,
    at: datetime | None = None,
    **fields: Any,
) -> Message:
    """A row only, past every kind: written, due and, if its state says so, settled at ``at``.

    To a new person unless it goes to a chat; ``at`` is noon on 1 October 2025 unless told.
    """
    at, number = at or moscow(2025, 10, 1, 12), next(_numbers)
    values: dict[str, Any] = {"key": f"{kind}:{number}", "created_at": at, "due_at": at}
    if state == Message.State.CLAIMED:
        values["claimed_until"] = at + timedelta(minutes=5)
    elif state != Message.State.WAITING:
        values["settled_at"] = at
    if state == Message.State.DROPPED:
        values["reason"] = "done"
    person = None if chat else person or make_user()
    return Message.objects.create(kind=kind, person=person, chat=chat, state=state, **values | fields)
