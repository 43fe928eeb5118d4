"""Made-up effective rest as rows: proofs with their people, decisions by the TAs who made them, requests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Final

from courseportal.course_file import CourseDefinition
from courseportal.demo.people import ASSISTANTS, email_of
from courseportal.demo.pictures import SIZE, Shot, photo_of
from courseportal.demo.rest import Proven, Rest
from courseportal.demo.tracks import Run, track_of
from people.audit import audited
from people.models import User
from perks.actions.keeping import KeptPhoto, keep_photos, track_row
from perks.looks import LOOK_LENGTH
from perks.models import (
    Activity,
    Checkpoint,
    ExtensionRequest,
    Participation,
    Photo,
    Proof,
    RequestedAssignment,
    Track,
)
from perks.photos import read_photo
from perks.tracks import read_track
from schedule.models import Assignment, Course, StudyGroup
from schedule.rules import instant

NO_LOOK: Final = "0" * LOOK_LENGTH
"""Of a picture that was never drawn: like no other."""


def keep_rest(rest: Rest, definition: CourseDefinition, now: datetime) -> list[KeptPhoto]:
    """Draw and keep the photos of all proofs, in order, as if they had been handed in.

    None of a course that has ended so long ago that photos are not kept any more.
    """
    if now > _kept_until(definition):
        return []
    zone = definition.course.zone
    return keep_photos([read_photo(photo_of(one.shot), zone=zone) for one in rest.proofs if one.shot])


def record_rest(
    rest: Rest,
    photos: Iterable[KeptPhoto],
    definition: CourseDefinition,
    course: Course,
    people: Mapping[str, User],
) -> None:
    """Store what the groups of a course have done and asked for; ``people`` are accounts by address."""
    groups = {group.name: group for group in StudyGroup.objects.filter(course=course)}
    proofs = _post(rest.proofs, course, groups, people)
    told = list(zip(rest.proofs, proofs, strict=True))
    shots = [(one.shot, proof) for one, proof in told if one.shot]
    removed_at, kept = _kept_until(definition), list(photos)
    Photo.objects.bulk_create(
        [photo.row(proof, 1) for photo, (_shot, proof) in zip(kept, shots, strict=True)]
        if kept
        else [_removed(shot, proof, removed_at) for shot, proof in shots]
    )
    runs = [(one.run, proof) for one, proof in told if one.run]
    Track.objects.bulk_create(_track(run, proof, None if kept else removed_at) for run, proof in runs)
    _decide(rest.proofs, proofs, people)
    _ask(rest, course, groups, people)


def _kept_until(definition: CourseDefinition) -> datetime:
    """The moment after which photos are deleted: the end of the last day on which they are kept."""
    days = definition.extension.photos_kept_days if definition.extension else 0
    last_on = definition.course.ends_on + timedelta(days=days)
    return instant(datetime.combine(last_on, time(23, 59, 59)), definition.course.zone)


def _removed(shot: Shot, proof: Proof, at: datetime) -> Photo:
    """What is left of a photo whose picture was deleted when its time had come."""
    sha256 = hashlib.sha256(repr(shot).encode()).hexdigest()
    width, height = SIZE
    return Photo(
        proof=proof, position=1, width=width, height=height, sha256=sha256, look=NO_LOOK, removed_at=at
    )


def _track(run: Run, proof: Proof, removed_at: datetime | None) -> Track:
    """A track as it is handed in; of one whose time had come the line is gone."""
    track = track_row(read_track(track_of(run)), proof)
    if removed_at is not None:
        track.lines, track.removed_at = [], removed_at
    return track


def _post(
    told: Sequence[Proven], course: Course, groups: Mapping[str, StudyGroup], people: Mapping[str, User]
) -> list[Proof]:
    activities = {one.number: one for one in Activity.objects.filter(course=course)}
    places = {
        (one.activity_id, one.number): one for one in Checkpoint.objects.filter(activity__course=course)
    }
    proofs = Proof.objects.bulk_create(
        Proof(
            group=groups[one.group],
            activity=activities[one.activity],
            checkpoint=places[activities[one.activity].pk, one.checkpoint] if one.checkpoint else None,
            taken_at=one.taken_at,
            posted_at=one.posted_at,
            posted_by=people[one.people[0]],
            note=one.note,
        )
        for one in told
    )
    Participation.objects.bulk_create(
        Participation(proof=proof, person=people[email])
        for one, proof in zip(told, proofs, strict=True)
        for email in one.people
    )
    return proofs


def _decide(told: Sequence[Proven], proofs: Sequence[Proof], people: Mapping[str, User]) -> None:
    """Each TA decides by themselves, so that the audit names them."""
    for one, proof in zip(told, proofs, strict=True):
        if one.decided_at is None:
            continue
        assistant = people[email_of(ASSISTANTS[one.assistant])]
        with audited(by=assistant):
            Proof.objects.filter(pk=proof.pk).update(
                state=one.state,
                reason=one.reason,
                decided_by=assistant,
                decided_at=one.decided_at,
                version=2,
            )


def _ask(rest: Rest, course: Course, groups: Mapping[str, StudyGroup], people: Mapping[str, User]) -> None:
    assignments = dict(Assignment.objects.filter(course=course).values_list("number", "pk"))
    for one in rest.requests:
        by = people[one.by]
        with audited(by=by):
            request = ExtensionRequest.objects.create(
                group=groups[one.group],
                filed_at=one.filed_at,
                filed_by=by,
                ended_at=one.ended_at,
                ended_by=by if one.ended_at else None,
                end=ExtensionRequest.End.REPLACED if one.ended_at else "",
            )
            RequestedAssignment.objects.bulk_create(
                RequestedAssignment(request=request, assignment_id=assignments[number])
                for number in one.assignments
            )
