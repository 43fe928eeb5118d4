"""manage.py request_extension COURSE GROUP NUMBER [NUMBER] [--at MOMENT] [--withdraw]"""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict

from django.core.management.base import CommandError, CommandParser
from django.db import IntegrityError
from django.utils import timezone

from perks.actions.requests import Filed, RequestRefused, file_request, withdraw_request
from perks.queries.standing import moves
from schedule.management.course_command import NOTIFY, CourseCommand, course_called, moment_given
from schedule.models import Course, StudyGroup


class Telling(TypedDict):
    """Whether the group is told, and as of when."""

    silent: bool
    told_at: datetime | None


def _telling(options: dict[str, Any]) -> Telling:
    """A request of the past is written down now, and so it is told now."""
    return {"silent": not options["notify"], "told_at": timezone.now()}


class Command(CourseCommand):
    help = (
        "Files a group's request to move deadlines on its behalf, judged and dated at one moment. "
        "The numbers are the whole choice: a second call replaces the first while it may."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("group", metavar="GROUP", help="the study group's name")
        parser.add_argument("numbers", metavar="NUMBER", nargs="*", type=int, help="assignments to move")
        parser.add_argument("--at", metavar="MOMENT", help="when it was asked for; now unless given")
        parser.add_argument("--withdraw", action="store_true", help="take the group's request back")
        parser.add_argument("--notify", action="store_true", help=NOTIFY)

    def handle(self, *args: Any, **options: Any) -> None:
        course = course_called(options["course"])
        group = group_called(course, options["group"])
        at = (
            moment_given(options["at"], course.zone, option="--at")
            or moment_given(options["now"], course.zone)
            or timezone.now().replace(microsecond=0)
        )
        numbers = options["numbers"]
        if bool(numbers) == options["withdraw"]:
            raise CommandError("Name the assignments to move, or --withdraw without any.")
        try:
            if options["withdraw"]:
                self._withdraw(group, at, _telling(options))
            else:
                self._file(group, numbers, at, _telling(options))
        except RequestRefused as refused:
            raise CommandError(f"Nothing was changed. {refused}") from None
        except IntegrityError:
            raise CommandError(
                "Somebody changed the same request meanwhile: nothing was changed, try again."
            ) from None

    def _file(self, group: StudyGroup, numbers: list[int], at: datetime, told: Telling) -> None:
        filed: Filed = file_request(group=group, numbers=numbers, by=None, now=at, **told)
        asked = ", ".join(map(str, sorted(numbers)))
        state = moves(group.course, at, groups=[group.pk])[group.pk].state
        done = "asks" if filed.is_new else "asks already"
        self.stdout.write(f"Group {group} {done} to move {asked}: {state}.")

    def _withdraw(self, group: StudyGroup, at: datetime, told: Telling) -> None:
        withdrawn = withdraw_request(group=group, by=None, now=at, **told)
        self.stdout.write(
            f"Group {group}: the request is withdrawn." if withdrawn else f"Group {group} asks for nothing."
        )


def group_called(course: Course, name: str) -> StudyGroup:
    """The group of a course with this name. CommandError names those there are."""
    try:
        return StudyGroup.objects.select_related("course").get(course=course, name=name)
    except StudyGroup.DoesNotExist:
        known = ", ".join(sorted(StudyGroup.objects.filter(course=course).values_list("name", flat=True)))
        raise CommandError(f'There is no group "{name}". The groups are: {known or "none yet"}.') from None
