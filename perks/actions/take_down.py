"""A photo is taken down: at once out of everyone's sight but staff's, who remove it. The count stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from people.audit import audited
from people.models import User
from people.storage import durable_storage
from perks.actions.decide import NotAllowed, decidable
from perks.actions.telling import tell_of_photo
from perks.models import Photo
from schedule.access import teaches


def take_down(*, photo_id: int, by: User, now: datetime) -> Photo:
    """Hide a photo from everyone but staff, who then remove it or put it back; its proof goes on counting.

    Anybody the proof names may ask for it, and staff. Doing so twice changes nothing. Raises NotAllowed.
    """
    with audited(by=by), transaction.atomic():
        photo = (
            Photo.objects.select_for_update(of=("self",))
            .select_related("proof__activity__course")
            .get(pk=photo_id)
        )
        named = photo.proof.parts.filter(person=by).exists()
        if not named and not teaches(by, photo.proof.activity.course):
            raise NotAllowed(_("Only somebody whom the proof names, or staff, can take a photo down."))
        if photo.hidden_at is None and photo.removed_at is None:
            photo.hidden_at, photo.hidden_by = now, by
            photo.save(update_fields=["hidden_at", "hidden_by"])
    return photo


def put_back(*, photo_id: int, by: User, now: datetime) -> Photo:
    """Show a photo again that was taken down, as staff. Raises NotAllowed."""
    with audited(by=by), transaction.atomic():
        photo = _locked(photo_id, by)
        asked_by = photo.hidden_by_id
        photo.hidden_at = photo.hidden_by = None
        photo.save(update_fields=["hidden_at", "hidden_by"])
        tell_of_photo(photo, asked_by=asked_by, by=by, now=now)
    return photo


def remove(*, photo_id: int, by: User, now: datetime) -> Photo:
    """Remove a photo for good, as staff, with what its file said of time and place. Raises NotAllowed."""
    with audited(by=by), transaction.atomic():
        photo = _locked(photo_id, by)
        paths = removed([photo], now)
        tell_of_photo(photo, asked_by=photo.hidden_by_id, by=by, now=now)
        transaction.on_commit(lambda: durable_storage().forget(paths), robust=True)
    return photo


def _locked(photo_id: int, by: User) -> Photo:
    """The photo, which ``by`` may decide about: its group is locked first, as everywhere, then its row."""
    decidable(Photo.objects.values_list("proof_id", flat=True).get(pk=photo_id), by)
    return Photo.objects.select_for_update().get(pk=photo_id)


def removed(photos: Sequence[Photo], now: datetime) -> list[str]:
    """Write down that these photos are gone; the names of their files, to be forgotten once that is sure."""
    paths = [path for photo in photos for path in (photo.path, photo.small_path) if path]
    for photo in photos:
        photo.path = photo.small_path = ""
        photo.shows_at = photo.latitude = photo.longitude = None
        photo.removed_at = photo.removed_at or now
    Photo.objects.bulk_update(
        photos, ["path", "small_path", "shows_at", "latitude", "longitude", "removed_at"]
    )
    return paths
