"""An invitation to somebody who has an account and no password yet.

Its link is made while the letter is written, from the account as it is then: nothing that would let anybody
in lies in the outbox.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.kinds import Facts, Letter
from people.models import User
from schedule.audience import takes_part
from schedule.messages.parts import LEFT, about, under
from schedule.models import Course, Role

SIGNS_IN = "signs_in_already"


def invitation_facts(course: Course, person: User, role: str, group: str) -> Facts:
    """What an invitation says: to whom, to which course, as whom."""
    return about(course) | {
        "person": person.pk,
        "email": person.email,
        "title": course.title,
        "role": role,
        "group": group,
    }


def invitation_holds(person_id: int | None, facts: Facts, now: datetime) -> str:
    """Empty while the person has no password and takes part in the course."""
    del now
    person = User.objects.filter(pk=person_id or 0, is_active=True).first()
    if person is None or not takes_part(person_id, facts["course"]):
        return LEFT
    return SIGNS_IN if person.has_usable_password() else ""


def write_invitation(several: Sequence[Facts], zone: ZoneInfo) -> Letter:
    """The course, the address to sign in with, and the link under which a password is chosen."""
    del zone
    facts = several[-1]
    rows = [(_("Course"), facts["title"]), (_("You take part as"), str(Role(facts["role"]).label))]
    if facts["group"]:
        rows.append((_("Group"), facts["group"]))
    rows.append((_("Sign in with"), facts["email"]))
    later = _("Later, sign in with a code: the sign-in page sends one by mail.")
    return Letter(
        subject=under(facts, _("choose a password for the course’s portal")),
        lead=_("The course has a portal: schedule, assignments, marks. An account is ready for you."),
        rows=tuple(rows),
        paragraphs=(later,),
        link=reverse("account_login"),
        link_label=_("Sign in"),
    )


def with_password_link(facts: Facts, letter: Letter) -> Letter:
    """The letter with the address where its reader chooses a password, unless they have one by now."""
    person = User.objects.filter(pk=facts["person"]).first()
    if person is None or person.has_usable_password():
        return letter
    days = settings.PASSWORD_RESET_TIMEOUT // (24 * 3600)
    works = ngettext(
        "The link works for %(count)d day and once.", "The link works for %(count)d days and once.", days
    )
    key = f"{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}"
    return replace(
        letter,
        paragraphs=(works % {"count": days}, *letter.paragraphs),
        link=reverse("account_reset_password_from_key", args=key.split("-", 1)),
        link_label=_("Choose a password"),
    )
