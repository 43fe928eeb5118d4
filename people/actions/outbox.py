"""Writing messages: in the transaction of the change that causes them, each once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
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
    about = kind_of(kind)
    rows = {
        person: Message(
            kind=kind,
            person_id=person,
            key=once_only(kind, key, f"p{person}"),
            scope=scope,
            facts=facts(person) if callable(facts) else facts,
            zone=zone,
            created_at=now,
            due_at=now,
            useful_until=useful_until or now + about.useful_for,
        )
        for person in to
    }
    if about.gathers and rows:
        _gather(about, scope, rows, now)
    return _add(rows.values())


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


def _gather(kind: Kind, scope: str, rows: Mapping[int, Message], now: datetime) -> None:
    """Let what waits for the same letter go together with these."""
    waiting = Message.objects.filter(
        kind=kind.name, scope=scope, person__in=rows, state=Message.State.WAITING, handed_at__isnull=True
    )
    firsts = dict(waiting.order_by().values_list("person").annotate(Min("created_at")))
    together: dict[datetime, list[int]] = defaultdict(list)
    for person, row in rows.items():
        row.due_at = gathered_at(firsts.get(person, now), now, kind.patience)
        if person in firsts:
            together[row.due_at].append(person)
    for due_at, people in together.items():
        waiting.filter(person__in=people).update(due_at=due_at)
