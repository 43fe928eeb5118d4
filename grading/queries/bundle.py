"""What goes into one archive when a TA downloads many works."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from grading.bundles import Bundled
from grading.models import Submission, SubmissionFile
from grading.queries.marking import queue_lines


def bundle_of(works: Sequence[Submission], now: datetime) -> tuple[tuple[Bundled, ...], int]:
    """The files of these works, by assignment, group, student and attempt, and their bytes together.

    Give works with their student, their assignment with its course, and their review.
    """
    lines = queue_lines(works, now)
    by_id = {work.pk: work for work in works}
    rows = SubmissionFile.objects.filter(submission__in=by_id).order_by(
        "submission__submitted_at", "position"
    )
    files, total = [], 0
    for row in rows:
        work, line = by_id[row.submission_id], lines[row.submission_id]
        attempt = f", {line.number}" if line.attempts > 1 else ""
        folders = (str(work.assignment), line.group, f"{work.student}{attempt}")
        at = work.submitted_at.astimezone(work.assignment.course.zone)
        files.append(Bundled(tuple(filter(None, folders)), row.name, at, row.path))
        total += row.size
    return tuple(files), total
