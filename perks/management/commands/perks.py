"""manage.py perks COURSE"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from perks.exports import Standings, as_json, as_table
from perks.models import Activity
from perks.queries.standing import group_standings
from schedule.management.course_command import CourseCommand, course_called, moment_given
from schedule.models import Assignment

FORMATS = {"table": as_table, "json": as_json}


class Command(CourseCommand):
    help = "Prints where each group of a course stands: its activities, the perk, the request."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--format", choices=[*FORMATS], default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        course = course_called(options["course"])
        now = moment_given(options["now"], course.zone) or timezone.now()
        standings = Standings(
            course.slug,
            group_standings(course, now),
            dict(Assignment.objects.filter(course=course).values_list("pk", "number")),
            dict(Activity.objects.filter(course=course).values_list("number", "short_title")),
        )
        self.stdout.write(FORMATS[options["format"]](standings), ending="")
