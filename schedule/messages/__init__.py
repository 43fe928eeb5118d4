"""The kinds of message about a course: what each says, and until when it is true."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from people.kinds import Audience, Kind, reasons, register
from schedule.messages.announcement import announcement_holds, write_announcement
from schedule.messages.classes import class_holds, write_classes
from schedule.messages.exam import exam_holds, write_exam
from schedule.messages.exam_reminder import (
    exam_reminder_holds,
    exam_reminder_now,
    write_exam_reminder,
)
from schedule.messages.invitation import SIGNS_IN, invitation_holds, with_password_link, write_invitation
from schedule.messages.parts import CHANGED, LEFT, PAST, WITHDRAWN

register(
    Kind(
        name="announcement",
        label=_("Announcements"),
        hint=_("What a lecturer or a TA says to the course or to your group."),
        write=write_announcement,
        holds=announcement_holds,
    )
)
register(
    Kind(
        name="class",
        label=_("Classes moved or cancelled"),
        hint=_("A class is at another time, in another room, or does not take place."),
        write=write_classes,
        holds=class_holds,
        gathers=True,
        patience=timedelta(minutes=2),
    )
)
register(
    Kind(
        name="exam",
        label=_("The exam"),
        hint=_("Its day, time and room, once they are set, and when they change."),
        write=write_exam,
        holds=exam_holds,
    )
)
register(
    Kind(
        name="exam-reminder",
        label=_("Reminders of the exam"),
        hint=_("Once its time is set, on the days before it that the course has set."),
        write=write_exam_reminder,
        holds=exam_reminder_holds,
        fresh=exam_reminder_now,
        audience=Audience.STUDENTS,
    )
)
register(
    Kind(
        name="invitation",
        label=_("Invitations"),
        hint=_("The first letter of all, with a link to choose a password."),
        write=write_invitation,
        holds=invitation_holds,
        as_sent=with_password_link,
        is_listed=False,
        can_be_off=False,
    )
)

reasons.update(
    {
        CHANGED: _("It has changed again."),
        SIGNS_IN: _("This person has a password."),
        LEFT: _("This person does not take part any more."),
        PAST: _("It has passed."),
        WITHDRAWN: _("It was withdrawn."),
    }
)
