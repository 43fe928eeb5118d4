"""Telling students that a date of theirs has changed, or that their group has earned or lost the perk.

Both are conclusions: of the course's dates, of proofs, requests, personal dates, transfers, the clock. What
was told last is a fact (grading/models/telling.py); whatever made the conclusion differ from it is news, told
once, under the group's lock. Actions on proofs and requests look at once, the sweep each minute at the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import Q, QuerySet

from grading.actions.announced import (
    Dates,
    Held,
    StoredDates,
    dates_of,
    held,
    members_of,
    remember_dates,
    remember_perk,
    remember_unknown_dates,
    stored_dates,
)
from grading.actions.settling import settle_moved
from grading.messages.dates import (
    EARNED,
    EXPIRED,
    EXTENDED,
    LOST,
    ToldPerk,
    date_facts,
    perk_facts,
)
from grading.messages.moved_dates import ToldDate, told_date
from grading.models import AnnouncedPerk, PersonalDate
from grading.queries.deadlines import course_deadlines
from grading.queries.told import told_attempts
from people.actions.apart import each_apart
from people.actions.outbox import write, write_to_chat
from people.actions.retelling import drop_unseen
from people.kinds import Facts
from people.models import Message
from perks.actions.locking import locked_group
from perks.queries.standing import group_standings
from perks.rules import RequestState
from schedule.audience import chat_of
from schedule.messages.parts import LEFT
from schedule.models import Course, Enrolment, StudyGroup

RUNS_ON_FOR = timedelta(days=30)
"""After its last day a course is still told about: late approvals, the exam."""


def running_courses(now: datetime) -> list[Course]:
    """Courses that are told about: until some weeks after their last day, and while a date lies ahead."""
    return list(_running(now).order_by("pk"))


def runs(course: Course, now: datetime) -> bool:
    """Whether a course is still told about."""
    return _running(now).filter(pk=course.pk).exists()


def _running(now: datetime) -> QuerySet[Course]:
    ahead = PersonalDate.objects.filter(due_at__gte=now).values("assignment__course")
    return Course.objects.filter(Q(ends_on__gte=(now - RUNS_ON_FOR).date()) | Q(pk__in=ahead))


def sweep_dates(now: datetime) -> None:
    """Tell, in all running courses, whatever has changed since it was told last."""
    each_apart(running_courses(now), lambda course: _tell_course(course, now))


def _tell_course(course: Course, now: datetime) -> None:
    each_apart(groups_with_news(course, now), lambda group: tell_group(group, now))


def tell_group(group: StudyGroup, now: datetime) -> int:
    """Tell the members of a group what has changed for them; how many messages are new."""
    with transaction.atomic():
        group = locked_group(group.pk)
        if not runs(group.course, now):
            return 0
        state = held(group, now)
        return _tell_members(group, state, now, remember_perk(group, state))


def tell_student(course: Course, student_id: int, now: datetime) -> int:
    """Tell whatever has changed for a student, and so for the student's group; how many messages are new."""
    enrolments = Enrolment.objects.students().filter(course=course, person=student_id, group__isnull=False)
    group = StudyGroup.objects.filter(pk__in=enrolments.values("group")).first()
    return 0 if group is None else tell_group(group, now)


def remember(course: Course, now: datetime) -> None:
    """Take what holds now in a course for told, in silence: it is made of a past, or is about to change."""
    for group in StudyGroup.objects.filter(course=course).order_by("pk"):
        with transaction.atomic():
            state = held(locked_group(group.pk), now)
            remember_perk(group, state)
            remember_dates(group.course, state.dates, {})


def remember_unknown(slug: str, now: datetime) -> None:
    """Take the dates of who was never told any in a course, if it is there, for told: they are to change."""
    course = Course.objects.filter(slug=slug).first()
    if course is None or not runs(course, now):
        return
    members = members_of(course)
    stored = stored_dates(course, members)
    dates = dates_of(course_deadlines(course, now, groups=members), members, stored, now)
    remember_unknown_dates(course, dates, stored)


def groups_with_news(course: Course, now: datetime) -> list[StudyGroup]:
    """Groups for which something differs from what was told: a first look, without a lock."""
    members = members_of(course)
    deadlines = course_deadlines(course, now, groups=members)
    told = stored_dates(course, members)
    dates = dates_of(deadlines, members, told, now)
    differ = {members[one] for one, holds in dates.items() if told.get(one) != StoredDates.of(holds)}
    differ |= {members[one] for one, group in _unsettled_perks(course, members) if members[one] != group}
    perks = {row.group_id: row for row in AnnouncedPerk.objects.filter(group__course=course)}
    for standing in group_standings(course, now):
        row = perks.get(standing.group_id) or AnnouncedPerk(group_id=standing.group_id)
        if ToldPerk(row.earned, RequestState(row.state)) != ToldPerk.of(standing):
            differ.add(standing.group_id)
    return list(StudyGroup.objects.filter(pk__in=differ).select_related("course").order_by("pk"))


