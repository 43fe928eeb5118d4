"""The kinds of message about work: what each says, and until when it is true."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from grading.messages.dates import (
    SUPERSEDED,
    dates_hold,
    dates_now,
    perk_holds,
    perk_now,
    write_dates,
    write_perk,
)
from grading.messages.marks import marks_hold, marks_now, write_marks
from grading.messages.outage import write_outage
from grading.messages.outcome import outcome_holds, outcome_now, write_outcome
from grading.messages.receipt import receipt_now, write_receipt
from grading.messages.reminder import (
    HANDED_IN,
    MOVED,
    NOT_ISSUED,
    reminder_holds,
    reminder_now,
    write_reminder,
)
from grading.messages.reports import (
    EARNED,
    NOTHING_WAITS,
    digest_holds,
    fresh_digest,
    fresh_report,
    report_holds,
    write_digest,
    write_report,
)
from people.kinds import Audience, Kind, reasons, register

register(
    Kind(
        name="reminder",
        label=_("Reminders of deadlines"),
        hint=_("Before a deadline, on the days that the course has set, while nothing is handed in."),
        write=write_reminder,
        holds=reminder_holds,
        fresh=reminder_now,
        audience=Audience.STUDENTS,
    )
)
register(
    Kind(
        name="dates",
        label=_("Moved deadlines"),
        hint=_("A deadline of yours, or the rules after it, have changed: before, and now."),
        write=write_dates,
        holds=dates_hold,
        fresh=dates_now,
        audience=Audience.STUDENTS,
        can_be_off=False,
        always=_("It changes what your work is worth."),
    )
)
register(
    Kind(
        name="perk",
        label=_("The perk, earned or lost"),
        hint=_("Your group has earned the perk or lost it, and what that makes of your deadlines."),
        write=write_perk,
        holds=perk_holds,
        fresh=perk_now,
        audience=Audience.STUDENTS,
        can_be_off=False,
        always=_("It moves deadlines, and so changes what your work is worth."),
    )
)
register(
    Kind(
        name="marks",
        label=_("Marks"),
        hint=_("Points and comments for your work; those of an evening in one letter."),
        write=write_marks,
        holds=marks_hold,
        fresh=marks_now,
        audience=Audience.STUDENTS,
        gathers=True,
    )
)
register(
    Kind(
        name="outcome",
        label=_("The outcome of your exam"),
        hint=_("What the exam made of your grade."),
        write=write_outcome,
        holds=outcome_holds,
        fresh=outcome_now,
        audience=Audience.STUDENTS,
    )
)
register(
    Kind(
        name="receipt",
        label=_("Receipts"),
        hint=_("For each work that you hand in: its files with their SHA-256, the moment and the price."),
        write=write_receipt,
        fresh=receipt_now,
        audience=Audience.STUDENTS,
    )
)
register(
    Kind(
        name="perk-report",
        label=_("How far your group is with the perk"),
        hint=_("For the representative: weekly and before the target, on the days that the course has set."),
        write=write_report,
        holds=report_holds,
        fresh=fresh_report,
        is_digest=True,
        audience=Audience.REPRESENTATIVES,
        useful_for=timedelta(days=1),
    )
)
register(
    Kind(
        name="staff-digest",
        label=_("What waits for course staff"),
        hint=_("One letter a day, when there is something: works, proofs, messages that could not be sent."),
        write=write_digest,
        holds=digest_holds,
        fresh=fresh_digest,
        is_digest=True,
        audience=Audience.STAFF,
        useful_for=timedelta(days=1),
    )
)
register(
    Kind(
        name="outage",
        label=_("The portal stood still"),
        hint=_("Nothing was sent for more than an hour: from when until when, and what came too late."),
        write=write_outage,
        audience=Audience.STAFF,
        can_be_off=False,
        always=_("Nobody else would tell you."),
    )
)

reasons.update(
    {
        EARNED: _("The perk is earned."),
        NOTHING_WAITS: _("Nothing waits any more."),
        SUPERSEDED: _("A newer message took its place."),
        HANDED_IN: _("The work was handed in."),
        MOVED: _("The deadline has moved."),
        NOT_ISSUED: _("The assignment is not given out yet."),
    }
)
