"""demo: what the made-up groups have done for the perk, and what it does to their deadlines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import combinations

import pytest
from django.core.files.storage import storages
from django.db import transaction
from PIL import Image
from pytest_django import DjangoDbBlocker

from courseportal.course_file import read_course_file
from courseportal.demo.building import make_demo
from courseportal.demo.people import LAST_YEAR, THIS_YEAR, email_of
from courseportal.demo.pictures import PICTURES, Shot, photo_of
from courseportal.demo.rest import Rest, rest_by
from courseportal.demo.rest_stories import LAST_YEARS, THIS_YEARS
from courseportal.management.commands.demo import COURSE_FILE
from grading.queries.gradebook import gradebook
from people.models import AuditEntry
from perks.models import ExtensionRequest, Participation, Photo, Proof, RequestedAssignment, Track
from perks.photos import alike, read_photo
from perks.queries.standing import GroupStanding, group_standings
from perks.tracks import distance_m
from schedule.models import Course, Enrolment
from tests.factories import MOSCOW, moscow

DEFINITION = read_course_file(COURSE_FILE.read_text("utf-8"))
NOW = moscow(2026, 11, 24, 15, 5)


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo, made once for this file; every test takes back what it changes."""
    with django_db_blocker.unblock(), transaction.atomic():
        make_demo(definition=DEFINITION, now=NOW, password=None)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def finished(made: None, db: None) -> Course:
    return Course.objects.get(slug="effdl-2025")


@pytest.fixture
def running(made: None, db: None) -> Course:
    return Course.objects.get(slug="effdl-2026")


def standings(course: Course, now: datetime = NOW) -> dict[str, GroupStanding]:
    return {one.group: one for one in group_standings(course, now)}


def numbers(standing: GroupStanding) -> list[int]:
    assert standing.move is not None
    chosen = RequestedAssignment.objects.filter(assignment__in=standing.move.assignments)
    return sorted(set(chosen.values_list("assignment__number", flat=True)))


@pytest.mark.sqlite
def test_the_running_course_stands_at_eight_ten_ten_and_six(running: Course) -> None:
    large, small = standings(running).values()

    assert [one.participants for one in large.activities] == [8, 10, 10, 6]
    assert [one.complete for one in large.activities] == [False, True, True, False]
    assert [one.pending for one in large.activities] == [1, 1, 0, 1]
    assert [one.participants for one in small.activities] == [4, 0, 0, 0]
    assert small.move is None


def test_its_representative_has_asked_for_two_and_changed_the_choice(running: Course) -> None:
    large = standings(running)["417"]

    assert large.move is not None and large.move.is_provisional
    assert (numbers(large), large.move.asked_by) == ([2, 4], "Сафин Тимур")
    first, second = ExtensionRequest.objects.filter(group__course=running).order_by("filed_at")
    assert (first.end, first.ended_at) == ("replaced", second.filed_at)
    assert {first.filed_by, first.ended_by, second.filed_by} == {
        Enrolment.objects.get(course=running, group__name="417", role="representative").person
    }


def test_both_futures_of_the_running_course_differ(running: Course) -> None:
    rows = [row for row in gradebook(running, NOW).rows if row.group == "417"]
    futures = {row.email: (row.standing, row.if_earned.standing) for row in rows if row.if_earned}

    assert len(futures) == 28
    gains = {email: later.total - as_it_is.total for email, (as_it_is, later) in futures.items()}
    assert min(gains.values()) >= 0 and sum(gain > 0 for gain in gains.values()) >= 10
    assert sum(as_it_is.accumulated != later.accumulated for as_it_is, later in futures.values()) >= 2
    # The sign-in page offers the first student of the group: both futures are seen there, too.
    assert gains[email_of(THIS_YEAR.groups[0].students[0].name)] > 0


def test_one_proof_is_rejected_and_says_why(running: Course) -> None:
    rejected = Proof.objects.get(activity__course=running, state="rejected")

    assert "Лиц не разобрать" in rejected.reason
    assert rejected.decided_by is not None and rejected.decided_at is not None


