"""A person's messages as they stand under the bell: in the reader's language, whatever went by mail."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from urllib.parse import urlsplit

from django.core.paginator import Page, Paginator
from django.db.models import Count, IntegerField, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from people.kinds import Kind, Letter, kind_of
from people.letters import letter_of, tidy, zone_of
from people.models import Message, User

A_PAGE = 30
A_LOOK_BACK = 100

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Notice:
    """A message in words.

    ``letter`` and ``kind`` are None where nothing knows its kind any more, ``letter`` alone where writing it
    fails.
    """

    message: Message
    kind: Kind | None
    letter: Letter | None
    at: datetime
    """When it was written, in the zone in which it tells its moments."""

    @property
    def is_unread(self) -> bool:
        return self.message.read_at is None


@dataclass(frozen=True, slots=True)
class Day:
    """The notices of one day, latest first."""

    on: date
    notices: list[Notice]


@dataclass(frozen=True, slots=True)
class NoticesPage:
    """One page of the reader's notices."""

    days: list[Day]
    page: Page[Message]
    unread: int
    latest: int
    """The number of the latest message that the reader can have seen; 0 where there is none."""


def notices_page(reader: User, number: str | int | None) -> NoticesPage:
    """The page of that number, the nearest where there is none such. Three statements."""
    mine = Message.objects.noticed_by(reader)
    page = Paginator(mine, A_PAGE).get_page(number)
    counted = mine.order_by().aggregate(unread=Count("pk", filter=Q(read_at=None)), latest=Max("pk"))
    days = by_day(notice_of(row) for row in page.object_list)
    return NoticesPage(days, page, counted["unread"], counted["latest"] or 0)


def by_day(notices: Iterable[Notice]) -> list[Day]:
    """Notices that come latest first, each under its day."""
    return [Day(on, list(some)) for on, some in groupby(notices, lambda notice: notice.at.date())]


def notice_of(message: Message) -> Notice:
    """A message in the active language. Takes no query. One that cannot be written hides no other."""
    at = message.created_at.astimezone(zone_of(message))
    try:
        kind = kind_of(message.kind)
    except KeyError:
        return Notice(message, None, None, at)
    try:
        letter = tidy(letter_of([message]))
    except Exception:
        logger.exception("Message %s could not be written", message.pk)
        return Notice(message, kind, None, at)
    return Notice(message, kind, letter, at)


def notices_leading_to(reader: User, path: str) -> list[Notice]:
    """The latest of the reader's notices whose link is that path, at most three. Two statements.

    Looked for among the last hundred whose scope is a part of the path, and the last hundred of all.
    """
    if "\0" in path:  # what no text of a database can hold led nowhere
        return []
    mine = Message.objects.noticed_by(reader)
    of_scope = mine.filter(scope__in=[part for part in path.split("/") if part])
    found = (notice_of(row) for rows in (of_scope, mine) for row in rows[:A_LOOK_BACK])
    leading = {one.message.pk: one for one in found if one.letter and _leads_to(one.letter.link, path)}
    return sorted(leading.values(), key=lambda one: -one.message.pk)[:3]


def _leads_to(link: str, path: str) -> bool:
    return urlsplit(link).path == path


def unread_of(reader: User) -> int:
    """How many messages the reader has not opened yet. One statement."""
    return Message.objects.noticed_by(reader).filter(read_at=None).count()


def unread_count(person: OuterRef) -> Coalesce:
    """The same as a part of a statement that is asked anyway."""
    unread = Message.objects.filter(person=person, read_at=None).exclude(state=Message.State.DROPPED)
    counted = unread.order_by().values("person").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
