"""The pages that put the apps together: today, the schedule with its deadlines, what a course is about."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from courseportal.home_page import home_page
from courseportal.schedule_page import schedule_page
from people.models import User
from schedule.access import teaches
from schedule.markdown import render_markdown
from schedule.models import Announcement
from schedule.queries import announcements, current_course
from schedule.views import CourseRequest, course_page


@require_safe
@course_page
def course(request: CourseRequest) -> HttpResponse:
    """The front door of a course: its schedule."""
    return redirect("schedule:schedule", request.course.slug)


@require_safe
@course_page
def schedule(request: CourseRequest) -> HttpResponse:
    """The term week by week, with the deadlines that hold for the reader."""
    page = schedule_page(request.course, request.user, timezone.now())
    return render(request, "schedule/schedule.html", {"page": page})


@require_safe
@course_page
def about(request: CourseRequest) -> HttpResponse:
    """What the course says of itself: what it is based on, what it asks for."""
    return render(request, "schedule/about.html", {"about": render_markdown(request.course.about)})


@require_safe
@course_page
def announcements_list(request: CourseRequest) -> HttpResponse:
    """Everything that was announced to the reader in this course."""
    page = Paginator(announcements(request.course, request.user), 20).get_page(request.GET.get("page"))
    return render(request, "schedule/announcements.html", {"page": page})


@require_safe
@course_page
def announcement(request: CourseRequest, pk: int) -> HttpResponse:
    """One announcement, for whom it is for; of one that was withdrawn no more than that.

    Its notice still leads here, and a page that says so is better than one that was never there.
    """
    mine = Announcement.objects.visible_to(request.user).filter(course=request.course)
    row = get_object_or_404(mine.select_related("by", "group"), pk=pk)
    body = "" if row.withdrawn_at else render_markdown(row.body)
    may_edit = teaches(request.user, request.course)
    return render(request, "schedule/announcement.html", {"row": row, "body": body, "may_edit": may_edit})


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Today in the reader's course; a word to somebody who is in none."""
    now = timezone.now()
    reader = cast(User, request.user)
    course = current_course(reader, now)
    if course is None:
        return render(request, "courseportal/no_course.html")
    request.course = course  # type: ignore[attr-defined]  # the frame shows the same course
    return render(request, "courseportal/home.html", {"page": home_page(course, reader, now)})
