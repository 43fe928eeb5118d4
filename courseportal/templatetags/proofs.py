"""What the pages of proofs are made of. ``{% load proofs %}``."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courseportal.templatetags.pages import SIZES, upload_words
from courseportal.templatetags.portal import chip
from perks.queries.worth import Worth

register = template.Library()

WORTH_CHIPS = {
    Worth.COUNTS: ("ok", "check"),
    Worth.WAITING: ("pencil", "pencil"),
    Worth.REJECTED: ("late", "x"),
    Worth.AFTER_TARGET: ("late", "clock"),
    Worth.TOO_FEW: ("warn", "users"),
    Worth.OUTSIDE: ("warn", "clock"),
}
WORTH_COLOURS = {
    Worth.COUNTS: "is-ok",
    Worth.WAITING: "faint",
    Worth.REJECTED: "is-late",
    Worth.AFTER_TARGET: "is-late",
    Worth.TOO_FEW: "is-warn",
    Worth.OUTSIDE: "is-warn",
}


@register.filter
def worth_chip(worth: Worth) -> SafeString:
    """What a proof is worth, in a word with a shape."""
    return chip(worth.words, *WORTH_CHIPS[worth])


@register.filter
def worth_colour(worth: Worth) -> str:
    """The class of the words that say what a proof is worth."""
    return WORTH_COLOURS[worth]


@register.simple_tag
def photo_words() -> dict[str, object]:
    """What the upload's script says about photos, in the language of the page."""
    return upload_words() | {
        "empty": _("{name} is empty: choose the photo again."),
        "kind": _(
            "{name} is no JPEG, PNG or WebP. If it is HEIC: set the camera to “Most Compatible”, or send a "
            "screenshot of it."
        ),
        "many": _(
            "{count} photos are chosen, at most {most} are taken: hand in the others with another proof."
        ),
        "large": _("{size} of {limit}. Nothing was sent: leave some photos out."),
        "known": _("This photo is on a proof already: {number}."),
        "stopped": _("Stopped. Nothing was handed in, your photos are still here."),
        "failed": _(
            "The line dropped at {percent} %. Perhaps nothing came; your photos are still here, press again: "
            "it hands in once."
        ),
        "signedOut": _(
            "You have been signed out. Your photos are still here: sign in in another tab, then press again."
        ),
    }


@register.simple_tag
def tick_words() -> dict[str, str]:
    """How many people are ticked, for each plural form of the page's script."""
    return {
        form: (ngettext("%(count)d ticked", "%(count)d ticked", size) % {"count": size}).replace(
            str(size), "{count}"
        )
        for form, size in SIZES.items()
    }
