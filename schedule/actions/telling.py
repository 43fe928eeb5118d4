"""What is news about classes and the exam: told by comparing them with what was told last.

Whoever changes them, on a page, by a command or past the portal, the comparison finds it. What is seen for
the first time is only written down, but for an exam that has its time: people wait for that. What has passed
is only written down, too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from people.actions.apart import each_apart
from people.actions.retelling import Change, correct_waiting, tell_changes
from people.kinds import Facts
from schedule.audience import chat_of, people_of
from schedule.messages.classes import class_facts, state_of
from schedule.messages.exam import exam_facts, exam_is_over, exam_state, exam_window
from schedule.messages.parts import CHANGED
from schedule.models import AnnouncedClass, AnnouncedExam, ClassMeeting, Course, Exam

AS_TOLD = Q(
    announced__starts_at=F("starts_at"), announced__ends_at=F("ends_at"), announced__room=F("room")
) & (
    Q(announced__cancelled_at__isnull=True, cancelled_at__isnull=True)
    | Q(announced__cancelled_at__isnull=False, cancelled_at__isnull=False)
)
EXAM_AS_TOLD = Q(
    announced__not_before_on=F("not_before_on"),
    announced__not_after_on=F("not_after_on"),
    announced__room=F("room"),
) & (Q(announced__starts_at=F("starts_at")) | Q(announced__starts_at__isnull=True, starts_at__isnull=True))


def sweep_schedule(now: datetime) -> None:
    """Tell every course's people what is news; nothing, in two statements, where nothing is."""
    courses = set(_classes().values_list("course_id", flat=True))
    courses |= set(_exams().values_list("course_id", flat=True))
    each_apart(Course.objects.filter(pk__in=courses), lambda course: tell_schedule(course=course, now=now))


def tell_schedule(*, course: Course, now: datetime, but: Collection[int] = ()) -> int:
    """Tell a course's people what is news about its classes and its exam; how many messages were written.

    Everybody who takes part but those in ``but``, who did it, and the course's chat. The number of statements
    does not grow with the people.
    """
    with transaction.atomic():
        locked = Course.objects.select_for_update(no_key=True).get(pk=course.pk)  # told once
        classes, exams = list(_classes(locked)), list(_exams(locked))
        news = [one for one in classes if hasattr(one, "announced") and one.ends_at > now]
        other = [one for one in exams if _is_news(one) and not exam_is_over(one, now)]
        told = [(one, state_of(one.announced)) for one in news]
        told_of_exams = [(one, _told_of(one)) for one in other]
        _remember(classes, exams)
        if not news and not other:
            return 0
        to, chat = people_of(locked) - set(but), chat_of(locked)
        where: dict[str, Any] = {"scope": locked.slug, "zone": locked.time_zone, "now": now}
        about_classes = [
            Change(class_facts(one, before), _key(one, now), to, chat, one.ends_at) for one, before in told
        ]
        about_exams = [
            Change(exam_facts(one, before), _key(one, now), to, chat) for one, before in told_of_exams
        ]
        return tell_changes(
            kind="class", changes=about_classes, subject=itemgetter("class"), **where
        ) + tell_changes(kind="exam", changes=about_exams, subject=itemgetter("exam"), **where)


def _is_news(exam: Exam) -> bool:
    return hasattr(exam, "announced") or exam.starts_at is not None


def _told_of(exam: Exam) -> Facts:
    """What people know of an exam: nothing but its days, where it was never seen before."""
    return exam_state(exam.announced) if hasattr(exam, "announced") else exam_window(exam)


def _key(row: ClassMeeting | Exam, now: datetime) -> str:
    """Each change is told once; the same change another time is another one."""
    return f"{row.pk}:{now.isoformat()}"


def tell_removed(*, course: Course, keys: Collection[str], now: datetime, but: Collection[int] = ()) -> int:
    """Tell a course's people that classes which are about to be removed do not take place.

    Those that nobody was ever told of, those that are cancelled already and those of the past are silent.
    """
    rows = ClassMeeting.objects.filter(
        course=course, key__in=keys, announced__cancelled_at__isnull=True, announced__isnull=False
    )
    gone = list(
        rows.filter(ends_at__gt=now).select_related("announced", "course").order_by("starts_at", "pk")
    )
    if not gone:
        return 0
    to, chat, changes = people_of(course) - set(but), chat_of(course), []
    for meeting in gone:
        before = state_of(meeting.announced)
        facts = class_facts(meeting, before) | {"after": before | {"cancelled": True}, "removed": True}
        changes.append(Change(facts, _key(meeting, now), to, chat, meeting.ends_at))
    return tell_changes(
        kind="class",
        changes=changes,
        subject=itemgetter("class"),
        scope=course.slug,
        zone=course.time_zone,
        now=now,
    )


def remember_schedule(
    *, course: Course, now: datetime, keys: Collection[str] | None = None, with_exam: bool = True
) -> None:
    """Write down what stands as told, without telling anybody: for imports, which are silent.

    What people were about to be told before still goes, and says what is so now. With ``keys`` only those
    classes. Call it in the transaction of the change.
    """
    rows = _classes(course) if keys is None else _classes(course).filter(key__in=keys)
    classes, exams = list(rows), list(_exams(course)) if with_exam else []
    _remember(classes, exams)
    _correct("class", {one.pk: class_facts(one, {}) for one in classes}, course, now)
    _correct("exam", {one.pk: exam_facts(one, {}) for one in exams}, course, now)


def _correct(kind: str, now_so: Mapping[int, Facts], course: Course, now: datetime) -> None:
    if now_so:
        said = {pk: {name: facts[name] for name in facts if name != "before"} for pk, facts in now_so.items()}
        correct_waiting(
            kind=kind,
            scope=course.slug,
            subject=itemgetter(kind),
            changed=said,
            corrected=lambda _which: said,
            why=CHANGED,
            now=now,
        )


def _classes(course: Course | None = None) -> QuerySet[ClassMeeting]:
    """Those that are not as they were told last, or were never seen."""
    rows = ClassMeeting.objects.exclude(AS_TOLD).select_related("announced", "course")
    return (rows if course is None else rows.filter(course=course)).order_by("starts_at", "pk")


def _exams(course: Course | None = None) -> QuerySet[Exam]:
    rows = Exam.objects.exclude(EXAM_AS_TOLD).select_related("announced", "course")
    return (rows if course is None else rows.filter(course=course)).order_by("pk")


def _remember(classes: Sequence[ClassMeeting], exams: Sequence[Exam]) -> None:
    """Write down what stands as what was told last."""
    columns = ["starts_at", "ends_at", "room", "cancelled_at"]
    AnnouncedClass.objects.bulk_create(
        [
            AnnouncedClass(class_meeting=one, **{name: getattr(one, name) for name in columns})
            for one in classes
        ],
        update_conflicts=True,
        unique_fields=["class_meeting"],
        update_fields=columns,
    )
    columns = ["not_before_on", "not_after_on", "starts_at", "room"]
    AnnouncedExam.objects.bulk_create(
        [AnnouncedExam(exam=one, **{name: getattr(one, name) for name in columns}) for one in exams],
        update_conflicts=True,
        unique_fields=["exam"],
        update_fields=columns,
    )
