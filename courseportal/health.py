"""Whether the portal's parts work: the database, the students' files, the worker with its timetable."""

import tempfile
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

HEARTBEAT_KEY = "worker-seen-at"
WORKER_SILENT_AFTER = timedelta(minutes=3)  # the timetable wakes it every minute


@dataclass(frozen=True)
class Health:
    """Each part: "ok", or in a few words what is wrong; no addresses and no secrets."""

    database: str
    files: str
    worker: str
    worker_seen_at: datetime | None

    @property
    def all_well(self) -> bool:
        return {self.database, self.files, self.worker} == {"ok"}


def health(*, now: datetime, folder: Path) -> Health:
    """Look at each part once; `folder` is where files that come in are written."""
    seen_at = _worker_seen_at()
    return Health(_database(), _files(folder), _worker(seen_at, now), seen_at)


def mark_worker_seen(*, now: datetime) -> None:
    """Leave word that a worker is alive."""
    cache.set(HEARTBEAT_KEY, now.isoformat(), timeout=None)


def _worker(seen_at: datetime | None, now: datetime) -> str:
    if seen_at is None:
        return "not seen yet"
    return "ok" if now - seen_at <= WORKER_SILENT_AFTER else "silent"


def _worker_seen_at() -> datetime | None:
    try:
        word = cache.get(HEARTBEAT_KEY)
    except Exception:  # noqa: BLE001  # whatever kind of cache it is: without it nobody has been seen
        return None
    return datetime.fromisoformat(word) if word else None


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer"
    return "ok"


def _files(folder: Path) -> str:
    try:
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            file.write(b"0" * 4096)
            file.flush()
    except OSError as error:
        return (error.strerror or "cannot be written").lower()
    return "ok"


@never_cache
@require_safe
def health_page(request: HttpRequest) -> JsonResponse:
    """For probes: 200 when every part works, else 503; either way each part by name, as JSON."""
    now = timezone.now()  # noqa: TID251  # the edge of this page
    parts = health(now=now, folder=Path(settings.FILE_UPLOAD_TEMP_DIR))
    return JsonResponse(asdict(parts), status=200 if parts.all_well else 503)
