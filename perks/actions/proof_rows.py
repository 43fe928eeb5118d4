"""What the rows of a file of proofs say: each a proof, or what is wrong with it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from perks.models import Activity, Proof
from perks.rules import ProofState
from schedule.cells import BadCell, email_address, moment_until, number_among, one_of, shown_moment, words
from schedule.models import STUDENT_ROLES, Course, Enrolment, StudyGroup
from schedule.tables import Row, Table

COLUMNS: Final = ("group", "activity", "checkpoint", "taken_at", "participants", "status", "file")
OPTIONAL: Final = ("id", "posted_at", "reason")

ID_LENGTH: Final = Proof._meta.get_field("external_id").max_length or 100
REASON_LENGTH: Final = Proof._meta.get_field("reason").max_length or 1_000


@dataclass(frozen=True, slots=True)
class ProofRow:
    """A proof as one row tells it. ``posted_at`` is None and ``reason`` empty where the row does not say."""

    group_id: int
    activity_id: int
    checkpoint_id: int | None
    taken_at: datetime
    people: frozenset[int]
    state: ProofState
    file: str
    takes_tracks: bool
    external_id: str
    posted_at: datetime | None
    reason: str
    row: Row = field(compare=False)

    @property
    def key(self) -> tuple[object, ...]:
        """What tells whether two rows mean one proof: the id within its group, else what it shows."""
        if self.external_id:
            return self.group_id, self.external_id
        return self.group_id, self.activity_id, self.checkpoint_id, self.taken_at, self.people


@dataclass(frozen=True, slots=True)
class _Activity:
    id: int
    takes_tracks: bool
    checkpoints: Mapping[int, int]
    """Ids by number."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A student's time in a group."""

    group_id: int | None
    joined_at: datetime | None
    left_at: datetime | None

    def held_at(self, moment: datetime) -> bool:
        """As Enrolment.objects.at has it, for many moments at once."""
        return (self.joined_at is None or self.joined_at <= moment) and (
            self.left_at is None or self.left_at > moment
        )


def proof_rows(table: Table, course: Course, now: datetime, file: Callable[[str], str]) -> list[ProofRow]:
    """The proofs of a table, each once; what is wrong is noted in the rows. In three statements.

    ``file`` reads the cell with the name of a file. Rows with one key are one proof: with the same content
    the first stands for all, with another the later ones are wrong.
    """
    reader = _Reader(course, now, file)
    found: dict[tuple[object, ...], ProofRow] = {}
    for row in table.rows:
        proof = reader.read(row)
        if row.problems:
            continue
        first = found.setdefault(proof.key, proof)
        if first != proof:
            column = "id" if proof.external_id else "participants"
            row.refuse(column, f"another proof than that of line {first.row.line}, or the same content")
    return list(found.values())


class _Reader:
    """Reads rows with what is known about one course."""

    def __init__(self, course: Course, now: datetime, file: Callable[[str], str]) -> None:
        self.zone, self.now, self.file = course.zone, now, file
        self.groups = dict(StudyGroup.objects.filter(course=course).values_list("name", "pk"))
        self.activities = _activities(course)
        self.members = _Members(course)
        self.moment = moment_until(now, course.zone)
        self.activity = number_among(self.activities, "an activity of this course")
        self.group = _group_among(self.groups)

    def read(self, row: Row) -> ProofRow:
        """What a row says; what is wrong is noted in it."""
        group = row.read("group", self.group, "")
        number = row.read("activity", self.activity, 0)
        activity = self.activities.get(number)
        taken_at = row.read("taken_at", self.moment, None)
        state = row.read("status", _state, None)
        people = self.members.emails(row)
        if group and taken_at:
            self.members.check(row, people, self.groups[group], taken_at, self.zone)
        return ProofRow(
            group_id=self.groups.get(group, 0),
            activity_id=activity.id if activity else 0,
            checkpoint_id=row.read("checkpoint", _checkpoint_of(number, activity), None)
            if activity
            else None,
            taken_at=taken_at or self.now,
            people=frozenset(people.values()),
            state=state or ProofState.PENDING,
            file=row.read("file", self.file, ""),
            takes_tracks=activity is not None and activity.takes_tracks,
            external_id=row.read("id", words("an id", at_most=ID_LENGTH), "") if row.cells["id"] else "",
            posted_at=self._posted_at(row, taken_at),
            reason=row.read("reason", _reason_of(state), "") if state else "",
            row=row,
        )

    def _posted_at(self, row: Row, taken_at: datetime | None) -> datetime | None:
        if not row.cells["posted_at"]:
            return None
        posted_at = row.read("posted_at", self.moment, None)
        if posted_at and taken_at and posted_at < taken_at:
            row.refuse("posted_at", f"a moment not before taken_at, {shown_moment(taken_at, self.zone)}")
        return posted_at


