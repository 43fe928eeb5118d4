"""The receipt of work that was handed in, as its page says it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from grading.models import Submission, SubmissionFile
from grading.queries.deadlines import Terms, course_deadlines
from people.kinds import Facts, Letter
from schedule.messages.parts import about, shown, under
from schedule.models import Course
from schedule.wording import cost_text, size_text


def receipt_facts(submission: Submission, files: Sequence[SubmissionFile], terms: Terms) -> Facts:
    """What a receipt promises: these bytes from that second, and what lateness costs."""
    return (
        about(submission.assignment.course)
        | {
            "submission": submission.pk,
            "receipt": submission.receipt,
            "number": submission.assignment.number,
            "title": submission.assignment.title,
            "submitted_at": submission.submitted_at.isoformat(),
            "files": [{"name": file.name, "size": file.size, "sha256": file.sha256} for file in files],
            "link": submission.link,
        }
        | _price(submission.submitted_at, terms)
    )


def receipt_now(person_id: int | None, facts: Facts, now: datetime) -> Facts:
    """The receipt with the price by the deadline that holds when it goes."""
    course = Course.objects.filter(slug=facts["course"]).first()
    work = Submission.objects.filter(pk=facts["submission"]).first()
    if course is None or work is None or person_id is None:
        return facts
    deadlines = course_deadlines(course, now, students=[person_id])
    if not deadlines.knows(work.assignment_id):
        return facts
    return facts | _price(work.submitted_at, deadlines.terms(work.assignment_id, person_id))


def _price(at: datetime, terms: Terms) -> Facts:
    then = terms.if_earned
    return {
        "due_at": terms.due_at.isoformat(),
        "days_late": terms.prices.days_late_at(at),
        "price": terms.prices.penalty_at(at),
        "if_earned": then.prices.penalty_at(at) if then else terms.prices.penalty_at(at),
        "would_not_count": terms.would_not_count(at),
    }


def write_receipt(several: Sequence[Facts], zone: ZoneInfo) -> Letter:
    """The receipt's number, the moment to the second, the price, and every file with its SHA-256."""
    facts = several[-1]
    rows = [
        (_("Receipt"), facts["receipt"]),
        (_("Handed in on"), shown(facts["submitted_at"], zone, "seconds")),
        (_("Days late"), str(facts["days_late"])),
        (
            _("Price of lateness"),
            _("came too late to count") if facts["price"] is None else cost_text(facts["price"]),
        ),
    ]
    if facts.get("due_at"):
        rows.insert(2, (_("Deadline"), shown(facts["due_at"], zone)))
    if facts["would_not_count"]:
        rows.append((_("If the perk is earned"), _("will not count")))
    elif facts["if_earned"] is not None and facts["if_earned"] != facts["price"]:
        rows.append((_("If the perk is earned"), cost_text(facts["if_earned"])))
    rows += [(one["name"], f"{size_text(one['size'])}, sha256 {one['sha256']}") for one in facts["files"]]
    if facts["link"]:
        rows.append((_("Repository"), facts["link"]))
    promise = _(
        "Exactly these bytes are kept, from this second. The price is counted by the deadline that holds"
        " for you, and does not grow while you wait."
    )
    return Letter(
        subject=under(facts, _("assignment %(number)d is handed in, receipt %(receipt)s") % facts),
        lead=_("We have your work: № %(number)d. %(title)s") % facts,
        rows=tuple(rows),
        paragraphs=(promise,),
        link=reverse("grading:receipt", args=[facts["course"], facts["receipt"]]),
        link_label=_("Open the receipt"),
    )
