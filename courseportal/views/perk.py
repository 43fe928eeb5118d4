"""The control room of effective rest and the group's request: its page, and what its form does."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courseportal.perk_page import perk_page
from courseportal.perk_request import RequestForm
from courseportal.perk_words import numbers_text
from perks.actions.requests import RequestRefused, file_request, withdraw_request
from perks.queries.groups import NoGroup, group_for
from perks.queries.standing import move_rule
from perks.rules import may_be_moved
from schedule.models import Assignment, StudyGroup
from schedule.views import CourseRequest, course_page


@require_safe
@course_page
def perk(request: CourseRequest) -> HttpResponseBase:
    """How far the reader's group is; for staff any group of the course."""
    return _page(request)


@require_http_methods(["GET", "HEAD", "POST"])
@course_page
def extension_request(request: CourseRequest) -> HttpResponseBase:
    """File, change or withdraw the request of a group; by GET the control room, where the form stands."""
    try:
        opened = group_for(request.course, request.user, request.GET.get("group", ""))
    except NoGroup:
        raise Http404 from None
    back = _address(request, opened.group if opened.is_staff else None)
    if request.method != "POST":
        return redirect(back)
    rule = move_rule(request.course)
    numbers = Assignment.objects.filter(course=request.course).values_list("number", flat=True)
    form = RequestForm(request.POST, allowed=may_be_moved(numbers, rule) if rule else ())
    if not form.is_valid():
        told = [str(problem) for problems in form.errors.values() for problem in problems]
        return _page(request, problems=told, ticked=form.ticked(), status=422)
    try:
        _do(request, opened.group, form)
    except RequestRefused as refused:
        return _page(request, problems=[str(refused)], ticked=form.ticked(), status=409)
    return redirect(back)


def _do(request: CourseRequest, group: StudyGroup, form: RequestForm) -> None:
    now, base = timezone.now().replace(microsecond=0), form.cleaned_data["base"]
    if request.POST.get("do") == "withdraw":
        if withdraw_request(group=group, by=request.user, now=now, base=base) is not None:
            messages.success(request, _("The request is withdrawn."))
        return
    filed = file_request(group=group, numbers=form.chosen(), by=request.user, now=now, base=base)
    told = {"numbers": numbers_text(sorted(form.chosen())), "before": numbers_text(filed.before)}
    said = _("Asked for: %(numbers)s.") if filed.is_new else _("%(numbers)s: asked for already.")
    if filed.before:
        said = _("The request is changed: %(numbers)s instead of %(before)s.")
    messages.success(request, said % told)


def _page(
    request: CourseRequest,
    *,
    problems: Sequence[str] = (),
    ticked: Sequence[int] = (),
    status: int = 200,
) -> HttpResponse:
    try:
        page = perk_page(request.course, request.user, timezone.now(), group=request.GET.get("group", ""))
    except NoGroup:
        raise Http404 from None
    context = {"page": page, "problems": problems, "ticked": tuple(ticked)}
    return render(request, "perks/perk.html", context, status=status)


def _address(request: HttpRequest, group: StudyGroup | None) -> str:
    address = reverse("perks:perk", args=[request.course.slug])  # type: ignore[attr-defined]
    return f"{address}?group={quote(group.name)}" if group else address
