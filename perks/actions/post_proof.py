"""A proof is handed in: photos or a track, who took part, where and when. All of it is kept, or nothing."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.audit import audited
from people.models import User
from people.storage import NotSaved, not_saved_for
from people.uploads import ArrivedFile
from perks.actions.keeping import KeptPhoto, forget_photos, keep_photos, track_row
from perks.actions.locking import locked_group
from perks.models import Activity, Checkpoint, Participation, Photo, Proof
from perks.photos import MOST_BYTES, PHOTOS_A_PROOF, BadPhoto, ReadPhoto, read_photo
from perks.queries.members import members_at
from perks.tracks import BadTrack, ReadTrack, read_track
from schedule.access import student_enrolment, teaches
from schedule.models import StudyGroup

BEFORE_THE_COURSE: Final = timedelta(days=60)
"""A proof that shows an earlier moment than that before the course began is a slip of the year."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field of the form, or with the proof as a whole (None)."""

    field: str | None
    message: str


class Refused(Exception):
    """Nothing was kept. ``problems`` say why, all at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Posted:
    """A proof; ``is_new`` is false where the same form had handed it in before."""

    proof: Proof
    is_new: bool


@dataclass(frozen=True, slots=True)
class ProofFiles:
    """The files of a proof, read: photos made anew, and a track."""

    photos: tuple[ReadPhoto, ...]
    track: ReadTrack | None

    @property
    def shows_at(self) -> datetime | None:
        """The moment that they show: the track's start, else the earliest that a photo names."""
        if self.track is not None:
            return self.track.started_at
        return min((photo.taken_at for photo in self.photos if photo.taken_at is not None), default=None)


def post_proof(
    *,
    group: StudyGroup,
    by: User,
    now: datetime,
    activity: Activity,
    checkpoint: Checkpoint | None,
    taken_at: datetime | None,
    people: Collection[int],
    photos: Sequence[UploadedFile[Any]] = (),
    track: UploadedFile[Any] | None = None,
    note: str = "",
    form_token: uuid.UUID,
) -> Posted:
    """Keep a group's proof, handed in at ``now``, to be looked at by staff.

    ``people`` are the ids of those who took part, ``taken_at`` the moment that it shows: with a track its
    start, whatever is given; None leaves it to the photos' own time. Photos are made anew before they are
    kept. The same ``form_token`` gives the same proof again. Raises Refused where anything is wrong and
    NotSaved where the disk does not keep the photos; nothing is kept then.
    """
    earlier = Proof.objects.filter(posted_by=by, form_token=form_token).first()
    if earlier is not None:
        return Posted(earlier, is_new=False)
    problems, files = _read(activity, photos, track)
    moment = _moment(files, taken_at)
    problems += _problems(
        group, by, now, activity=activity, checkpoint=checkpoint, taken_at=moment, people=people
    )
    if files is not None and moment is None:
        problems.append(
            Problem("taken_at", _("No photo says when it was taken. Write the day and the time of it."))
        )
    if problems or moment is None or files is None:
        raise Refused(problems)
    proof = Proof(
        group=group,
        activity=activity,
        checkpoint=checkpoint,
        taken_at=moment.replace(microsecond=0),
        posted_at=now.replace(microsecond=0),
        posted_by=by,
        note=note.strip(),
        form_token=form_token,
    )
    try:
        record_proof(proof, people=people, files=files, by=by)
    except IntegrityError as error:
        earlier = Proof.objects.filter(posted_by=by, form_token=form_token).first()
        if earlier is None:  # what it was for has gone meanwhile
            raise NotSaved from error
        return Posted(earlier, is_new=False)
    return Posted(proof, is_new=True)


def record_proof(proof: Proof, *, people: Collection[int], files: ProofFiles, by: User | None) -> None:
    """Store a proof with its people and files, under its group's lock; the photos lie on the disk first.

    Raises NotSaved where the disk does not keep them; nothing is stored then.
    """
    kept = keep_photos(files.photos)
    certain = True
    try:
        with audited(by=by), transaction.atomic():
            locked_group(proof.group_id)
            proof.save(force_insert=True)
            Participation.objects.bulk_create(
                Participation(proof=proof, person_id=person) for person in sorted(people)
            )
            write_files(proof, kept, files.track)
            certain = False
    except BaseException as error:
        # A commit that broke off may have happened all the same: the housekeeping finds out later.
        if certain or isinstance(error, IntegrityError):
            forget_photos(kept)
        raise


