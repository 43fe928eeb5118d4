"""The receipt of work that was handed in, as its page says it."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from grading.models import Submission, SubmissionFile
from grading.queries.deadlines import Terms
from people.kinds import Facts, Letter
from schedule.messages.parts import about, shown, under
from schedule.wording import cost_text, size_text


def receipt_facts(submission: Submission, files: Sequence[SubmissionFile], terms: Terms) -> Facts:
    """What a receipt promises: these bytes from that second, and what lateness costs."""
    at, then = submission.submitted_at, terms.if_earned
    return about(submission.assignment.course) | {
        "submission": submission.pk,
        "receipt": submission.receipt,
        "number": submission.assignment.number,
        "title": submission.assignment.title,
        "submitted_at": at.isoformat(),
        "files": [{"name": file.name, "size": file.size, "sha256": file.sha256} for file in files],
        "link": submission.link,
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
        (_("Price of lateness"), cost_text(facts["price"] or 0)),
    ]
    if facts["would_not_count"]:
        rows.append((_("If the perk is earned"), _("will not count")))
    elif facts["if_earned"] is not None and facts["if_earned"] != facts["price"]:
        rows.append((_("If the perk is earned"), cost_text(facts["if_earned"])))
    rows += [(one["name"], f"{size_text(one['size'])}, sha256 {one['sha256']}") for one in facts["files"]]
    if facts["link"]:
        rows.append((_("Repository"), facts["link"]))
    promise = _("Exactly these bytes are kept, from this second. The price does not grow while you wait.")
    return Letter(
        subject=under(facts, _("assignment %(number)d is handed in, receipt %(receipt)s") % facts),
        lead=_("We have your work: № %(number)d. %(title)s") % facts,
        rows=tuple(rows),
        paragraphs=(promise,),
        link=reverse("grading:receipt", args=[facts["course"], facts["receipt"]]),
        link_label=_("Open the receipt"),
    )
