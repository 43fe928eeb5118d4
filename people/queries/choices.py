"""What a person has chosen about their messages, and what it comes to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time

from people.kinds import Kind
from people.models import Choice, User
from people.rules import Wish


@dataclass(frozen=True, slots=True)
class Chosen:
    """Language, quiet hours (both or none), and the wish for each kind that the person has decided about."""

    language: str = ""
    quiet_from: time | None = None
    quiet_until: time | None = None
    wishes: Mapping[str, Wish] = field(default_factory=dict)

    def wish(self, kind: Kind) -> Wish:
        """How messages of this kind come: as chosen, else in the kind's own way."""
        wish = self.wishes.get(kind.name, kind.wish) if kind.can_be_off else Wish.ON
        return Wish.ON if kind.is_digest and wish is Wish.DIGEST else wish

    @property
    def fingerprint(self) -> str:
        """Differs where anything of it does: by it a form tells whether it was changed elsewhere."""
        told = (self.language, self.quiet_from, self.quiet_until, sorted(self.wishes.items()))
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def chosen_by(person: User) -> Chosen:
    """What stands in the tables; the person's own fields as they are given. One statement."""
    rows = Choice.objects.filter(person=person).values_list("kind", "wish")
    wishes = {kind: Wish(wish) for kind, wish in rows}
    return Chosen(person.language, person.quiet_from, person.quiet_until, wishes)
