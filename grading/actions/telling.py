"""Telling students that a date of theirs has changed, or that their group has earned or lost the perk.

Both are conclusions: of the course's dates, of proofs, requests, personal dates, transfers, the clock. What
was told last is a fact (grading/models/telling.py); whatever made the conclusion differ from it is news, told
once, under the group's lock. Actions on proofs and requests look at once, the sweep each minute at the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from grading.actions.settling import settle_moved
from grading.messages.dates import EARNED, EXPIRED, LOST, ToldPerk, date_facts, perk_facts
from grading.models import AnnouncedDates, AnnouncedPerk, PersonalDate
from grading.queries.deadlines import CourseDeadlines, course_deadlines
from grading.queries.told import told_attempts
from people.actions.apart import each_apart
from people.actions.outbox import write, write_to_chat
from people.actions.retelling import drop_unseen
from people.kinds import Facts
from people.models import Message
from perks.actions.locking import locked_group
from perks.queries.standing import GroupStanding, group_standings
from perks.rules import RequestState
from schedule.audience import chat_of
from schedule.models import Course, Enrolment, StudyGroup

RUNS_ON_FOR = timedelta(days=30)
"""After its last day a course is still told about: late approvals, the exam."""

Dates = dict[str, str]
"""By the assignment's id: the moment, ISO 8601 in UTC."""


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
        state = _state_of(group, now)
        return _tell_members(group, state, now, _remember_perk(group, state))


def tell_student(course: Course, student_id: int, now: datetime) -> int:
    """Tell whatever has changed for a student, and so for the student's group; how many messages are new."""
    enrolments = Enrolment.objects.students().filter(course=course, person=student_id, group__isnull=False)
    group = StudyGroup.objects.filter(pk__in=enrolments.values("group")).first()
    return 0 if group is None else tell_group(group, now)


def remember(course: Course, now: datetime) -> None:
    """Take what holds now in a course for told, in silence: it is made of a past, or is about to change."""
    for group in StudyGroup.objects.filter(course=course).order_by("pk"):
        with transaction.atomic():
            state = _state_of(locked_group(group.pk), now)
            _remember_perk(group, state)
            _remember_dates(group.course, state.dates, {})


def remember_unknown(slug: str, now: datetime) -> None:
    """Take the dates of who was never told any in a course, if it is there, for told: they are to change."""
    course = Course.objects.filter(slug=slug).first()
    if course is None or not runs(course, now):
        return
    members = _members(course)
    told = _told(course, members)
    dates = _dates(course_deadlines(course, now, groups=members), members)
    AnnouncedDates.objects.bulk_create(
        (
            AnnouncedDates(person_id=student, course=course, dates=holds)
            for student, holds in dates.items()
            if student not in told
        ),
        ignore_conflicts=True,
    )


@dataclass(frozen=True, slots=True)
class _State:
    """What holds now for a group and each of its members."""

    standing: GroupStanding
    deadlines: CourseDeadlines
    dates: Mapping[int, Dates]
    """By member: the dates."""

    @property
    def request(self) -> tuple[int | None, RequestState]:
        move = self.standing.move
        return (None, RequestState.NONE) if move is None else (move.request_id, move.state)


def _state_of(group: StudyGroup, now: datetime) -> _State:
    members = _members(group.course, [group.pk])
    standing = group_standings(group.course, now, groups=[group.pk])[0]
    deadlines = course_deadlines(group.course, now, students=list(members), groups=members)
    return _State(standing, deadlines, _dates(deadlines, members))


def _members(course: Course, groups: Collection[int] | None = None) -> dict[int, int]:
    """By student who is there now: the group."""
    enrolments = Enrolment.objects.students().filter(course=course, person__is_active=True)
    if groups is not None:
        enrolments = enrolments.filter(group__in=groups)
    return {person: group for person, group in enrolments.values_list("person_id", "group_id") if group}


def _dates(deadlines: CourseDeadlines, members: Collection[int]) -> dict[int, Dates]:
    columns = [column.id for column in deadlines.columns]
    return {
        student: {str(pk): deadlines.terms(pk, student).due_at.isoformat() for pk in columns}
        for student in members
    }


