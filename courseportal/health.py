"""Whether the portal's parts work: database, broker, people's files, the worker with its timetable."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courseportal.celery import app
from courseportal.looking import look_at
from people.queries.outbox import NotSwept, what_was_swept
from people.storage import durable_storage

HEARTBEAT_KEY = "worker-seen-at"
WORKER_SILENT_AFTER = timedelta(minutes=3)  # the timetable wakes it every minute

SWEPT_WITHIN = timedelta(minutes=5)  # once a minute, and each delivers for most of one at the longest

PARTS: Final = ("database", "broker", "storage", "worker", "sweep")

NO_ANSWER: Final = "does not answer"

PATIENCE: Final = 2.0
"""Seconds within which every part must have answered; probes wait for five or more."""


class Seen(NamedTuple):
    """What a look saw: "ok" or in a few words what is wrong; the moment that it is about, if any.

    ``but`` is what could not be looked at, while all else is well.
    """

    word: str
    at: datetime | None = None
    but: tuple[NotSwept, ...] = ()


@dataclass(frozen=True)
class Health:
    """Each part: "ok", or in a few words what is wrong; no addresses and no secrets."""

    database: str
    broker: str
    storage: str
    worker: str
    sweep: str
    worker_seen_at: datetime | None
    swept_at: datetime | None
    not_swept: tuple[NotSwept, ...] = ()
    """What the last sweep could not look at. One course that makes no sense takes no part down."""

    @property
    def words(self) -> dict[str, str]:
        """What is said of each part, by its name."""
        return {name: word for name, word in asdict(self).items() if name in PARTS}

    @property
    def all_well(self) -> bool:
        return set(self.words.values()) == {"ok"}


def health(*, now: datetime) -> Health:
    """Look at each part once, at all together for at most PATIENCE seconds."""
    parts: dict[str, Callable[[], Seen]] = {
        "database": _database,
        "broker": _broker,
        "storage": _storage,
        "worker": partial(_worker, now),
        "sweep": partial(_sweep, now),
    }
    seen = look_at(parts, seconds=PATIENCE, otherwise=Seen(NO_ANSWER))
    words = {name: part.word for name, part in seen.items()}
    return Health(
        **words,
        worker_seen_at=seen["worker"].at,
        swept_at=seen["sweep"].at,
        not_swept=seen["sweep"].but,
    )


def mark_worker_seen(*, now: datetime) -> None:
    """Leave word that a worker is alive."""
    cache.set(HEARTBEAT_KEY, now.isoformat(), timeout=None)


def _worker(now: datetime) -> Seen:
    word = cache.get(HEARTBEAT_KEY)
    if not word:
        return Seen("not seen yet")
    seen_at = datetime.fromisoformat(word)
    return Seen("ok" if abs(now - seen_at) <= WORKER_SILENT_AFTER else "silent", seen_at)


def _sweep(now: datetime) -> Seen:
    last = what_was_swept()
    if last is None:
        return Seen("not yet")
    word = "ok" if not last.whole_parts_failed else "failed in part"
    if now - last.swept_at > SWEPT_WITHIN:
        word = "too long ago"
    elif last.swept_at - now > SWEPT_WITHIN:
        word = "ahead of the clock"
    return Seen(word, last.swept_at, last.not_swept)


def _database() -> Seen:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Seen("ok")


def _broker() -> Seen:
    if settings.EMBEDDED_BROKER:
        return _can_write(Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["folder"]))
    with app.connection_for_write(connect_timeout=PATIENCE) as broker:
        channel = broker.default_channel
        if redis := getattr(channel, "client", None):  # other brokers answer when they are connected to
            redis.ping()
    return Seen("ok")


def _storage() -> Seen:
    """Where uploads arrive, always a folder; and where they are kept, which may be a bucket."""
    return Seen(durable_storage().trouble() or "ok")


def _can_write(folder: Path) -> Seen:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            file.write(b"0" * 4096)
            file.flush()
    except OSError as error:
        return Seen((error.strerror or NO_ANSWER).lower())
    return Seen("ok")


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """For probes that end what hangs: 200 as soon as this process answers at all. It touches nothing."""
    return JsonResponse({"process": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """For probes and people: 200 when every part works, else 503; either way each part by name, as JSON."""
    now = timezone.now()  # noqa: TID251  # the edge of this page
    parts = health(now=now)
    told = asdict(parts) | {"not_swept": [str(one) for one in parts.not_swept]}
    return JsonResponse(told, status=200 if parts.all_well else 503)
