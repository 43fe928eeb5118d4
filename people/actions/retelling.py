"""What was written and then changes before it has gone: it is told anew, or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Container, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from people.actions.outbox import News, write_all, write_to_chat
from people.kinds import Facts
from people.models import Message
from people.models.outbox import UNSETTLED, MessageQuerySet

Subject = Callable[[Facts], Hashable]
"""What a message is about, by its facts: two with the same subject tell of the same thing."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that changed: whom to tell, under which key, and the facts, with ``before`` and ``after``."""

    facts: Facts
    key: str
    to: Collection[int]
    chat: str = ""
    useful_until: datetime | None = None


OVERTAKEN = "told_anew"
"""Why a message was dropped whose change was followed by another before anybody had read of it."""


def tell_changes(
    *,
    kind: str,
    changes: Sequence[Change],
    subject: Subject,
    scope: str,
    zone: str,
    now: datetime,
) -> int:
    """Tell what changed; how many messages were written. Call it in the transaction of the changes.

    Whoever has not been told of the last change of the same thing is told of both as one, from where the
    first began; and of nothing, where all is again as they know it. The statements do not grow with the
    people.
    """
    concerned: dict[Hashable, set[int | None]] = defaultdict(set)
    for change in changes:
        concerned[subject(change.facts)] |= {*change.to, *([None] if change.chat else [])}
    untold = _untold(kind, scope, subject, concerned, now)
    news, chats = [], 0
    for change in changes:
        waiting = untold[subject(change.facts)]

        def facts_of(
            person: int | None, change: Change = change, waiting: Mapping[int | None, Facts] = waiting
        ) -> Facts:
            began = waiting.get(person)
            return change.facts if began is None else change.facts | {"before": began["before"]}

        to = [person for person in change.to if _says_something(facts_of(person))]
        news.append(News(change.key, to, facts_of, change.useful_until))
        if change.chat and _says_something(facts_of(None)):
            chats += write_to_chat(
                kind=kind,
                chat=change.chat,
                key=change.key,
                facts=facts_of(None),
                zone=zone,
                now=now,
                scope=scope,
                useful_until=change.useful_until,
            )
    return chats + write_all(kind=kind, news=news, zone=zone, now=now, scope=scope)


def _says_something(facts: Facts) -> bool:
    return bool(facts["before"] != facts["after"])


def _untold(
    kind: str,
    scope: str,
    subject: Subject,
    concerned: Mapping[Hashable, Collection[int | None]],
    now: datetime,
) -> Mapping[Hashable, Mapping[int | None, Facts]]:
    """By subject and person (None for a chat) what those concerned have not been told yet; it is dropped."""
    people = {person for several in concerned.values() for person in several if person is not None}
    rows = Message.objects.filter(Q(person__in=people) | Q(person__isnull=True), kind=kind, scope=scope)

    def concerns(row: Message) -> bool:
        return row.person_id in concerned.get(subject(row.facts), ())

    found: dict[Hashable, dict[int | None, Facts]] = defaultdict(dict)
    for row in drop_unseen(rows, now=now, concerns=concerns):
        found[subject(row.facts)].setdefault(row.person_id, row.facts)
    return found


def drop_unseen(
    rows: MessageQuerySet, *, now: datetime, concerns: Callable[[Message], bool] = lambda _row: True
) -> list[Message]:
    """Drop those of the messages that nobody has seen yet, since others take their place; oldest first.

    What somebody had in the list of notices or has opened counts as seen, and so does what may have gone by
    mail. A worker that has one in hand, and has not begun to hand it over, finds that it is gone. Call it in
    the transaction that writes the others.
    """
    dropped = [row for row in rows.unseen().select_for_update().order_by("pk") if concerns(row)]
    if dropped:
        Message.objects.filter(pk__in=[row.pk for row in dropped]).update(
            state=Message.State.DROPPED, reason=OVERTAKEN, settled_at=now, claimed_until=None
        )
    return dropped


def correct_waiting(
    *,
    kind: str,
    scope: str,
    subject: Subject,
    changed: Container[Hashable],
    corrected: Callable[[Collection[Any]], Mapping[Any, Facts]],
    why: str,
    now: datetime,
) -> None:
    """Let what waits about the changed subjects say what is so now; nobody is told anything more.

    For changes that are silent: what people were about to be told before is still theirs to know.
    ``corrected`` gives for some of the subjects what their facts are now, with ``after``. Where all is again
    as the reader knows it, the message is dropped for the reason ``why``. A worker that has one in hand finds
    it given back. Call it in the transaction of the change.
    """
    rows = Message.objects.filter(kind=kind, scope=scope, handed_at__isnull=True).unsettled()
    # Of several to one reader about one thing the latest speaks for it.
    latest = {
        (row.person_id, about): row
        for row in rows.select_for_update().order_by("pk")
        if (about := subject(row.facts)) in changed
    }
    if not latest:
        return
    facts = corrected({about for _person, about in latest})
    for (_person, about), row in latest.items():
        row.facts |= facts[about]
        row.state, row.claimed_until = Message.State.WAITING, None
    told = [row for row in latest.values() if _says_something(row.facts)]
    Message.objects.bulk_update(told, ["facts", "state", "claimed_until"])
    Message.objects.filter(pk__in=[row.pk for row in latest.values() if row not in told]).update(
        state=Message.State.DROPPED, reason=why, settled_at=now, claimed_until=None
    )


def retell(*, kind: str, scope: str, where: Mapping[str, Any], facts: Facts) -> int:
    """Let the messages of a kind whose facts have these values say something else; how many there are.

    What has gone by mail stays as it went; under the bell it says what is so now. In one statement.
    """
    count: int = _about(kind, scope, where).update(facts=facts)
    return count


def take_back(
    *, kind: str, scope: str, where: Mapping[str, Any], facts: Facts, now: datetime, why: str
) -> None:
    """Take back the messages of a kind whose facts have these values, for the reason ``why``.

    What nobody has seen is dropped. What somebody has seen or may have by mail says ``facts`` from now on, as
    something new under the bell, and goes by mail no more. In a fixed number of statements.
    """
    about, settled = _about(kind, scope, where), {"settled_at": now, "claimed_until": None}
    unseen = about.filter(shown_at__isnull=True, read_at__isnull=True, handed_at__isnull=True)
    unseen.filter(state__in=(*UNSETTLED, Message.State.KEPT)).update(
        state=Message.State.DROPPED, reason=why, **settled
    )
    about.filter(state__in=UNSETTLED, handed_at__isnull=True).update(
        state=Message.State.KEPT, reason=why, **settled
    )
    about.exclude(state=Message.State.DROPPED).update(facts=facts, read_at=None)


def _about(kind: str, scope: str, where: Mapping[str, Any]) -> QuerySet[Message]:
    values = {f"facts__{name}": value for name, value in where.items()}
    return Message.objects.filter(kind=kind, scope=scope, **values)
