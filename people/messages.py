"""The kinds of message that this app sends: what happened to somebody's account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.days import zone_name
from people.kinds import Facts, Kind, Letter, register

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ACCOUNT: Final = "account"


_SUBJECTS: Final[dict[str, StrOrPromise]] = {
    "password_changed": gettext_lazy("Course portal: your password was changed"),
    "password_reset": gettext_lazy("Course portal: your password was set anew"),
    "password_set": gettext_lazy("Course portal: your account has a password now"),
    "totp_activated": gettext_lazy("Course portal: an authenticator app guards your account now"),
    "totp_deactivated": gettext_lazy("Course portal: your account has no authenticator app any more"),
    "recovery_codes_generated": gettext_lazy("Course portal: your account has new recovery codes"),
}
TOLD: Final = frozenset(_SUBJECTS)
"""What of an account its owner is told."""


def _write(several: Sequence[Facts], zone: ZoneInfo) -> Letter:
    facts = several[-1]
    at = datetime.fromisoformat(facts["at"]).astimezone(zone)
    rows = [
        (_("When"), f"{format_date(at, 'j E Y, H:i')} {zone_name(at)}"),
        (_("From the address"), facts["ip"]),
        (_("Browser"), facts["browser"]),
    ]
    return Letter(
        subject=str(_SUBJECTS[facts["what"]]),
        lead=_("If it was you, there is nothing to do."),
        rows=tuple((label, value) for label, value in rows if value),
        paragraphs=(_("If it was not you, set a new password now, and write to the staff of your course."),),
        link=reverse("account_reset_password"),
        link_label=_("Set a new password"),
    )


register(
    Kind(
        name=ACCOUNT,
        label=gettext_lazy("Your account"),
        hint=gettext_lazy("Your password or your second factor was changed."),
        write=_write,
        can_be_off=False,
        always=gettext_lazy("By it you notice that somebody else is at your account."),
    )
)
