"""What the exam made of a student's grade."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from grading.messages.latest import is_latest
from grading.models import ExamResult
from grading.queries.scheme import USUAL_TITLES
from grading.queries.told import ToldEnd, told_ends
from grading.rules import Outcome
from people.kinds import Facts, Letter
from schedule.audience import takes_part
from schedule.messages.parts import CHANGED, LEFT, about, under
from schedule.models import Course


def outcome_facts(course: Course, student: int, before: str | None, after: str, end: ToldEnd | None) -> Facts:
    """What a message says of an exam: the outcome that stands, the one until then, and what it makes."""
    facts = about(course) | {"student": student, "before": before, "after": after}
    return facts | _conclusions(end)


def outcome_holds(person_id: int | None, facts: Facts, now: datetime) -> str:
    """Empty while there is an outcome to tell: the student's last one goes, see ``outcome_now``."""
    del now
    last = _last(facts)
    if last != facts["after"] and (
        last in (None, facts["before"]) or not is_latest("outcome", person_id, facts, "student")
    ):
        return CHANGED
    return "" if takes_part(person_id, facts["course"]) else LEFT


def outcome_now(person_id: int | None, facts: Facts, now: datetime) -> Facts:
    """The facts with the outcome and the grade as they are now: points may have been given since."""
    del person_id
    course = Course.objects.filter(slug=facts["course"]).first()
    ends = told_ends(course, [facts["student"]], now) if course else {}
    last = _last(facts) or facts["after"]
    return facts | corrected_outcome(last, ends.get(facts["student"]))


def corrected_outcome(after: str, end: ToldEnd | None) -> Facts:
    """Those of the facts that follow the exam and the points."""
    return {"after": after} | _conclusions(end)


def _last(facts: Facts) -> str | None:
    """The student's last outcome; None without one."""
    rows = ExamResult.objects.filter(course__slug=facts["course"], student=facts["student"])
    last = rows.order_by("recorded_at", "pk").last()
    return None if last is None else last.outcome


def _conclusions(end: ToldEnd | None) -> Facts:
    if end is None:
        return {"accumulated": None, "final": None, "passed": None, "titles": {}}
    titles = {code: title for code, title in end.titles.items() if code in (end.accumulated, end.final)}
    return {
        "accumulated": end.accumulated,
        "final": end.final,
        "passed": end.passed,
        "titles": titles,
    }


def write_outcome(several: Sequence[Facts], zone: ZoneInfo) -> Letter:
    """The outcome, the grade before and after it, and the pass; a student who was absent has no grade."""
    del zone
    facts = several[-1]
    words = str(ExamResult.Outcome(facts["after"]).label)
    rows = [(_("Outcome of the exam"), words)]
    if facts["before"]:
        rows.append((_("Recorded before"), str(ExamResult.Outcome(facts["before"]).label)))
    if facts["accumulated"]:
        rows.append((_("Accumulated grade"), _title(facts, facts["accumulated"])))
    if facts["final"]:
        rows.append((_("Final grade"), _title(facts, facts["final"])))
        passed = pgettext("a pass", "given") if facts["passed"] else pgettext("a pass", "not given")
        rows.append((pgettext("an exam", "Pass"), passed))
    absent = facts["after"] == Outcome.ABSENT
    told = {"outcome": words, "grade": _title(facts, facts["final"]) if facts["final"] else ""}
    said = _("exam: %(outcome)s, final grade: %(grade)s") if told["grade"] else _("exam: %(outcome)s")
    if absent:
        said = _("exam: %(outcome)s, no final grade")
    return Letter(
        subject=under(facts, said % told),
        lead=_("You were absent, so there is no final grade. Ask the lecturer about a retake.")
        if absent
        else _("This is what the exam made of your grade."),
        rows=tuple(rows),
        link=reverse("grading:grades", args=[facts["course"]]),
        link_label=_("Open my grades"),
    )


def _title(facts: Facts, code: str) -> str:
    return str(facts["titles"].get(code) or USUAL_TITLES.get(code, code))
