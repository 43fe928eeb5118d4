"""The sections of a course file that say how it grades: the scale, the pass, what lateness costs."""

from __future__ import annotations

from itertools import pairwise

from courseportal.course_file.definition import GradeFacts, GradingFacts
from courseportal.course_file.reader import Table, limit
from grading.models import GradeRow, GradingScheme
from grading.rules import FREE, LatePolicy
from schedule.points import short_points


def read_late_penalty(table: Table | None) -> LatePolicy | None:
    """A table late_penalty: a rate for each day, or the whole penalty by day; None where there is none."""
    if table is None:
        return None
    per_day = table.points("per_day", default=0)
    by_day = table.point_list("by_day")
    table.finish()
    if table.has("per_day") and table.has("by_day"):
        table.problem("by_day", "a penalty is a rate for each day or a table by day, not both")
        return FREE
    if table.values.get("by_day") == []:
        table.problem("by_day", "is empty: for a hard deadline give closes_at, for no penalty per_day = 0")
    if not table.has("per_day") and not table.has("by_day"):
        table.problem("per_day", "is missing: the points for each day, or the whole penalty by_day")
    for place, (earlier, later) in enumerate(pairwise(by_day), start=2):
        if later < earlier:
            table.problem(
                f"by_day[{place}]",
                f"{short_points(later)} is less than the {short_points(earlier)} before it",
            )
            return FREE
    return LatePolicy(per_day=per_day, by_day=by_day)


def read_grading(table: Table) -> GradingFacts:
    """The section [grading] with its [[grading.grade]]."""
    rows = table.tables("grade")
    if not rows:
        table.problem("grade", "is missing: the grades, best first, each headed [[grading.grade]]")
    grades = tuple(_read_grade(row, last=row is rows[-1]) for row in rows)
    _check_order(rows, grades)
    codes = [grade.code for grade in grades if grade.code]
    pass_grade = table.text("pass_grade", most=limit(GradingScheme, "pass_grade"))
    if pass_grade and codes and pass_grade not in codes:
        table.problem("pass_grade", f'"{pass_grade}" is not one of the grades {", ".join(codes)}')
    facts = GradingFacts(
        pass_score=table.points("pass_score"),
        pass_grade=pass_grade,
        pass_basis=table.choice("pass_basis", GradingScheme.PassBasis.values, default="final"),
        grades=grades,
    )
    table.finish()
    return facts


def _read_grade(row: Table, *, last: bool) -> GradeFacts:
    """The last grade needs nothing, so its thresholds may be left out."""
    unless = {"default": 0} if last else {}
    facts = GradeFacts(
        code=row.text("code", most=limit(GradeRow, "code")),
        title=row.text("title", most=limit(GradeRow, "title"), default=""),
        min_total=row.points("min_total", **unless),
        min_passed=row.integer("min_passed", **unless),
    )
    row.finish()
    if last and facts.min_total:
        row.problem("min_total", "the last grade needs nothing, it is given where no other row holds")
    if last and facts.min_passed:
        row.problem("min_passed", "the last grade needs nothing, it is given where no other row holds")
    return facts


def _check_order(rows: list[Table], grades: tuple[GradeFacts, ...]) -> None:
    """A grade stands once, and none asks for more than the one above it."""
    for place, (row, grade) in enumerate(zip(rows, grades, strict=True)):
        if grade.code and any(grade.code == above.code for above in grades[:place]):
            row.problem("code", f'"{grade.code}" is used twice')
        if place == 0:
            continue
        above = grades[place - 1]
        if grade.min_total > above.min_total:
            more, less = short_points(grade.min_total), short_points(above.min_total)
            row.problem(
                "min_total", f'{more} is above the {less} of "{above.code}"; the best grade comes first'
            )
        if grade.min_passed > above.min_passed:
            more, less = str(grade.min_passed), str(above.min_passed)
            row.problem(
                "min_passed", f'{more} is above the {less} of "{above.code}"; the best grade comes first'
            )
