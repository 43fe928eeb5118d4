"""demo: the real course with made-up people, finished, and its copy in progress around today."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from courseportal.course_file import read_course_file
from courseportal.course_file.moving import TooFar
from courseportal.demo.building import MadeCourse, NotOurs, make_demo
from courseportal.demo.people import ASSISTANTS, LECTURER, THIS_YEAR, email_of
from schedule.management.course_command import moment_given

COURSE_FILE = settings.BASE_DIR / "courses" / "effdl-2025.toml"
PASSWORD = "demo"  # noqa: S105 - made-up people keep no secrets


class Command(BaseCommand):
    help = (
        "Make the demo: the real 2025 course with made-up people and results, finished, and its copy in "
        "progress around today. What is there stays as it is; real courses and people are never touched."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", metavar="MOMENT", help="an ISO 8601 moment to take for now")
        parser.add_argument(
            "--password",
            help=f'what made-up people sign in with: "{PASSWORD}" in demo mode, else none unless given',
        )

    def handle(self, *args: Any, now: str | None, password: str | None, **options: Any) -> None:
        definition = read_course_file(COURSE_FILE.read_text("utf-8"))
        if password is None and settings.DEMO:
            password = PASSWORD
        try:
            made = make_demo(
                definition=definition,
                now=moment_given(now, definition.course.zone) or timezone.now(),
                password=password,
            )
        except NotOurs as error:
            raise CommandError(f"{error}: the demo leaves it alone") from None
        except TooFar as error:
            raise CommandError(f"--now: {error}") from None
        for course in made:
            self.stdout.write(_told(course))
        if not any(course.is_new for course in made):
            self.stdout.write("nothing to change")
            return
        self.stdout.write(
            "people to sign in as:" if password else "nobody can sign in: no --password was given"
        )
        for role, name in _examples():
            self.stdout.write(f"  {email_of(name)}  {name}, {role}")
        if password:
            self.stdout.write(f"the password of them all: {password}")


def _told(course: MadeCourse) -> str:
    sign = "+" if course.is_new else "="
    there = "" if course.is_new else ", there already"
    return f"{sign} course {course.slug}: {course.students} students, {course.works} works{there}"


def _examples() -> list[tuple[str, str]]:
    group = THIS_YEAR.groups[0]
    return [
        ("student", group.students[0].name),
        ("class representative", group.representative),
        *(("teaching assistant", name) for name in ASSISTANTS),
        ("lecturer", LECTURER),
    ]
