"""Files as they are read on a page: each with its preview, or only to be downloaded."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.core.files.storage import storages

from grading.models import SubmissionFile
from grading.previews import NoPreview, Preview, has_preview, preview_of
from grading.queries.attempts import FileLine

logger = logging.getLogger(__name__)

MOST_FILES: Final = 6
"""So many files of a work are opened on its page, the rest on pages of their own."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file and what is shown of it: nothing where it can only be downloaded or was not opened.

    ``is_unreadable`` where its bytes could not be read just now.
    """

    line: FileLine
    preview: Preview | None = None
    is_unreadable: bool = False


def read_files(lines: Sequence[FileLine]) -> tuple[ReadFile, ...]:
    """The files of one work with the previews of the first of them, in one statement."""
    wanted = [line.id for line in lines if has_preview(line.name)][:MOST_FILES]
    rows = SubmissionFile.objects.in_bulk(wanted) if wanted else {}
    return tuple(_read(line, rows[line.id]) if line.id in rows else ReadFile(line) for line in lines)


def _read(line: FileLine, row: SubmissionFile) -> ReadFile:
    try:
        return ReadFile(line, preview=preview_of_row(row))
    except NoPreview:
        return ReadFile(line)
    except OSError:
        return ReadFile(line, is_unreadable=True)


def preview_of_row(row: SubmissionFile) -> Preview:
    """The preview of a stored file. Raises NoPreview, and OSError where its bytes cannot be read now."""
    try:
        with storages["default"].open(row.path) as stream:
            return preview_of(row.name, stream)
    except OSError:
        logger.critical("File %s of submission %s cannot be read", row.pk, row.submission_id, exc_info=True)
        raise
