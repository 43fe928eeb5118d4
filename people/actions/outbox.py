"""Writing messages: in the transaction of the change that causes them, each once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Min

from people.kinds import Facts, Kind, kind_of
from people.models import Message
from people.rules import gathered_at
from people.waking import wake


def write(
    *,
    kind: str,
    to: Collection[int],
    key: str,
    facts: Facts | Callable[[int], Facts],
    zone: str,
    now: datetime,
    scope: str = "",
    useful_until: datetime | None = None,
) -> int:
    """Write one message to each person in ``to``; how many are new.

    ``key`` says what the message is about; with the kind and the person it is the once-only key, so that
    writing it again is nothing new. Call it inside the transaction of the change; when that commits, a worker
    is woken.
    """
    news = [News(key, to, facts, useful_until)]
    return write_all(kind=kind, news=news, zone=zone, now=now, scope=scope)


@dataclass(frozen=True, slots=True)
class News:
    """One thing to tell: under which key, to whom, and what."""

    key: str
    to: Collection[int]
    facts: Facts | Callable[[int], Facts]
    useful_until: datetime | None = None


def write_all(*, kind: str, news: Sequence[News], zone: str, now: datetime, scope: str = "") -> int:
    """Write several things of one kind as ``write`` does one; in as many statements as for one."""
    about = kind_of(kind)
    rows = [
        Message(
            kind=kind,
            person_id=person,
            key=once_only(kind, one.key, f"p{person}"),
            scope=scope,
            facts=one.facts(person) if callable(one.facts) else one.facts,
            zone=zone,
            created_at=now,
            due_at=now,
            useful_until=one.useful_until or now + about.useful_for,
        )
        for one in news
        for person in one.to
    ]
    if about.gathers and rows:
        _gather(about, scope, rows, now)
    return _add(rows)


def write_to_chat(
    *,
    kind: str,
    chat: str,
    key: str,
    facts: Facts,
    zone: str,
    now: datetime,
    scope: str = "",
    useful_until: datetime | None = None,
) -> int:
    """Write one message to a course's chat, as ``write`` does to people."""
    useful_until = useful_until or now + min(kind_of(kind).useful_for, timedelta(days=1))
    return _add(
        [
            Message(
                kind=kind,
                chat=chat,
                key=once_only(kind, key, f"c{chat}"),
                scope=scope,
                facts=facts,
                zone=zone,
                created_at=now,
                due_at=now,
                useful_until=useful_until,
            )
        ]
    )


def once_only(kind: str, key: str, to: str) -> str:
    """The once-only key of a message; ValueError where it is longer than the table holds."""
    whole = f"{kind}:{key}:{to}"
    if len(whole) > 250:
        raise ValueError(f"a once-only key of {len(whole)} characters: {whole[:80]}…")
    return whole


def _add(rows: Collection[Message] | Any) -> int:
    rows = list(rows)
    if not rows:
        return 0
    with transaction.atomic():
        known = set(Message.objects.filter(key__in=[row.key for row in rows]).values_list("key", flat=True))
        new = [row for row in rows if row.key not in known]
        # Of two that write the same key at once the later one finds it taken.
        Message.objects.bulk_create(new, ignore_conflicts=True)
        if new:
            transaction.on_commit(wake, robust=True)
    return len(new)


def _gather(kind: Kind, scope: str, rows: Sequence[Message], now: datetime) -> None:
    """Let what waits for the same letter go together with these."""
    waiting = Message.objects.filter(
        kind=kind.name,
        scope=scope,
        person__in={row.person_id for row in rows},
        state=Message.State.WAITING,
        handed_at__isnull=True,
    )
    firsts = dict(waiting.order_by().values_list("person").annotate(Min("created_at")))
    together: dict[datetime, set[int]] = defaultdict(set)
    for row in rows:
        row.due_at = gathered_at(firsts.get(row.person_id, now), now, kind.patience)
        if row.person_id is not None and row.person_id in firsts:
            together[row.due_at].add(row.person_id)
    for due_at, people in together.items():
        waiting.filter(person__in=people).update(due_at=due_at)
