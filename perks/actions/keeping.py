"""How the pictures of proofs come to the disk: first all bytes of them, then the rows that point at them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Self

from django.core.files.base import ContentFile

from people.storage import durable_storage
from perks.models import Photo, Proof, Track
from perks.photos import ReadPhoto
from perks.tracks import ReadTrack

PROOFS: Final = "proofs"
"""The folder of proofs' pictures; rows of Photo point into it, and nothing else does."""


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """A photo whose two pictures are on the disk, under these names; it has no row yet."""

    path: str
    small_path: str
    width: int
    height: int
    sha256: str
    look: str
    shows_at: datetime | None
    latitude: Decimal | None
    longitude: Decimal | None

    @classmethod
    def of(cls, read: ReadPhoto, path: str, small_path: str) -> Self:
        """What was read, without its bytes, under these names."""
        return cls(
            path,
            small_path,
            read.width,
            read.height,
            read.sha256,
            read.look,
            read.taken_at,
            read.latitude,
            read.longitude,
        )

    def row(self, proof: Proof, position: int) -> Photo:
        """Its row, not saved yet, as the photo of a proof in that place."""
        return Photo(
            proof=proof,
            position=position,
            path=self.path,
            small_path=self.small_path,
            width=self.width,
            height=self.height,
            sha256=self.sha256,
            look=self.look,
            shows_at=self.shows_at,
            latitude=self.latitude,
            longitude=self.longitude,
        )


def keep_photos(photos: Sequence[ReadPhoto]) -> list[KeptPhoto]:
    """Keep both pictures of each photo, or nothing. Raises NotSaved. Call it outside a transaction."""
    pictures = [ContentFile(picture) for photo in photos for picture in (photo.large, photo.small)]
    kept = durable_storage().keep(pictures, under=PROOFS)
    return [
        KeptPhoto.of(photo, large.path, small.path)
        for photo, large, small in zip(photos, kept[::2], kept[1::2], strict=True)
    ]


def forget_photos(kept: Iterable[KeptPhoto]) -> None:
    """Remove pictures whose rows were not stored after all."""
    durable_storage().forget(path for photo in kept for path in (photo.path, photo.small_path))


def track_row(read: ReadTrack, proof: Proof) -> Track:
    """The row, not saved yet, of the track of a proof: it is small enough to be kept whole in there."""
    return Track(
        proof=proof,
        started_at=read.started_at,
        ended_at=read.ended_at,
        length_m=read.length_m,
        lines=read.lines,
        sha256=read.sha256,
    )
