"""manage.py import_schedule COURSE README.md [--year 2025] [--base-url URL] [--dry-run]"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from schedule.actions.readme import OutsideTheCourse, ScheduleChanges, import_schedule
from schedule.management.course_command import NOTIFY, course_called, name_of, text_of
from schedule.models import Course
from schedule.readme_table import FoundClass, Kind, ReadmeError, ReadmeTable, Season, Term, read_readme

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Command(BaseCommand):
    help = (
        "Reads the schedule table of a course's README in Markdown into classes, materials and homework; "
        "prints what it understood and every cell it could not. A second run changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("course", metavar="COURSE", help="the course's short address, as in its links")
        parser.add_argument("file", metavar="README.md", help="the README; - for standard input")
        parser.add_argument(
            "--year", type=_year, help="the year in which the term begins; the README's text by default"
        )
        parser.add_argument(
            "--base-url",
            type=_web_address,
            help="what relative links are read against; kept as they are by default",
        )
        parser.add_argument("--dry-run", action="store_true", help="print what would change, change nothing")
        parser.add_argument("--notify", action="store_true", help=NOTIFY)

    def handle(self, *args: Any, course: str, file: str, dry_run: bool, **options: Any) -> None:
        into = course_called(course)
        try:
            table = read_readme(
                text_of(file), year=options["year"], base_url=options["base_url"], known_term=_term_of(into)
            )
            changes = import_schedule(
                course=into,
                table=table,
                dry_run=dry_run,
                now=timezone.now(),
                notify=options["notify"],
            )
        except (ReadmeError, OutsideTheCourse) as wrong:
            raise CommandError(f"{name_of(file)}: nothing was imported: {wrong}") from None
        self.show_table(table)
        self.show_changes(changes, into, table, dry_run=dry_run)

    def show_table(self, table: ReadmeTable) -> None:
        """Print what was understood of the README, and what was not."""
        kinds = Counter(found.kind for found in table.classes)
        links = sum(len(found.materials) for found in table.classes)
        works = sum(len(found.homework) for found in table.classes)
        parts = ", ".join(_counted(kinds[kind], *_NOUNS[kind]) for kind in Kind if kinds[kind]) or "none"
        counts = [
            f"{_counted(len(table.classes), 'class', 'classes')} ({parts})",
            _counted(links, "material", "materials"),
            _counted(works, "homework", "homeworks"),
        ]
        self.stdout.write(f"Understood: {', '.join(counts)}")
        if table.term:
            self.stdout.write(f"Year: {table.term.year}, {table.term.season} ({table.term.source})")
        self.show_list(
            "Hours",
            [
                f"line {weekly.line}: {_NOUNS[weekly.kind][1]} on {WEEKDAYS[weekly.weekday]} "
                f"{weekly.hours.starts:%H:%M}-{weekly.hours.ends:%H:%M}"
                for weekly in table.weekly_hours
            ],
        )
        self.show_list("Classes", map(_told, table.classes))
        self.show_list(
            "Numbers used twice",
            [
                f"{same.kind} {same.number}: lines {', '.join(map(str, same.lines))}"
                for same in table.numbers_used_twice
            ],
        )
        self.show_list("Put right", table.corrected)
        self.show_list("Not understood", table.not_understood)

    def show_changes(
        self, changes: ScheduleChanges, course: Course, table: ReadmeTable, *, dry_run: bool
    ) -> None:
        """Print what changed, what stayed though the table does not name it, and what is only half known."""
        self.show_list("No time of day is known, stands for the whole day until it is set", changes.whole_day)
        self.show_list("Not in the table, left as they are", changes.absent)
        self.show_list(
            f"Outside the course's days, {course.starts_on} to {course.ends_on}",
            [_told(found) for found in table.classes if not course.starts_on <= found.on <= course.ends_on],
        )
        if not course.links_base_url and (relative := _relative_links(table)):
            told = "Relative links, which lead nowhere until the course has a base of links (or --base-url)"
            self.stdout.write(f"{told}: {relative}")
        self.show_list("Would change" if dry_run else "Changed", changes.lines)
        if not changes.lines:
            self.stdout.write("nothing to change")
        elif dry_run:
            self.stdout.write("a dry run: nothing is changed")

    def show_list(self, title: str, lines: Iterable[object]) -> None:
        """Print a titled list, nothing where it is empty."""
        if shown := [str(line) for line in lines]:
            self.stdout.write(f"{title}: {len(shown)}")
            self.stdout.writelines(f"  {line}\n" for line in shown)


_NOUNS = {
    Kind.LECTURE: ("lecture", "lectures"),
    Kind.SEMINAR: ("seminar", "seminars"),
    Kind.CLASS: ("class of no said kind", "classes of no said kind"),
}


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _told(found: FoundClass) -> str:
    told = f"line {found.line}: {found.on} {found.kind} {found.number}".rstrip()
    if found.title:
        told += f", {found.title}"
    for work in found.homework:
        told += f"; homework: {work.title}"
    return told


def _relative_links(table: ReadmeTable) -> int:
    materials = (link.url for found in table.classes for link in found.materials)
    statements = (work.url for found in table.classes for work in found.homework)
    return sum(bool(url) and not urlsplit(url).scheme for url in (*materials, *statements))


def _term_of(course: Course) -> Term:
    """The term as the course's own days tell it, for a README that names none."""
    first, last = course.starts_on, course.ends_on
    if first.month < 7:
        season = Season.SPRING
    else:
        season = Season.YEAR if last.year > first.year and last.month > 2 else Season.AUTUMN
    return Term(first.year, season, "the days of the course; the README names no term")


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 2000 <= int(text) <= 2099):
        raise argparse.ArgumentTypeError(f'"{text}" is not a year such as 2025')
    return int(text)


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_web = parts.scheme in ("http", "https") and bool(parts.netloc)
    except ValueError:
        is_web = False
    if not is_web:
        raise argparse.ArgumentTypeError(f'"{text}" is not a web address such as https://example.org/course/')
    return text