def write_files(proof: Proof, photos: Sequence[KeptPhoto], track: ReadTrack | None) -> None:
    """Write the rows of a stored proof's photos, which lie on the disk, and of its track."""
    Photo.objects.bulk_create(photo.row(proof, place) for place, photo in enumerate(photos, start=1))
    if track is not None:
        track_row(track, proof).save()


def _moment(files: ProofFiles | None, typed: datetime | None) -> datetime | None:
    if files is None:
        return typed
    if files.track is not None:
        return files.track.started_at
    return typed or files.shows_at


def _read(
    activity: Activity, photos: Sequence[UploadedFile[Any]], track: UploadedFile[Any] | None
) -> tuple[list[Problem], ProofFiles | None]:
    """What is wrong with the files, each by its name; the files where nothing is."""
    problems: list[Problem] = []
    if not photos and track is None:
        told = _("Add a photo or a track.") if activity.takes_tracks else _("Add a photo.")
        problems.append(Problem("photos", told))
    if len(photos) > PHOTOS_A_PROOF:
        told = ngettext(
            "%(count)d photo at most: hand in the others with another proof.",
            "%(count)d photos at most: hand in the others with another proof.",
            PHOTOS_A_PROOF,
        )
        return [*problems, Problem("photos", told % {"count": PHOTOS_A_PROOF})], None
    read = []
    for photo in photos:
        try:
            read.append(read_photo(_content(photo), zone=activity.course.zone))
        except BadPhoto as bad:
            problems.append(Problem("photos", f"{photo.name}: {bad}"))
    found = None
    if track is not None and not activity.takes_tracks:
        problems.append(Problem("track", _("This activity takes no tracks.")))
    elif track is not None:
        try:
            found = read_track(_content(track))
        except BadTrack as bad:
            problems.append(Problem("track", f"{track.name}: {bad}"))
    return problems, None if problems else ProofFiles(tuple(read), found)


def _content(file: UploadedFile[Any]) -> bytes:
    """The bytes of a file, of one that is too large only so many that its reader refuses it.

    Raises NotSaved for one that the disk did not keep, or does not give back.
    """
    with not_saved_for("reading what arrived"):
        if isinstance(file, ArrivedFile):
            file.written()
        file.seek(0)
        content: bytes = file.read(MOST_BYTES + 1)
    return content


def _problems(
    group: StudyGroup,
    by: User,
    now: datetime,
    *,
    activity: Activity,
    checkpoint: Checkpoint | None,
    taken_at: datetime | None,
    people: Collection[int],
) -> list[Problem]:
    """What is wrong with everything but the files."""
    problems = [*_problems_of_place(activity, checkpoint)]
    course = activity.course
    enrolment = student_enrolment(by, course)
    mine = enrolment is not None and enrolment.group_id == group.pk
    if group.course_id != course.pk or not (mine or teaches(by, course)):
        problems.append(Problem(None, _("Only members of the group, or staff, hand in its proofs.")))
        return problems
    if taken_at is not None:
        earliest = datetime.combine(course.starts_on, datetime.min.time(), course.zone) - BEFORE_THE_COURSE
        if taken_at > now:
            problems.append(Problem("taken_at", _("This moment is still to come.")))
        elif taken_at < earliest:
            problems.append(Problem("taken_at", _("This moment is long before the course began.")))
        problems += _problems_of_people(group, activity, taken_at, people)
    return problems


def _problems_of_place(activity: Activity, checkpoint: Checkpoint | None) -> list[Problem]:
    if checkpoint is None:
        missing = activity.checkpoints.exists()
        return [Problem("checkpoint", _("Choose the place."))] if missing else []
    if checkpoint.activity_id != activity.pk:
        return [Problem("checkpoint", _("This place belongs to another activity."))]
    return []


def _problems_of_people(
    group: StudyGroup, activity: Activity, taken_at: datetime, people: Collection[int]
) -> list[Problem]:
    named = list(people)
    members = {member.person_id for member in members_at(group, taken_at)}
    problems = []
    if not named:
        problems.append(_("Tick who took part."))
    elif len(set(named)) < len(named):
        problems.append(_("Somebody is ticked twice."))
    elif outside := [pk for pk in named if pk not in members]:
        names = ", ".join(sorted(map(str, User.objects.filter(pk__in=outside)))) or _("Somebody")
        problems.append(
            _("%(names)s: not in this group at the moment that the proof shows.") % {"names": names}
        )
    elif len(named) < activity.min_people_per_proof:
        told = ngettext(
            "At least %(count)d person has to be on it.",
            "At least %(count)d people have to be on it.",
            activity.min_people_per_proof,
        )
        problems.append(told % {"count": activity.min_people_per_proof})
    return [Problem("people", told) for told in problems]
