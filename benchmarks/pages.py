"""How many SQL statements a page takes, with 1 row to show and with 30.

    python -m benchmarks.pages

Makes its courses on the configured database, which must be migrated, inside one transaction that is rolled
back: nothing stays. Prints a table in Markdown; the exit status is 1 where a page with 30 rows takes more
statements than with 1.
"""

from __future__ import annotations

import os
import re
import sys
from datetime import datetime, timedelta
from typing import NamedTuple

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "courseportal.settings")
django.setup()

from django.conf import settings  # noqa: E402 - needs the settings
from django.core.files.base import ContentFile  # noqa: E402
from django.core.files.storage import storages  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, override_settings, setup_test_environment  # noqa: E402
from django.utils import timezone  # noqa: E402

from grading.models import Submission  # noqa: E402
from people.actions.calendar_address import calendar_secret  # noqa: E402
from people.actions.outbox import write  # noqa: E402
from people.messages import ACCOUNT  # noqa: E402
from people.models import User  # noqa: E402
from perks.models import Photo, Proof  # noqa: E402
from schedule.models import Course, Role, StudyGroup  # noqa: E402
from tests import factories  # noqa: E402

SIZES = (1, 30)


class Size(NamedTuple):
    """A course with so many of everything, and those who look at it."""

    course: Course
    student: User
    assistant: User
    work: Submission
    proof: Proof


class Page(NamedTuple):
    """A page, who opens it, and what there is once or thirty times."""

    name: str
    role: str
    path: str
    rows: str


PAGES = (
    Page("Today", Role.STUDENT, "/", "assignments, attempts, classes"),
    Page("schedule", Role.STUDENT, "/courses/{course}/schedule/", "classes, assignments"),
    Page("assignments", Role.STUDENT, "/courses/{course}/assignments/", "assignments, attempts"),
    Page("one assignment", Role.STUDENT, "/courses/{course}/assignments/1/", "attempts, files"),
    Page("receipt", Role.STUDENT, "/courses/{course}/receipts/{receipt}/", "files"),
    Page("grades", Role.STUDENT, "/courses/{course}/grades/", "assignments, attempts"),
    Page("perk: the control room", Role.STUDENT, "/courses/{course}/perk/", "proofs, people, requests"),
    Page("perk: the gallery", Role.STUDENT, "/courses/{course}/perk/proofs/", "proofs, photos"),
    Page("perk: one proof", Role.STUDENT, "/courses/{course}/perk/proofs/{proof}/", "photos, people"),
    Page("perk: add a proof", Role.STUDENT, "/courses/{course}/perk/add/?activity=1", "people"),
    Page("calendar: the addresses", Role.STUDENT, "/calendar/", "–"),
    Page("calendar: the feed", Role.STUDENT, "/calendar/{secret}.ics", "classes, deadlines, work"),
    Page("notices", Role.STUDENT, "/notices/", "messages"),
    Page("mail and language", Role.STUDENT, "/preferences/messages/", "–"),
    Page("about the course", Role.STUDENT, "/courses/{course}/about/", "–"),
    Page("TA: the queue", Role.ASSISTANT, "/admin/grading/submission/", "works, students"),
    Page("TA: one work", Role.ASSISTANT, "/admin/grading/submission/{work}/change/", "attempts, files"),
    Page("TA: proofs", Role.ASSISTANT, "/admin/perks/proof/", "proofs, photos"),
    Page("TA: one proof", Role.ASSISTANT, "/admin/perks/proof/{proof}/change/", "photos, people"),
    Page("TA: exam outcomes", Role.ASSISTANT, "/admin/grading/examresult/", "students"),
    Page("TA: the course's people", Role.ASSISTANT, "/admin/schedule/enrolment/", "students"),
)