def _tell_members(group: StudyGroup, state: Held, now: datetime, before: ToldPerk) -> int:
    course = group.course
    stored = state.stored
    of_course = {str(pk): told_date(terms) for pk, terms in state.deadlines.of_course.items()}
    # Whoever was never told anything knows the course's own dates.
    known = {
        student: of_course | (stored[student].as_told(holds) if student in stored else {})
        for student, holds in state.dates.items()
    }
    elsewhere = {student for student, told in _unsettled_perks(course, state.dates) if told != group.pk}
    concerned = [
        student
        for student, holds in state.dates.items()
        if before != state.perk or student in elsewhere or _differing(known[student], holds)
    ]
    unseen = _take_back(group, concerned, now)
    attempts = told_attempts(concerned, state.deadlines) if concerned else {}
    if concerned:
        dates = {student: {key: one.at for key, one in state.dates[student].items()} for student in concerned}
        settle_moved(course, dates, now)
    news: dict[str, dict[int, Facts]] = {"perk": {}, "dates": {}}
    for student in concerned:
        base, perk = _as_seen(group, known[student], before, unseen.get(student, ()))
        was = _differing(base, state.dates[student])
        moved = date_facts(course, state.deadlines, student, was=was, attempts=attempts, now=now)
        if said := _event(perk, state.perk):
            news["perk"][student] = perk_facts(group, state.standing, said, perk, moved)
        elif was:
            news["dates"][student] = moved
    remember_dates(course, state.dates, stored)
    key = _key(group, state, unseen, known=known, before=before, now=now)
    _tell_chat(group, state, before, unseen.get(None, ()), key=key, now=now)
    return sum(
        write(
            kind=kind,
            to=list(facts),
            key=key,
            facts=facts.__getitem__,
            zone=course.time_zone,
            now=now,
            scope=course.slug,
        )
        for kind, facts in news.items()
    )


def _differing(known: Dates, holds: Dates) -> Dates:
    """What was known of the dates that are other now, or whose lateness costs something else."""
    return {key: known[key] for key, one in holds.items() if known[key] != one}


def _unsettled_perks(course: Course, students: Collection[int]) -> set[tuple[int, int]]:
    """Of which group's perk (ids) a message to one of the students is still on its way."""
    rows = Message.objects.unsettled().filter(kind="perk", scope=course.slug, person__in=students)
    return set(rows.values_list("person_id", "facts__group_id"))


def _key(
    group: StudyGroup,
    state: Held,
    unseen: Mapping[int | None, Sequence[Message]],
    *,
    known: Mapping[int, Dates],
    before: ToldPerk,
    now: datetime,
) -> str:
    """Names the change, not the moment alone: two of one moment are two messages."""
    taken_back = sorted(message.pk for several in unseen.values() for message in several)
    change = repr((before, state.perk, sorted(known.items()), sorted(state.dates.items()), taken_back))
    return f"{group.pk}:{now.isoformat()}:{sha256(change.encode()).hexdigest()[:12]}"


def _tell_chat(
    group: StudyGroup,
    state: Held,
    before: ToldPerk,
    unseen: Sequence[Message],
    *,
    key: str,
    now: datetime,
) -> None:
    """The same for the course's chat: what has become of the perk since the chat was told."""
    course = group.course
    _known, perk = _as_seen(group, {}, before, unseen)
    event = _event(perk, state.perk)
    if not event or not (chat := chat_of(course)):
        return
    dates = date_facts(course, state.deadlines, 0, was={}, attempts={}, now=now)
    write_to_chat(
        kind="perk",
        chat=chat,
        key=key,
        facts=perk_facts(group, state.standing, event, perk, dates),
        zone=course.time_zone,
        now=now,
        scope=course.slug,
    )


def _as_seen(
    group: StudyGroup, known: Dates, before: ToldPerk, unseen: Sequence[Message]
) -> tuple[Dates, ToldPerk]:
    """The dates and the perk as a student last saw them: before the messages that nobody has seen."""
    base, perk = dict(known), before
    for message in unseen:  # latest first: the oldest knows what was seen
        for one in message.facts["changes"]:
            if now_known := base.get(key := str(one["assignment"])):
                base[key] = ToldDate.read(one["was"], one.get("was_late") or now_known.late)
        if message.kind == "perk" and message.facts["group_id"] == group.pk:
            perk = ToldPerk(message.facts["before"]["earned"], RequestState(message.facts["before"]["state"]))
    return base, perk


def _event(before: ToldPerk, now: ToldPerk) -> str:
    """What has become of a group's perk since it was told: "" for nothing that is news of its own."""
    if now.earned != before.earned:
        return EARNED if now.earned else LOST
    steps = {
        (RequestState.PROVISIONAL, RequestState.EXPIRED): EXPIRED,
        (RequestState.EXPIRED, RequestState.PROVISIONAL): EXTENDED,
    }
    return steps.get((before.state, now.state), "")


def _take_back(
    group: StudyGroup, students: Collection[int], now: datetime
) -> dict[int | None, list[Message]]:
    """Messages about dates that nobody has seen yet, by student, None for the chat; latest first.

    New ones take their place, so that a date which moves twice within a minute is told once, from the date
    that the student knows; and one that moves back is not told at all.
    """
    of_group = Q(chat__gt="", facts__group_id=group.pk)
    about_dates = Message.objects.filter(
        Q(person__in=students) | of_group, kind__in=("dates", "perk"), scope=group.course.slug
    )
    found: dict[int | None, list[Message]] = {}
    for message in reversed(drop_unseen(about_dates, now=now)):
        found.setdefault(message.person_id, []).append(message)
    # What was read already of another group's perk need not go by mail to who is in this one now.
    read = about_dates.filter(kind="perk", state=Message.State.WAITING, person__isnull=False)
    read.exclude(facts__group_id=group.pk).update(state=Message.State.DROPPED, reason=LEFT, settled_at=now)
    return found
