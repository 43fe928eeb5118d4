"""Letters about signing in, in words: they go at once, for somebody sits waiting for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from allauth.account import app_settings
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.kinds import Letter
from people.letters import Foot


def letter_for(template: str, context: Mapping[str, Any]) -> Letter | None:
    """The letter that allauth calls by this prefix of its templates; None for one that we do not word.

    Its words are in the active language: whoever waits for it reads a page in it.
    """
    words = WORDS.get(template)
    return words(context) if words else None


def foot() -> Foot:
    """Why one gets it; nobody switches these off."""
    why = _("You get this because somebody asked for it on the sign-in page. If it was not you, do nothing.")
    return Foot(why=why)


def _code(context: Mapping[str, Any]) -> Letter:
    minutes = app_settings.LOGIN_BY_CODE_TIMEOUT // 60
    lasts = ngettext("It works for %(count)d minute.", "It works for %(count)d minutes.", minutes)
    return Letter(
        subject=_("Course portal: sign-in code %(code)s") % {"code": context["code"]},
        lead=_("Type the code in the window in which you asked for it.") + " " + lasts % {"count": minutes},
        code=context["code"],
        paragraphs=(_("Give it to nobody: whoever has it in time is let in as you."),),
    )


def _new_password(context: Mapping[str, Any]) -> Letter:
    days = settings.PASSWORD_RESET_TIMEOUT // 86400
    lasts = ngettext(
        "The link works once, for %(count)d day.", "The link works once, for %(count)d days.", days
    )
    return Letter(
        subject=_("Course portal: choose a new password"),
        lead=_("The old password works until you choose a new one.") + " " + lasts % {"count": days},
        link=urlsplit(context["password_reset_url"]).path,
        link_label=_("Choose a new password"),
    )


def _unknown(context: Mapping[str, Any]) -> Letter:
    return Letter(
        subject=_("Course portal: no account has this address"),
        lead=_("You, or someone else, tried to sign in as %(email)s, but the portal knows nobody with it.")
        % {"email": context["email"]},
        paragraphs=(
            _(
                "Accounts come from the course’s list of students and staff: sign in with the address you "
                "gave for that list, or ask the staff of your course to put you on it."
            ),
        ),
    )


WORDS: Final[dict[str, Callable[[Mapping[str, Any]], Letter]]] = {
    "account/email/login_code": _code,
    "account/email/password_reset_key": _new_password,
    "account/email/unknown_account": _unknown,
}