def _activities(course: Course) -> dict[int, _Activity]:
    rows = Activity.objects.filter(course=course).order_by("number", "checkpoints__number")
    found: dict[int, tuple[int, bool]] = {}
    checkpoints: dict[int, dict[int, int]] = defaultdict(dict)
    for number, pk, tracks, checkpoint, checkpoint_id in rows.values_list(
        "number", "pk", "takes_tracks", "checkpoints__number", "checkpoints__pk"
    ):
        found[number] = (pk, tracks)
        if checkpoint_id is not None:
            checkpoints[number][checkpoint] = checkpoint_id
    return {number: _Activity(pk, tracks, checkpoints[number]) for number, (pk, tracks) in found.items()}


def _group_among(groups: Iterable[str]) -> Callable[[str], str]:
    known = frozenset(groups)
    listed = ", ".join(sorted(known)) or "it has none yet"

    def read(text: str) -> str:
        name = " ".join(text.split())
        if name not in known:
            raise BadCell(f"a group of this course: {listed}")
        return name

    return read


def _state(text: str) -> ProofState:
    return ProofState(one_of(ProofState)(text))


def _checkpoint_of(number: int, activity: _Activity) -> Callable[[str], int | None]:
    known = number_among(activity.checkpoints, f"a checkpoint of activity {number}")

    def read(text: str) -> int | None:
        if activity.checkpoints:
            return activity.checkpoints[known(text)]
        if text:
            raise BadCell(f"nothing: activity {number} has no checkpoints")
        return None

    return read


def _reason_of(state: ProofState) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text and state is not ProofState.REJECTED:
            raise BadCell(f"nothing: a reason belongs to a rejection, and the status is {state.value}")
        if len(text) > REASON_LENGTH:
            raise BadCell(f"a reason of at most {REASON_LENGTH} characters")
        return text

    return read


class _Members:
    """Who studied in which group of a course, and when."""

    def __init__(self, course: Course) -> None:
        self.ids: dict[str, int] = {}
        self.parts: dict[int, list[_Part]] = defaultdict(list)
        parts = Enrolment.objects.filter(course=course, role__in=STUDENT_ROLES)
        for email, person_id, group_id, joined_at, left_at in parts.values_list(
            "person__email", "person_id", "group_id", "joined_at", "left_at"
        ):
            self.ids[email] = person_id
            self.parts[person_id].append(_Part(group_id, joined_at, left_at))

    def emails(self, row: Row) -> dict[str, int]:
        """The people of a row's cell, their ids by e-mail; whoever never studied in the course is named."""
        texts = row.cells["participants"].split()
        emails, bad = [], []
        for text in texts:
            try:
                emails.append(email_address(text))
            except BadCell:
                bad.append(f'"{text}"')
        if not texts:
            row.refuse("participants", "the e-mail addresses of those who took part, separated by spaces")
        if bad:
            row.refuse("participants", f"e-mail addresses separated by spaces, not {_listed(bad)}")
        if twice := [email for email, times in Counter(emails).items() if times > 1]:
            row.refuse("participants", f"each person once, and not {_listed(twice)} again")
        if unknown := [email for email in dict.fromkeys(emails) if email not in self.ids]:
            row.refuse("participants", f"students of this course, and not {_listed(unknown)}")
        return {email: self.ids[email] for email in emails if email in self.ids}

    def check(
        self, row: Row, people: Mapping[str, int], group_id: int, taken_at: datetime, zone: ZoneInfo
    ) -> None:
        """Name in the row who was no member of the group at that moment."""
        absent = [
            email
            for email, person_id in people.items()
            if not any(part.group_id == group_id and part.held_at(taken_at) for part in self.parts[person_id])
        ]
        if absent:
            moment = shown_moment(taken_at, zone)
            row.refuse("participants", f"members of the group as of {moment}, and not {_listed(absent)}")


def _listed(found: Sequence[str]) -> str:
    *others, last = found
    return f"{', '.join(others)} or {last}" if others else last
