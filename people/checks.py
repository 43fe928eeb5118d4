"""What must hold of the settings before files of people are taken."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from people.disk import DiskStorage
from people.storage import durable_storage


@register()
def uploads_arrive_beside_their_place(**_kwargs: Any) -> list[CheckMessage]:
    """Files arrive on the filesystem on which they are kept: they are linked into place, never moved."""
    if not isinstance(durable_storage(), DiskStorage):
        return []
    incoming, kept = Path(settings.FILE_UPLOAD_TEMP_DIR), Path(settings.MEDIA_ROOT)
    missing = [folder for folder in (incoming, kept) if not folder.is_dir()]
    if missing:
        return [Error(f"There is no folder {folder}.", id="people.E001") for folder in missing]
    if incoming.stat().st_dev == kept.stat().st_dev:
        return []
    return [
        Error(
            f"FILE_UPLOAD_TEMP_DIR ({incoming}) and MEDIA_ROOT ({kept}) lie on different filesystems.",
            hint="A full disk could cut an upload short on its way from one to the other.",
            id="people.E002",
        )
    ]


@register(deploy=True)
def the_bucket_does_what_is_relied_on(**_kwargs: Any) -> list[CheckMessage]:
    """Where files are kept in a bucket, it is tried with a small file."""
    if isinstance(durable_storage(), DiskStorage):
        return []
    from people.bucket import BucketStorage  # noqa: PLC0415 - a library that only servers have
    from people.bucket_trial import tried  # noqa: PLC0415

    storage = durable_storage()
    return tried(storage) if isinstance(storage, BucketStorage) else []
