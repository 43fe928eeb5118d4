"""Which proofs are there already, and which of them the rows of a file mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

from perks.actions.proof_rows import ProofRow
from perks.models import Participation, Photo, Proof, Track


@dataclass(frozen=True, slots=True)
class Known:
    """A proof that is there, with its people by id.

    ``photos`` are the positions of its photos by the SHA-256 of what was sent, ``track`` that of its track.
    """

    proof: Proof
    parts: dict[int, Participation] = field(default_factory=dict)
    photos: dict[str, int] = field(default_factory=dict)
    track: set[str] = field(default_factory=set)

    def has(self, sha256: str) -> bool:
        """Whether it has this file already, also where that was removed since."""
        return sha256 in self.photos or sha256 in self.track

    @property
    def next_position(self) -> int:
        """Where its next photo goes."""
        return max(self.photos.values(), default=0) + 1

    @property
    def people(self) -> frozenset[int]:
        """Everyone who was ever named on it."""
        return frozenset(self.parts)

    @property
    def counted(self) -> frozenset[int]:
        """Those who were not struck off."""
        struck = Participation.State.STRUCK
        return frozenset(person for person, part in self.parts.items() if part.state != struck)

    @property
    def untouched(self) -> frozenset[int]:
        """Those who have been on it from the start, and about whom nobody said anything since."""
        return frozenset(person for person, part in self.parts.items() if part.changed_at is None)


def known_proofs(groups: Collection[int]) -> list[Known]:
    """The proofs of these groups, imported ones first, with people and files; in four statements."""
    proofs = Proof.objects.filter(group__in=groups).order_by("-origin", "pk")
    found = {proof.pk: Known(proof) for proof in proofs}
    for part in Participation.objects.filter(proof__group__in=groups).order_by():
        found[part.proof_id].parts[part.person_id] = part
    photos = Photo.objects.filter(proof__group__in=groups).order_by("position")
    for proof_id, sha256, position in photos.values_list("proof_id", "sha256", "position"):
        found[proof_id].photos[sha256] = position
    tracks = Track.objects.filter(proof__group__in=groups).values_list("proof_id", "sha256")
    for proof_id, sha256 in tracks:
        found[proof_id].track.add(sha256)
    return list(found.values())


def meant(rows: Iterable[ProofRow], known: Collection[Known]) -> dict[int, Known]:
    """The known proofs that rows mean, by the place of the row; a row of a new proof has none.

    A row with an id means the proof with that id, another what it shows. Staff may have added or struck
    people since then: the proof is the same, so that a file that comes again makes no second one. Of
    several the one whose people are the row's is meant first; no proof is meant by two rows.
    """
    by_id = {(one.proof.group_id, one.proof.external_id): one for one in known if one.proof.external_id}
    alike: dict[tuple[object, ...], list[Known]] = defaultdict(list)
    for one in sorted(known, key=lambda one: bool(one.proof.external_id)):
        alike[_shown(one.proof)].append(one)
    found: dict[int, Known] = {}
    unnamed: list[tuple[int, ProofRow]] = []
    for place, row in enumerate(rows):
        if not row.external_id:
            unnamed.append((place, row))
        elif (row.group_id, row.external_id) in by_id:
            found[place] = by_id[row.group_id, row.external_id]
    taken = {one.proof.pk for one in found.values()}
    for is_meant in MEANT:
        for place, row in unnamed:
            candidates = () if place in found else alike.get(_shown(row), ())
            for one in candidates:
                if one.proof.pk not in taken and is_meant(row, one):
                    found[place] = one
                    taken.add(one.proof.pk)
                    break
    return found


def _shown(one: ProofRow | Proof) -> tuple[object, ...]:
    return one.group_id, one.activity_id, one.checkpoint_id, one.taken_at


MEANT: Final[tuple[Callable[[ProofRow, Known], bool], ...]] = (
    lambda row, one: row.people == one.people,
    lambda row, one: row.people == one.counted,
    lambda row, one: one.untouched <= row.people <= one.people,
)
"""How a row's people tell the proof that it means, the surest way first."""