def test_a_point_of_the_run_lies_outside_the_window(running: Course) -> None:
    run = standings(running)["417"].activities[3]

    assert (run.covered, run.uncovered) == ((1, 2, 3), (4, 5))
    late = Proof.objects.get(activity__course=running, activity__number=4, checkpoint__number=5)
    assert late.state == "approved" and late.pk not in run.counted
    assert run.window is not None and late.taken_at - run.window[0] > timedelta(hours=1)


@pytest.mark.sqlite
def test_the_finished_course_earned_the_perk_in_its_last_week(finished: Course) -> None:
    large, small = standings(finished).values()

    assert large.earned and large.move is not None and large.move.is_active
    assert numbers(large) == [2, 3]
    assert not small.earned and small.move is not None and small.move.state == "expired"
    target_at = finished.extension_rule.target_at
    last_week = Proof.objects.filter(
        group__course=finished, group__name="417", posted_at__gt=target_at - timedelta(days=7)
    )
    assert not last_week.filter(posted_at__gt=target_at).exists()
    last_week.update(state="pending", decided_by=None, decided_at=None)
    assert not standings(finished)["417"].earned


def test_its_move_is_seen_in_the_gradebook(finished: Course) -> None:
    moved = {row.email: row for row in gradebook(finished, NOW).rows}
    RequestedAssignment.objects.all().delete()
    ordinary = {row.email: row for row in gradebook(finished, NOW).rows}

    large = [email for email, row in moved.items() if row.group == "417"]
    gains = [moved[email].standing.total - ordinary[email].standing.total for email in large]
    assert min(gains) >= 0 and sum(gain > 0 for gain in gains) >= 10
    for email, row in moved.items():
        touched = {1, 2} if row.group == "417" else set[int]()
        same = set(range(6)) - touched
        assert all(row.scores[place] == ordinary[email].scores[place] for place in same)


def test_who_is_on_a_proof_was_in_the_group(running: Course) -> None:
    for part in Participation.objects.select_related("proof"):
        at_that_time = Enrolment.objects.at(part.proof.taken_at)
        assert at_that_time.filter(person=part.person_id, group=part.proof.group_id).exists()
    assert not Proof.objects.filter(parts=None).exists()
    assert not Proof.objects.filter(posted_by=None).exists()


def test_tas_have_decided_and_the_audit_names_them(running: Course) -> None:
    decided = Proof.objects.filter(activity__course=running).exclude(state="pending")

    staff = Enrolment.objects.filter(course=running, role="assistant").values_list("person", flat=True)
    assert set(decided.values_list("decided_by", flat=True)) == set(staff)
    for proof in decided:
        entry = AuditEntry.objects.get(
            table="perks_proof", row_id=proof.pk, old__state="pending", new__state=proof.state
        )
        assert entry.person_id == proof.decided_by_id


def test_photos_are_kept_as_those_that_are_handed_in(running: Course) -> None:
    storage = storages["default"]
    photos = Photo.objects.there().filter(proof__activity__course=running)

    assert (
        photos.count() == Proof.objects.filter(activity__course=running).exclude(activity__number=4).count()
    )
    for photo in photos:
        with storage.open(photo.path) as large, storage.open(photo.small_path) as small:
            assert Image.open(large).size == (photo.width, photo.height)
            assert max(Image.open(small).size) <= 480


def test_each_point_of_the_run_has_a_track_that_begins_when_the_proof_was_taken(running: Course) -> None:
    run = Proof.objects.filter(activity__course=running, activity__number=4).select_related("track")

    assert run.count() == 5
    for proof in run:
        assert proof.track.started_at == proof.taken_at
        assert proof.taken_at < proof.track.ended_at < proof.posted_at
        assert 1_900 < proof.track.length_m < 2_600
        assert sum(map(len, proof.track.lines)) > 10 and proof.track.removed_at is None
    firsts = [proof.track.lines[0][0] for proof in run]
    assert all(distance_m(*one, *other) > 1_000 for one, other in combinations(firsts, 2))


