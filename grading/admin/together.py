"""What a TA does with several works of the queue at once."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.files.storage import storages
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from grading.actions.claim import AlreadyClaimed, claim_submission, release_submission
from grading.bundles import zipped
from grading.models import Submission
from grading.queries.bundle import bundle_of
from grading.views.receipts import attachment_header

MOST_BYTES = 2 * 2**30


@admin.action(description=gettext_lazy("Take: I review these"))
def take(page: Any, request: HttpRequest, works: QuerySet[Submission]) -> None:
    now, taken, others = timezone.now(), 0, set[str]()
    for work in works:
        try:
            claim_submission(submission=work, by=request.user, now=now)  # type: ignore[arg-type]
        except AlreadyClaimed as refused:
            others.add(str(refused.claim.ta))
        else:
            taken += 1
    if taken:
        said = ngettext("%(count)d work is yours.", "%(count)d works are yours.", taken)
        messages.success(request, said % {"count": taken})
    if others:
        names = ", ".join(sorted(others))
        messages.warning(request, _("The rest has been taken already: %(names)s.") % {"names": names})


@admin.action(description=gettext_lazy("Give back: somebody else may review these"))
def give_back(page: Any, request: HttpRequest, works: QuerySet[Submission]) -> None:
    given = sum(release_submission(submission=work, by=request.user) for work in works)  # type: ignore[arg-type]
    said = ngettext("%(count)d work is given back.", "%(count)d works are given back.", given)
    messages.success(request, said % {"count": given})


@admin.action(description=gettext_lazy("Download their files in one archive"))
def download(page: Any, request: HttpRequest, works: QuerySet[Submission]) -> StreamingHttpResponse | None:
    chosen = list(works)
    files, total = bundle_of(chosen, timezone.now())
    if not files:
        messages.warning(request, _("These works have no files."))
        return None
    if total > MOST_BYTES:
        messages.error(request, _("These files are more than 2 GB together: choose fewer works."))
        return None
    response = StreamingHttpResponse(zipped(files, storages["default"].open), content_type="application/zip")
    response["Content-Disposition"] = attachment_header(_archive_name(chosen))
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _archive_name(works: list[Submission]) -> str:
    slugs = sorted({work.assignment.course.slug for work in works})
    numbers = sorted({work.assignment.number for work in works})
    return f"{'-'.join(slugs)}-{'-'.join(map(str, numbers))}.zip"[-100:]
