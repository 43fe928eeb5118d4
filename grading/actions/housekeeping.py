"""Looking after the files that students handed in: nothing lies about, nothing goes bad in silence."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from grading.models import SUBMISSIONS, SubmissionFile
from people.storage import KeptFile, durable_storage
from people.sweeping import forget_aside, forget_stale, set_unknown_aside


@dataclass(frozen=True, slots=True)
class Swept:
    """How many files went: uploads that never ended, files set aside, files removed for good."""

    stale: int
    set_aside: int
    removed: int


def sweep_files(*, now: datetime) -> Swept:
    """Remove what uploads left behind and set aside what no row points at, both a day after.

    What was set aside is removed after 30 days. A second sweep right after finds nothing.
    """
    return Swept(
        forget_stale(now=now),
        set_unknown_aside(SUBMISSIONS, _known, now=now),
        forget_aside(now=now),
    )


def _known(paths: list[str]) -> set[str]:
    return set(SubmissionFile.objects.filter(path__in=paths).values_list("path", flat=True))


@dataclass(frozen=True, slots=True)
class Fault:
    """A file of a receipt that is not what it was, and what is wrong with it."""

    file_id: int
    receipt: str
    path: str
    what: str


@dataclass(frozen=True, slots=True)
class Verified:
    """How many files were read again, which are wrong, and the last one's id; None at the end of all."""

    checked: int
    faults: tuple[Fault, ...]
    last_id: int | None


def verify_files(*, after_id: int, files: int, seconds: float) -> Verified:
    """Read files again, in order of id, and compare size and SHA-256 with what their receipts say.

    At most so many files, and no new one after so many seconds. Changes nothing.
    """
    storage = durable_storage()
    until = time.monotonic() + seconds
    rows = SubmissionFile.objects.filter(pk__gt=after_id).order_by("pk")
    batch = list(rows.values_list("pk", "submission__receipt", "path", "size", "sha256")[:files])
    faults: list[Fault] = []
    checked, last_id = 0, None
    for pk, receipt, path, size, sha256 in batch:
        if time.monotonic() > until:
            return Verified(checked, tuple(faults), last_id or after_id)
        what = storage.fault_in(KeptFile(path, size, sha256))
        if what is not None:
            faults.append(Fault(pk, receipt, path, what))
        checked, last_id = checked + 1, pk
    return Verified(checked, tuple(faults), last_id if len(batch) == files else None)
