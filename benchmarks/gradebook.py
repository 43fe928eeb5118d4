"""How the gradebook grows with the course: 30, 300 and 3,000 students, each with six pieces of work.

"Look for news" is what each minute's sweep asks of a course: whether any date or perk is not as it was told.

Groups are of fifteen; each has about ten proofs with as many people on each, and asks to move two deadlines.
Every other group has earned the perk, the others' rows have both futures.

    python -m benchmarks.gradebook [--rounds 7]

Makes its courses on the configured database, which must be migrated, inside one transaction that is rolled
back: nothing stays. Prints a table in Markdown; the exit status is 1 where anything grows clearly faster than
the students do.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from statistics import median

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "courseportal.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402 - needs the settings
from django.test.utils import CaptureQueriesContext  # noqa: E402

from grading.actions.import_submissions import import_submissions  # noqa: E402
from grading.actions.telling import groups_with_news, remember  # noqa: E402
from grading.exports import as_csv, as_json, as_table, as_xlsx  # noqa: E402
from grading.models import GradeRow, GradingScheme, LatePenalty  # noqa: E402
from grading.queries.gradebook import gradebook  # noqa: E402
from perks.models import (  # noqa: E402
    Activity,
    Checkpoint,
    ExtensionRequest,
    ExtensionRule,
    Participation,
    Proof,
    RequestedAssignment,
)
from schedule.actions.roster import import_roster  # noqa: E402
from schedule.models import Assignment, Course, Enrolment  # noqa: E402

SIZES = (30, 300, 3_000)
GROUP = 15
ASSIGNMENTS = 6
NOW = datetime(2025, 12, 31, tzinfo=UTC)
FASTER = 1.15
"""Growth above this power of the number of students is more than this machine's noise."""


def make_course(students: int) -> Course:
    """A course with the real scale and penalty with nobody in it yet."""
    course = Course.objects.create(
        slug=f"benchmark-{students}",
        title="Benchmark",
        short_title="B",
        time_zone="Europe/Moscow",
        starts_on=date(2025, 9, 1),
        ends_on=date(2025, 12, 31),
    )
    scheme = GradingScheme.objects.create(course=course, pass_grade="good")
    rows = [("excellent", 4800, 5), ("good", 3600, 4), ("satisfactory", 3000, 3), ("unsatisfactory", 0, 0)]
    for place, (code, total, passed) in enumerate(rows):
        GradeRow.objects.create(scheme=scheme, position=place, code=code, min_total=total, min_passed=passed)
    LatePenalty.objects.create(course=course, per_day=100)
    for number in range(1, ASSIGNMENTS + 1):
        due_at = datetime(2025, 9, 16, 20, 59, 59, tzinfo=UTC) + timedelta(days=14 * number)
        Assignment.objects.create(
            course=course, number=number, title=f"Homework {number}", issued_on=due_at.date(), due_at=due_at
        )
    return course


def fill(course: Course, students: int) -> None:
    """People and graded work by the portal's own imports."""
    chance = random.Random(students)
    people = [f"s{number}-{students}@example.org" for number in range(students)]
    roster = [
        "email,name,group,role",
        *(f"{email},Student {email},{number // GROUP},student" for number, email in enumerate(people)),
    ]
    import_roster(course=course, data="\n".join(roster).encode(), now=NOW)
    works = ["email,assignment,submitted_at,score,feedback"]
    for email in people:
        for assignment in range(1, ASSIGNMENTS + 1):
            moment = datetime(2025, 9, 16, 12, tzinfo=UTC) + timedelta(
                days=14 * assignment, minutes=chance.randrange(-10_000, 10_000)
            )
            works.append(f"{email},{assignment},{moment.isoformat()},{chance.randrange(1_001) / 100:.2f},")
    import_submissions(course=course, data="\n".join(works).encode(), now=NOW)
    rest(course)


