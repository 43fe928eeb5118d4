"""The list of assignments, and the page of one, where students hand in."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from grading.actions.choose_attempt import choose_attempt
from grading.actions.hand_in import FormUsed, HandedIn, NotOpen, Refused, hand_in
from grading.dates import closed_words
from grading.forms import HandInForm
from grading.models import Submission
from grading.queries.assignment import assignment_page
from grading.queries.assignments import assignments_page
from grading.queries.deadlines import Terms
from grading.queries.work import HandIn
from grading.rules import Source
from people.arrival import arrived_at, takes_body
from people.storage import NotSaved
from schedule.models import Assignment
from schedule.views import CourseRequest, course_page
from schedule.wording import cost_text

FORM_BYTES = 256 * 1024
"""Room for the other fields of a form and the frame around its files."""


@require_safe
@course_page
def assignments(request: CourseRequest) -> HttpResponseBase:
    """The list of a course's assignments."""
    page = assignments_page(request.course, request.user, timezone.now())
    return render(request, "grading/assignments.html", {"page": page})


def hand_in_limit(request: HttpRequest, *, slug: str, number: int) -> int:
    """The most bytes that the files of an assignment's form may have; none where the reader sees none."""
    limits = Assignment.objects.visible_to(request.user).filter(course__slug=slug, number=number)
    return limits.values_list("max_bytes", flat=True).first() or 0


@takes_body(hand_in_limit, frame=FORM_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
@course_page
def assignment(request: CourseRequest, number: int) -> HttpResponseBase:
    """One assignment: its price, its dates, its statement, the attempts; by POST a new attempt."""
    if request.method == "POST":
        row = get_object_or_404(Assignment, course=request.course, number=number)
        row.course = request.course
        return _hand_in(request, row)
    return _page(request, number, timezone.now())


def _page(
    request: CourseRequest, number: int, now: datetime, *, form: HandInForm | None = None, status: int = 200
) -> HttpResponse:
    """The page, with a fresh form, or with one that says what is wrong with it."""
    try:
        page = assignment_page(request.course, number, request.user, now)
    except Assignment.DoesNotExist:
        raise Http404 from None
    price = page.price_now
    form = form.priced(price) if form else HandInForm(assignment=page.assignment, price=price)
    return render(request, "grading/assignment.html", {"page": page, "form": form}, status=status)


def _hand_in(request: CourseRequest, row: Assignment) -> HttpResponse:
    """Hand in what the form brought; to the receipt, or to the form with what is wrong with it."""
    form = HandInForm(request.POST, request.FILES, assignment=row)
    now = arrived_at(request)
    status = 422
    try:
        if form.is_valid():
            done = hand_in(
                assignment=row,
                by=request.user,
                now=now,
                form_token=form.cleaned_data["form_token"],
                # Also what the form has no field for, since staff took it away meanwhile: refused, not lost.
                files=cast("list[UploadedFile[Any]]", request.FILES.getlist("files")),
                link=form.cleaned_data.get("link", request.POST.get("link", "")),
                comment=form.cleaned_data["comment"],
            )
            _tell_price(request, done, form.cleaned_data["price_seen"])
            return _to_receipt(request, done)
    except Refused as refused:
        for problem in refused.problems:
            form.add_error(problem.field if problem.field in form.fields else None, problem.message)
    except NotOpen as reason:
        status = 409
        form.add_error(None, why_not_open(reason.state, reason.terms, request.course.zone))
    except FormUsed as used:
        status = 409
        form.add_error(None, _already_used(used))
        form = form.renewed()
    except NotSaved:
        status = 503
        form.add_error(None, _("Not saved: the portal cannot keep files just now. Try again in a minute."))
    return _page(request, row.number, now, form=form, status=status)


def _to_receipt(request: CourseRequest, done: HandedIn) -> HttpResponse:
    """To the receipt: by a redirect, or for the page's script by an address that it opens itself.

    A script that followed the redirect would fetch the receipt, and the messages on it, unseen.
    """
    address = reverse("grading:receipt", args=[request.course.slug, done.submission.receipt])
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return HttpResponse(status=201, headers={"Location": address})
    return redirect(address)


def why_not_open(state: HandIn, terms: Terms, zone: tzinfo) -> str:
    """Why nothing can be handed in, in a sentence or two; nothing where it can."""
    if state is HandIn.CLOSED and terms.source is not Source.COURSE:
        return _("%(reason)s Nothing was handed in.") % {"reason": closed_words(terms, zone)}
    sentences = {
        HandIn.OPEN: "",
        HandIn.NOT_A_STUDENT: _("Only students of this course hand in."),
        HandIn.NOT_ISSUED: _("This assignment is not given out yet. Nothing was handed in."),
        HandIn.CLOSED: _(
            "This assignment is closed: the last moment to hand in has passed. Nothing was handed in."
        ),
    }
    return sentences[state]


def _already_used(used: FormUsed) -> str:
    return _(
        "This form has already handed in other work (receipt %(receipt)s), which is safe. "
        "To hand in what you sent now, choose the files again and press once more."
    ) % {"receipt": used.submission.receipt}


def _tell_price(request: CourseRequest, done: HandedIn, seen: int | None) -> None:
    """Say so where the price of the arrival is not the one that the page had shown."""
    if seen is None or done.price is None or seen == done.price:
        return
    text = _("The price changed while the page was open: it showed %(seen)s, handing in cost %(price)s.")
    messages.warning(
        request, text % {"seen": cost_text(seen, trim=True), "price": cost_text(done.price, trim=True)}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@course_page
def choose(request: CourseRequest, number: int) -> HttpResponseBase:
    """Point to the attempt that the TA should look at; by GET only the way back to the assignment."""
    if request.method != "POST":  # who had to sign in first comes back this way, without the choice
        return redirect("grading:assignment", request.course.slug, number)
    own = Assignment.objects.filter(course=request.course, number=number).values_list("pk", flat=True).first()
    attempt = request.POST.get("attempt", "")
    if own is None or not attempt.isascii() or not attempt.isdecimal() or len(attempt) > 18:
        raise Http404
    try:
        choose_attempt(submission_id=int(attempt), assignment_id=own, by=request.user, now=timezone.now())
    except Submission.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("The TA will look at this attempt."))
    return redirect("grading:assignment", request.course.slug, number)
