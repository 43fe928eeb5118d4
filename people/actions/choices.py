"""What people choose about their messages: kind by kind, quiet hours, language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction

from people.kinds import kind_of
from people.models import Choice, User
from people.queries.choices import Chosen, chosen_by
from people.rules import Wish


class ChangedMeanwhile(Exception):
    """What was chosen has been changed elsewhere since the form was opened; ``stands`` is what holds now."""

    def __init__(self, stands: Chosen) -> None:
        super().__init__()
        self.stands = stands


@transaction.atomic
def choose(*, person: User, chosen: Chosen, base: str) -> None:
    """Store language, quiet hours and wishes; kinds that are not named, or cannot be off, stay as they are.

    ``base`` is the fingerprint of what the person saw. Raises ChangedMeanwhile where that no longer stands.
    """
    locked = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    stands = chosen_by(locked)
    if base != stands.fingerprint:
        raise ChangedMeanwhile(stands)
    locked.language = chosen.language
    locked.quiet_from, locked.quiet_until = chosen.quiet_from, chosen.quiet_until
    locked.save(update_fields=["language", "quiet_from", "quiet_until"])
    _store(locked.pk, stands, chosen.wishes)


def _store(person: int, stands: Chosen, wishes: Mapping[str, Wish]) -> None:
    """Write down the wishes that differ from what holds: who decides nothing follows the kind's own way."""
    differ = [
        Choice(person_id=person, kind=name, wish=wish)
        for name, wish in wishes.items()
        if kind_of(name).can_be_off and stands.wish(kind_of(name)) != wish
    ]
    Choice.objects.bulk_create(
        differ, update_conflicts=True, unique_fields=["person", "kind"], update_fields=["wish"]
    )


@transaction.atomic
def wish_for(*, person: int, kinds: Iterable[str], wish: Wish) -> None:
    """One wish for some kinds of message, whatever stood before; kinds that cannot be off are left alone."""
    rows = [Choice(person_id=person, kind=name, wish=wish) for name in kinds if kind_of(name).can_be_off]
    Choice.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["person", "kind"], update_fields=["wish"]
    )


@transaction.atomic
def bring_back(*, person: int, wishes: Mapping[str, Wish | None]) -> None:
    """The wishes that stood once, in place of those that do; None where the person had decided nothing."""
    Choice.objects.filter(
        person_id=person, kind__in=[kind for kind, wish in wishes.items() if not wish]
    ).delete()
    for wish in Wish:
        wish_for(person=person, kinds=[kind for kind, stood in wishes.items() if stood == wish], wish=wish)
