"""A photo is taken down: hidden at once, removed by staff, and the proof goes on counting."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from pytest_django import DjangoCaptureOnCommitCallbacks

from people.models import User
from people.storage import durable_storage
from perks.actions.decide import NotAllowed
from perks.actions.take_down import put_back, remove, take_down
from perks.models import Photo, Proof
from schedule.models import StudyGroup
from tests.factories import make_proof, moscow

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.usefixtures("place")]

NOW = moscow(2025, 11, 20, 12)


@pytest.fixture
def photo(group: StudyGroup, student: User, group_mate: User, place: Path) -> Photo:
    """On an approved proof of two, with its files on the disk."""
    proof = make_proof(group=group, people=[student, group_mate])
    large, small = durable_storage().keep([ContentFile(b"large"), ContentFile(b"small")], under="proofs")
    return Photo.objects.create(
        proof=proof,
        position=1,
        path=large.path,
        small_path=small.path,
        width=4,
        height=3,
        sha256="0" * 64,
        look="0" * 64,
        shows_at=NOW,
        latitude="55.751244",
        longitude="37.618423",
    )


def test_somebody_on_it_hides_it_from_everyone_but_staff(
    photo: Photo, student: User, group_mate: User, assistant: User
) -> None:
    assert Photo.objects.visible_to(group_mate).count() == 1
    hidden = take_down(photo_id=photo.pk, by=student, now=NOW)
    assert (hidden.hidden_at, hidden.hidden_by) == (NOW, student)
    later: datetime = moscow(2025, 11, 21)
    assert take_down(photo_id=photo.pk, by=group_mate, now=later).hidden_by == student
    assert not Photo.objects.visible_to(student).exists()
    assert Photo.objects.visible_to(assistant).get() == photo
    assert photo.proof.state == Proof.State.APPROVED
    put_back(photo_id=photo.pk, by=assistant, now=NOW)
    assert Photo.objects.visible_to(group_mate).count() == 1


def test_nobody_else_may(photo: Photo, representative: User, stranger: User, student: User) -> None:
    for person in (representative, stranger):
        with pytest.raises(NotAllowed):
            take_down(photo_id=photo.pk, by=person, now=NOW)
    for action in (put_back, remove):
        with pytest.raises(NotAllowed):
            action(photo_id=photo.pk, by=student, now=NOW)


def test_removed_with_all_that_the_file_said(
    photo: Photo,
    assistant: User,
    place: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    files = [place / name for name in (photo.path, photo.small_path)]
    with django_capture_on_commit_callbacks(execute=True):
        remove(photo_id=photo.pk, by=assistant, now=NOW)
        assert all(file.exists() for file in files)  # not before it is sure
    assert not any(file.exists() for file in files)
    photo.refresh_from_db()
    assert (photo.path, photo.small_path, photo.removed_at) == ("", "", NOW)
    assert (photo.shows_at, photo.latitude, photo.longitude) == (None, None, None)
    assert not Photo.objects.visible_to(assistant).exists()
    assert photo.proof.parts.count() == 2
