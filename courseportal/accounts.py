"""Who may have an account, and under which address; what its owner is written."""

import logging
from typing import Any, NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.http import Http404, HttpRequest
from django.utils import timezone

from courseportal.account_letters import foot, letter_for
from people.actions.outbox import write
from people.letters import plain, sender, written
from people.messages import ACCOUNT, TOLD
from people.models import User
from schedule.queries import current_course

logger = logging.getLogger(__name__)


class LetterNotSent(Exception):
    """The mail server took no letter. Answered with 503, try again."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts come from the roster that course staff import; nobody signs themselves up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_from_email(self) -> str:
        """As all letters of the portal, in the language of the page."""
        return sender()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a letter with a code or a link. Raises LetterNotSent where the mail server takes none."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as reason:  # SMTPException is one; its text may name the addressee
            logger.error("A letter was not sent: %s", reason.strerror or type(reason).__name__)
            raise LetterNotSent from reason

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """The letter in our words and with our look; one that we do not word, in allauth's."""
        letter = letter_for(template_prefix, context)
        headers = {**(headers or {}), "Auto-Submitted": "auto-generated"}
        if letter is None:
            plainly: EmailMessage = super().render_mail(template_prefix, email, context, headers)
            return plainly
        text, html = written([letter], title=letter.subject, foot=foot())
        to = [email] if isinstance(email, str) else email
        message = EmailMultiAlternatives(
            plain(letter.subject), text, self.get_from_email(), to, headers=headers
        )
        message.attach_alternative(html, "text/html")
        return message

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell somebody what happened to their account: under the bell, and by mail from the outbox.

        It has happened: a mail server that is away must not make it look otherwise.
        """
        what = template_prefix.rpartition("/")[2]
        if what not in TOLD:
            return
        now = timezone.now()  # noqa: TID251 - the edge of allauth's views
        course = current_course(user, now)
        facts = {
            "what": what,
            "at": now.isoformat(timespec="seconds"),
            "ip": self.get_client_ip(self.request),
            "browser": self.get_http_user_agent(self.request)[:200],
        }
        zone = course.time_zone if course else "UTC"
        write(kind=ACCOUNT, to=[user.pk], key=f"{what}:{now.isoformat()}", facts=facts, zone=zone, now=now)


def no_page_of_addresses(request: HttpRequest) -> NoReturn:
    """404 in the place of allauth's page on which people give themselves another address.

    Rosters and imports know people by their address: whoever took that of a future TA would be made one.
    """
    raise Http404
