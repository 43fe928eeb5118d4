"""What a lecturer or a TA says to a course or to a group."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from people.kinds import Facts, Letter
from people.letters import absolute
from people.models import User
from schedule.markdown import plain_paragraphs, render_markdown
from schedule.messages.parts import LEFT, WITHDRAWN, about, under
from schedule.models import Announcement


def announcement_facts(row: Announcement) -> Facts:
    """What a message says about an announcement; to be written again where it is edited."""
    return about(row.course) | {
        "announcement": row.pk,
        "title": row.title,
        "body": row.body,
        "by": str(row.by or ""),
        "group": row.group.name if row.group else "",
        "withdrawn": row.withdrawn_at is not None,
    }


def announcement_holds(person_id: int | None, facts: Facts, now: datetime) -> str:
    """Empty while the announcement stands and its reader may see it."""
    del now
    rows = Announcement.objects.standing().filter(pk=facts["announcement"])
    if not rows.exists():
        return WITHDRAWN
    if person_id is None:
        return ""
    person = User.objects.filter(pk=person_id).first()
    return "" if person is not None and rows.visible_to(person).exists() else LEFT


def write_announcement(several: Sequence[Facts], zone: ZoneInfo) -> Letter:
    """The announcement as text, with its address."""
    del zone
    facts = several[-1]
    to = (
        _("To group %(group)s") % {"group": facts["group"]}
        if facts["group"]
        else _("To everybody in the course")
    )
    link = reverse("schedule:announcement", args=[facts["course"], facts["announcement"]])
    if facts.get("withdrawn"):
        return Letter(
            subject=under(facts, _("withdrawn: %(title)s") % {"title": facts["title"]}),
            lead=_("This announcement was withdrawn. What it said holds no longer."),
            link=link,
            link_label=_("Read it on the portal"),
        )
    return Letter(
        subject=under(facts, facts["title"]),
        lead=f"{to}: {facts['by']}" if facts["by"] else to,
        paragraphs=plain_paragraphs(facts["body"], absolute(link)),
        prose=render_markdown(facts["body"], absolute(link)),
        link=link,
        link_label=_("Read it on the portal"),
    )
