"""What a person is told: notices under the bell, what comes by mail, and the link that switches it off."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courseportal.preferences import keep_language
from courseportal.queries import kinds_for
from people.actions.choices import ChangedMeanwhile, bring_back, choose, wish_for
from people.actions.notices import mark_all_read, mark_read, mark_shown
from people.forms import ChoicesForm
from people.kinds import Kind
from people.kinds import kinds as all_kinds
from people.models import Message, User
from people.optout import read_optout, read_undo, undo_token
from people.queries.choices import Chosen, chosen_by
from people.queries.notices import Notice, notice_of, notices_page
from people.rules import DIGEST_AT, Wish
from schedule.messages.parts import CHANGED

ON_THE_SCHEDULE = ("class", "exam")
"""Kinds whose link stays when what they speak of is changed again, or taken away."""


@require_safe
@login_required
@never_cache
def notices(request: HttpRequest) -> HttpResponse:
    """The reader's notices, latest first. What stands there is known to them from now on."""
    reader, number = _reader(request), request.GET.get("page")
    page = notices_page(reader, number)
    if request.method == "GET" and not mark_shown(messages=page.page.object_list, now=timezone.now()):
        page = notices_page(reader, number)  # one was taken back meanwhile
    return render(request, "people/notices.html", {"page": page})


@require_safe
@login_required
@never_cache
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a notice of the reader's as read, and go where it leads; 404 for anybody else's."""
    message, now = get_object_or_404(Message.objects.noticed_by(_reader(request)), pk=pk), timezone.now()
    mark_read(message=message, now=now)
    told = notice_of(message)
    letter = told.letter
    if _has_changed(told, now):
        messages.info(request, _("This has changed again since you were told. Here is what holds now."))
    target = letter.link if letter else ""
    return redirect(target if url_has_allowed_host_and_scheme(target, allowed_hosts=None) else "notices")


def _has_changed(told: Notice, now: datetime) -> bool:
    message, kind = told.message, told.kind
    if kind is None or told.letter is None or message.kind not in ON_THE_SCHEDULE:
        return False
    return kind.holds(message.person_id, message.facts, now) == CHANGED


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark as read what the page showed, and go back to it."""
    latest = request.POST.get("latest", "")
    if latest.isascii() and latest.isdigit() and len(latest) < 19:
        mark_all_read(reader=_reader(request), up_to=int(latest), now=timezone.now())
    return redirect("notices")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def choices(request: HttpRequest) -> HttpResponse:
    """What comes by mail, kind by kind, when it does not, and in which language."""
    reader = _reader(request)
    stands, kinds = chosen_by(reader), kinds_for(reader)
    if request.method != "POST":
        return _choices(request, ChoicesForm(kinds=kinds, stands=stands))
    form = ChoicesForm(request.POST, kinds=kinds, stands=stands)
    if not form.is_valid():
        return _choices(request, form, status=422)
    chosen = form.chosen()
    try:
        choose(person=reader, chosen=chosen, base=form.cleaned_data["base"])
    except ChangedMeanwhile as changed:
        again = request.POST.copy()
        again["base"] = changed.stands.fingerprint
        typed = ChoicesForm(again, kinds=kinds, stands=changed.stands)
        return _choices(request, typed, status=409)
    with override(chosen.language or None):
        messages.success(request, _("Saved."))
    return keep_language(redirect("message_choices"), chosen.language)


def _choices(request: HttpRequest, form: ChoicesForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "digest_at": DIGEST_AT, "is_conflict": status == 409}
    return render(request, "people/choices.html", context, status=status)


@csrf_exempt  # RFC 8058: mail programs post here by themselves; the signature says who asks
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def optout(request: HttpRequest, token: str) -> HttpResponse:
    """Switch one kind of message off, or on again, without signing in.

    Opening the link changes nothing: scanners of mail open every link. A post does it at once. The page that
    answers can take it back: its form has what stood before, signed.
    """
    found = _named_by(token)
    if found is None:
        return render(request, "people/optout_broken.html", status=404)
    person, kinds = found
    chosen, names = chosen_by(person), [kind.name for kind in kinds]
    undo = ""
    if request.method == "POST" and request.POST.get("do") == "on":
        stood = read_undo(request.POST.get("undo", ""), person.pk, names)
        by_itself = {kind.name: Wish.ON if kind.wish is Wish.OFF else None for kind in kinds}
        bring_back(person=person.pk, wishes=by_itself if stood is None else stood)
    elif request.method == "POST":
        if not _is_off(chosen, kinds):
            undo = undo_token(person.pk, names, chosen.wishes)
        wish_for(person=person.pk, kinds=names, wish=Wish.OFF)
    chosen = chosen_by(person)
    context = {
        "kinds": kinds,
        "names": ", ".join(_("“%(name)s”") % {"name": kind.label} for kind in kinds),
        "can_be_off": any(kind.can_be_off for kind in kinds),
        "is_off": _is_off(chosen, kinds),
        "undo": undo,
        "email": covered(person.email),
    }
    return render(request, "people/optout.html", context)


def _is_off(chosen: Chosen, kinds: list[Kind]) -> bool:
    return all(chosen.wish(kind) is Wish.OFF for kind in kinds if kind.can_be_off)


def _named_by(token: str) -> tuple[User, list[Kind]] | None:
    """Whom a link belongs to and the kinds it names that are still known; None where it is not ours."""
    read = read_optout(token)
    person = User.objects.filter(pk=read[0], is_active=True).first() if read else None
    if read is None or person is None:
        return None
    kinds = [kind for kind in all_kinds() if kind.name in read[1]]
    return (person, kinds) if kinds else None


def covered(email: str) -> str:
    """An address that its owner knows again and nobody else learns: "n•••@example.org"."""
    name, _at, domain = email.partition("@")
    return f"{name[:1]}\N{BULLET}\N{BULLET}\N{BULLET}@{domain}"


def _reader(request: HttpRequest) -> User:
    return cast(User, request.user)
