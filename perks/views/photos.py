"""The bytes of photos: pictures that were made anew, for those who see the proof."""

from __future__ import annotations

import logging

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from people.storage import durable_storage
from perks.models import Photo
from schedule.views import CourseRequest, course_page

logger = logging.getLogger(__name__)


@require_safe
@course_page
def large(request: CourseRequest, photo: int) -> HttpResponseBase:
    """A photo to look at."""
    return _picture(request, photo, is_small=False)


@require_safe
@course_page
def small(request: CourseRequest, photo: int) -> HttpResponseBase:
    """A photo in a list."""
    return _picture(request, photo, is_small=True)


def _picture(request: CourseRequest, pk: int, *, is_small: bool) -> HttpResponseBase:
    seen = Photo.objects.visible_to(request.user).filter(proof__activity__course=request.course)
    row = get_object_or_404(seen, pk=pk)
    path = row.small_path if is_small else row.path
    # A browser may keep it and has to ask each time: whoever has lost the right, or a photo that was taken
    # down, is not shown again. The name is random and its bytes never change.
    etag = f'"{path.rpartition("/")[2]}"'
    response = get_conditional_response(request, etag=etag) or _file(row, path)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _file(row: Photo, path: str) -> HttpResponseBase:
    try:
        stream = durable_storage().open(path)
    except OSError:
        logger.critical("Photo %s of proof %s cannot be read", row.pk, row.proof_id, exc_info=True)
        return HttpResponse(_("This photo cannot be read just now. Try again in a minute."), status=503)
    return FileResponse(stream, content_type="image/jpeg", filename=f"{row.proof_id}-{row.position}.jpg")
