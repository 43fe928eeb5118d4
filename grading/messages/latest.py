"""Which of several messages about one thing speaks for it."""

from __future__ import annotations

from people.kinds import Facts
from people.models import Message


def is_latest(kind: str, person_id: int | None, facts: Facts, subject: str) -> bool:
    """Whether nothing newer was written to that person about the same thing, ``facts[subject]``.

    What changed past the portal, as by an import that tells nobody, is said by the latest message that waits;
    an older one, read under the bell before it went, has been overtaken by it.
    """
    rows = Message.objects.filter(kind=kind, person=person_id, scope=facts["course"])
    known = rows.exclude(state=Message.State.DROPPED).order_by("-pk").values_list("facts", flat=True)
    latest = next((one for one in known if one[subject] == facts[subject]), facts)
    return (latest["before"], latest["after"]) == (facts["before"], facts["after"])