def make(rows: int, now: datetime) -> Size:
    """A course that is on, with ``rows`` of each thing that a page may list."""
    today = timezone.localdate(now)
    course = factories.make_course(
        starts_on=today - timedelta(days=60), ends_on=today + timedelta(days=60), slug=f"pages-{rows}"
    )
    group = factories.make_group(course=course)
    student = factories.make_enrolment(group=group).person
    assistant = factories.make_enrolment(course=course, role=Role.ASSISTANT).person
    calendar_secret(person=student, language="en", now=now)
    issued_on, due_at = today - timedelta(days=9), now + timedelta(days=5)
    assignments = [
        factories.make_assignment(course=course, issued_on=issued_on, due_at=due_at) for _row in range(rows)
    ]
    for row in range(rows):
        factories.make_class(course=course, starts_at=now + timedelta(hours=row))
        factories.make_submission(
            assignment=assignments[row], student=student, submitted_at=now - timedelta(days=2), score=900
        )
        factories.make_submission(
            assignment=assignments[0], student=student, submitted_at=now - timedelta(hours=row + 2)
        )
        classmate = factories.make_enrolment(group=group).person
        factories.make_submission(
            assignment=assignments[0], student=classmate, submitted_at=now - timedelta(hours=row + 2)
        )
        factories.make_exam_result(course=course, student=classmate)
        told = {"what": "password_changed", "at": now.isoformat(), "ip": "", "browser": ""}
        write(kind=ACCOUNT, to=[student.pk], key=str(row), facts=told, zone=course.time_zone, now=now)
    work = Submission.objects.filter(student=student, assignment=assignments[0]).latest("submitted_at")
    for _row in range(rows):
        stored = storages["default"].save("work.py", ContentFile(b"print(1)\n"))
        factories.make_file(submission=work, path=stored)
    return Size(course, student, assistant, work, rest(student, group, rows, now))


def rest(student: User, group: StudyGroup, rows: int, now: datetime) -> Proof:
    """Effective rest of a group: ``rows`` proofs and requests; the last proof has as many people."""
    activity = factories.make_activity(course=group.course)
    factories.make_extension_rule(course=group.course, target_at=now + timedelta(days=20))
    at = now - timedelta(days=3)
    for number in range(rows):
        people = [student, factories.make_enrolment(group=group).person]
        proof = factories.make_proof(
            group=group, activity=activity, people=people, taken_at=at, state=Proof.State.PENDING
        )
        make_photo(proof, 1, number)
        factories.make_request(group=group, filed_at=at, ended_at=now, end="withdrawn", filed_by=student)
    everyone = [each.person for each in group.enrolments.select_related("person")]
    large = factories.make_proof(group=group, activity=activity, people=everyone, taken_at=at)
    for number in range(1, min(rows, 10) + 1):
        make_photo(large, number, 1_000 + number)
    factories.make_request(group=group, assignments=group.course.assignments.all()[:1], filed_at=at)
    return large


def make_photo(proof: Proof, position: int, number: int) -> None:
    """A row only: the pages do not open the pictures."""
    Photo.objects.create(
        proof=proof,
        position=position,
        path=f"proofs/{proof.group_id}-{number}",
        small_path=f"proofs/{proof.group_id}-{number}-small",
        width=4,
        height=3,
        sha256=f"{number:064x}",
        look=f"{number:064x}",
    )


def statements(page: Page, size: Size) -> int:
    """The statements of one request, session and reader among them, by somebody who has been here before."""
    client = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0])
    client.force_login(size.student if page.role == Role.STUDENT else size.assistant)
    path = page.path.format(
        course=size.course.slug,
        receipt=size.work.receipt,
        work=size.work.pk,
        proof=size.proof.pk,
        secret=size.student.feed_secret.secret,
    )
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")
    return sum(not re.match("SAVEPOINT|RELEASE", query["sql"]) for query in captured.captured_queries)


def main() -> int:
    setup_test_environment()
    now = timezone.now()
    fine = True
    in_memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    with override_settings(STORAGES=settings.STORAGES | {"default": in_memory}), transaction.atomic():
        sizes = [make(rows, now) for rows in SIZES]
        print(f"{connection.vendor}, SQL statements of a request, those for session and reader among them\n")
        print("| page | rows | " + " | ".join(str(rows) for rows in SIZES) + " |")
        print("|---|---|" + "---:|" * len(SIZES))
        for page in PAGES:
            counts = [statements(page, size) for size in sizes]
            fine = fine and counts[0] >= counts[-1]
            print(f"| {page.name} | {page.rows} | " + " | ".join(map(str, counts)) + " |")
        transaction.set_rollback(True)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
