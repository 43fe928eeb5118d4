"""The page by which a group hands in a proof."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from people.arrival import arrived_at, takes_body
from people.storage import NotSaved
from perks.actions.post_proof import Posted, Refused, post_proof
from perks.forms import MOST_BYTES, ProofForm, whole_number
from perks.queries.adding import ActivityChoice, AddPage, NoActivity, add_page
from perks.queries.groups import NoGroup
from schedule.models import Course
from schedule.views import CourseRequest, course_page

FORM_BYTES: Final = 256 * 1024
"""Room for the other fields of the form and the frame around its files."""


def photos_limit(request: HttpRequest, *, slug: str) -> int:
    """The most bytes that the files of a proof may have; none where the reader sees no such course."""
    seen = Course.objects.visible_to(request.user).filter(slug=slug)
    return MOST_BYTES if seen.exists() else 0


@takes_body(photos_limit, frame=FORM_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
@course_page
def add_proof(request: CourseRequest) -> HttpResponseBase:
    """Hand in a proof of ?activity= for ?group=; ?like= is a proof whose people are ticked at first."""
    if request.method != "POST":
        page = _page(request, timezone.now())
        form = ProofForm(page=page) if page.chosen else None
        return render(request, "perks/add.html", {"page": page, "form": form})
    sent, files = request.POST, request.FILES
    page = _page(request, arrived_at(request))
    if page.chosen is None:
        raise Http404
    return _hand_in(request, page, page.chosen, ProofForm(sent, files, page=page))


def _page(request: CourseRequest, now: datetime) -> AddPage:
    number = whole_number(typed) if (typed := request.GET.get("activity", "")) else None
    if typed and number is None:
        raise Http404
    try:
        return add_page(
            request.course,
            request.user,
            now,
            group=request.GET.get("group", ""),
            number=number,
            like=whole_number(request.GET.get("like", "")),
        )
    except (NoGroup, NoActivity):
        raise Http404 from None


def _hand_in(
    request: CourseRequest, page: AddPage, chosen: ActivityChoice, form: ProofForm
) -> HttpResponseBase:
    """Hand in what the form brought; to the proof, or to the form with what is wrong with it."""
    status = 422
    try:
        if form.is_valid():
            posted = post_proof(
                group=page.open.group,
                by=request.user,
                now=page.now,
                activity=chosen.activity,
                checkpoint=form.place,
                taken_at=form.cleaned_data["taken_at"],
                people=form.cleaned_data["people"],
                photos=form.cleaned_data["photos"],
                track=form.cleaned_data.get("track"),
                note=form.cleaned_data["note"],
                form_token=form.cleaned_data["form_token"],
            )
            return _to_proof(request, posted)
    except Refused as refused:
        for problem in refused.problems:
            form.add_error(problem.field if problem.field in form.fields else None, problem.message)
    except NotSaved:
        status = 503
        form.add_error(None, _("Not saved: the portal cannot keep files just now. Try again in a minute."))
    return render(request, "perks/add.html", {"page": page, "form": form}, status=status)


def _to_proof(request: CourseRequest, posted: Posted) -> HttpResponse:
    """To the proof: by a redirect, or for the page's script by an address that it opens itself."""
    if posted.is_new:
        messages.success(request, _("We have your proof. A TA will look at it."))
    address = reverse("perks:proof", args=[request.course.slug, posted.proof.pk])
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return HttpResponse(status=201, headers={"Location": address})
    return redirect(address)