def rest(course: Course) -> None:
    """Effective rest: four activities, one at five places; every other group has earned the perk."""
    ExtensionRule.objects.create(course=course, target_at=NOW + timedelta(days=14), max_assignments=2)
    activities = [
        Activity.objects.create(course=course, number=number, title=f"Activity {number}", short_title="A")
        for number in range(1, 5)
    ]
    places = [
        Checkpoint.objects.create(activity=activities[1], number=number, title=f"Place {number}")
        for number in range(1, 6)
    ]
    once: list[tuple[Activity, Checkpoint | None]] = [
        (one, None) for one in activities if one != activities[1]
    ]
    shown = [*once, *once, *((activities[1], place) for place in places)]
    members: dict[int, list[int]] = defaultdict(list)
    for group_id, person_id in Enrolment.objects.filter(course=course).values_list("group_id", "person_id"):
        members[group_id].append(person_id)
    proofs, people = [], []
    for place, (group_id, ids) in enumerate(sorted(members.items())):
        for activity, checkpoint in shown[place % 2 :]:
            at = NOW - timedelta(days=30)
            proof = Proof(group_id=group_id, activity=activity, checkpoint=checkpoint)
            proof.taken_at = proof.posted_at = at
            proof.state = Proof.State.APPROVED
            proofs.append(proof)
            people.append(ids[:10] if place % 2 == 0 else ids[:9])
        request = ExtensionRequest.objects.create(group_id=group_id, filed_at=NOW)
        for assignment in course.assignments.filter(number__in=(2, 4)):
            RequestedAssignment.objects.create(request=request, assignment=assignment)
    Participation.objects.bulk_create(
        Participation(proof=proof, person_id=person_id)
        for proof, ids in zip(Proof.objects.bulk_create(proofs), people, strict=True)
        for person_id in ids
    )


def measured(courses: dict[int, Course], rounds: int) -> dict[str, dict[int, tuple[float, int]]]:
    """By action and size: the median of milliseconds over shuffled rounds, and the statements."""

    def command(write: Callable[..., object], **options: object) -> Callable[[Course], object]:
        return lambda course: write(gradebook(course, NOW), **options)

    actions: dict[str, Callable[[Course], object]] = {
        "reckon everyone": lambda course: gradebook(course, NOW),
        "JSON": command(as_json),
        "CSV": command(as_csv),
        "table": command(as_table),
        "XLSX": command(as_xlsx, now=NOW),
        "look for news": lambda course: groups_with_news(course, NOW),
    }
    jobs = [(name, size) for name in actions for size in courses]
    times: dict[tuple[str, int], list[float]] = {job: [] for job in jobs}
    for turn in range(rounds + 1):
        for name, size in random.Random(turn).sample(jobs, len(jobs)):
            begun = time.perf_counter()
            actions[name](courses[size])
            if turn:  # the first round warms up
                times[name, size].append((time.perf_counter() - begun) * 1_000)
    result: dict[str, dict[int, tuple[float, int]]] = {}
    for name, size in jobs:
        with CaptureQueriesContext(connection) as captured:
            actions[name](courses[size])
        result.setdefault(name, {})[size] = median(times[name, size]), len(captured)
    return result


def power(by_size: dict[int, tuple[float, int]]) -> float:
    """The power of the number of students with which the time grows: 1 is as fast as they do."""
    few, many = SIZES[1], SIZES[2]  # below, what does not depend on the students hides the growth
    return math.log(by_size[many][0] / by_size[few][0]) / math.log(many / few)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="timed rounds, 7 unless given")
    rounds = parser.parse_args().rounds
    with transaction.atomic():
        courses = {size: make_course(size) for size in SIZES}
        for size, course in courses.items():
            fill(course, size)
            remember(course, NOW)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        result = measured(courses, rounds)
        transaction.set_rollback(True)
    print(f"{connection.vendor}, median of {rounds} shuffled rounds, milliseconds")
    print()
    print(
        "|", " | ".join(["action", *(f"{size:,}" for size in SIZES), "time ~ students^", "statements"]), "|"
    )
    print("|---" + "|---:" * (len(SIZES) + 2) + "|")
    for name, by_size in result.items():
        cells = [f"{by_size[size][0]:.1f}" for size in SIZES]
        statements = "/".join(str(count) for count in sorted({by_size[size][1] for size in SIZES}))
        print("|", " | ".join([name, *cells, f"{power(by_size):.2f}", statements]), "|")
    fine = all(
        power(by_size) <= FASTER and len({count for _ms, count in by_size.values()}) == 1
        for by_size in result.values()
    )
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
