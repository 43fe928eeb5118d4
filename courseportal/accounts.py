"""Who may have an account, and under which address."""

import logging
from typing import Any, NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from django.http import Http404, HttpRequest

logger = logging.getLogger(__name__)


class LetterNotSent(Exception):
    """The mail server took no letter. Answered with 503, try again."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts come from the roster that course staff import; nobody signs themselves up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a letter with a code or a link. Raises LetterNotSent where the mail server takes none."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as reason:  # SMTPException is one; its text may name the addressee
            logger.error("A letter was not sent: %s", reason.strerror or type(reason).__name__)
            raise LetterNotSent from reason


def no_page_of_addresses(request: HttpRequest) -> NoReturn:
    """404 in the place of allauth's page on which people give themselves another address.

    Rosters and imports know people by their address: whoever took that of a future TA would be made one.
    """
    raise Http404
