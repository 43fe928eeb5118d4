"""Where files are kept cannot be reached: who hands in is told, nothing is half there, and messages go."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
import time_machine
from django.core import mail
from django.test import Client, override_settings
from django.utils import timezone

from grading.models import Submission, SubmissionFile
from people.actions.sweep import sweep
from people.files_url import files_place
from people.models import Message, User
from schedule.models import Course
from tests.factories import make_assignment, moscow
from tests.grading.posting import post, work
from tests.services import free_port

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]


def unreachable(kind: str, folder: Path) -> override_settings:
    """Files are kept where nothing is: in a folder that is gone, in a bucket whose server does not run."""
    if kind == "disk":
        return override_settings(
            MEDIA_ROOT=folder / "gone", FILE_UPLOAD_TEMP_DIR=folder / "gone" / "incoming"
        )
    (folder / "uploads").mkdir()
    bucket = files_place(f"s3+http://key:secret@127.0.0.1:{free_port()}/bucket").storage
    return override_settings(
        STORAGES={
            "default": bucket,
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        MEDIA_ROOT="",
        UPLOADS_HAVE_NAMES=False,
        FILE_UPLOAD_TEMP_DIR=folder / "uploads",
    )


@pytest.mark.parametrize("kind", ["disk", pytest.param("bucket", marks=pytest.mark.trust)])
def test_nothing_is_lost_and_nothing_is_promised(
    kind: str,
    client: Client,
    course: Course,
    student: User,
    place: Path,
    tmp_path: Path,
) -> None:
    make_assignment(course=course, due_at=moscow(2025, 9, 30, 23, 59, 59))
    client.force_login(student)
    token = str(uuid.uuid4())
    with time_machine.travel(moscow(2025, 9, 29, 12), tick=False):
        with unreachable(kind, tmp_path):
            refused = post(client, course, files=work(), comment="typed with care", form_token=token)
            sweep(clock=timezone.now)
        text = refused.content.decode()
        assert refused.status_code == 503 and "Not saved" in text and "typed with care" in text
        assert not Submission.objects.exists() and not SubmissionFile.objects.exists()
        assert [message.kind for message in Message.objects.all()] == ["reminder"], "no receipt of nothing"
        assert len(mail.outbox) == 1, "and what was due has gone"

        taken = post(client, course, files=work(), comment="typed with care", form_token=token)
        sweep(clock=timezone.now)
    assert taken.status_code == 302
    receipt = Submission.objects.get().receipt
    assert [receipt in str(letter.body) for letter in mail.outbox] == [False, True]