def groups_with_news(course: Course, now: datetime) -> list[StudyGroup]:
    """Groups for which something differs from what was told: a first look, without a lock."""
    members = _members(course)
    deadlines = course_deadlines(course, now, groups=members)
    dates = _dates(deadlines, members)
    told = _told(course, members)
    differ = {members[student] for student, now_holds in dates.items() if told.get(student) != now_holds}
    perks = {row.group_id: row for row in AnnouncedPerk.objects.filter(group__course=course)}
    for standing in group_standings(course, now):
        row = perks.get(standing.group_id) or AnnouncedPerk(group_id=standing.group_id)
        state = standing.move.state if standing.move else RequestState.NONE
        if (row.earned, row.state) != (standing.earned, state):
            differ.add(standing.group_id)
    return list(StudyGroup.objects.filter(pk__in=differ).select_related("course").order_by("pk"))


def _told(course: Course, students: Collection[int]) -> dict[int, Dates]:
    rows = AnnouncedDates.objects.filter(course=course, person__in=students)
    return dict(rows.values_list("person_id", "dates"))


def _remember_perk(group: StudyGroup, state: _State) -> ToldPerk:
    """Store the group's standing as told; what was told before."""
    row = AnnouncedPerk.objects.filter(group=group).first() or AnnouncedPerk(group=group)
    before = ToldPerk(row.earned, RequestState(row.state))
    request_id, meaning = state.request
    if (row.earned, row.request_id, row.state) != (
        state.standing.earned,
        request_id,
        meaning,
    ) or row._state.adding:
        row.earned, row.request_id, row.state = state.standing.earned, request_id, meaning
        row.save()
    return before


def _remember_dates(course: Course, dates: Mapping[int, Dates], told: Mapping[int, Dates]) -> None:
    changed = {student: holds for student, holds in dates.items() if told.get(student) != holds}
    AnnouncedDates.objects.bulk_create(
        (AnnouncedDates(person_id=student, course=course, dates=holds) for student, holds in changed.items()),
        update_conflicts=True,
        unique_fields=["person", "course"],
        update_fields=["dates"],
    )


def _tell_members(group: StudyGroup, state: _State, now: datetime, before: ToldPerk) -> int:
    course = group.course
    told = _told(course, state.dates)
    of_course = {str(pk): terms.due_at.isoformat() for pk, terms in state.deadlines.of_course.items()}
    # Whoever was never told anything knows the course's own dates.
    known = {student: of_course | told.get(student, {}) for student in state.dates}
    event = _event(before, state)
    concerned = [
        student
        for student, holds in state.dates.items()
        if event or any(known[student][key] != moment for key, moment in holds.items())
    ]
    unseen = _take_back(group, concerned, now)
    attempts = told_attempts(concerned, state.deadlines) if concerned else {}
    if concerned:
        settle_moved(course, {student: state.dates[student] for student in concerned}, now)
    news: dict[str, dict[int, Facts]] = {"perk": {}, "dates": {}}
    for student in concerned:
        base, perk = _as_seen(known[student], before, unseen.get(student, ()))
        was = {key: base[key] for key, moment in state.dates[student].items() if base[key] != moment}
        moved = date_facts(course, state.deadlines, student, was=was, attempts=attempts, now=now)
        if said := _event(perk, state):
            news["perk"][student] = perk_facts(group, state.standing, said, perk, moved)
        elif was:
            news["dates"][student] = moved
    _remember_dates(course, state.dates, told)
    key = f"{group.pk}:{now.isoformat()}"
    if event:
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


def _tell_chat(
    group: StudyGroup,
    state: _State,
    before: ToldPerk,
    unseen: Sequence[Message],
    *,
    key: str,
    now: datetime,
) -> None:
    """The same for the course's chat: what has become of the perk since the chat was told."""
    course = group.course
    _known, perk = _as_seen({}, before, unseen)
    event, chat = _event(perk, state), chat_of(course)
    if not event or not chat:
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


def _as_seen(known: Dates, before: ToldPerk, unseen: Sequence[Message]) -> tuple[Dates, ToldPerk]:
    """The dates and the perk as a student last saw them: before the messages that nobody has seen."""
    base, perk = dict(known), before
    for message in unseen:  # latest first: the oldest knows what was seen
        base |= {str(one["assignment"]): one["was"] for one in message.facts["changes"]}
        if message.kind == "perk":
            perk = ToldPerk(message.facts["before"]["earned"], RequestState(message.facts["before"]["state"]))
    return base, perk


def _event(before: ToldPerk, state: _State) -> str:
    """What has become of a group's perk since it was told: "" for nothing that is news of its own."""
    if state.standing.earned != before.earned:
        return EARNED if state.standing.earned else LOST
    if before.state is RequestState.PROVISIONAL and state.request[1] is RequestState.EXPIRED:
        return EXPIRED
    return ""


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
    return found
