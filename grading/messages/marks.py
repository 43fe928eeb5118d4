"""Works got points or a comment, or other ones: an evening's in one letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grading.messages.latest import is_latest
from grading.models import Review, Submission
from grading.queries.told import ToldResult, told_results
from grading.rules import Mark
from people.kinds import Facts, Letter
from people.letters import absolute
from schedule.audience import takes_part
from schedule.markdown import plain_paragraphs, render_markdown
from schedule.messages.parts import CHANGED, LEFT, about, under
from schedule.models import Course
from schedule.wording import MINUS, cost_text, points_text

FEEDBACK: Final = 2000
"""Characters of a comment that a letter has; the rest stands on the page."""

NO_REVIEW: Final[Facts] = {"score": None, "bonus": 0, "feedback": ""}


def review_state(review: Review | None) -> Facts:
    """What a review says, as facts of a message."""
    if review is None:
        return dict(NO_REVIEW)
    return {"score": review.score, "bonus": review.bonus, "feedback": review.feedback}


def marks_facts(submission: Submission, before: Facts, after: Facts, told: ToldResult) -> Facts:
    """What a message says of a work whose review was ``before`` and is ``after``."""
    assignment = submission.assignment
    facts = about(assignment.course) | {
        "submission": submission.pk,
        "number": assignment.number,
        "title": assignment.title,
        "max": assignment.max_score,
        "before": before,
        "after": after,
    }
    return facts | _conclusions(told)


def marks_hold(person_id: int | None, facts: Facts, now: datetime) -> str:
    """Empty while there is something to say of the review: what it says now goes, see ``marks_now``."""
    del now
    state = review_state(Review.objects.filter(submission=facts["submission"]).first())
    if state != facts["after"] and (
        state == facts["before"] or not is_latest("marks", person_id, facts, "submission")
    ):
        return CHANGED
    return "" if takes_part(person_id, facts["course"]) else LEFT


def marks_now(person_id: int | None, facts: Facts, now: datetime) -> Facts:
    """The facts with the review and what lateness costs as they are now: both may have changed since."""
    del person_id
    course = Course.objects.filter(slug=facts["course"]).first()
    told = told_results(course, [facts["submission"]], now) if course else {}
    if not told:
        return facts
    review = Review.objects.filter(submission=facts["submission"]).first()
    return facts | corrected_marks(review, told[facts["submission"]])


def corrected_marks(review: Review | None, told: ToldResult) -> Facts:
    """Those of the facts that follow the review and the deadlines."""
    return {"after": review_state(review)} | _conclusions(told)


def _conclusions(told: ToldResult) -> Facts:
    return {
        "attempt": told.number,
        "sum": sum_facts(told.mark),
        "if_earned": sum_facts(told.if_earned),
        "counting": told.counting,
        "assignment_score": told.score,
    }


def sum_facts(mark: Mark | None) -> Facts | None:
    if mark is None:
        return None
    return {
        "score": mark.score,
        "penalty": mark.penalty,
        "bonus": mark.bonus,
        "result": mark.result,
        "days_late": mark.days_late,
    }


def write_marks(several: Sequence[Facts], zone: ZoneInfo) -> Letter:
    """One work with its whole sum and the comment; several as a list."""
    del zone
    last = several[-1]
    if len(several) == 1:
        return _one(last)
    numbers = sorted({facts["number"] for facts in several})
    said = ngettext("%(count)d work graded: %(numbers)s", "%(count)d works graded: %(numbers)s", len(several))
    told = {"count": len(several), "numbers": ", ".join(f"№\N{NO-BREAK SPACE}{each}" for each in numbers)}
    return Letter(
        subject=under(last, said % told),
        lead=_("What these works were given. The comments stand on their pages."),
        rows=tuple((_("№ %(number)d. %(title)s") % facts, _in_short(facts)) for facts in several),
        link=reverse("grading:grades", args=[last["course"]]),
        link_label=_("Open my grades"),
    )


def _one(facts: Facts) -> Letter:
    feedback = facts["after"]["feedback"]
    link = reverse("grading:assignment", args=[facts["course"], facts["number"]])
    paragraphs = plain_paragraphs(feedback[:FEEDBACK], absolute(link))
    prose = render_markdown(feedback[:FEEDBACK], absolute(link))
    if len(feedback) > FEEDBACK:
        more = _("… The whole comment stands on the page.")
        paragraphs += (more,)
        prose += format_html("<p>{}</p>", more)
    return Letter(
        subject=under(facts, _headline(facts)),
        lead=_("№ %(number)d. %(title)s") % facts,
        rows=tuple(_rows(facts)),
        paragraphs=paragraphs,
        prose=prose,
        link=link,
        link_label=_("Open the assignment"),
    )


def _headline(facts: Facts) -> str:
    """All that there is to say: the assignment, the result, the most it could be, and what it was before."""
    before, after = facts["before"], facts["after"]
    told = {"number": facts["number"], "result": _result(facts), "max": points_text(facts["max"], trim=True)}
    if after["score"] is None:
        if before["score"] is not None:
            return _("assignment %(number)d: the points are taken back") % told
        return _("assignment %(number)d: a comment, no points yet") % told
    if (before["score"], before["bonus"]) == (after["score"], after["bonus"]):
        return _("assignment %(number)d: a new comment, still %(result)s of %(max)s") % told
    if facts["sum"] and facts["sum"]["result"] is None:
        return _("assignment %(number)d graded, %(result)s of %(max)s, too late to count") % told
    if before["score"] is not None:
        return _("assignment %(number)d graded anew, %(result)s of %(max)s") % told
    return _("assignment %(number)d graded, %(result)s of %(max)s") % told


def _rows(facts: Facts) -> list[tuple[str, str]]:
    before, after, mark = facts["before"], facts["after"], facts["sum"]
    rows = [(_("Attempt"), str(facts["attempt"]))]
    if before["score"] is not None:
        rows.append((_("Points before"), _points(before)))
    if after["score"] is None or mark is None:
        return rows
    told = {"points": _points(after), "max": points_text(facts["max"], trim=True)}
    rows.append((_("Points"), _("%(points)s of %(max)s") % told))
    if mark["days_late"]:
        rows.append((_("Lateness"), lateness_text(mark)))
    rows.append((_("Result"), sum_text(mark)))
    then = facts["if_earned"]
    if then is not None and then["result"] != mark["result"]:
        rows.append((_("If the perk is earned"), sum_text(then)))
    if facts["counting"] not in (None, facts["attempt"]):
        told = {"number": facts["counting"], "score": points_text(facts["assignment_score"])}
        rows.append((_("Counts"), _("attempt %(number)s: %(score)s") % told))
    return rows


def _points(review: Mapping[str, Any]) -> str:
    text = points_text(review["score"])
    return f"{text} + {points_text(review['bonus'])}" if review["bonus"] else text


def lateness_text(mark: Facts) -> str:
    """ "2 days late, −2.00"; takes ``days_late`` and ``penalty``."""
    days = ngettext("%(count)d day late", "%(count)d days late", mark["days_late"])
    said = days % {"count": mark["days_late"]}
    return f"{said}, {cost_text(mark['penalty'])}" if mark["penalty"] else _("%s, no penalty") % said


def sum_text(mark: Facts) -> str:
    """ "9.50 − 1.00 = 8.50"; a bonus stands between."""
    if mark["result"] is None:
        return _("came too late to count")
    if not mark["penalty"] and not mark["bonus"]:
        return points_text(mark["result"])
    penalty = f" {MINUS} {points_text(mark['penalty'])}" if mark["penalty"] else ""
    bonus = f" + {points_text(mark['bonus'])}" if mark["bonus"] else ""
    return f"{points_text(mark['score'])}{penalty}{bonus} = {points_text(mark['result'])}"


def _result(facts: Facts) -> str:
    """What the work gives; the points themselves where it came too late to give any."""
    mark = facts["sum"]
    if mark is None:
        return ""
    return points_text(mark["score"] if mark["result"] is None else mark["result"])


def _in_short(facts: Facts) -> str:
    """The same in a row of a list."""
    mark, before = facts["sum"], facts["before"]
    if mark is None or facts["after"]["score"] is None:
        return _("no points any more") if before["score"] is not None else _("a comment, no points yet")
    told = _("%(points)s of %(max)s") % {
        "points": sum_text(mark),
        "max": points_text(facts["max"], trim=True),
    }
    if before["score"] is not None and _points(before) != _points(facts["after"]):
        told = _("%(told)s, before %(points)s") % {"told": told, "points": _points(before)}
    then = facts["if_earned"]
    if then is not None and then["result"] != mark["result"]:
        told = _("%(told)s; if the perk is earned, %(points)s") % {"told": told, "points": sum_text(then)}
    return told
