"""The pages that put the apps together: the schedule with its deadlines, and what a course is about."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from courseportal.schedule_page import schedule_page
from schedule.markdown import render_markdown
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
    """What the course builds on and asks for, its rules of grading in words with their numbers."""
    return render(request, "schedule/about.html", {"about": render_markdown(request.course.about)})