def test_photos_of_the_finished_course_have_gone_when_their_time_had_come(finished: Course) -> None:
    photos = Photo.objects.filter(proof__activity__course=finished)

    assert photos.exists() and not photos.there().exists()
    assert set(photos.values_list("removed_at", flat=True)) == {moscow(2026, 1, 30, 23, 59, 59)}
    assert photos.values("sha256").distinct().count() == photos.count()
    tracks = Track.objects.filter(proof__activity__course=finished)
    assert tracks.count() == 5 and not tracks.filter(removed_at=None).exists()
    assert [track.lines for track in tracks] == [[]] * 5


def test_photos_say_when_and_where_and_two_are_worth_a_second_look(running: Course) -> None:
    photos = list(
        Photo.objects.there()
        .filter(proof__activity__course=running)
        .select_related("proof__checkpoint", "proof__activity")
    )
    silent = [photo for photo in photos if photo.shows_at is None]
    assert {photo.shows_at - photo.proof.taken_at for photo in photos if photo.shows_at} == {timedelta()}

    far = []
    for photo in photos:
        place = photo.proof.checkpoint
        if place is None or place.latitude is None or photo.latitude is None:
            continue
        degrees = abs(photo.latitude - place.latitude)
        assert degrees < Decimal("0.001") or degrees > Decimal("0.35")
        far += [photo] if degrees > 1 / Decimal(100) else []
    assert [photo.proof.state for photo in far] == ["pending"]

    pairs = [pair for pair in combinations(photos, 2) if alike(pair[0].look, pair[1].look)]
    ((one, other),) = pairs
    assert {one.proof.state, other.proof.state} == {"approved", "pending"}
    assert one.sha256 != other.sha256 and silent in ([one], [other])


def test_a_story_is_told_up_to_now() -> None:
    extension = DEFINITION.extension
    assert extension is not None

    def told(now: datetime) -> Rest:
        return rest_by(now, DEFINITION, LAST_YEAR, LAST_YEARS, told_from=extension.target_at)

    noon = told(moscow(2025, 12, 14, 12))
    assert [proof.state for proof in noon.proofs if proof.activity == 4] == ["pending"] * 5
    assert "pending" not in {proof.state for proof in told(moscow(2025, 12, 16)).proofs}
    morning = told(moscow(2025, 12, 13, 10))
    assert not [proof for proof in morning.proofs if proof.activity == 4]
    assert [request.ended_at for request in told(moscow(2025, 10, 20)).requests] == [None]
    assert told(moscow(2025, 9, 10)) == Rest()


def test_a_course_that_asks_for_other_things_has_no_story() -> None:
    for other in (
        replace(DEFINITION, activities=DEFINITION.activities[:2]),
        replace(DEFINITION, extension=None),
    ):
        assert rest_by(NOW, other, THIS_YEAR, THIS_YEARS, told_from=NOW) == Rest()


def test_every_picture_is_in_a_story_and_no_two_look_the_same() -> None:
    told = {
        scene.picture
        for stories in (THIS_YEARS, LAST_YEARS)
        for story in stories.values()
        for scene in story.scenes
        if scene.picture
    }
    assert told == set(PICTURES)
    taken_at = NOW.astimezone(MOSCOW)
    looks = {name: read_photo(photo_of(Shot(name, 4, taken_at, None)), zone=MOSCOW).look for name in PICTURES}
    assert [pair for pair in combinations(looks, 2) if alike(looks[pair[0]], looks[pair[1]])] == []


def test_a_phone_writes_time_and_place() -> None:
    place = Decimal("55.819712"), Decimal("37.611734")
    shot = Shot("tower", 3, NOW.astimezone(MOSCOW), place)

    read = read_photo(photo_of(shot), zone=MOSCOW)
    assert (read.taken_at, read.width, read.height) == (NOW, 1200, 900)
    assert read.latitude is not None and abs(read.latitude - place[0]) < Decimal("0.00001")
    assert read.longitude is not None and abs(read.longitude - place[1]) < Decimal("0.00001")
    sent_on = read_photo(photo_of(Shot("tower", 3, shot.taken_at, place, is_sent_on=True)), zone=MOSCOW)
    assert (sent_on.taken_at, sent_on.latitude) == (None, None)
