"""Looking after the pictures of proofs: none lies about, none is kept longer than people were told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from people.storage import durable_storage
from people.sweeping import set_unknown_aside
from perks.actions.keeping import PROOFS
from perks.actions.take_down import removed
from perks.models import ExtensionRule, Photo, Track
from perks.queries.keeping import kept_until
from schedule.models import Course

BATCH: Final = 200
"""Photos of one transaction: their files go once it is through."""


def sweep_pictures(*, now: datetime) -> int:
    """Set aside the pictures that no photo points at, a day after; how many. Twice is as good as once."""
    return set_unknown_aside(PROOFS, _known, now=now)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many photos and tracks were removed because their time is over."""

    photos: int
    tracks: int


def forget_pictures(*, now: datetime) -> Forgotten:
    """Remove photos and tracks of courses that ended as many days ago as their extension rule says.

    With a photo goes what its file said of time and place, with a track its line. The proofs, who is on them
    and what they count stay. A second run finds nothing.
    """
    photos = tracks = 0
    for course in _courses_to_forget(now):
        while count := _forget_photos(course, now):
            photos += count
        lines = Track.objects.filter(proof__activity__course=course, removed_at__isnull=True)
        tracks += lines.update(lines=[], removed_at=now)
    return Forgotten(photos, tracks)


def _courses_to_forget(now: datetime) -> list[Course]:
    """Those with pictures whose last day has passed by the course's own clock."""
    rules = {rule.course_id: rule for rule in ExtensionRule.objects.all()}
    with_pictures = Course.objects.filter(
        Q(activities__proofs__photos__in=Photo.objects.there())
        | Q(activities__proofs__track__in=Track.objects.filter(removed_at__isnull=True))
    )
    return [
        course
        for course in with_pictures.distinct()
        if now.astimezone(course.zone).date() > kept_until(course, rules.get(course.pk))
    ]


def _forget_photos(course: Course, now: datetime) -> int:
    with transaction.atomic():
        there = Photo.objects.there().filter(proof__activity__course=course)
        photos = list(there.select_for_update(of=("self",)).order_by("pk")[:BATCH])
        paths = removed(photos, now)
        transaction.on_commit(lambda: durable_storage().forget(paths), robust=True)
    return len(photos)


def _known(paths: list[str]) -> set[str]:
    rows = Photo.objects.filter(Q(path__in=paths) | Q(small_path__in=paths))
    return {name for names in rows.values_list("path", "small_path") for name in names}
