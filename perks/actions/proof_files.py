"""The photos and tracks that the rows of a file of proofs name: found in a folder, read, and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from django.utils import translation

from perks import photos, tracks
from perks.actions.keeping import KeptPhoto, forget_photos, keep_photos
from perks.actions.known_proofs import Known
from perks.actions.proof_rows import ProofRow
from perks.photos import PHOTOS_A_PROOF, BadPhoto, read_photo
from perks.tracks import BadTrack, ReadTrack, read_track
from schedule.cells import BadCell
from schedule.tables import Problem, Row, trimmed

TRACK_SUFFIX: Final = ".gpx"


class Folder:
    """The files beside a table, by name as cells are read. A name that is not listed there leads nowhere."""

    def __init__(self, path: Path) -> None:
        """Raises OSError where the folder cannot be read."""
        inside = path.resolve()
        self.files = {
            trimmed(file.name): file
            for file in path.iterdir()
            if file.is_file() and file.resolve().parent == inside
        }

    def __contains__(self, name: str) -> bool:
        return name in self.files

    def bytes_of(self, name: str) -> bytes:
        """What is in a file. Raises BadCell for one that is larger than any of its kind may be."""
        most = tracks.MOST_BYTES if is_track(name) else photos.MOST_BYTES
        file = self.files[name]
        if file.stat().st_size > most:
            raise BadCell(f"a {'track' if is_track(name) else 'photo'} of at most {most // 2**20} MB")
        return file.read_bytes()


def is_track(name: str) -> bool:
    """Whether a file is read as a GPS track; every other is a photo or refused."""
    return name.lower().endswith(TRACK_SUFFIX)


def file_in(folder: Folder | None) -> Callable[[str], str]:
    """A reader of the name of a file in the folder; gives the name, empty where there is none."""

    def read(text: str) -> str:
        if text and folder is None:
            raise BadCell("nothing: no folder of files was given, see --files")
        if text and folder is not None and text not in folder:
            raise BadCell("the name of a file in the folder of --files, without any path")
        return text

    return read


@dataclass(slots=True)
class NewFiles:
    """Files that no proof has yet, by the place of their row: photos that are on the disk, and tracks."""

    photos: dict[int, KeptPhoto] = field(default_factory=dict)
    tracks: dict[int, ReadTrack] = field(default_factory=dict)

    def forget(self, but: Iterable[int] = ()) -> None:
        """Remove the photos from the disk, all but those of these rows."""
        used = set(but)
        forget_photos(photo for place, photo in self.photos.items() if place not in used)


def new_files(
    rows: Sequence[ProofRow],
    found: Mapping[int, Known],
    folder: Folder,
    zone: ZoneInfo,
    told: Callable[[int, int], None],
) -> NewFiles:
    """Read and keep the files of rows whose proof does not have them; what is wrong is noted in the rows.

    A file of a proof that has it is read for its hash alone. Nothing stays on the disk where anything is
    wrong. Raises NotSaved. Call it outside a transaction.
    """
    files = NewFiles()
    named = [place for place, row in enumerate(rows) if row.file]
    try:
        with translation.override("en"):  # the words of a command
            for done, place in enumerate(named):
                told(done, len(named))
                taken = _taken(rows[place], found.get(place), folder, zone)
                if isinstance(taken, KeptPhoto):
                    files.photos[place] = taken
                elif taken is not None:
                    files.tracks[place] = taken
    except BaseException:
        files.forget()
        raise
    if any(row.row.problems for row in rows):
        files.forget()
    return files


def _taken(
    row: ProofRow, known: Known | None, folder: Folder, zone: ZoneInfo
) -> KeptPhoto | ReadTrack | None:
    """The file of a row; None where its proof has it, or where something is wrong with it."""
    try:
        content = folder.bytes_of(row.file)
        if known is not None and known.has(hashlib.sha256(content).hexdigest()):
            return None
        if is_track(row.file):
            _check_track(row, known)
            return read_track(content)
        _check_photo(known)
        (photo,) = keep_photos([read_photo(content, zone=zone)])
        return photo
    except BadCell as wrong:
        row.row.refuse("file", str(wrong))
    except (BadPhoto, BadTrack) as wrong:
        _note(row.row, str(wrong))
    except OSError as wrong:
        _note(row.row, f"it cannot be read: {wrong.strerror}")
    return None


def _check_track(row: ProofRow, known: Known | None) -> None:
    if not row.takes_tracks:
        raise BadCell("a photo: this activity takes no tracks")
    if known is not None and known.track:
        raise BadCell("the track that this proof has: another does not take its place")


def _check_photo(known: Known | None) -> None:
    if known is not None and len(known.photos) >= PHOTOS_A_PROOF:
        raise BadCell(f"nothing: this proof has {PHOTOS_A_PROOF} photos already")


def _note(row: Row, what: str) -> None:
    row.problems.append(Problem(row.line, f'file "{row.cells["file"]}": {what}'))
