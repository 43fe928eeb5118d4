"""One change of a group's proofs and requests at a time."""

from __future__ import annotations

from schedule.models import StudyGroup


def locked_group(group_id: int) -> StudyGroup:
    """The group, its row locked until the transaction ends: call it first in a transaction that changes
    anything about its proofs, participants or requests. Raises StudyGroup.DoesNotExist."""
    # A weaker lock than the one that deletes the row: what only points at the group need not wait for it.
    return StudyGroup.objects.select_for_update(no_key=True).get(pk=group_id)
