"""A lecturer or a TA says something to a course or to one of its groups."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from people.actions.outbox import write, write_to_chat
from people.actions.retelling import retell, take_back
from people.audit import audited
from people.models import User
from schedule.audience import chat_of, members_of, people_of
from schedule.messages.announcement import announcement_facts
from schedule.messages.parts import WITHDRAWN
from schedule.models import Announcement, Course, StudyGroup

KIND = "announcement"


def publish(
    *, course: Course, group: StudyGroup | None, title: str, body: str, by: User, now: datetime
) -> Announcement:
    """Publish an announcement at once, and write to everybody it is for, and to the course's chat.

    To a group it goes to that group's students, without one to all who take part, and never to ``by``.
    """
    with audited(by=by), transaction.atomic():
        row = Announcement.objects.create(
            course=course, group=group, title=title.strip(), body=body.strip(), by=by, published_at=now
        )
        to = (people_of(course) if group is None else members_of(group)) - {by.pk}
        facts, zone = announcement_facts(row), course.time_zone
        write(kind=KIND, to=to, key=str(row.pk), facts=facts, zone=zone, now=now, scope=course.slug)
        if group is None and (chat := chat_of(course)):
            write_to_chat(
                kind=KIND, chat=chat, key=str(row.pk), facts=facts, zone=zone, now=now, scope=course.slug
            )
    return row


def edit(*, announcement: Announcement, title: str, body: str, by: User) -> Announcement:
    """Change what an announcement says. What has not gone by mail yet says the new text; no second mail."""
    with audited(by=by), transaction.atomic():
        row = _locked(announcement)
        row.title, row.body = title.strip(), body.strip()
        row.save(update_fields=["title", "body"])
        facts = announcement_facts(row)
        retell(kind=KIND, scope=row.course.slug, where={"announcement": row.pk}, facts=facts)
    return row


def withdraw(*, announcement: Announcement, by: User, now: datetime) -> Announcement:
    """Take an announcement off the portal. What has not gone yet does not go; twice is as good as once.

    Whoever may have read it finds under the bell that it was withdrawn, nobody else hears of it.
    """
    with audited(by=by), transaction.atomic():
        row = _locked(announcement)
        if row.withdrawn_at is None:
            row.withdrawn_at = now
            row.save(update_fields=["withdrawn_at"])
            take_back(
                kind=KIND,
                scope=row.course.slug,
                where={"announcement": row.pk},
                facts=announcement_facts(row),
                now=now,
                why=WITHDRAWN,
            )
    return row


def _locked(announcement: Announcement) -> Announcement:
    rows = Announcement.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("course", "group", "by").get(pk=announcement.pk)
