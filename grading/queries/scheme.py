"""A course's grading scheme as values for the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grading.models import GradeRow
from grading.rules import Grade, GradeScale, PassBasis, PassRule
from schedule.models import Course

USUAL_TITLES = {
    "excellent": pgettext_lazy("grade", "excellent"),
    "good": pgettext_lazy("grade", "good"),
    "satisfactory": pgettext_lazy("grade", "satisfactory"),
    "unsatisfactory": pgettext_lazy("grade", "unsatisfactory"),
}


class SchemeMissing(Exception):
    """The course has no grading scheme yet, so nothing can be said about grades."""

    def __str__(self) -> str:
        return str(
            _("This course has no grade scale yet. Load its course file, or add one in the administration.")
        )


class SchemeUnsound(SchemeMissing):
    """The stored rows, written past every form, are no scale or lack the grade that gives the pass."""

    def __str__(self) -> str:
        return str(
            _(
                "The grade scale of this course contradicts itself. Load its course file again, "
                "or put it right in the administration."
            )
        )


@dataclass(frozen=True, slots=True)
class Scheme:
    """The scale, the rule of the pass, and the words for grades, by code, in the language of the moment."""

    scale: GradeScale
    pass_rule: PassRule
    titles: Mapping[str, str]


def grading_scheme(course: Course) -> Scheme:
    """The scheme of a course, in one statement. Raises SchemeMissing where there is none that holds."""
    rows = list(GradeRow.objects.filter(scheme__course=course).select_related("scheme").order_by("position"))
    if not rows:
        raise SchemeMissing
    scheme = rows[0].scheme
    grades = tuple(Grade(row.code, row.min_total, row.min_passed) for row in rows)
    titles = {row.code: row.title or str(USUAL_TITLES.get(row.code, row.code)) for row in rows}
    rule = PassRule(scheme.pass_grade, PassBasis(scheme.pass_basis))
    try:
        scale = GradeScale(grades, scheme.pass_score)
        scale.rank(rule.from_grade)
    except ValueError:
        raise SchemeUnsound from None
    return Scheme(scale, rule, titles)
