"""Proofs from a file, in bulk: what was posted in a chat before, or decided there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from perks.actions.keeping import track_row
from perks.actions.known_proofs import Known, known_proofs, meant
from perks.actions.locking import locked_group
from perks.actions.proof_files import Folder, NewFiles, file_in, new_files
from perks.actions.proof_rows import COLUMNS, OPTIONAL, ProofRow, proof_rows
from perks.actions.telling import tell_decisions, tell_people
from perks.models import Participation, Photo, Proof, Track
from perks.rules import PartState, ProofState
from schedule.models import Course
from schedule.tables import read_table

BATCH: Final = 500
"""Rows a statement writes at most."""
Told = Callable[[int, int], None]
"""Is told how many of how many rows have been written."""

UPDATED: Final = (
    "activity",
    "checkpoint",
    "taken_at",
    "posted_at",
    "state",
    "reason",
    "decided_by",
    "decided_at",
    "version",
)


@dataclass(frozen=True, slots=True)
class ProofsImported:
    """How many rows were new proofs, how many changed one that was known, how many neither."""

    new: int
    changed: int
    unchanged: int


def import_proofs(
    *,
    course: Course,
    data: bytes,
    now: datetime,
    folder: Folder | None = None,
    notify: bool = False,
    told: Told = lambda done, total: None,
) -> ProofsImported:
    """Record the proofs of a CSV file with the columns of ``COLUMNS``, whatever the target of the course.

    A row's key is its id within the group, else group, activity, checkpoint, taken_at and participants.
    Under a known key, handed in here or imported, status, reason and posted_at become the row's; where the
    row says nothing of reason or posted_at, they stay. With an id all else may change, too: new people are
    named, those who are missing are struck off, except where somebody decided about them here. ``pending``
    is refused for a proof that a person has decided, because an import takes nobody's decision back. Photos
    and tracks are read from the ``folder``; one that the proof has is not taken in again, another photo is
    added. The number of statements does not grow with the rows (by some for each ``BATCH``). ``told`` hears
    of the progress. With ``notify`` people are told of decisions, and of who was put on a known proof or
    struck off. Raises BadTable where anything in the file is wrong, NotSaved where the disk does not
    keep the photos; then nothing is changed.
    """
    table = read_table(data, COLUMNS, OPTIONAL)
    rows = proof_rows(table, course, now, file_in(folder))
    groups = {row.group_id for row in rows}
    files = NewFiles()
    if folder is not None and any(row.file for row in rows):
        files = new_files(rows, meant(rows, known_proofs(groups)), folder, course.zone, told)
    certain, used = True, set[int]()
    try:
        with transaction.atomic(durable=True):
            for group_id in sorted(groups):
                locked_group(group_id)
            found = meant(rows, known_proofs(groups))
            new = [place for place in range(len(rows)) if place not in found]
            changes = [_change(place, rows[place], known, files, now) for place, known in found.items()]
            table.check()
            changes = [change for change in changes if change.is_any]
            used = {*new, *(change.place for change in changes if change.photo)}
            made = _write_all([(place, rows[place]) for place in new], changes, files, now, told)
            if notify:
                _tell(course, made, changes, now)
            certain = False
    except BaseException:
        # A commit that broke off may have happened all the same: the housekeeping finds out later.
        if certain:
            files.forget()
        raise
    files.forget(but=used)
    return ProofsImported(len(new), len(changes), len(table.rows) - len(new) - len(changes))


def _write_all(
    new: Sequence[tuple[int, ProofRow]],
    changes: Sequence[_Change],
    files: NewFiles,
    now: datetime,
    told: Told,
) -> list[Proof]:
    total, made = len(new) + len(changes), []
    for start in range(0, len(new), BATCH):
        told(start, total)
        made += _record(new[start : start + BATCH], files, now)
    for start in range(0, len(changes), BATCH):
        told(len(new) + start, total)
        _write(changes[start : start + BATCH], now)
    told(total, total)
    return made


def _tell(course: Course, made: Sequence[Proof], changes: Sequence[_Change], now: datetime) -> None:
    """Tell of decisions, also of new proofs that came with one, and of who is on the others."""
    ids = [proof.pk for proof in made] + [change.proof.pk for change in changes]
    proofs = Proof.objects.select_related("activity__course", "checkpoint").in_bulk(ids)
    pending = (ProofState.PENDING.value, "")
    decided = [(proofs[one.pk], pending) for one in made if one.state != ProofState.PENDING]
    decided += [(proofs[one.proof.pk], one.before) for one in changes if one.is_decision]
    tell_decisions(decided, course=course, by=None, now=now)
    turned = [(proofs[one.proof.pk], part, "") for one in changes for part in one.added]
    other = {PartState.NAMED: PartState.STRUCK, PartState.STRUCK: PartState.NAMED}
    turned += [
        (proofs[one.proof.pk], part, other[PartState(part.state)]) for one in changes for part in one.turned
    ]
    tell_people(turned, course=course, by=None, now=now)


def _record(places: Sequence[tuple[int, ProofRow]], files: NewFiles, now: datetime) -> list[Proof]:
    """Store new proofs with their people and files."""
    proofs = Proof.objects.bulk_create(
        Proof(
            group_id=row.group_id,
            activity_id=row.activity_id,
            checkpoint_id=row.checkpoint_id,
            taken_at=row.taken_at,
            posted_at=row.posted_at or row.taken_at,
            state=row.state,
            reason=row.reason,
            decided_at=None if row.state is ProofState.PENDING else now,
            origin=Proof.Origin.IMPORT,
            external_id=row.external_id,
        )
        for _place, row in places
    )
    made = [(place, row, proof) for (place, row), proof in zip(places, proofs, strict=True)]
    Participation.objects.bulk_create(
        Participation(proof=proof, person_id=person)
        for _place, row, proof in made
        for person in sorted(row.people)
    )
    Photo.objects.bulk_create(
        files.photos[place].row(proof, 1) for place, _row, proof in made if place in files.photos
    )
    Track.objects.bulk_create(
        track_row(files.tracks[place], proof) for place, _row, proof in made if place in files.tracks
    )
    return proofs


@dataclass(frozen=True, slots=True)
class _Change:
    """What a row changes about a known proof: columns, people added, people in another state, its files."""

    place: int
    proof: Proof
    columns: frozenset[str]
    added: tuple[Participation, ...]
    turned: tuple[Participation, ...]
    photo: Photo | None
    track: Track | None
    before: tuple[str, str]
    """The state and the reason until now."""

    @property
    def is_decision(self) -> bool:
        return bool({"state", "reason"} & self.columns)

    @property
    def is_any(self) -> bool:
        return bool(self.columns or self.added or self.turned or self.photo or self.track)


def _change(place: int, row: ProofRow, known: Known, files: NewFiles, now: datetime) -> _Change:
    """How a known proof becomes what the row says; a decision to be taken back is noted in the row."""
    proof = known.proof
    if row.state is ProofState.PENDING and proof.decided_by_id is not None:
        told = f"approved or rejected: this proof is {proof.state}, and an import takes no decision back"
        row.row.refuse("status", told)
    stays = row.taken_at if proof.posted_at == proof.taken_at else max(proof.posted_at, row.taken_at)
    posted_at = row.posted_at or stays  # nothing is handed in before what it shows
    wanted: dict[str, object] = {"state": row.state.value, "posted_at": posted_at}
    if row.state is not ProofState.REJECTED or row.reason:
        wanted["reason"] = row.reason
    if row.external_id:
        wanted |= {column: getattr(row, column) for column in ("activity_id", "checkpoint_id", "taken_at")}
    before = proof.state, proof.reason
    changed = {column: value for column, value in wanted.items() if getattr(proof, column) != value}
    if {"state", "reason"} & set(changed):
        changed |= {"decided_by_id": None, "decided_at": now if row.state is not ProofState.PENDING else None}
    for column, value in changed.items():
        setattr(proof, column, value)
    added, turned = _other_people(row, known, now) if row.external_id else ((), ())
    kept, read = files.photos.get(place), files.tracks.get(place)
    change = _Change(
        place,
        proof,
        frozenset(changed),
        added,
        turned,
        kept.row(proof, known.next_position) if kept and not known.has(kept.sha256) else None,
        track_row(read, proof) if read and not known.track else None,
        before,
    )
    proof.version += change.is_any
    return change


def _other_people(
    row: ProofRow, known: Known, now: datetime
) -> tuple[tuple[Participation, ...], tuple[Participation, ...]]:
    """Those whom the row adds, and those whom it strikes off or names again. What people said here stays."""
    named, struck = Participation.State.NAMED, Participation.State.STRUCK
    added = tuple(
        Participation(proof=known.proof, person_id=person, changed_at=now)
        for person in sorted(row.people - known.people)
    )
    turned = []
    for person, part in sorted(known.parts.items()):
        wanted = named if person in row.people else struck
        if part.changed_by_id is None and part.state != wanted:
            part.state, part.changed_at = wanted, now
            turned.append(part)
    return added, tuple(turned)


def _write(changes: Sequence[_Change], now: datetime) -> None:
    """Write changes of known proofs and of who is on them."""
    # One statement for all of them, where bulk_update would spell out every row of every column.
    Proof.objects.bulk_create(
        [change.proof for change in changes],
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=UPDATED,
    )
    Participation.objects.bulk_create(part for change in changes for part in change.added)
    Photo.objects.bulk_create(change.photo for change in changes if change.photo)
    Track.objects.bulk_create(change.track for change in changes if change.track)
    for state in (Participation.State.NAMED, Participation.State.STRUCK):
        turned = [part.pk for change in changes for part in change.turned if part.state == state]
        for start in range(0, len(turned), BATCH):
            Participation.objects.filter(pk__in=turned[start : start + BATCH]).update(
                state=state, changed_at=now
            )
