"""How many reminders a minute one worker writes and hands over, on PostgreSQL and on SQLite.

    python -m benchmarks.delivery [--students 250]

Both databases are brought up for the purpose and wait for the disk, as in production. Each student has four
reminders due; they go to an SMTP server in a process of its own on this machine, which writes each mail to
the disk before it answers. Each reminder is looked at again just before it goes, as always.
"""

from __future__ import annotations

import argparse
import logging
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.faults.mail_server import MailServer
from tests.services import ROOT, Services

NOW = datetime(2025, 9, 23, 7, tzinfo=UTC)  # ten in Moscow
DAYS = (0, 1, 3, 7)


def set_up(students: int) -> None:
    """A course with so many students, each with four deadlines of which reminders are due."""
    from people.models import User
    from schedule.models import Assignment, Course, Enrolment, Role, StudyGroup

    course = Course.objects.create(
        slug="benchmark",
        title="Benchmark",
        short_title="B",
        time_zone="Europe/Moscow",
        starts_on=date(2025, 9, 1),
        ends_on=date(2025, 12, 31),
    )
    for number, days in enumerate(DAYS, 1):
        due_at = datetime(2025, 9, 23, 20, 59, 59, tzinfo=UTC) + timedelta(days=days)
        Assignment.objects.create(
            course=course, number=number, title=f"Work {number}", issued_on=date(2025, 9, 9), due_at=due_at
        )
    groups = [
        StudyGroup.objects.create(course=course, name=str(place)) for place in range(students // 15 + 1)
    ]
    people = User.objects.bulk_create(
        User(email=f"student{place}@example.org", name=f"Студентка {place}", password="!")
        for place in range(students)
    )
    Enrolment.objects.bulk_create(
        Enrolment(person=person, course=course, group=groups[place // 15], role=Role.STUDENT)
        for place, person in enumerate(people)
    )


def measure(students: int) -> None:
    """In a process whose environment names the database and the mail server: one line of the table."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "courseportal.settings")
    django.setup()
    from django.db import connection

    from grading.actions.reminding import sweep_reminders
    from people.actions.deliver import deliver

    set_up(students)
    logging.disable(logging.INFO)
    begun = time.perf_counter()
    sweep_reminders(NOW)
    written, worked = time.perf_counter(), time.process_time()
    done = deliver(clock=lambda: NOW, seconds=3600)
    took, work = time.perf_counter() - written, time.process_time() - worked
    assert done.sent == students * len(DAYS), done
    cells = [f"{done.sent:,}", f"{written - begun:.1f}", f"{took:.1f}", f"{work:.1f}"]
    print("|", " | ".join([connection.vendor, *cells, f"{60 * done.sent / took:,.0f}"]), "|", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--students", type=int, default=250)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.students)
        return 0
    folder = Path(tempfile.mkdtemp(prefix="portal-delivery-"))
    folder.chmod(0o711)  # PostgreSQL under another account passes through
    services, post = Services(folder), MailServer(folder / "post")
    print("| database | messages | seconds to write them | to deliver them | of the processor | a minute |")
    print("|---|---:|---:|---:|---:|---:|", flush=True)
    try:
        post.start()
        for url in (services.postgres(waits_for_disk=True), f"sqlite:///{folder}/portal.sqlite3"):
            environment = os.environ | {
                "PORTAL_DATA_DIR": str(folder / "var"),
                "SECRET_KEY": "for figures",
                "DATABASE_URL": url,
                "EMAIL_URL": f"smtp://127.0.0.1:{post.ports[0]}",
            }
            for command in (
                ["manage.py", "migrate", "--verbosity", "0"],
                ["-m", "benchmarks.delivery", "--measure", "--students", str(options.students)],
            ):
                subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=True)
    finally:
        post.stop()
        services.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
