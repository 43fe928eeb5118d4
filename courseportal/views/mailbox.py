"""The demo's mailbox: letters that no mail server took, to be read by whoever tries the portal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from csp.decorators import csp_update
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from people.mailbox import KeptLetter, kept_letter, kept_letters, shown_folder
from people.models import User
from schedule.models import Course
from schedule.queries import latest_begun

A_PAGE = 30

# A letter is shown as mail programs show it: with its own styles, no scripts, nothing from elsewhere; links
# open windows of their own. The sandbox gives it an origin of its own, away from the reader's session.
LETTERS_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)


@dataclass(frozen=True)
class Line:
    """A letter in the list; one to a real account shows nothing but its moment."""

    letter: KeptLetter
    is_shown: bool

    @property
    def kept_at(self) -> datetime:
        return self.letter.kept_at


def _lines(letters: Iterable[KeptLetter], request: HttpRequest) -> list[Line]:
    """The letters, those to real accounts covered: a link in one of them could open an account. One query."""
    letters = list(letters)
    addresses = {address for letter in letters for address in letter.addresses}
    real = set(User.objects.filter(email__in=addresses, is_demo=False).values_list("email", flat=True))
    real -= {getattr(request.user, "email", "")}
    return [Line(letter, is_shown=real.isdisjoint(letter.addresses)) for letter in letters]


def _found(request: HttpRequest, name: str) -> KeptLetter:
    folder = shown_folder()
    letter = kept_letter(folder, name) if folder else None
    if letter is None or not _lines([letter], request)[0].is_shown:
        raise Http404
    return letter


def _clock() -> tzinfo:
    """By which clock somebody who takes part in no course reads: that of the demo's current course."""
    course = latest_begun(list(Course.objects.order_by("-starts_on", "slug")), timezone.now())
    return course.zone if course else UTC


@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """The letters, latest first; 404 but in demo mode with a mailbox of files."""
    folder = shown_folder()
    if folder is None:
        raise Http404
    page = Paginator(kept_letters(folder), A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "lines": _lines(page.object_list, request), "clock": _clock()}
    return render(request, "courseportal/mailbox.html", context)


@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]  # typed for views without arguments
@require_safe
def letter(request: HttpRequest, name: str) -> HttpResponse:
    """One letter: its HTML part in a frame, its text, its headers."""
    context = {"letter": _found(request, name), "clock": _clock()}
    return render(request, "courseportal/letter.html", context)


@xframe_options_sameorigin
@require_safe
def letter_part(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part alone, under a policy that lets it do nothing."""
    html = _found(request, name).html
    if not html:
        raise Http404
    response = HttpResponse(html)
    response["Content-Security-Policy"] = LETTERS_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
