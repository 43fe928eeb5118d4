"""What staff are told when nothing was sent for a while."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from people.kinds import Facts, Letter
from schedule.messages.parts import shown


def write_outage(several: Sequence[Facts], zone: ZoneInfo) -> Letter:
    """From when until when, and in each course how many reminders came too late."""
    facts = several[-1]
    told = {"since": shown(facts["since"], zone), "until": shown(facts["until"], zone)}
    rows = [(pgettext("standstill", "From"), told["since"]), (pgettext("standstill", "Until"), told["until"])]
    rows += [(course["called"], _reminders(course["late"])) for course in facts["courses"]]
    paragraphs = [_("What is still of use goes out now.")]
    if any(course["late"] != 0 for course in facts["courses"]):
        paragraphs.append(
            _("Reminders of deadlines that have passed meanwhile are not sent any more. Tell your students.")
        )
    return Letter(
        subject=_("The portal sent nothing from %(since)s until %(until)s") % told,
        lead=_(
            "Nobody looked for what was due: the worker or its timetable stood still. Now they run again."
        ),
        rows=tuple(rows),
        paragraphs=tuple(paragraphs),
        link=f"{reverse('admin:people_message_changelist')}?course=all",
        link_label=_("Open the messages"),
    )


def _reminders(late: int | None) -> str:
    if late is None:
        return _("how many reminders came too late cannot be told: is its time zone right?")
    if not late:
        return _("no reminder came too late")
    words = ngettext(
        "%(count)d reminder was not sent: it would have come too late",
        "%(count)d reminders were not sent: they would have come too late",
        late,
    )
    return words % {"count": late}
