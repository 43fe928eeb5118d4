"""Who may have an account, and under which address."""

from typing import NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from django.http import Http404, HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts come from the roster that course staff import; nobody signs themselves up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


def no_page_of_addresses(request: HttpRequest) -> NoReturn:
    """404 in the place of allauth's page on which people give themselves another address.

    Rosters and imports know people by their address: whoever took that of a future TA would be made one.
    """
    raise Http404
