"""My grades."""

from __future__ import annotations

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from grading.queries.grades import grades_page
from grading.queries.scheme import SchemeMissing
from schedule.views import CourseRequest, course_page


@require_safe
@course_page
def grades(request: CourseRequest) -> HttpResponseBase:
    """Where the reader stands, for students of the course."""
    try:
        page = grades_page(request.course, request.user, timezone.now())
    except SchemeMissing as missing:
        return render(request, "grading/grades.html", {"page": None, "missing": str(missing)})
    if page is None:
        raise Http404
    return render(request, "grading/grades.html", {"page": page})
