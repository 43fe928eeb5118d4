"""The gallery, the page of a proof, and what its people may do about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from people.models import User
from perks.actions.decide import NotAllowed
from perks.actions.participants import in_photo_after_all, not_in_photo
from perks.actions.take_down import take_down as take_photo_down
from perks.forms import whole_number
from perks.models import Participation, Photo, Proof
from perks.queries.gallery import Sieve, gallery_page
from perks.queries.groups import NoGroup
from perks.queries.proof import proof_page
from perks.rules import PartState, ProofState
from schedule.views import CourseRequest, course_page

MOST_PAGES: Final = 10_000


@require_safe
@course_page
def proofs(request: CourseRequest) -> HttpResponseBase:
    """The proofs of a group; ?group=, ?activity=, ?state= and ?page= choose."""
    try:
        page = gallery_page(request.course, request.user, _sieve(request), group=request.GET.get("group", ""))
    except NoGroup:
        raise Http404 from None
    return render(request, "perks/proofs.html", {"page": page})


def _sieve(request: CourseRequest) -> Sieve:
    """What the address chooses; 404 for what no link of the page says."""
    activity, state, page = (request.GET.get(name, "") for name in ("activity", "state", "page"))
    number, place = whole_number(activity), whole_number(page) if page else 1
    if (activity and number is None) or not place or place > MOST_PAGES:
        raise Http404
    if state and state not in set(ProofState):
        raise Http404
    return Sieve(number, ProofState(state) if state else None, place)


@require_safe
@course_page
def proof(request: CourseRequest, proof: int) -> HttpResponseBase:
    """One proof."""
    try:
        page = proof_page(request.course, proof, request.user)
    except Proof.DoesNotExist:
        raise Http404 from None
    return render(request, "perks/proof.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@course_page
def not_me(request: CourseRequest, proof: int) -> HttpResponseBase:
    """Say "I am not in this photo"; by GET only the way back to the proof."""
    return _said(request, proof, not_in_photo)


@require_http_methods(["GET", "HEAD", "POST"])
@course_page
def me_after_all(request: CourseRequest, proof: int) -> HttpResponseBase:
    """Take one's own "I am not in this photo" back; by GET only the way back to the proof."""
    return _said(request, proof, in_photo_after_all)


def _said(request: CourseRequest, pk: int, action: Callable[..., PartState]) -> HttpResponseBase:
    seen = Proof.objects.visible_to(request.user).filter(activity__course=request.course)
    get_object_or_404(seen, pk=pk)
    if request.method == "POST":
        try:
            state = action(proof_id=pk, by=request.user, now=timezone.now())
        except Participation.DoesNotExist:
            raise Http404 from None
        except NotAllowed as reason:
            messages.error(request, str(reason))
        else:
            messages.success(request, _what_it_did(state))
    return redirect("perks:proof", request.course.slug, pk)


def _what_it_did(state: PartState) -> str:
    return {
        PartState.NAMED: _("This proof counts you."),
        PartState.DISPUTED: _("The staff are asked. Until they decide it counts you."),
        PartState.STRUCK: _("This proof no longer counts you."),
    }[state]


@require_http_methods(["GET", "HEAD", "POST"])
@course_page
def take_down(request: CourseRequest, photo: int) -> HttpResponseBase:
    """Have a photo taken down; by GET only the way back to its proof."""
    row = _photo(request.course.pk, request.user, photo)
    if request.method == "POST":
        _take_down(row, request.user, timezone.now())
        messages.success(request, _("Only the staff see this photo now. The proof goes on counting."))
    return redirect("perks:proof", request.course.slug, row.proof_id)


def _photo(course_id: int, reader: User, pk: int) -> Photo:
    """A photo whose proof the reader sees, also one that was taken down already."""
    seen = Proof.objects.visible_to(reader).filter(activity__course=course_id)
    return get_object_or_404(Photo.objects.there(), pk=pk, proof__in=seen)


def _take_down(row: Photo, by: User, now: datetime) -> None:
    try:
        take_photo_down(photo_id=row.pk, by=by, now=now)
    except NotAllowed as reason:
        raise PermissionDenied(str(reason)) from None
