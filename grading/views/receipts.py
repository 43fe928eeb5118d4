"""Receipts, and the files they promise."""

from __future__ import annotations

import logging
from urllib.parse import quote

from django.core.files.storage import storages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from grading.archives import is_archive
from grading.models import Submission, SubmissionFile
from grading.previews import NoPreview, has_preview
from grading.queries.reading import preview_of_row
from grading.queries.receipts import receipt_page
from schedule.views import CourseRequest, course_page

logger = logging.getLogger(__name__)


@require_safe
@course_page
def receipt(request: CourseRequest, receipt: str) -> HttpResponseBase:
    """The receipt of one submission."""
    try:
        page = receipt_page(request.course, receipt, request.user, timezone.now())
    except Submission.DoesNotExist:
        raise Http404 from None
    return render(request, "grading/receipt.html", {"page": page})


@require_safe
@course_page
def file(request: CourseRequest, pk: int, name: str) -> HttpResponseBase:
    """The bytes of one file, for its student and the course's staff; never opened in the portal's origin."""
    row = get_object_or_404(files_for(request), pk=pk, name=name)
    try:
        stream = storages["default"].open(row.path)
    except OSError:
        logger.critical("File %s of submission %s cannot be read", row.pk, row.submission_id, exc_info=True)
        return _unreadable()
    response = FileResponse(stream, content_type="application/octet-stream")
    response["Content-Length"] = str(row.size)
    response["Content-Disposition"] = attachment_header(row.name)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@course_page
def contents(request: CourseRequest, pk: int) -> HttpResponseBase:
    """What is in a file, for those who may have it: text made safe, the list of an archive."""
    row = get_object_or_404(files_for(request).select_related("submission__assignment"), pk=pk)
    if not has_preview(row.name):
        raise Http404
    context: dict[str, object] = {"file": row, "submission": row.submission, "preview": None}
    try:
        context["preview"] = preview_of_row(row)
    except NoPreview:
        context["is_archive"] = is_archive(row.name)
    except OSError:
        return _unreadable()
    return render(request, "grading/contents.html", context)


def files_for(request: CourseRequest) -> QuerySet[SubmissionFile]:
    """The files of the course that the reader may have."""
    visible = Submission.objects.visible_to(request.user).filter(assignment__course=request.course)
    return SubmissionFile.objects.filter(submission__in=visible)


def _unreadable() -> HttpResponse:
    return HttpResponse(_("This file cannot be read just now. Try again in a minute."), status=503)


def attachment_header(name: str) -> str:
    """Content-Disposition for a download under this name, in any script (RFC 6266, RFC 5987)."""
    plain = "".join(
        char if char.isascii() and char.isprintable() and char not in '"\\%' else "_" for char in name
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
